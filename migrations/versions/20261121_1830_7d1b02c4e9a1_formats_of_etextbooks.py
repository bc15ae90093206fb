"""E-textbooks may be EPUB or HTML besides PDF, and say whether they can be downloaded.

Revision: 7d1b02c4e9a1, after 36325b3aa108
"""

import sqlalchemy as sa
from alembic import op

revision = "7d1b02c4e9a1"
down_revision = "601fd0d84f09"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Those there are are PDFs, which anybody could keep till now.
    columns = (
        sa.Column("format", sa.String(length=32), nullable=False, server_default="pdf"),
        sa.Column("may_download", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("chapter_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("contents", sa.JSON(), nullable=False, server_default="[]"),
    )
    with op.batch_alter_table("etextbooks") as batch:
        for column in columns:
            batch.add_column(column)
    with op.batch_alter_table("etextbooks") as batch:
        for column in columns:
            batch.alter_column(column.name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("etextbooks") as batch:
        for name in ("contents", "chapter_count", "may_download", "format"):
            batch.drop_column(name)
