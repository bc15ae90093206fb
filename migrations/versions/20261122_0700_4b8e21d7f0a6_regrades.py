"""Regrades, keys that are mended, hours given again after they were taken back; statistics.

Revision: 4b8e21d7f0a6, after 7e3f0a94c1d8
"""

import sqlalchemy as sa
from alembic import op

revision = "4b8e21d7f0a6"
down_revision = "7e3f0a94c1d8"
branch_labels = None
depends_on = None

_REVERSED = """
UPDATE credits SET reversed_at = (
    SELECT deliveries.created_at FROM deliveries
    WHERE deliveries.credit_id = credits.id AND deliveries.kind = 'reversal'
)
"""
_GIVEN_TWICE = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM credits WHERE cycle_id IS NOT NULL
    GROUP BY cycle_id, person_id HAVING COUNT(*) > 1
) AS twice
"""
_STANDING = sa.text("reversed_at IS NULL")


def upgrade() -> None:
    op.add_column(
        "questions",
        sa.Column("counting", sa.String(32), nullable=False, server_default="key"),
    )
    with op.batch_alter_table("questions") as batch:
        batch.alter_column("counting", server_default=None)
    op.add_column("credits", sa.Column("reversed_at", sa.DateTime(timezone=True)))
    op.execute(_REVERSED)
    with op.batch_alter_table("credits") as batch:
        batch.drop_constraint(op.f("uq_credits_cycle_id_person_id"), type_="unique")
    op.create_index("ix_credits_cycle_id", "credits", ["cycle_id"])
    op.create_index(
        "ux_credits_one_standing",
        "credits",
        ["cycle_id"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
    op.drop_index("ix_exam_paper_items_question_id", table_name="exam_paper_items")
    op.create_index(
        "ix_exam_paper_items_question_id_attempt_id",
        "exam_paper_items",
        ["question_id", "attempt_id"],
    )
    _create_regrades()
    _create_changes()
    _create_statistics()


def _create_statistics() -> None:
    op.create_table(
        "exam_statistics",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("version_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True)),
        sa.Column("figures", sa.JSON()),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_exam_statistics_course_id_courses")
        ),
        sa.PrimaryKeyConstraint("course_id", "version_number", name=op.f("pk_exam_statistics")),
    )
    op.create_index("ix_exam_statistics_asked_at", "exam_statistics", ["asked_at"])


def _create_regrades() -> None:
    op.create_table(
        "exam_regrades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("counting", sa.String(32), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("former_counting", sa.String(32), nullable=False),
        sa.Column("former_answer", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stops_asking", sa.Boolean(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True)),
        sa.Column("last_cycle_id", sa.Integer(), nullable=False),
        sa.Column("cycle_total", sa.Integer(), nullable=False),
        sa.Column("cycle_done", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_exam_regrades_actor_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_exam_regrades_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_exam_regrades_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_regrades")),
        sa.UniqueConstraint(
            "question_id", "number", name=op.f("uq_exam_regrades_question_id_number")
        ),
    )
    running = sa.text("state = 'running'")
    op.create_index(
        "ux_exam_regrades_one_running",
        "exam_regrades",
        ["course_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_index("ix_exam_regrades_course_id_id", "exam_regrades", ["course_id", "id"])
    op.create_index("ix_exam_regrades_state_moved_at", "exam_regrades", ["state", "moved_at"])


def _create_changes() -> None:
    op.create_table(
        "exam_regraded_attempts",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("points_before", sa.Integer(), nullable=False),
        sa.Column("points_after", sa.Integer(), nullable=False),
        sa.Column("total_before", sa.Integer(), nullable=False),
        sa.Column("total_after", sa.Integer(), nullable=False),
        sa.Column("state_before", sa.String(32), nullable=False),
        sa.Column("state_after", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["exam_attempts.id"],
            name=op.f("fk_exam_regraded_attempts_attempt_id_exam_attempts"),
        ),
        sa.ForeignKeyConstraint(
            ["regrade_id"],
            ["exam_regrades.id"],
            name=op.f("fk_exam_regraded_attempts_regrade_id_exam_regrades"),
        ),
        sa.PrimaryKeyConstraint("regrade_id", "attempt_id", name=op.f("pk_exam_regraded_attempts")),
    )
    op.create_index(
        "ix_exam_regraded_attempts_attempt_id", "exam_regraded_attempts", ["attempt_id"]
    )
    op.create_table(
        "exam_regraded_cycles",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("state_before", sa.String(32), nullable=False),
        sa.Column("state_after", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_exam_regraded_cycles_cycle_id_cycles")
        ),
        sa.ForeignKeyConstraint(
            ["regrade_id"],
            ["exam_regrades.id"],
            name=op.f("fk_exam_regraded_cycles_regrade_id_exam_regrades"),
        ),
        sa.PrimaryKeyConstraint("regrade_id", "cycle_id", name=op.f("pk_exam_regraded_cycles")),
    )
    op.create_index("ix_exam_regraded_cycles_cycle_id", "exam_regraded_cycles", ["cycle_id"])


def downgrade() -> None:
    """Refused where hours were given again: the older tables cannot hold them."""
    if op.get_bind().scalar(sa.text(_GIVEN_TWICE)):
        raise RuntimeError("hours were given again after a regrade; older versions cannot hold it")
    op.drop_index("ix_exam_paper_items_question_id_attempt_id", table_name="exam_paper_items")
    op.create_index("ix_exam_paper_items_question_id", "exam_paper_items", ["question_id"])
    op.drop_table("exam_statistics")
    op.drop_table("exam_regraded_cycles")
    op.drop_table("exam_regraded_attempts")
    op.drop_table("exam_regrades")
    op.drop_index("ux_credits_one_standing", table_name="credits")
    op.drop_index("ix_credits_cycle_id", table_name="credits")
    with op.batch_alter_table("credits") as batch:
        batch.create_unique_constraint(
            op.f("uq_credits_cycle_id_person_id"), ["cycle_id", "person_id"]
        )
        batch.drop_column("reversed_at")
    with op.batch_alter_table("questions") as batch:
        batch.drop_column("counting")
