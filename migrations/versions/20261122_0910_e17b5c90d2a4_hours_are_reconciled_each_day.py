"""Each day's deliveries are compared with the bank's statement; receipts name entry and day.

Revision: e17b5c90d2a4, after 22e58b99595b
"""

import datetime as dt
import json

import sqlalchemy as sa
from alembic import op

revision = "e17b5c90d2a4"
down_revision = "22e58b99595b"
branch_labels = None
depends_on = None

_PORTION = 1000


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("entry_number", sa.String(64), nullable=True))
    op.add_column("deliveries", sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("proof", sa.JSON(), nullable=True))
    _read_receipts()
    op.create_index("ix_deliveries_entered_at", "deliveries", ["entered_at"])
    _create_reconciliations()
    _create_differences()


def _read_receipts() -> None:
    """Entry and instant stand in the receipts that are kept already."""
    bind = op.get_bind()
    instant = sa.DateTime(timezone=bind.dialect.name == "postgresql")
    deliveries = sa.table(
        "deliveries",
        sa.column("id", sa.Integer()),
        sa.column("receipt", sa.JSON()),
        sa.column("entry_number", sa.String()),
        sa.column("entered_at", instant),
    )
    last = 0
    while rows := bind.execute(
        sa.select(deliveries.c.id, deliveries.c.receipt)
        .where(deliveries.c.id > last)
        .order_by(deliveries.c.id)
        .limit(_PORTION)
    ).all():
        for delivery_id, kept in rows:
            receipt = json.loads(kept) if isinstance(kept, str) else kept
            if receipt:
                bind.execute(
                    sa.update(deliveries)
                    .where(deliveries.c.id == delivery_id)
                    .values(
                        entry_number=receipt["entry"],
                        entered_at=_instant(receipt["entered_at"], bind.dialect.name),
                    )
                )
        last = rows[-1][0]


def _instant(text: str, dialect: str) -> dt.datetime:
    utc = dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    return utc if dialect == "postgresql" else utc.replace(tzinfo=None)


def _create_reconciliations() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("own_count", sa.Integer(), nullable=False),
        sa.Column("own_hours", sa.Integer(), nullable=False),
        sa.Column("bank_count", sa.Integer(), nullable=False),
        sa.Column("bank_hours", sa.Integer(), nullable=False),
        sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(32), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
        sa.UniqueConstraint("day", name=op.f("uq_reconciliations_day")),
    )


def _create_differences() -> None:
    table = "reconciliation_differences"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("entry_kind", sa.String(32), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("own_entry", sa.String(64), nullable=True),
        sa.Column("own_year", sa.Integer(), nullable=True),
        sa.Column("own_category", sa.String(32), nullable=True),
        sa.Column("own_hours", sa.Integer(), nullable=True),
        sa.Column("own_receipt", sa.JSON(), nullable=True),
        sa.Column("bank_entry", sa.String(64), nullable=True),
        sa.Column("bank_year", sa.Integer(), nullable=True),
        sa.Column("bank_category", sa.String(32), nullable=True),
        sa.Column("bank_hours", sa.Integer(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
            name=op.f("fk_reconciliation_differences_delivery_id_deliveries"),
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliations.id"],
            name=op.f("fk_reconciliation_differences_reconciliation_id_reconciliations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_differences")),
    )
    op.create_index(op.f(f"ix_{table}_reconciliation_id"), table, ["reconciliation_id"])
    op.create_index(f"ix_{table}_open", table, ["settled_at", "reconciliation_id"])


def downgrade() -> None:
    op.drop_table("reconciliation_differences")
    op.drop_table("reconciliations")
    op.drop_index("ix_deliveries_entered_at", table_name="deliveries")
    for name in ("proof", "entered_at", "entry_number"):
        op.drop_column("deliveries", name)
