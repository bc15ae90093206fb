"""Learners keep notes and bookmarks in a lesson, and go on where they stopped on any device.

Revision: c4f7a1d80e36, after 4d7a9e21c6f5
"""

import sqlalchemy as sa
from alembic import op

revision = "c4f7a1d80e36"
down_revision = "4d7a9e21c6f5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lesson_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("at_ms >= 0", name=op.f("ck_lesson_notes_at_ms_not_negative")),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_lesson_notes_lesson_id_lessons")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_lesson_notes_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_notes")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_lesson_notes_person_id_key")),
    )
    op.create_index(op.f("ix_lesson_notes_lesson_id"), "lesson_notes", ["lesson_id"])
    op.create_index(
        "ix_lesson_notes_person_id_lesson_id_at_ms",
        "lesson_notes",
        ["person_id", "lesson_id", "at_ms"],
    )
    op.add_column("lesson_progress", sa.Column("left_ms", sa.Integer(), nullable=True))
    op.add_column("lesson_progress", sa.Column("left_high_water", sa.Integer(), nullable=True))
    op.add_column("lesson_progress", sa.Column("left_lease", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in ("left_lease", "left_high_water", "left_ms"):
        op.drop_column("lesson_progress", name)
    op.drop_table("lesson_notes")
