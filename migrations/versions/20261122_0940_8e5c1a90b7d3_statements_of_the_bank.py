"""Details of entries, annual certificates, platforms that may read statements

Revision ID: 8e5c1a90b7d3
Revises: e17b5c90d2a4
"""

import sqlalchemy as sa
from alembic import op

revision = "8e5c1a90b7d3"
down_revision = "e17b5c90d2a4"
branch_labels = None
depends_on = None

DETAILS = "bank_entry_details"
SQLITE = tuple(
    f"CREATE TRIGGER {DETAILS}_no_{verb.lower()} BEFORE {verb} ON {DETAILS} "
    "BEGIN SELECT RAISE(ABORT, 'details of entries are append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION bank_entry_details_are_append_only() RETURNS trigger "
    "LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'details of entries are append-only'; END $$",
    f"CREATE TRIGGER {DETAILS}_append_only BEFORE UPDATE OR DELETE ON {DETAILS} "
    "FOR EACH ROW EXECUTE FUNCTION bank_entry_details_are_append_only()",
    f"CREATE TRIGGER {DETAILS}_no_truncate BEFORE TRUNCATE ON {DETAILS} "
    "FOR EACH STATEMENT EXECUTE FUNCTION bank_entry_details_are_append_only()",
)


def upgrade() -> None:
    op.create_table(
        DETAILS,
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["bank_ledger_entries.id"],
            name=op.f("fk_bank_entry_details_entry_id_bank_ledger_entries"),
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_bank_entry_details")),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if is_postgresql else SQLITE:
        op.execute(statement)
    _create_certificates()
    op.add_column(
        "bank_platforms",
        sa.Column("may_read_people", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    with op.batch_alter_table("bank_platforms") as table:
        table.alter_column("may_read_people", server_default=None)


def _create_certificates() -> None:
    op.create_table(
        "bank_annual_certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=22), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("person_name", sa.String(length=64), nullable=False),
        sa.Column("identity_tail", sa.String(length=4), nullable=False),
        sa.Column("unit_name", sa.String(length=128), nullable=False),
        sa.Column("issuer_name", sa.String(length=128), nullable=False),
        sa.Column("policy", sa.String(length=32), nullable=False),
        sa.Column("public", sa.Integer(), nullable=False),
        sa.Column("professional", sa.Integer(), nullable=False),
        sa.Column("required_public", sa.Integer(), nullable=False),
        sa.Column("required_professional", sa.Integer(), nullable=False),
        sa.Column("required_total", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'valid') = (ended_at IS NULL)",
            name=op.f("ck_bank_annual_certificates_ended_has_its_time"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["bank_people.id"],
            name=op.f("fk_bank_annual_certificates_person_id_bank_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_annual_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_bank_annual_certificates_code")),
        sa.UniqueConstraint("number", name=op.f("uq_bank_annual_certificates_number")),
    )
    op.create_index(
        "ix_bank_annual_certificates_person_id_year",
        "bank_annual_certificates",
        ["person_id", "year"],
    )
    op.create_index(
        "ux_bank_annual_certificates_one_valid",
        "bank_annual_certificates",
        ["person_id", "year"],
        unique=True,
        sqlite_where=sa.text("state = 'valid'"),
        postgresql_where=sa.text("state = 'valid'"),
    )


def downgrade() -> None:
    with op.batch_alter_table("bank_platforms") as table:
        table.drop_column("may_read_people")
    op.drop_table("bank_annual_certificates")
    op.drop_table(DETAILS)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION bank_entry_details_are_append_only()")
