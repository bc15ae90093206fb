"""Long films are packaged in chunks, each by a worker of its own.

Revision: 9d2c4f81ab57, after c2a8e5b94d13
"""

import sqlalchemy as sa
from alembic import op

from lms.core.types import Instant

revision = "9d2c4f81ab57"
down_revision = "c2a8e5b94d13"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "video_chunks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("film_claim", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("start_seconds", sa.Integer(), nullable=False),
        sa.Column("end_seconds", sa.Integer(), nullable=True),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("film", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("heartbeat_at", Instant(), nullable=True),
        sa.Column("queued_at", Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("progress_percent", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "progress_percent BETWEEN 0 AND 100", name=op.f("ck_video_chunks_percent")
        ),
        sa.ForeignKeyConstraint(
            ["video_id"],
            ["videos.id"],
            name=op.f("fk_video_chunks_video_id_videos"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_chunks")),
        sa.UniqueConstraint("video_id", "number", name=op.f("uq_video_chunks_video_id_number")),
    )


def downgrade() -> None:
    op.drop_table("video_chunks")
