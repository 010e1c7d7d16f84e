"""Tables of webhooks: who wants to hear of what, the events that were committed for them, deliveries and attempts."""

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    event,
)

from crm_store.base import metadata
from crm_store.instants import Instant
from crm_store.rows.history import BigId

webhooks = Table(
    "webhooks",
    metadata,
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

webhook_feed = Table(
    "webhook_feed",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("payload", LargeBinary, nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
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

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("tenant_id", Text, nullable=False),
    Column("delivery_id", Text, ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Index("ix_webhook_attempts_delivery", "delivery_id", "id"),
)

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
"""What commits an event for the webhooks together with the data it speaks of, whoever writes the outbox row."""

for _dialect, _statements in FEEDING.items():
    for _statement in _statements:
        event.listen(
            webhook_feed,
            "after_create",
            DDL(_statement).execute_if(  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
                dialect=_dialect
            ),
        )
