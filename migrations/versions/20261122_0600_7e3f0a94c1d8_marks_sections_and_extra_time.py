"""Marks of each question in hundredths, sections of papers, and extra time for people on record.

Revision: 7e3f0a94c1d8, after 5be07a91c3d4
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "7e3f0a94c1d8"
down_revision = "5be07a91c3d4"
branch_labels = None
depends_on = None

_SETTINGS = ("exam_settings", "version_exams")
_SWITCHES = ("shuffles_questions", "shuffles_options", "shows_answers")
_PORTION = 1000

_items = sa.table(
    "exam_paper_items",
    sa.column("id", sa.Integer),
    sa.column("attempt_id", sa.Integer),
    sa.column("question_id", sa.Integer),
    sa.column("points", sa.Integer),
    sa.column("awarded", sa.Integer),
    sa.column("chosen", sa.JSON),
)
_attempts = sa.table(
    "exam_attempts",
    sa.column("id", sa.Integer),
    sa.column("state", sa.String),
    sa.column("points", sa.Integer),
    sa.column("total_points", sa.Integer),
)
_questions = sa.table(
    "questions",
    sa.column("id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("answer", sa.JSON),
)


def upgrade() -> None:
    for table in _SETTINGS:
        with op.batch_alter_table(table) as batch:
            batch.add_column(_partial_credit())
            for switch in _SWITCHES:
                batch.add_column(
                    sa.Column(switch, sa.Boolean(), nullable=False, server_default=sa.true())
                )
        with op.batch_alter_table(table) as batch:
            for name in ("partial_credit", *_SWITCHES):
                batch.alter_column(name, server_default=None)
        _rewrite_lines(table, lambda line: {"section": "", "topic": "", **line})
    with op.batch_alter_table("exam_attempts") as batch:
        batch.add_column(_partial_credit())
    with op.batch_alter_table("exam_attempts") as batch:
        batch.alter_column("partial_credit", server_default=None)
    with op.batch_alter_table("exam_paper_items") as batch:
        batch.add_column(sa.Column("section", sa.String(60), nullable=False, server_default=""))
        batch.add_column(sa.Column("awarded", sa.Integer(), nullable=True))
    with op.batch_alter_table("exam_paper_items") as batch:
        batch.alter_column("section", server_default=None)
    _multiply_points()
    _mark_papers_handed_in()
    _create_allowances()


def _partial_credit() -> sa.Column[str]:
    return sa.Column("partial_credit", sa.String(32), nullable=False, server_default="none")


def _rewrite_lines(table: str, rewrite: Any) -> None:
    key = "course_id" if table == "exam_settings" else "version_id"
    settings = sa.table(table, sa.column(key, sa.Integer), sa.column("parts", sa.JSON))
    connection = op.get_bind()
    for number, parts in connection.execute(sa.select(settings.c[key], settings.c.parts)).all():
        rewritten = [rewrite(line) for line in parts]
        connection.execute(
            settings.update().where(settings.c[key] == number).values(parts=rewritten)
        )


def _multiply_points() -> None:
    op.execute(_items.update().values(points=_items.c.points * 100))
    op.execute(
        _attempts.update().values(
            points=_attempts.c.points * 100, total_points=_attempts.c.total_points * 100
        )
    )


def _mark_papers_handed_in() -> None:
    """Papers were marked by the whole question alone, which is what is written down here."""
    connection = op.get_bind()
    awarded = (
        _items.update()
        .where(_items.c.id == sa.bindparam("item_id"))
        .values(awarded=sa.bindparam("earned"))
    )
    for portion in _handed_in(connection):
        rows = [
            {"item_id": row.id, "earned": row.points if _is_right(row) else 0} for row in portion
        ]
        connection.execute(awarded, rows)


def _handed_in(connection: sa.Connection) -> Iterator[list[Any]]:
    """The items of marked papers with their questions, a portion at a time."""
    query = (
        sa.select(
            _items.c.id, _items.c.points, _items.c.chosen, _questions.c.kind, _questions.c.answer
        )
        .join(_attempts, _attempts.c.id == _items.c.attempt_id)
        .join(_questions, _questions.c.id == _items.c.question_id)
        .where(_attempts.c.state != "running")
        .order_by(_items.c.id)
        .limit(_PORTION)
    )
    last = 0
    while portion := list(connection.execute(query.where(_items.c.id > last))):
        yield portion
        last = portion[-1].id


def _is_right(row: Any) -> bool:
    if not row.chosen or len(row.chosen) != len(row.answer):
        return False
    if row.kind in ("ordering", "matching"):
        return list(row.chosen) == list(row.answer)
    if row.kind == "fill_in":
        pairs = zip(row.chosen, row.answer, strict=True)
        return all(_comparable(text) in set(map(_comparable, forms)) for text, forms in pairs)
    return set(row.chosen) == set(row.answer)


def _comparable(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _create_allowances() -> None:
    op.create_table(
        "exam_allowances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("extra_percent", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "extra_percent BETWEEN 1 AND 200", name=op.f("ck_exam_allowances_extra_percent")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_exam_allowances_days_in_order")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_exam_allowances_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["people.id"], name=op.f("fk_exam_allowances_granted_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["people.id"], name=op.f("fk_exam_allowances_ended_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_allowances")),
    )
    op.create_index(op.f("ix_exam_allowances_person_id"), "exam_allowances", ["person_id"])


def downgrade() -> None:
    op.drop_table("exam_allowances")
    op.execute(_items.update().values(points=sa.cast(_items.c.points / 100, sa.Integer)))
    op.execute(
        _attempts.update().values(
            points=sa.cast(_attempts.c.points / 100, sa.Integer),
            total_points=sa.cast(_attempts.c.total_points / 100, sa.Integer),
        )
    )
    with op.batch_alter_table("exam_paper_items") as batch:
        batch.drop_column("awarded")
        batch.drop_column("section")
    with op.batch_alter_table("exam_attempts") as batch:
        batch.drop_column("partial_credit")
    for table in reversed(_SETTINGS):
        _rewrite_lines(
            table, lambda line: {k: v for k, v in line.items() if k not in ("section", "topic")}
        )
        with op.batch_alter_table(table) as batch:
            for name in (*reversed(_SWITCHES), "partial_credit"):
                batch.drop_column(name)
