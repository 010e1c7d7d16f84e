"""Tables of the clocks of conversations in writing: how far the history was read, runs, reply timers, follow-ups."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from crm_store.base import metadata
from crm_store.instants import Instant

clock_readings = Table(
    "clock_readings",
    metadata,
    Column("interaction_id", Text, ForeignKey("interactions.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("was_spoken", Boolean, nullable=False),
    Column("unsaid", Text, nullable=False, server_default=""),
)

clocks = Table(
    "clocks",
    metadata,
    Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("queue_id", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("ended_at", Instant),
    Column("ended_by", Text, nullable=False),
    PrimaryKeyConstraint("interaction_id", "kind", "seq"),
    Index("ix_clocks_queue_started", "tenant_id", "queue_id", "started_at"),
    Index(
        "ix_clocks_running",
        "tenant_id",
        "interaction_id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

reply_timers = Table(
    "reply_timers",
    metadata,
    Column("interaction_id", Text, ForeignKey("interactions.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("work_item_id", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("asked_seq", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("warn_at", Instant, nullable=False),
    Column("return_at", Instant, nullable=False),
    Column("warned_at", Instant),
    Index("ix_reply_timers_return", "tenant_id", "return_at"),
    Index(
        "ix_reply_timers_warn",
        "tenant_id",
        "warn_at",
        sqlite_where=text("warned_at IS NULL"),
        postgresql_where=text("warned_at IS NULL"),
    ),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("interaction_id", Text, ForeignKey("interactions.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("task_id", Text),
    Index("ix_follow_ups_due", "tenant_id", "due_at"),
)
