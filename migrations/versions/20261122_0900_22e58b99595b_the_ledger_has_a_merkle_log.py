"""Entries say what they were earned by and under which policy; a Merkle log stands over them.

Revision: 22e58b99595b, after c4f7a1d80e36
"""

import datetime as dt
import hashlib
import json

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "22e58b99595b"
down_revision = "c4f7a1d80e36"
branch_labels = None
depends_on = None

ENTRIES = "bank_ledger_entries"
LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# The primary key of each table that is only ever appended to.
LOG_TABLES = {
    "bank_log_leaves": ("position",),
    "bank_log_nodes": ("level", "place"),
    "bank_tree_heads": ("size",),
}
REFUSE = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
FUNCTION = "EXECUTE FUNCTION bank_ledger_is_append_only()"
LEAVES = sa.text(
    "SELECT e.id, e.number, p.record_key, f.code, e.source, e.kind, e.year, e.category, e.hours, "
    "e.source_reference, e.certificate_number, e.title, e.policy, e.claim_kind, e.reason, "
    "e.earned_at, e.entered_at FROM bank_ledger_entries e JOIN bank_people p ON p.id = e.person_id "
    "JOIN bank_platforms f ON f.id = e.platform_id ORDER BY e.id"
).columns(earned_at=sa.DateTime(timezone=True), entered_at=sa.DateTime(timezone=True))
HASHED = sa.text("UPDATE bank_ledger_entries SET leaf_hash = :leaf WHERE id = :id")


def upgrade() -> None:
    _drop_guards()
    for name, default in (("source", "course"), ("policy", ""), ("claim_kind", "")):
        op.add_column(
            ENTRIES,
            sa.Column(name, sa.String(length=32), nullable=False, server_default=default),
        )
    if op.get_bind().dialect.name == "postgresql":
        for name in ("source", "policy", "claim_kind"):
            op.alter_column(ENTRIES, name, server_default=None)
    op.add_column("bank_platforms", sa.Column("previous_key", sa.Text(), nullable=True))
    op.add_column(
        "bank_platforms", sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True)
    )
    _make_log()
    _hash_anew()
    _guard_entries()
    for table, key in LOG_TABLES.items():
        _guard(table, key)


def _make_log() -> None:
    op.create_table(
        "bank_log_leaves",
        sa.Column("position", LONG, autoincrement=False, nullable=False),
        sa.Column("entry_id", LONG, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["bank_ledger_entries.id"],
            name=op.f("fk_bank_log_leaves_entry_id_bank_ledger_entries"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_bank_log_leaves")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_bank_log_leaves_entry_id")),
    )
    op.create_table(
        "bank_log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", LONG, autoincrement=False, nullable=False),
        sa.Column("node_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_bank_log_nodes")),
    )
    op.create_table(
        "bank_tree_heads",
        sa.Column("size", LONG, autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_bank_tree_heads")),
    )


def _hash_anew() -> None:
    """The leaf hash of earlier entries did not cover all their fields; no log held it yet."""
    connection = op.get_bind()
    for entry_id, number, record_key, *fields, earned_at, entered_at in connection.execute(
        LEAVES
    ).all():
        vault = current_app.extensions["vault"]
        person = vault.lookup_hash(f"ledger entry:{number}:{record_key}")
        content = [number, person, *fields, _instant(earned_at), _instant(entered_at)]
        encoded = json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()
        leaf = hashlib.sha256(b"\x00" + encoded).hexdigest()
        connection.execute(HASHED, {"leaf": leaf, "id": entry_id})


def _instant(instant: dt.datetime) -> str:
    aware = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    return aware.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _drop_guards() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER IF EXISTS {ENTRIES}_no_{verb}")
    else:
        for name in ("append_only", "no_truncate"):
            op.execute(f"DROP TRIGGER IF EXISTS {ENTRIES}_{name} ON {ENTRIES}")


def _guard_entries(with_replace: bool = True) -> None:
    _guard(ENTRIES, ("id",) if with_replace else ())


def _guard(table: str, key: tuple[str, ...]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW {FUNCTION}"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT {FUNCTION}"
        )
        return
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {REFUSE}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {REFUSE}")
    if key:
        same = " AND ".join(f"{name} = NEW.{name}" for name in key)
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {REFUSE}"
        )


def downgrade() -> None:
    for table in reversed(LOG_TABLES):
        op.drop_table(table)
    for name in ("previous_until", "previous_key"):
        op.drop_column("bank_platforms", name)
    _drop_guards()
    for name in ("claim_kind", "policy", "source"):
        op.drop_column(ENTRIES, name)
    _guard_entries(with_replace=False)
