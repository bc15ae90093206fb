"""What a base may keep, and what its packages take. Those there are are counted by a sweep.

Revision: 2f6d9b1c7e40, after 7d1b02c4e9a1
"""

import sqlalchemy as sa
from alembic import op

revision = "2f6d9b1c7e40"
down_revision = "7d1b02c4e9a1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "base_quotas",
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("quota_gb", sa.Integer(), nullable=False),
        sa.CheckConstraint("quota_gb > 0", name=op.f("ck_base_quotas_quota_positive")),
        sa.ForeignKeyConstraint(
            ["base_id"], ["organizations.id"], name=op.f("fk_base_quotas_base_id_organizations")
        ),
        sa.PrimaryKeyConstraint("base_id", name=op.f("pk_base_quotas")),
    )
    with op.batch_alter_table("videos") as batch:
        column = sa.Column("package_bytes", sa.BigInteger(), nullable=False, server_default="0")
        batch.add_column(column)
    with op.batch_alter_table("videos") as batch:
        batch.alter_column("package_bytes", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("videos") as batch:
        batch.drop_column("package_bytes")
    op.drop_table("base_quotas")
