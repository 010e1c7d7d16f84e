"""Accounts, second factors, API keys and webhooks."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

revision = "0006"
down_revision = "0002"

Instant = BigInteger
"""Microseconds since 1970 UTC."""

BIG_ID = BigInteger().with_variant(Integer, "sqlite")

FEEDING = {
    "sqlite": (
        """CREATE TRIGGER outbox_feeds_webhooks AFTER INSERT ON outbox
        WHEN EXISTS (SELECT 1 FROM webhooks WHERE enabled)
        BEGIN INSERT INTO webhook_feed (payload) VALUES (NEW.payload); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION feed_webhooks() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
        IF EXISTS (SELECT 1 FROM webhooks WHERE enabled) THEN
        INSERT INTO webhook_feed (payload) VALUES (NEW.payload); END IF;
        RETURN NULL; END $$""",
        """CREATE TRIGGER outbox_feeds_webhooks AFTER INSERT ON outbox
        FOR EACH ROW EXECUTE FUNCTION feed_webhooks()""",
    ),
}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "accounts",
        Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("teams", Text, nullable=False),
        Column("must_change", Boolean, nullable=False),
        Column("password_until", Instant),
        Column("second_factor", Boolean, nullable=False),
        Column("preferences", Text, nullable=False),
    )

    op.create_table(
        "second_factors",
        Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("made_at", Instant, nullable=False),
        Column("confirmed_at", Instant),
        Column("last_step", BigInteger, nullable=False),
    )

    op.create_table(
        "recovery_codes",
        Column("tenant_id", Text, nullable=False),
        Column("user_id", Text, ForeignKey("users.id"), nullable=False),
        Column("code_hash", LargeBinary, nullable=False),
        Column("used_at", Instant),
        PrimaryKeyConstraint("user_id", "code_hash"),
    )

    op.create_table(
        "access_rules",
        Column("tenant_id", Text, primary_key=True),
        Column("second_factor_roles", Text, nullable=False),
    )

    op.create_table(
        "sign_in_browsers",
        Column("session_id", Text, ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("browser", Text, nullable=False),
    )

    op.create_table(
        "api_keys",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("token_hash", LargeBinary, nullable=False),
        Column("beginning", Text, nullable=False),
        Column("grants", Text, nullable=False),
        Column("queues", Text),
        Column("creator_id", Text, ForeignKey("users.id"), nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("expires_at", Instant),
        Column("used_at", Instant),
        Column("used_address", Text, nullable=False),
        Column("revoked_at", Instant),
        UniqueConstraint("token_hash", name="uq_api_keys_token"),
        Index("ix_api_keys_tenant", "tenant_id"),
    )

    op.create_table(
        "webhooks",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("url", Text, nullable=False),
        Column("events", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("enabled", Boolean, nullable=False),
        Column("disabled_because", Text, nullable=False),
        Column("failing_since", Instant),
        Column("created_at", Instant, nullable=False),
        Column("version", Integer, nullable=False),
        Index("ix_webhooks_tenant", "tenant_id"),
    )

    op.create_table(
        "webhook_feed",
        Column("id", BIG_ID, primary_key=True, autoincrement=True),
        Column("payload", LargeBinary, nullable=False),
    )

    op.create_table(
        "webhook_deliveries",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("webhook_id", Text, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        Column("event", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("made_at", Instant, nullable=False),
        Column("first_at", Instant, nullable=False),
        Column("next_at", Instant),
        Column("attempts", Integer, nullable=False),
        Index("ix_webhook_deliveries_due", "state", "next_at"),
        Index("ix_webhook_deliveries_webhook", "webhook_id", "id"),
    )

    op.create_table(
        "webhook_attempts",
        Column("id", BIG_ID, primary_key=True, autoincrement=True),
        Column("tenant_id", Text, nullable=False),
        Column("delivery_id", Text, ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), nullable=False),
        Column("at", Instant, nullable=False),
        Column("status", Integer, nullable=False),
        Column("error", Text, nullable=False),
        Column("duration_ms", Integer, nullable=False),
        Column("answer", Text, nullable=False),
        Index("ix_webhook_attempts_delivery", "delivery_id", "id"),
    )

    for statement in FEEDING[op.get_bind().dialect.name]:
        op.execute(statement)
