"""Stretches of a film in which no pop-up may stand, of drafts and of versions.

Revision: 9d4c1f7a52be, after b7d14e0c9a31
"""

import sqlalchemy as sa
from alembic import op

revision = "9d4c1f7a52be"
down_revision = "b7d14e0c9a31"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_quiet",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("stretches", sa.JSON(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_lesson_quiet_lesson_id_lessons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("lesson_id", name=op.f("pk_lesson_quiet")),
    )
    op.create_table(
        "version_quiet",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("stretches", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id", "lesson_id"],
            ["version_lessons.version_id", "version_lessons.lesson_id"],
            name=op.f("fk_version_quiet_version_id_lesson_id_version_lessons"),
        ),
        sa.PrimaryKeyConstraint("version_id", "lesson_id", name=op.f("pk_version_quiet")),
    )


def downgrade() -> None:
    op.drop_table("version_quiet")
    op.drop_table("lesson_quiet")
