"""Revision 0001: what happened, and the outbox."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

Instant = BigInteger
"""Microseconds since 1970 UTC."""

RowNumber = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""

OPEN = "state IN ('queued', 'offered', 'assigned', 'wrap_up')"


def create() -> None:
    """Make them."""
    op.create_table(
        "interactions",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
        Column("channel", Text, nullable=False),
        Column("queue_id", Text, ForeignKey("queues.id"), nullable=False),
        Column("language", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("opened_at", Instant, nullable=False),
        Column("closed_at", Instant),
        Column("closed_by", Text),
        Column("disposition", Text),
        Column("disposition_note", Text),
        Column("last_agent_id", Text),
        Column("last_seq", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Index("ix_interactions_tenant_opened", "tenant_id", "opened_at", "id"),
        Index("ix_interactions_person_opened", "person_id", "opened_at"),
    )

    op.create_table(
        "sessions",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
        Column("channel", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("thread", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("ended_at", Instant),
        Index("ix_sessions_interaction", "interaction_id"),
        Index("ix_sessions_thread", "tenant_id", "account", "thread", "started_at"),
        Index(
            "uq_sessions_open_thread",
            "tenant_id",
            "account",
            "thread",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    op.create_table(
        "touches",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
        Column("session_id", Text, ForeignKey("sessions.id")),
        Column("person_id", Text, nullable=False),
        Column("seq", Integer, nullable=False),
        Column("channel", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("external_id", Text, nullable=False),
        Column("direction", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("source_at", Instant),
        Column("text", Text, nullable=False),
        Column("attachments", Text, nullable=False),
        Column("author_id", Text),
        Column("delivery", Text, nullable=False),
        Column("delivery_detail", Text, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("lease_until", Instant),
        Column("retry_at", Instant),
        Column("provider_id", Text),
        Column("body_sha256", Text, nullable=False),
        Column("raw", LargeBinary),
        UniqueConstraint("tenant_id", "account", "external_id", name="uq_touches_external"),
        UniqueConstraint("interaction_id", "seq", name="uq_touches_seq"),
        Index("ix_touches_person_at", "person_id", "at"),
        Index(
            "ix_touches_to_send",
            "channel",
            "at",
            sqlite_where=text("delivery IN ('queued', 'sending')"),
            postgresql_where=text("delivery IN ('queued', 'sending')"),
        ),
    )

    op.create_table(
        "work_items",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
        Column("person_id", Text, nullable=False),
        Column("queue_id", Text, ForeignKey("queues.id"), nullable=False),
        Column("channel", Text, nullable=False),
        Column("media", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("skills", Text, nullable=False),
        Column("priority", Integer, nullable=False),
        Column("state", Text, nullable=False),
        Column("first_queued_at", Instant, nullable=False),
        Column("queued_at", Instant, nullable=False),
        Column("urgent_at", Instant, nullable=False),
        Column("state_at", Instant, nullable=False),
        Column("received_at", Instant, nullable=False),
        Column("deadline_at", Instant),
        Column("assigned_at", Instant),
        Column("answered_at", Instant),
        Column("ended_at", Instant),
        Column("agent_id", Text),
        Column("preferred_agent_id", Text),
        Column("weight", Integer, nullable=False),
        Column("epoch", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Index("ix_work_items_queue_first", "tenant_id", "queue_id", "first_queued_at"),
        Index(
            "ix_work_items_open",
            "tenant_id",
            "state",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index(
            "ix_work_items_held",
            "agent_id",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index(
            "uq_work_items_open_pass",
            "interaction_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index("ix_work_items_interaction", "interaction_id"),
    )

    op.create_table(
        "reservations",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("work_item_id", Text, ForeignKey("work_items.id"), nullable=False),
        Column("interaction_id", Text, nullable=False),
        Column("queue_id", Text, nullable=False),
        Column("agent_id", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("epoch", Integer, nullable=False),
        Column("offered_at", Instant, nullable=False),
        Column("expires_at", Instant, nullable=False),
        Column("answered_at", Instant),
        Column("ended_at", Instant),
        Column("reason", Text, nullable=False),
        Column("why", Text, nullable=False),
        Index("ix_reservations_item", "work_item_id"),
        Index("ix_reservations_interaction", "interaction_id"),
        Index(
            "ix_reservations_open",
            "agent_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        # at most one agent holds a work item, whatever any process believes
        Index(
            "uq_reservations_accepted",
            "work_item_id",
            unique=True,
            sqlite_where=text("state = 'accepted' AND ended_at IS NULL"),
            postgresql_where=text("state = 'accepted' AND ended_at IS NULL"),
        ),
    )

    op.create_table(
        "segments",
        Column("tenant_id", Text, nullable=False),
        Column("interaction_id", Text, nullable=False),
        Column("work_item_id", Text, nullable=False),
        Column("queue_id", Text, nullable=False),
        Column("agent_id", Text),
        Column("kind", Text, nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("ended_at", Instant, nullable=False),
        PrimaryKeyConstraint("work_item_id", "started_at", "kind"),
        Index("ix_segments_queue_started", "tenant_id", "queue_id", "started_at"),
        Index("ix_segments_agent_started", "agent_id", "started_at"),
        Index("ix_segments_interaction", "interaction_id"),
    )

    op.create_table(
        "facts",
        Column("interaction_id", Text, nullable=False),
        Column("seq", Integer, nullable=False),
        Column("tenant_id", Text, nullable=False),
        Column("person_id", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("kind", Text, nullable=False),
        Column("work_item_id", Text),
        Column("queue_id", Text),
        Column("agent_id", Text),
        Column("state", Text, nullable=False),
        Column("reason", Text, nullable=False),
        PrimaryKeyConstraint("interaction_id", "seq"),
        Index("ix_facts_person_at", "person_id", "at"),
    )

    op.create_table(
        "outbox",
        Column("id", RowNumber, primary_key=True, autoincrement=True),
        Column("payload", LargeBinary, nullable=False),
    )
