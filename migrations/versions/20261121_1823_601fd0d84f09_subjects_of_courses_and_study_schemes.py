"""Subjects of courses, which have none so far, and the study schemes of departments.

Revision: 601fd0d84f09, after 36325b3aa108
"""

import sqlalchemy as sa
from alembic import op

revision = "601fd0d84f09"
down_revision = "36325b3aa108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schemes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("profession", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("current_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_schemes_organization_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schemes")),
    )
    with op.batch_alter_table("schemes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_schemes_state_year_profession", ["state", "year", "profession"], unique=False
        )
        batch_op.create_index(
            "ux_schemes_one_published",
            ["organization_id", "year", "profession"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.create_table(
        "scheme_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_levels", sa.JSON(), nullable=False),
        sa.Column("division_code", sa.String(length=9), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("goals", sa.Text(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("ways", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("textbooks", sa.Text(), nullable=False),
        sa.Column("examination", sa.Text(), nullable=False),
        sa.Column("supervision", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.String(length=64), nullable=False),
        sa.Column("contact_phone", sa.String(length=64), nullable=False),
        sa.Column("contact_email", sa.String(length=128), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["division_code"],
            ["divisions.code"],
            name=op.f("fk_scheme_revisions_division_code_divisions"),
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["people.id"],
            name=op.f("fk_scheme_revisions_published_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["schemes.id"], name=op.f("fk_scheme_revisions_scheme_id_schemes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_revisions")),
        sa.UniqueConstraint(
            "scheme_id", "number", name=op.f("uq_scheme_revisions_scheme_id_number")
        ),
    )
    op.create_table(
        "course_subjects",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_subjects_course_id_courses")
        ),
        sa.PrimaryKeyConstraint("course_id", "code", name=op.f("pk_course_subjects")),
    )
    with op.batch_alter_table("course_subjects", schema=None) as batch_op:
        batch_op.create_index(
            "ix_course_subjects_code_course_id", ["code", "course_id"], unique=False
        )

    op.create_table(
        "scheme_courses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_scheme_courses_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["scheme_revisions.id"],
            name=op.f("fk_scheme_courses_revision_id_scheme_revisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_courses")),
        sa.UniqueConstraint(
            "revision_id", "course_id", name=op.f("uq_scheme_courses_revision_id_course_id")
        ),
    )
    with op.batch_alter_table("scheme_courses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scheme_courses_course_id"), ["course_id"], unique=False
        )
        batch_op.create_index(
            "ix_scheme_courses_revision_id_position_id",
            ["revision_id", "position", "id"],
            unique=False,
        )

    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.create_index(
            "ix_courses_base_id_state_id", ["base_id", "state", "id"], unique=False
        )
        batch_op.create_index("ix_courses_state_year_id", ["state", "year", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.drop_index("ix_courses_state_year_id")
        batch_op.drop_index("ix_courses_base_id_state_id")

    with op.batch_alter_table("scheme_courses", schema=None) as batch_op:
        batch_op.drop_index("ix_scheme_courses_revision_id_position_id")
        batch_op.drop_index(batch_op.f("ix_scheme_courses_course_id"))

    op.drop_table("scheme_courses")
    with op.batch_alter_table("course_subjects", schema=None) as batch_op:
        batch_op.drop_index("ix_course_subjects_code_course_id")

    op.drop_table("course_subjects")
    op.drop_table("scheme_revisions")
    with op.batch_alter_table("schemes", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_schemes_one_published",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index("ix_schemes_state_year_profession")

    op.drop_table("schemes")
