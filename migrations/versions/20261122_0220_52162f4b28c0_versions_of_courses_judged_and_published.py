"""Versions of courses, judged and published; cycles are bound to the version they began with.

Every course that was published becomes the first version of itself, as it stands.

Revision: 52162f4b28c0, after 7c2e91d40ab6
"""

import sqlalchemy as sa
from alembic import op

revision = "52162f4b28c0"
down_revision = "7c2e91d40ab6"
branch_labels = None
depends_on = None

# A draft that somebody studies nonetheless cannot be shown, but their cycle needs a version.
CARRIED_OVER = (
    """
    INSERT INTO course_versions (
        course_id, number, state, title, summary, category, hours, year, lecturer_name,
        lecturer_title, lecturer_about, requires_exam, max_pace_tenths, submitted_by_id,
        submitted_at, published_at)
    SELECT id, 1, CASE state WHEN 'draft' THEN 'replaced' ELSE state END, title, summary, category,
        hours, year, lecturer_name, lecturer_title, lecturer_about, requires_exam,
        max_pace_tenths, created_by_id, COALESCE(published_at, created_at), published_at
    FROM courses
    WHERE state <> 'draft' OR EXISTS (SELECT 1 FROM cycles WHERE cycles.course_id = courses.id)
    """,
    """
    INSERT INTO version_lessons (version_id, lesson_id, position, title, summary)
    SELECT course_versions.id, lessons.id, position, lessons.title, lessons.summary
    FROM lessons JOIN course_versions ON course_versions.course_id = lessons.course_id
    WHERE EXISTS (
            SELECT 1 FROM videos WHERE videos.lesson_id = lessons.id AND videos.state = 'ready')
        OR EXISTS (SELECT 1 FROM lesson_progress WHERE lesson_progress.lesson_id = lessons.id)
    """,
    """
    INSERT INTO version_videos (version_id, lesson_id, video_id, package_version)
    SELECT version_id, version_lessons.lesson_id, videos.id, package_version
    FROM version_lessons JOIN videos ON videos.lesson_id = version_lessons.lesson_id
    WHERE videos.state = 'ready'
    """,
    """
    INSERT INTO version_etextbooks (version_id, etextbook_id, position, title)
    SELECT course_versions.id, etextbooks.id, etextbooks.id, etextbooks.title
    FROM etextbooks JOIN course_versions ON course_versions.course_id = etextbooks.course_id
    """,
)
BOUND = """
    UPDATE cycles SET version_id = (
        SELECT id FROM course_versions WHERE course_versions.course_id = cycles.course_id)
    """


def upgrade() -> None:
    op.create_table(
        "course_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("lecturer_name", sa.String(length=64), nullable=False),
        sa.Column("lecturer_title", sa.String(length=64), nullable=False),
        sa.Column("lecturer_about", sa.Text(), nullable=False),
        sa.Column("requires_exam", sa.Boolean(), nullable=False),
        sa.Column("max_pace_tenths", sa.Integer(), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base_approved_by_id", sa.Integer(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("hours > 0", name=op.f("ck_course_versions_hours_positive")),
        sa.ForeignKeyConstraint(
            ["base_approved_by_id"],
            ["people.id"],
            name=op.f("fk_course_versions_base_approved_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_versions_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["people.id"],
            name=op.f("fk_course_versions_published_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"],
            ["people.id"],
            name=op.f("fk_course_versions_submitted_by_id_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_versions")),
        sa.UniqueConstraint(
            "course_id", "number", name=op.f("uq_course_versions_course_id_number")
        ),
    )
    with op.batch_alter_table("course_versions", schema=None) as batch_op:
        batch_op.create_index("ix_course_versions_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "ux_course_versions_one_in_review",
            ["course_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('submitted', 'base_approved', 'approved')"),
            postgresql_where=sa.text("state IN ('submitted', 'base_approved', 'approved')"),
        )
        batch_op.create_index(
            "ux_course_versions_one_shown",
            ["course_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('published', 'withdrawn')"),
            postgresql_where=sa.text("state IN ('published', 'withdrawn')"),
        )

    op.create_table(
        "review_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_review_steps_actor_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_versions.id"],
            name=op.f("fk_review_steps_version_id_course_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_steps")),
    )
    with op.batch_alter_table("review_steps", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_review_steps_version_id"), ["version_id"], unique=False
        )

    op.create_table(
        "version_etextbooks",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("etextbook_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["etextbook_id"],
            ["etextbooks.id"],
            name=op.f("fk_version_etextbooks_etextbook_id_etextbooks"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_versions.id"],
            name=op.f("fk_version_etextbooks_version_id_course_versions"),
        ),
        sa.PrimaryKeyConstraint("version_id", "etextbook_id", name=op.f("pk_version_etextbooks")),
    )
    with op.batch_alter_table("version_etextbooks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_version_etextbooks_etextbook_id"), ["etextbook_id"], unique=False
        )

    op.create_table(
        "version_lessons",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_version_lessons_lesson_id_lessons")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["course_versions.id"],
            name=op.f("fk_version_lessons_version_id_course_versions"),
        ),
        sa.PrimaryKeyConstraint("version_id", "lesson_id", name=op.f("pk_version_lessons")),
    )
    with op.batch_alter_table("version_lessons", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_version_lessons_lesson_id"), ["lesson_id"], unique=False
        )

    op.create_table(
        "version_videos",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("package_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id", "lesson_id"],
            ["version_lessons.version_id", "version_lessons.lesson_id"],
            name=op.f("fk_version_videos_version_id_lesson_id_version_lessons"),
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_version_videos_video_id_videos")
        ),
        sa.PrimaryKeyConstraint("version_id", "lesson_id", name=op.f("pk_version_videos")),
    )
    with op.batch_alter_table("version_videos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_videos_video_id"), ["video_id"], unique=False)

    for statement in CARRIED_OVER:
        op.execute(statement)
    op.add_column("cycles", sa.Column("version_id", sa.Integer(), nullable=True))
    op.execute(BOUND)
    with op.batch_alter_table("cycles", schema=None) as batch_op:
        batch_op.alter_column("version_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index(batch_op.f("ix_cycles_version_id"), ["version_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_cycles_version_id_course_versions"),
            "course_versions",
            ["version_id"],
            ["id"],
        )

    with op.batch_alter_table("etextbooks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("etextbooks", schema=None) as batch_op:
        batch_op.drop_column("removed_at")

    with op.batch_alter_table("cycles", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_cycles_version_id_course_versions"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_cycles_version_id"))
        batch_op.drop_column("version_id")

    with op.batch_alter_table("version_videos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_videos_video_id"))

    op.drop_table("version_videos")
    with op.batch_alter_table("version_lessons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_lessons_lesson_id"))

    op.drop_table("version_lessons")
    with op.batch_alter_table("version_etextbooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_etextbooks_etextbook_id"))

    op.drop_table("version_etextbooks")
    with op.batch_alter_table("review_steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_steps_version_id"))

    op.drop_table("review_steps")
    with op.batch_alter_table("course_versions", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_course_versions_one_shown",
            sqlite_where=sa.text("state IN ('published', 'withdrawn')"),
            postgresql_where=sa.text("state IN ('published', 'withdrawn')"),
        )
        batch_op.drop_index(
            "ux_course_versions_one_in_review",
            sqlite_where=sa.text("state IN ('submitted', 'base_approved', 'approved')"),
            postgresql_where=sa.text("state IN ('submitted', 'base_approved', 'approved')"),
        )
        batch_op.drop_index("ix_course_versions_state_id")

    op.drop_table("course_versions")
