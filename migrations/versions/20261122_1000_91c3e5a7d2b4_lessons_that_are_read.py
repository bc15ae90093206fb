"""Lessons that are read: pages cut from e-textbooks, held by versions, earned by the same clock.

Revision: 91c3e5a7d2b4, after 751582a2bd5a
"""

import sqlalchemy as sa
from alembic import op

revision = "91c3e5a7d2b4"
down_revision = "751582a2bd5a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "lessons", sa.Column("kind", sa.String(length=32), nullable=False, server_default="film")
    )
    # The default was for the lessons that there are; whoever makes one says what it is.
    with op.batch_alter_table("lessons") as batch:
        batch.alter_column("kind", server_default=None)
    _create_readings()
    op.create_table(
        "version_readings",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["readings.id"], name=op.f("fk_version_readings_reading_id_readings")
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "lesson_id"],
            ["version_lessons.version_id", "version_lessons.lesson_id"],
            name=op.f("fk_version_readings_version_id_lesson_id_version_lessons"),
        ),
        sa.PrimaryKeyConstraint("version_id", "lesson_id", name=op.f("pk_version_readings")),
    )
    op.create_index(op.f("ix_version_readings_reading_id"), "version_readings", ["reading_id"])
    with op.batch_alter_table("lesson_progress") as batch:
        batch.alter_column("video_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("reading_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_lesson_progress_reading_id_readings"), "readings", ["reading_id"], ["id"]
        )
        batch.create_check_constraint(
            op.f("ck_lesson_progress_film_or_pages"),
            "(video_id IS NULL) <> (reading_id IS NULL)",
        )


def _create_readings() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("etextbook_id", sa.Integer(), nullable=True),
        sa.Column("book_title", sa.String(length=120), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("first_title", sa.String(length=120), nullable=False),
        sa.Column("last_title", sa.String(length=120), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("page_seconds", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("page_count > 0", name=op.f("ck_readings_page_count_positive")),
        sa.CheckConstraint("page_seconds > 0", name=op.f("ck_readings_page_seconds_positive")),
        sa.ForeignKeyConstraint(
            ["etextbook_id"],
            ["etextbooks.id"],
            name=op.f("fk_readings_etextbook_id_etextbooks"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_readings_lesson_id_lessons")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["people.id"], name=op.f("fk_readings_made_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint("public_id", name=op.f("uq_readings_public_id")),
    )
    for column in ("etextbook_id", "lesson_id", "path"):
        op.create_index(op.f(f"ix_readings_{column}"), "readings", [column])
    op.create_index(
        "ux_readings_one_current",
        "readings",
        ["lesson_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )


def downgrade() -> None:
    # What was read has no place in the tables of before.
    begun = "SELECT id FROM lesson_progress WHERE reading_id IS NOT NULL"
    op.execute(f"UPDATE study_clocks SET progress_id = NULL WHERE progress_id IN ({begun})")  # noqa: S608 - no value of a user's
    op.execute(f"DELETE FROM popups WHERE progress_id IN ({begun})")  # noqa: S608 - no value of a user's
    op.execute("DELETE FROM lesson_progress WHERE reading_id IS NOT NULL")
    with op.batch_alter_table("lesson_progress") as batch:
        batch.drop_constraint(op.f("ck_lesson_progress_film_or_pages"), type_="check")
        batch.drop_constraint(op.f("fk_lesson_progress_reading_id_readings"), type_="foreignkey")
        batch.drop_column("reading_id")
        batch.alter_column("video_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("version_readings")
    op.drop_table("readings")
    op.drop_column("lessons", "kind")
