"""Videos carry remarks for their trainer, and the name of a poster that can be chosen.

Revision: 7c2e91d40ab6, after 36325b3aa108
"""

import sqlalchemy as sa
from alembic import op

revision = "7c2e91d40ab6"
down_revision = "e8f630b31f52"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Those there are have no remarks, and the poster every package is made with.
    column = sa.Column("remarks", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    op.add_column("videos", column)
    poster = sa.Column(
        "poster_name", sa.String(length=32), nullable=False, server_default="poster.jpg"
    )
    op.add_column("videos", poster)


def downgrade() -> None:
    op.drop_column("videos", "poster_name")
    op.drop_column("videos", "remarks")
