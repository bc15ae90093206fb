"""Quality courses, and hours that are earned by lecturing in one instead of by a cycle.

Revision: 4c09a336fff9, after 52162f4b28c0
"""

import sqlalchemy as sa
from alembic import op

revision = "4c09a336fff9"
down_revision = "52162f4b28c0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lecturer_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("marked_by_id", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_quality_marks_hours_positive")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_quality_marks_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["lecturer_id"], ["people.id"], name=op.f("fk_quality_marks_lecturer_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["marked_by_id"], ["people.id"], name=op.f("fk_quality_marks_marked_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by_id"],
            ["people.id"],
            name=op.f("fk_quality_marks_taken_back_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_versions.id"],
            name=op.f("fk_quality_marks_version_id_course_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_marks")),
    )
    with op.batch_alter_table("quality_marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_marks_course_id"), ["course_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_quality_marks_lecturer_id"), ["lecturer_id"], unique=False
        )
        batch_op.create_index(
            "ux_quality_marks_one_in_force",
            ["course_id"],
            unique=True,
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        )

    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lecturer_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_courses_lecturer_id"), ["lecturer_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_courses_lecturer_id_people"), "people", ["lecturer_id"], ["id"]
        )

    op.add_column("credits", sa.Column("course_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE credits SET course_id ="
        " (SELECT course_id FROM cycles WHERE cycles.id = credits.cycle_id)"
    )
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.alter_column("course_id", existing_type=sa.Integer(), nullable=False)
        batch_op.add_column(sa.Column("quality_mark_id", sa.Integer(), nullable=True))
        batch_op.alter_column("cycle_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_index(batch_op.f("ix_credits_course_id"), ["course_id"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_credits_quality_mark_id_person_id"), ["quality_mark_id", "person_id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_credits_earned_by_one_thing"),
            "(cycle_id IS NULL) <> (quality_mark_id IS NULL)",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_credits_quality_mark_id_quality_marks"),
            "quality_marks",
            ["quality_mark_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_credits_course_id_courses"), "courses", ["course_id"], ["id"]
        )


def downgrade() -> None:
    # The release before knows of no hours without a cycle.
    lectures = "SELECT id FROM credits WHERE quality_mark_id IS NOT NULL"
    op.execute(f"DELETE FROM deliveries WHERE credit_id IN ({lectures})")  # noqa: S608 - ours
    op.execute("DELETE FROM credits WHERE quality_mark_id IS NOT NULL")
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_credits_course_id_courses"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("fk_credits_quality_mark_id_quality_marks"), type_="foreignkey"
        )
        batch_op.drop_constraint(batch_op.f("uq_credits_quality_mark_id_person_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("ck_credits_earned_by_one_thing"), type_="check")
        batch_op.drop_index(batch_op.f("ix_credits_course_id"))
        batch_op.alter_column("cycle_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("quality_mark_id")
        batch_op.drop_column("course_id")

    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_courses_lecturer_id_people"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_courses_lecturer_id"))
        batch_op.drop_column("lecturer_id")

    with op.batch_alter_table("quality_marks", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_quality_marks_one_in_force",
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_quality_marks_lecturer_id"))
        batch_op.drop_index(batch_op.f("ix_quality_marks_course_id"))

    op.drop_table("quality_marks")
