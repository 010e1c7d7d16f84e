"""Tables of the supervisor's desk: alarm rules and alarms, notices to agents, consults."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from crm_store.base import metadata
from crm_store.instants import Instant

alarm_rules = Table(
    "alarm_rules",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("queue_id", Text, nullable=False),
    Column("waiting_over", Integer),
    Column("oldest_over_s", Float),
    Column("level_below", Float),
    Column("nobody_available", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "queue_id"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("queue_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("value", Float, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("acked_at", Instant),
    Column("acked_by", Text),
    Column("acked_name", Text, nullable=False),
    Index("ix_alarms_tenant_raised", "tenant_id", "raised_at", "id"),
    # whatever two nodes believe, a queue has one alarm of a kind at a time
    Index(
        "uq_alarms_open",
        "tenant_id",
        "queue_id",
        "kind",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by_id", Text),
    Column("by_name", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("interaction_id", Text),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
    Index(
        "ix_notices_unread",
        "tenant_id",
        "user_id",
        sqlite_where=text("read_at IS NULL"),
        postgresql_where=text("read_at IS NULL"),
    ),
)

consults = Table(
    "consults",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("interaction_id", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_by_name", Text, nullable=False),
    Column("colleague_id", Text, nullable=False),
    Column("colleague_name", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("reason", Text, nullable=False),
    Index(
        "uq_consults_open",
        "interaction_id",
        "colleague_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_consults_asked",
        "tenant_id",
        "asked_by",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index(
        "ix_consults_colleague",
        "tenant_id",
        "colleague_id",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
