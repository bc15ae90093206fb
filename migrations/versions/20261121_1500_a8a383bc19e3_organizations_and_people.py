"""Organizations and people: sessions, codes, second factors, memberships, rosters, seals.

Revision: a8a383bc19e3, after 5e1a7c0d2b94
"""

import sqlalchemy as sa
from alembic import op

revision = "a8a383bc19e3"
down_revision = "5e1a7c0d2b94"
branch_labels = None
depends_on = None


# The labels that professions were written as before they became a list, with their new values.
SERIES = {
    "工程技术": "engineering",
    "工程技术人员": "engineering",
}
REFUSAL = "the audit trail is append-only"
TABLES = ("audit_events", "audit_seals")
GUARDS = {
    "sqlite": tuple(
        statement
        for table in TABLES
        for statement in (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        )
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_trail_is_append_only() RETURNS trigger "
        f"LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        *(
            statement
            for table in TABLES
            for statement in (
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION audit_trail_is_append_only()",
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_trail_is_append_only()",
            )
        ),
    ),
}
UNGUARD = {
    "sqlite": tuple(
        f"DROP TRIGGER {table}_no_{deed}"
        for table in TABLES
        for deed in ("update", "delete", "replace")
    ),
    "postgresql": ("DROP FUNCTION audit_trail_is_append_only() CASCADE",),
}


def _carry_people_over() -> None:
    """Closed accounts stay closed, professions become values, and each unit a first employment."""
    op.execute("UPDATE people SET state = 'suspended' WHERE NOT is_active")
    people = sa.table("people", sa.column("profession", sa.String()))
    value = sa.case(SERIES, value=people.c.profession, else_=None)
    op.execute(people.update().values(profession=value))
    day = "substr(created_at, 1, 10)"
    if op.get_bind().dialect.name == "postgresql":
        day = "CAST(created_at AT TIME ZONE 'Asia/Shanghai' AS date)"
    op.execute(
        "INSERT INTO employments (person_id, organization_id, started_on) "  # noqa: S608 - ours
        f"SELECT id, unit_id, {day} FROM people WHERE unit_id IS NOT NULL"
    )


