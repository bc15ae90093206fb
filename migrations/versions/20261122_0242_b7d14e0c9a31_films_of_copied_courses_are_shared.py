"""A film of a copied course plays the package of the film that it was copied from.

Revision: b7d14e0c9a31, after 4c09a336fff9
"""

import sqlalchemy as sa
from alembic import op

revision = "b7d14e0c9a31"
down_revision = "4c09a336fff9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shares_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_videos_shares_id"), ["shares_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_videos_shares_id_videos"), "videos", ["shares_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_videos_shares_id_videos"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_videos_shares_id"))
        batch_op.drop_column("shares_id")
