"""Videos carry remarks: what their trainer should know although they are usable.

Revision: 7c2e91d40ab6, after 36325b3aa108
"""

import sqlalchemy as sa
from alembic import op

revision = "7c2e91d40ab6"
down_revision = "36325b3aa108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Those there are have none.
    column = sa.Column("remarks", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    op.add_column("videos", column)


def downgrade() -> None:
    op.drop_column("videos", "remarks")
