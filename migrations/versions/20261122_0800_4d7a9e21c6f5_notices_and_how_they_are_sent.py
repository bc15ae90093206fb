"""Notices to people, the messages that carry them, who wants which; who decides on a re-study.

Revision: 4d7a9e21c6f5, after 4b8e21d7f0a6
"""

import sqlalchemy as sa
from alembic import op

revision = "4d7a9e21c6f5"
down_revision = "4b8e21d7f0a6"
branch_labels = None
depends_on = None

_UNREAD = sa.text("read_at IS NULL")
_OPEN = sa.text("state IN ('pending', 'sending')")


def upgrade() -> None:
    # What was applied for until now, unit and base could decide.
    op.add_column(
        "restudy_applications",
        sa.Column("rule", sa.String(length=32), nullable=False, server_default="either"),
    )
    _create_notices()
    _create_deliveries()
    op.create_table(
        "notice_preferences",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_notice_preferences_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", "channel", name=op.f("pk_notice_preferences")),
    )
    op.create_table(
        "notice_languages",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_notice_languages_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notice_languages")),
    )
    op.create_table(
        "notice_closing_runs",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_notice_closing_runs")),
    )


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_notices_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("about", "kind", name=op.f("uq_notices_about_kind")),
    )
    op.create_index("ix_notices_person_id_id", "notices", ["person_id", "id"])
    op.create_index(
        "ix_notices_unread",
        "notices",
        ["person_id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )


def _create_deliveries() -> None:
    op.create_table(
        "notice_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_deliveries_notice_id_notices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_deliveries")),
        sa.UniqueConstraint(
            "notice_id", "channel", name=op.f("uq_notice_deliveries_notice_id_channel")
        ),
    )
    op.create_index(
        "ix_notice_deliveries_open",
        "notice_deliveries",
        ["next_try_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    op.drop_column("restudy_applications", "rule")
    op.drop_table("notice_closing_runs")
    op.drop_table("notice_languages")
    op.drop_table("notice_preferences")
    op.drop_table("notice_deliveries")
    op.drop_table("notices")