def upgrade() -> None:
    op.create_table(
        "audit_seals",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "first_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "last_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("last_event_id", name=op.f("uq_audit_seals_last_event_id")),
    )
    op.create_table(
        "sign_in_throttles",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_throttles")),
    )
    with op.batch_alter_table("sign_in_throttles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_throttles_last_failed_at"), ["last_failed_at"], unique=False
        )

    op.create_table(
        "employments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_employments_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_employments_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employments")),
    )
    with op.batch_alter_table("employments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_employments_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_employments_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ux_employments_one_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "membership_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_membership_requests_asked_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["people.id"],
            name=op.f("fk_membership_requests_decided_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["from_id"],
            ["organizations.id"],
            name=op.f("fk_membership_requests_from_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_membership_requests_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["organizations.id"], name=op.f("fk_membership_requests_to_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_requests")),
    )
    with op.batch_alter_table("membership_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_membership_requests_from_id"), ["from_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_membership_requests_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index("ix_membership_requests_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "ix_membership_requests_to_state", ["to_id", "state", "id"], unique=False
        )
        batch_op.create_index(
            "ux_membership_requests_one_pending",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grant_hash", sa.String(length=64), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("send_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["people.id"], name=op.f("fk_one_time_codes_issued_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_one_time_codes_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("grant_hash", name=op.f("uq_one_time_codes_grant_hash")),
    )
    with op.batch_alter_table("one_time_codes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_one_time_codes_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_one_time_codes_next_send_at"), ["next_send_at"], unique=False
        )
        batch_op.create_index("ix_one_time_codes_person_id_id", ["person_id", "id"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("may_be_backed_up", sa.Boolean(), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_passkeys_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkeys_person_id"), ["person_id"], unique=False)

    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint(
            "person_id", "code_hash", name=op.f("uq_recovery_codes_person_id_code_hash")
        ),
    )
    op.create_table(
        "roster_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("uploader_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("has_file", sa.Boolean(), nullable=False),
        sa.Column("has_rows", sa.Boolean(), nullable=False),
        sa.Column("has_problems", sa.Boolean(), nullable=False),
        sa.Column("has_marked", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.String(length=32), nullable=True),
        sa.Column("fault_detail", sa.JSON(), nullable=False),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("changed_count", sa.Integer(), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), nullable=False),
        sa.Column("moved_count", sa.Integer(), nullable=False),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("progress_percent", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim_token", sa.String(length=16), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_roster_imports_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organizations.id"], name=op.f("fk_roster_imports_unit_id_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["uploader_id"], ["people.id"], name=op.f("fk_roster_imports_uploader_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
        sa.UniqueConstraint("key", name=op.f("uq_roster_imports_key")),
    )
    with op.batch_alter_table("roster_imports", schema=None) as batch_op:
        batch_op.create_index(
            "ix_roster_imports_organization_id_id", ["organization_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_roster_imports_state_expires_at", ["state", "expires_at"], unique=False
        )
        batch_op.create_index(
            "ix_roster_imports_uploader_id_id", ["uploader_id", "id"], unique=False
        )

    op.create_table(
        "sign_in_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sign_in_sessions_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_sessions_token_hash")),
    )
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_in_sessions_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sign_in_sessions_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "totp_devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("record_key", sa.String(length=32), nullable=False),
        sa.Column("secret_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_totp_devices_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp_devices")),
        sa.UniqueConstraint("record_key", name=op.f("uq_totp_devices_record_key")),
    )
    with op.batch_alter_table("totp_devices", schema=None) as batch_op:
        batch_op.create_index(
            "ux_totp_devices_one_in_setup",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL"),
        )
        batch_op.create_index(
            "ux_totp_devices_one_in_use",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )

    op.create_table(
        "passkey_challenges",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sign_in_sessions.id"],
            name=op.f("fk_passkey_challenges_session_id_sign_in_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "purpose", name=op.f("pk_passkey_challenges")),
    )
    op.create_table(
        "roster_problems",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("heading", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_imports.id"],
            name=op.f("fk_roster_problems_import_id_roster_imports"),
        ),
        sa.PrimaryKeyConstraint("import_id", "place", name=op.f("pk_roster_problems")),
    )
    op.create_table(
        "roster_rows",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("record_key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("identity_kind", sa.String(length=32), nullable=False),
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("identity_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("identity_head", sa.String(length=6), nullable=True),
        sa.Column("identity_tail", sa.String(length=4), nullable=True),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("phone_tail", sa.String(length=4), nullable=True),
        sa.Column("email", sa.String(length=128), nullable=True),
        sa.Column("profession", sa.String(length=32), nullable=True),
        sa.Column("title_level", sa.String(length=32), nullable=True),
        sa.Column("changed_fields", sa.String(length=64), nullable=True),
        sa.Column("seen_unit_id", sa.Integer(), nullable=True),
        sa.Column("seen_phone_hash", sa.String(length=64), nullable=True),
        sa.Column("seen_email", sa.String(length=128), nullable=True),
        sa.Column("seen_profession", sa.String(length=32), nullable=True),
        sa.Column("seen_title_level", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_imports.id"],
            name=op.f("fk_roster_rows_import_id_roster_imports"),
        ),
        sa.PrimaryKeyConstraint("import_id", "row_number", name=op.f("pk_roster_rows")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organization_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("address", sa.String(length=45), nullable=True))
        batch_op.create_index("ix_audit_events_actor_id_id", ["actor_id", "id"], unique=False)
        batch_op.create_index(
            "ix_audit_events_organization_id_id", ["organization_id", "id"], unique=False
        )
        batch_op.create_index("ix_audit_events_address_id", ["address", "id"], unique=False)
        batch_op.create_index("ix_audit_events_subject_id", ["subject", "id"], unique=False)
        batch_op.create_index("ix_audit_events_tag_id", ["tag", "id"], unique=False)

    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_credits_cycle_id"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_credits_cycle_id_person_id"), ["cycle_id", "person_id"]
        )

    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(length=32), nullable=False, server_default="approved")
        )
        batch_op.add_column(sa.Column("credit_code", sa.String(length=18), nullable=True))
        batch_op.add_column(sa.Column("stand_in_kind", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("address", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("contact_phone", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("registered_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("remark", sa.String(length=500), nullable=True))
        batch_op.add_column(
            sa.Column(
                "created_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default=sa.func.now(),
            )
        )
        batch_op.create_index(
            "ix_organizations_division_begins",
            ["division_code"],
            unique=False,
            postgresql_ops={"division_code": "text_pattern_ops"},
        )
        batch_op.create_index("ix_organizations_kind_state", ["kind", "state"], unique=False)
        batch_op.create_index(
            "ix_organizations_name_begins",
            ["name"],
            unique=False,
            postgresql_ops={"name": "text_pattern_ops"},
        )
        batch_op.create_index(
            batch_op.f("ix_organizations_registered_by_id"), ["registered_by_id"], unique=False
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_organizations_credit_code"), ["credit_code"]
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state", sa.String(length=32), nullable=False, server_default="active")
        )
        batch_op.add_column(sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("identity_head", sa.String(length=6), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("phone_cipher", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("phone_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("phone_tail", sa.String(length=4), nullable=True))
        batch_op.add_column(sa.Column("title_level", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))

    _carry_people_over()

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.alter_column(
            "profession",
            existing_type=sa.VARCHAR(length=64),
            type_=sa.String(length=32),
            existing_nullable=True,
        )
        batch_op.drop_index(batch_op.f("ix_people_unit_id"))
        batch_op.create_index(
            batch_op.f("ix_people_merged_into_id"), ["merged_into_id"], unique=False
        )
        batch_op.create_index(
            "ix_people_name_id",
            ["name", "id"],
            unique=False,
            postgresql_ops={"name": "text_pattern_ops"},
            postgresql_include=["unit_id"],
        )
        batch_op.create_index(
            "ix_people_not_activated",
            ["unit_id", "id"],
            unique=False,
            sqlite_where=sa.text("password_hash IS NULL"),
            postgresql_where=sa.text("password_hash IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_people_phone_hash"), ["phone_hash"], unique=False)
        for name in ("profession", "state", "title_level"):
            batch_op.create_index(
                f"ix_people_{name}_unit_id_id", [name, "unit_id", "id"], unique=False
            )
        batch_op.create_index("ix_people_unit_id_id", ["unit_id", "id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_people_merged_into_id_people"), "people", ["merged_into_id"], ["id"]
        )
        batch_op.drop_column("sign_in_blocked_until")
        batch_op.drop_column("failed_sign_ins")
        batch_op.drop_column("is_active")
        batch_op.drop_column("session_epoch")
        batch_op.alter_column("state", server_default=None)
        batch_op.alter_column("identity_head", server_default=None)

    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.alter_column("state", server_default=None)
        batch_op.alter_column("created_at", server_default=None)

    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("granted_by_id", sa.Integer(), nullable=True))
        batch_op.drop_constraint(
            batch_op.f("uq_posts_person_id_organization_id_role_starts_on"), type_="unique"
        )
        batch_op.create_index(
            "ux_posts_one_open",
            ["person_id", "organization_id", "role"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_posts_granted_by_id_people"), "people", ["granted_by_id"], ["id"]
        )

    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNGUARD[op.get_bind().dialect.name]:
        op.execute(statement)

    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_posts_granted_by_id_people"), type_="foreignkey")
        batch_op.drop_index(
            "ux_posts_one_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_posts_person_id_organization_id_role_starts_on"),
            ["person_id", "organization_id", "role", "starts_on"],
        )
        batch_op.drop_column("granted_by_id")
        batch_op.drop_column("ended_at")

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("session_epoch", sa.INTEGER(), nullable=False, server_default="1")
        )
        batch_op.add_column(
            sa.Column("is_active", sa.BOOLEAN(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("failed_sign_ins", sa.INTEGER(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("sign_in_blocked_until", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.drop_constraint(batch_op.f("fk_people_merged_into_id_people"), type_="foreignkey")
        batch_op.drop_index("ix_people_unit_id_id")
        batch_op.drop_index(batch_op.f("ix_people_phone_hash"))
        for name in ("title_level", "state", "profession"):
            batch_op.drop_index(f"ix_people_{name}_unit_id_id")
        batch_op.drop_index("ix_people_not_activated")
        batch_op.drop_index("ix_people_name_id", postgresql_ops={"name": "text_pattern_ops"})
        batch_op.drop_index(batch_op.f("ix_people_merged_into_id"))
        batch_op.create_index(batch_op.f("ix_people_unit_id"), ["unit_id"], unique=False)
        batch_op.alter_column(
            "profession",
            existing_type=sa.String(length=32),
            type_=sa.VARCHAR(length=64),
            existing_nullable=True,
        )
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("title_level")
        batch_op.drop_column("phone_tail")
        batch_op.drop_column("phone_hash")
        batch_op.drop_column("phone_cipher")
        batch_op.drop_column("identity_head")
        batch_op.drop_column("password_set_at")
        batch_op.drop_column("state")

    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_organizations_credit_code"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_organizations_registered_by_id"))
        batch_op.drop_index(
            "ix_organizations_name_begins", postgresql_ops={"name": "text_pattern_ops"}
        )
        batch_op.drop_index("ix_organizations_kind_state")
        batch_op.drop_index(
            "ix_organizations_division_begins", postgresql_ops={"division_code": "text_pattern_ops"}
        )
        batch_op.drop_column("created_at")
        batch_op.drop_column("remark")
        batch_op.drop_column("registered_by_id")
        batch_op.drop_column("contact_phone")
        batch_op.drop_column("address")
        batch_op.drop_column("stand_in_kind")
        batch_op.drop_column("credit_code")
        batch_op.drop_column("state")

    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_credits_cycle_id_person_id"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_credits_cycle_id"), ["cycle_id"])

    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_events_tag_id")
        batch_op.drop_index("ix_audit_events_subject_id")
        batch_op.drop_index("ix_audit_events_address_id")
        batch_op.drop_index("ix_audit_events_organization_id_id")
        batch_op.drop_index("ix_audit_events_actor_id_id")
        batch_op.drop_column("address")
        batch_op.drop_column("organization_id")

    op.drop_table("roster_rows")
    op.drop_table("roster_problems")
    op.drop_table("passkey_challenges")
    with op.batch_alter_table("totp_devices", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_totp_devices_one_in_use",
            sqlite_where=sa.text("confirmed_at IS NOT NULL"),
            postgresql_where=sa.text("confirmed_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ux_totp_devices_one_in_setup",
            sqlite_where=sa.text("confirmed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL"),
        )

    op.drop_table("totp_devices")
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_sessions_seen_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_sessions_person_id"))

    op.drop_table("sign_in_sessions")
    with op.batch_alter_table("roster_imports", schema=None) as batch_op:
        batch_op.drop_index("ix_roster_imports_uploader_id_id")
        batch_op.drop_index("ix_roster_imports_state_expires_at")
        batch_op.drop_index("ix_roster_imports_organization_id_id")

    op.drop_table("roster_imports")
    op.drop_table("recovery_codes")
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkeys_person_id"))

    op.drop_table("passkeys")
    with op.batch_alter_table("one_time_codes", schema=None) as batch_op:
        batch_op.drop_index("ix_one_time_codes_person_id_id")
        batch_op.drop_index(batch_op.f("ix_one_time_codes_next_send_at"))
        batch_op.drop_index(batch_op.f("ix_one_time_codes_expires_at"))

    op.drop_table("one_time_codes")
    with op.batch_alter_table("membership_requests", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_membership_requests_one_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index("ix_membership_requests_to_state")
        batch_op.drop_index("ix_membership_requests_state_id")
        batch_op.drop_index(batch_op.f("ix_membership_requests_person_id"))
        batch_op.drop_index(batch_op.f("ix_membership_requests_from_id"))

    op.drop_table("membership_requests")
    with op.batch_alter_table("employments", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_employments_one_open",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_employments_person_id"))
        batch_op.drop_index(batch_op.f("ix_employments_organization_id"))

    op.drop_table("employments")
    with op.batch_alter_table("sign_in_throttles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_throttles_last_failed_at"))

    op.drop_table("sign_in_throttles")
    op.drop_table("audit_seals")
