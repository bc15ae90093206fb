"""When its owner confirmed a contact. Who set those there are is not known: staff confirm theirs.

Revision: 36325b3aa108, after 3f0c9d5b7a12
"""

import sqlalchemy as sa
from alembic import op

revision = "36325b3aa108"
down_revision = "3f0c9d5b7a12"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("contact_confirmed_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("people", column)


def downgrade() -> None:
    op.drop_column("people", "contact_confirmed_at")
