"""The main job: people, courses, video windows, exams, payments, certificates, hours, ledger.

Revision: 5e1a7c0d2b94, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "5e1a7c0d2b94"
down_revision = None
branch_labels = None
depends_on = None

# The ledger is append-only whoever writes the SQL: rows are neither changed nor deleted.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER bank_ledger_entries_no_update BEFORE UPDATE ON bank_ledger_entries "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
        "CREATE TRIGGER bank_ledger_entries_no_delete BEFORE DELETE ON bank_ledger_entries "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION bank_ledger_is_append_only() RETURNS trigger "
        "LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
        "CREATE TRIGGER bank_ledger_entries_append_only BEFORE UPDATE OR DELETE "
        "ON bank_ledger_entries FOR EACH ROW EXECUTE FUNCTION bank_ledger_is_append_only()",
        "CREATE TRIGGER bank_ledger_entries_no_truncate BEFORE TRUNCATE "
        "ON bank_ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION bank_ledger_is_append_only()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_events_happened_at"), ["happened_at"], unique=False
        )

    op.create_table(
        "bank_people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("identity_kind", sa.String(length=32), nullable=False),
        sa.Column("identity_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_people")),
        sa.UniqueConstraint("identity_hash", name=op.f("uq_bank_people_identity_hash")),
        sa.UniqueConstraint("record_key", name=op.f("uq_bank_people_record_key")),
    )
    op.create_table(
        "bank_platforms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_platforms")),
        sa.UniqueConstraint("code", name=op.f("uq_bank_platforms_code")),
    )
    op.create_table(
        "divisions",
        sa.Column("code", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("parent_code", sa.String(length=9), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["divisions.code"], name=op.f("fk_divisions_parent_code_divisions")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_divisions")),
    )
    with op.batch_alter_table("divisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_divisions_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "mock_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transaction_id", sa.String(length=64), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_payments")),
        sa.UniqueConstraint("order_number", name=op.f("uq_mock_payments_order_number")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_mock_payments_transaction_id")),
    )
    with op.batch_alter_table("mock_payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mock_payments_paid_at"), ["paid_at"], unique=False)

    op.create_table(
        "mock_refunds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refund_number", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=64), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_refunds")),
        sa.UniqueConstraint("refund_number", name=op.f("uq_mock_refunds_refund_number")),
    )
    with op.batch_alter_table("mock_refunds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mock_refunds_refunded_at"), ["refunded_at"], unique=False
        )

    op.create_table(
        "payment_notifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_notifications")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_payment_notifications_notice_id")),
    )
    op.create_table(
        "bank_balances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["bank_people.id"], name=op.f("fk_bank_balances_person_id_bank_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_balances")),
        sa.UniqueConstraint(
            "person_id", "year", "category", name=op.f("uq_bank_balances_person_id_year_category")
        ),
    )
    op.create_table(
        "bank_ledger_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("source_reference", sa.String(length=64), nullable=False),
        sa.Column("certificate_number", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaf_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit' AND hours > 0) OR (kind = 'reversal' AND hours < 0)",
            name=op.f("ck_bank_ledger_entries_sign_follows_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["bank_people.id"],
            name=op.f("fk_bank_ledger_entries_person_id_bank_people"),
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["bank_platforms.id"],
            name=op.f("fk_bank_ledger_entries_platform_id_bank_platforms"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_ledger_entries")),
        sa.UniqueConstraint("number", name=op.f("uq_bank_ledger_entries_number")),
        sa.UniqueConstraint(
            "platform_id",
            "source_reference",
            "kind",
            name=op.f("uq_bank_ledger_entries_platform_id_source_reference_kind"),
        ),
    )
    with op.batch_alter_table("bank_ledger_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bank_ledger_entries_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "bank_nonces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["bank_platforms.id"],
            name=op.f("fk_bank_nonces_platform_id_bank_platforms"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_nonces")),
        sa.UniqueConstraint("platform_id", "nonce", name=op.f("uq_bank_nonces_platform_id_nonce")),
    )
    with op.batch_alter_table("bank_nonces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_nonces_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "mock_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["mock_payments.id"],
            name=op.f("fk_mock_notices_payment_id_mock_payments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mock_notices")),
    )
    with op.batch_alter_table("mock_notices", schema=None) as batch_op:
        batch_op.create_index("ix_mock_notices_due", ["settled_at", "next_try_at"], unique=False)

    op.create_table(
        "organizations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("division_code", sa.String(length=9), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("nature", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["division_code"],
            ["divisions.code"],
            name=op.f("fk_organizations_division_code_divisions"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["organizations.id"],
            name=op.f("fk_organizations_parent_id_organizations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("name", name=op.f("uq_organizations_name")),
    )
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organizations_division_code"), ["division_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_organizations_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "bank_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["bank_ledger_entries.id"],
            name=op.f("fk_bank_answers_entry_id_bank_ledger_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["bank_platforms.id"],
            name=op.f("fk_bank_answers_platform_id_bank_platforms"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_answers")),
        sa.UniqueConstraint(
            "platform_id",
            "idempotency_key",
            name=op.f("uq_bank_answers_platform_id_idempotency_key"),
        ),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("identity_kind", sa.String(length=32), nullable=False),
        sa.Column("identity_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("identity_tail", sa.String(length=4), nullable=False),
        sa.Column("email", sa.String(length=128), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("profession", sa.String(length=64), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("sign_in_blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organizations.id"], name=op.f("fk_people_unit_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("identity_hash", name=op.f("uq_people_identity_hash")),
        sa.UniqueConstraint("record_key", name=op.f("uq_people_record_key")),
        sa.UniqueConstraint("username", name=op.f("uq_people_username")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "bank_statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("public", sa.Integer(), nullable=False),
        sa.Column("professional", sa.Integer(), nullable=False),
        sa.Column("required_public", sa.Integer(), nullable=False),
        sa.Column("required_professional", sa.Integer(), nullable=False),
        sa.Column("required_total", sa.Integer(), nullable=False),
        sa.Column("short_public", sa.Integer(), nullable=False),
        sa.Column("short_professional", sa.Integer(), nullable=False),
        sa.Column("short_total", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_bank_statements_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
        sa.UniqueConstraint("person_id", "year", name=op.f("uq_bank_statements_person_id_year")),
    )
    op.create_table(
        "courses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("lecturer_name", sa.String(length=64), nullable=False),
        sa.Column("lecturer_title", sa.String(length=64), nullable=False),
        sa.Column("lecturer_about", sa.Text(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("cover_path", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("requires_exam", sa.Boolean(), nullable=False),
        sa.Column("max_pace_tenths", sa.Integer(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("hours > 0", name=op.f("ck_courses_hours_positive")),
        sa.CheckConstraint(
            "max_pace_tenths BETWEEN 10 AND 20", name=op.f("ck_courses_pace_one_to_two")
        ),
        sa.ForeignKeyConstraint(
            ["base_id"], ["organizations.id"], name=op.f("fk_courses_base_id_organizations")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_courses_created_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("slug", name=op.f("uq_courses_slug")),
    )
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courses_base_id"), ["base_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_courses_state"), ["state"], unique=False)

    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_posts_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_posts_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_posts_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint(
            "person_id",
            "organization_id",
            "role",
            "starts_on",
            name=op.f("uq_posts_person_id_organization_id_role_starts_on"),
        ),
    )
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_posts_organization_id"), ["organization_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_posts_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cycles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_cycles_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_cycles_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles")),
        sa.UniqueConstraint(
            "person_id", "course_id", "number", name=op.f("uq_cycles_person_id_course_id_number")
        ),
    )
    with op.batch_alter_table("cycles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cycles_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cycles_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ux_cycles_one_active",
            ["person_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(
            "ux_cycles_one_completed",
            ["person_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("state = 'completed'"),
            postgresql_where=sa.text("state = 'completed'"),
        )

    op.create_table(
        "etextbooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_etextbooks_course_id_courses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_etextbooks")),
    )
    with op.batch_alter_table("etextbooks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_etextbooks_course_id"), ["course_id"], unique=False)

    op.create_table(
        "exam_settings",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("pass_percent", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_exam_settings_minutes_positive")),
        sa.CheckConstraint(
            "pass_percent BETWEEN 1 AND 100", name=op.f("ck_exam_settings_pass_percent")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_exam_settings_course_id_courses")
        ),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_exam_settings")),
    )
    op.create_table(
        "lessons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_lessons_course_id_courses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
        sa.UniqueConstraint("course_id", "slug", name=op.f("uq_lessons_course_id_slug")),
    )
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lessons_course_id"), ["course_id"], unique=False)

    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_orders_amount_positive")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_orders_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_orders_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_orders_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_orders_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ux_orders_one_paid",
            ["person_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("state = 'paid'"),
            postgresql_where=sa.text("state = 'paid'"),
        )
        batch_op.create_index(
            "ux_orders_one_pending",
            ["person_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=22), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("person_name", sa.String(length=64), nullable=False),
        sa.Column("identity_tail", sa.String(length=4), nullable=False),
        sa.Column("course_title", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("base_name", sa.String(length=128), nullable=False),
        sa.Column("issuer_name", sa.String(length=128), nullable=False),
        sa.Column("has_exam", sa.Boolean(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revocation_reason", sa.String(length=32), nullable=True),
        sa.Column("revocation_note", sa.Text(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by_id", sa.Integer(), nullable=True),
        sa.Column("pdf_state", sa.String(length=16), nullable=False),
        sa.Column("pdf_path", sa.String(length=255), nullable=True),
        sa.Column("pdf_attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_at IS NOT NULL)",
            name=op.f("ck_certificates_revoked_has_its_time"),
        ),
        sa.CheckConstraint("hours > 0", name=op.f("ck_certificates_hours_positive")),
        sa.ForeignKeyConstraint(
            ["base_id"],
            ["organizations.id"],
            name=op.f("fk_certificates_base_id_organizations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles.id"],
            name=op.f("fk_certificates_cycle_id_cycles"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_certificates_person_id_people"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by_id"],
            ["people.id"],
            name=op.f("fk_certificates_revoked_by_id_people"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["certificates.id"],
            name=op.f("fk_certificates_superseded_by_id_certificates"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_certificates_cycle_id")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
    )
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.create_index("ix_certificates_base_id_id", ["base_id", "id"], unique=False)
        batch_op.create_index(
            "ix_certificates_pdf_state", ["pdf_state", "pdf_attempts", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_certificates_person_id"), ["person_id"], unique=False)

    op.create_table(
        "credits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("certificate_number", sa.String(length=64), nullable=False),
        sa.Column("earned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_credits_hours_positive")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_credits_cycle_id_cycles")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_credits_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credits")),
        sa.UniqueConstraint("certificate_number", name=op.f("uq_credits_certificate_number")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_credits_cycle_id")),
    )
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credits_person_id"), ["person_id"], unique=False)

    op.create_table(
        "exam_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_overdue", sa.Boolean(), nullable=False),
        sa.Column("pass_percent", sa.Integer(), nullable=False),
        sa.Column("total_points", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_exam_attempts_cycle_id_cycles")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_attempts")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_exam_attempts_cycle_id_number")),
    )
    with op.batch_alter_table("exam_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exam_attempts_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(
            "ix_exam_attempts_state_deadline", ["state", "deadline_at"], unique=False
        )
        batch_op.create_index(
            "ux_exam_attempts_one_running",
            ["cycle_id"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_payments_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_payments_transaction_id")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_paid_at"), ["paid_at"], unique=False)

    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "difficulty BETWEEN 1 AND 3", name=op.f("ck_questions_difficulty_1_to_3")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_questions_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_questions_created_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_questions_lesson_id_lessons")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["questions.id"], name=op.f("fk_questions_replaces_id_questions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_questions_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_questions_lesson_id"), ["lesson_id"], unique=False)

    op.create_table(
        "restudy_applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("new_cycle_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_restudy_applications_cycle_id_cycles")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["people.id"],
            name=op.f("fk_restudy_applications_decided_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["new_cycle_id"],
            ["cycles.id"],
            name=op.f("fk_restudy_applications_new_cycle_id_cycles"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restudy_applications")),
    )
    with op.batch_alter_table("restudy_applications", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_restudy_applications_cycle_id"), ["cycle_id"], unique=False
        )
        batch_op.create_index(
            "ux_restudy_applications_one_open",
            ["cycle_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'refused'"),
            postgresql_where=sa.text("state <> 'refused'"),
        )

    op.create_table(
        "subtitles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_subtitles_lesson_id_lessons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subtitles")),
        sa.UniqueConstraint("lesson_id", "language", name=op.f("uq_subtitles_lesson_id_language")),
    )
    with op.batch_alter_table("subtitles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subtitles_lesson_id"), ["lesson_id"], unique=False)

    op.create_table(
        "videos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("original_name", sa.String(length=200), nullable=False),
        sa.Column("original_path", sa.String(length=255), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("secret_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim_token", sa.String(length=32), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("progress_percent", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=32), nullable=True),
        sa.Column("package_version", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("window_seconds", sa.Integer(), nullable=False),
        sa.Column("window_count", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("renditions", sa.JSON(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("progress_percent BETWEEN 0 AND 100", name=op.f("ck_videos_percent")),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_videos_lesson_id_lessons")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["people.id"], name=op.f("fk_videos_uploaded_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
        sa.UniqueConstraint("public_id", name=op.f("uq_videos_public_id")),
    )
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_videos_lesson_id"), ["lesson_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_videos_state"), ["state"], unique=False)
        batch_op.create_index(
            "ux_videos_one_ready",
            ["lesson_id"],
            unique=True,
            sqlite_where=sa.text("state = 'ready'"),
            postgresql_where=sa.text("state = 'ready'"),
        )

    op.create_table(
        "watched_courses",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("watched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_watched_courses_cycle_id_cycles")
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_watched_courses")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=32), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["credit_id"], ["credits.id"], name=op.f("fk_deliveries_credit_id_credits")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("credit_id", "kind", name=op.f("uq_deliveries_credit_id_kind")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_deliveries_idempotency_key")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("ix_deliveries_due", ["state", "next_try_at"], unique=False)

    op.create_table(
        "exam_paper_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("option_order", sa.JSON(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("answer_serial", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["exam_attempts.id"],
            name=op.f("fk_exam_paper_items_attempt_id_exam_attempts"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_exam_paper_items_question_id_questions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_paper_items")),
        sa.UniqueConstraint(
            "attempt_id", "position", name=op.f("uq_exam_paper_items_attempt_id_position")
        ),
    )
    with op.batch_alter_table("exam_paper_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exam_paper_items_attempt_id"), ["attempt_id"], unique=False
        )

    op.create_table(
        "lesson_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("package_version", sa.Integer(), nullable=False),
        sa.Column("window_count", sa.Integer(), nullable=False),
        sa.Column("window_ms", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("high_water", sa.Integer(), nullable=False),
        sa.Column("gates", sa.JSON(), nullable=False),
        sa.Column("gates_passed", sa.JSON(), nullable=False),
        sa.Column("wrong_in_a_row", sa.Integer(), nullable=False),
        sa.Column("trail", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "high_water BETWEEN 0 AND window_count",
            name=op.f("ck_lesson_progress_high_water_within"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_lesson_progress_cycle_id_cycles")
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_lesson_progress_lesson_id_lessons")
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_lesson_progress_video_id_videos")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_progress")),
        sa.UniqueConstraint(
            "cycle_id", "lesson_id", name=op.f("uq_lesson_progress_cycle_id_lesson_id")
        ),
    )
    with op.batch_alter_table("lesson_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_progress_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_lesson_progress_lesson_id"), ["lesson_id"], unique=False
        )
        batch_op.create_index(
            "ix_lesson_progress_to_finish",
            ["ends_at_ms"],
            unique=False,
            sqlite_where=sa.text("finished_at IS NULL AND ends_at_ms IS NOT NULL"),
            postgresql_where=sa.text("finished_at IS NULL AND ends_at_ms IS NOT NULL"),
        )

    op.create_table(
        "refunds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id_payments")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["people.id"], name=op.f("fk_refunds_requested_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("number", name=op.f("uq_refunds_number")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_refunds_payment_id")),
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refunds_done_at"), ["done_at"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("original_name", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "offset_bytes BETWEEN 0 AND size_bytes", name=op.f("ck_uploads_offset_within")
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_uploads_lesson_id_lessons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["people.id"], name=op.f("fk_uploads_owner_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_uploads_video_id_videos")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("public_id", name=op.f("uq_uploads_public_id")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_lesson_id"), ["lesson_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "popups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("progress_id", sa.Integer(), nullable=False),
        sa.Column("gate", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("option_order", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen", sa.JSON(), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["progress_id"],
            ["lesson_progress.id"],
            name=op.f("fk_popups_progress_id_lesson_progress"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_popups_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_popups")),
        sa.UniqueConstraint("nonce", name=op.f("uq_popups_nonce")),
    )
    with op.batch_alter_table("popups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_popups_progress_id"), ["progress_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_popups_question_id"), ["question_id"], unique=False)
        batch_op.create_index(
            "ux_popups_one_open",
            ["progress_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "study_clocks",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("progress_id", sa.Integer(), nullable=True),
        sa.Column("high_water", sa.Integer(), nullable=False),
        sa.Column("window_count", sa.Integer(), nullable=False),
        sa.Column("next_gate", sa.Integer(), nullable=True),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("trail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_study_clocks_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["progress_id"],
            ["lesson_progress.id"],
            name=op.f("fk_study_clocks_progress_id_lesson_progress"),
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_study_clocks")),
        postgresql_with={"fillfactor": 60},
    )

    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("study_clocks")
    with op.batch_alter_table("popups", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_popups_one_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_popups_question_id"))
        batch_op.drop_index(batch_op.f("ix_popups_progress_id"))

    op.drop_table("popups")
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uploads_owner_id"))
        batch_op.drop_index(batch_op.f("ix_uploads_lesson_id"))
        batch_op.drop_index(batch_op.f("ix_uploads_expires_at"))

    op.drop_table("uploads")
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refunds_done_at"))

    op.drop_table("refunds")
    with op.batch_alter_table("lesson_progress", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_lesson_progress_to_finish",
            sqlite_where=sa.text("finished_at IS NULL AND ends_at_ms IS NOT NULL"),
            postgresql_where=sa.text("finished_at IS NULL AND ends_at_ms IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_lesson_progress_lesson_id"))
        batch_op.drop_index(batch_op.f("ix_lesson_progress_cycle_id"))

    op.drop_table("lesson_progress")
    with op.batch_alter_table("exam_paper_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exam_paper_items_attempt_id"))

    op.drop_table("exam_paper_items")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("ix_deliveries_due")

    op.drop_table("deliveries")
    op.drop_table("watched_courses")
    with op.batch_alter_table("videos", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_videos_one_ready",
            sqlite_where=sa.text("state = 'ready'"),
            postgresql_where=sa.text("state = 'ready'"),
        )
        batch_op.drop_index(batch_op.f("ix_videos_state"))
        batch_op.drop_index(batch_op.f("ix_videos_lesson_id"))

    op.drop_table("videos")
    with op.batch_alter_table("subtitles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subtitles_lesson_id"))

    op.drop_table("subtitles")
    with op.batch_alter_table("restudy_applications", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_restudy_applications_one_open",
            sqlite_where=sa.text("state <> 'refused'"),
            postgresql_where=sa.text("state <> 'refused'"),
        )
        batch_op.drop_index(batch_op.f("ix_restudy_applications_cycle_id"))

    op.drop_table("restudy_applications")
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questions_lesson_id"))
        batch_op.drop_index(batch_op.f("ix_questions_course_id"))

    op.drop_table("questions")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payments_paid_at"))
        batch_op.drop_index(batch_op.f("ix_payments_order_id"))

    op.drop_table("payments")
    with op.batch_alter_table("exam_attempts", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_exam_attempts_one_running",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index("ix_exam_attempts_state_deadline")
        batch_op.drop_index(batch_op.f("ix_exam_attempts_cycle_id"))

    op.drop_table("exam_attempts")
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credits_person_id"))

    op.drop_table("credits")
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificates_person_id"))
        batch_op.drop_index("ix_certificates_pdf_state")
        batch_op.drop_index("ix_certificates_base_id_id")

    op.drop_table("certificates")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_orders_one_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(
            "ux_orders_one_paid",
            sqlite_where=sa.text("state = 'paid'"),
            postgresql_where=sa.text("state = 'paid'"),
        )
        batch_op.drop_index(batch_op.f("ix_orders_person_id"))
        batch_op.drop_index(batch_op.f("ix_orders_expires_at"))
        batch_op.drop_index(batch_op.f("ix_orders_course_id"))

    op.drop_table("orders")
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lessons_course_id"))

    op.drop_table("lessons")
    op.drop_table("exam_settings")
    with op.batch_alter_table("etextbooks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_etextbooks_course_id"))

    op.drop_table("etextbooks")
    with op.batch_alter_table("cycles", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_cycles_one_completed",
            sqlite_where=sa.text("state = 'completed'"),
            postgresql_where=sa.text("state = 'completed'"),
        )
        batch_op.drop_index(
            "ux_cycles_one_active",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index(batch_op.f("ix_cycles_person_id"))
        batch_op.drop_index(batch_op.f("ix_cycles_course_id"))

    op.drop_table("cycles")
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_posts_person_id"))
        batch_op.drop_index(batch_op.f("ix_posts_organization_id"))

    op.drop_table("posts")
    with op.batch_alter_table("courses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_courses_state"))
        batch_op.drop_index(batch_op.f("ix_courses_base_id"))

    op.drop_table("courses")
    op.drop_table("bank_statements")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_unit_id"))

    op.drop_table("people")
    op.drop_table("bank_answers")
    with op.batch_alter_table("organizations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organizations_parent_id"))
        batch_op.drop_index(batch_op.f("ix_organizations_division_code"))

    op.drop_table("organizations")
    with op.batch_alter_table("mock_notices", schema=None) as batch_op:
        batch_op.drop_index("ix_mock_notices_due")

    op.drop_table("mock_notices")
    with op.batch_alter_table("bank_nonces", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_nonces_seen_at"))

    op.drop_table("bank_nonces")
    with op.batch_alter_table("bank_ledger_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_ledger_entries_person_id"))

    op.drop_table("bank_ledger_entries")
    op.drop_table("bank_balances")
    op.drop_table("payment_notifications")
    with op.batch_alter_table("mock_refunds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mock_refunds_refunded_at"))

    op.drop_table("mock_refunds")
    with op.batch_alter_table("mock_payments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mock_payments_paid_at"))

    op.drop_table("mock_payments")
    with op.batch_alter_table("divisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_divisions_parent_code"))

    op.drop_table("divisions")
    op.drop_table("bank_platforms")
    op.drop_table("bank_people")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_events_happened_at"))

    op.drop_table("audit_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS bank_ledger_is_append_only")
