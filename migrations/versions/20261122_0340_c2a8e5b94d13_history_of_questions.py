"""What was done with questions, and indexes by which it is found where they were asked.

Revision: c2a8e5b94d13, after 9d4c1f7a52be
"""

import sqlalchemy as sa
from alembic import op

revision = "c2a8e5b94d13"
down_revision = "9d4c1f7a52be"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("former", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_question_changes_actor_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_question_changes_question_id_questions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_changes")),
    )
    op.create_index("ix_question_changes_question_id", "question_changes", ["question_id"])
    op.create_index("ix_questions_replaces_id", "questions", ["replaces_id"])
    op.create_index("ix_exam_paper_items_question_id", "exam_paper_items", ["question_id"])


def downgrade() -> None:
    op.drop_index("ix_exam_paper_items_question_id", table_name="exam_paper_items")
    op.drop_index("ix_questions_replaces_id", table_name="questions")
    op.drop_index("ix_question_changes_question_id", table_name="question_changes")
    op.drop_table("question_changes")
