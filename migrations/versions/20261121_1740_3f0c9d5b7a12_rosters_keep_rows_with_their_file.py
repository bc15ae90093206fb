"""A roster's rows are kept as long as its file: one column told so twice.

Revision: 3f0c9d5b7a12, after a8a383bc19e3
"""

import sqlalchemy as sa
from alembic import op

revision = "3f0c9d5b7a12"
down_revision = "a8a383bc19e3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("roster_imports", "has_rows")


def downgrade() -> None:
    op.add_column(
        "roster_imports",
        sa.Column("has_rows", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.execute("UPDATE roster_imports SET has_rows = has_file")
