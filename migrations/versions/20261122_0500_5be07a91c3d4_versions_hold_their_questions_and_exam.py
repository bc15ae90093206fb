"""Versions hold the questions and the exam that were judged. Those there are take what is in use.

Revision: 5be07a91c3d4, after 9d2c4f81ab57
"""

import sqlalchemy as sa
from alembic import op

revision = "5be07a91c3d4"
down_revision = "9d2c4f81ab57"
branch_labels = None
depends_on = None

_QUESTIONS = """
INSERT INTO version_questions (version_id, question_id)
SELECT course_versions.id, questions.id FROM course_versions
JOIN questions ON questions.course_id = course_versions.course_id
WHERE NOT questions.is_retired
"""
_EXAMS = """
INSERT INTO version_exams (version_id, parts, pass_percent, minutes)
SELECT course_versions.id, exam_settings.parts, exam_settings.pass_percent, exam_settings.minutes
FROM course_versions JOIN exam_settings ON exam_settings.course_id = course_versions.course_id
"""


def upgrade() -> None:
    op.create_table(
        "version_questions",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_version_questions_question_id_questions"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_versions.id"],
            name=op.f("fk_version_questions_version_id_course_versions"),
        ),
        sa.PrimaryKeyConstraint("version_id", "question_id", name=op.f("pk_version_questions")),
    )
    op.create_index(op.f("ix_version_questions_question_id"), "version_questions", ["question_id"])
    op.create_table(
        "version_exams",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("pass_percent", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "pass_percent BETWEEN 1 AND 100", name=op.f("ck_version_exams_pass_percent")
        ),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_version_exams_minutes_positive")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_versions.id"],
            name=op.f("fk_version_exams_version_id_course_versions"),
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_version_exams")),
    )
    op.execute(_QUESTIONS)
    op.execute(_EXAMS)


def downgrade() -> None:
    op.drop_table("version_exams")
    op.drop_table("version_questions")
