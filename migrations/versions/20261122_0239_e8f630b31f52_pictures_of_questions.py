"""Pictures that the texts of questions show, each of the bank of a course.

Revision: e8f630b31f52, after 2f6d9b1c7e40
"""

import sqlalchemy as sa
from alembic import op

revision = "e8f630b31f52"
down_revision = "2f6d9b1c7e40"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question_pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=200), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_question_pictures_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_question_pictures_created_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_pictures")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_pictures_public_id")),
    )
    with op.batch_alter_table("question_pictures", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_pictures_course_id"), ["course_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("question_pictures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_pictures_course_id"))

    op.drop_table("question_pictures")
