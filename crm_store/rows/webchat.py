"""Tables of web chat beside sites and visitors: setups of sites, answers of visitors, files, ratings, call-backs."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from crm_store.base import metadata
from crm_store.instants import Instant

site_setups = Table(
    "site_setups",
    metadata,
    Column("site_key", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("setup", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

visitor_answers = Table(
    "visitor_answers",
    metadata,
    Column("visitor_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("answers", Text, nullable=False),
)

chat_files = Table(
    "chat_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("visitor_id", Text, nullable=False),
    Column("site_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_chat_files_visitor_at", "visitor_id", "at"),
    Index("ix_chat_files_at", "at"),
)

ratings = Table(
    "ratings",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("interaction_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("agent_id", Text),
    Column("queue_id", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "interaction_id"),
    Index("ix_ratings_tenant_at", "tenant_id", "at"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("interaction_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("queue_id", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("queued_at", Instant),
    Column("place_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_callbacks_interaction", "interaction_id"),
    Index("ix_callbacks_due", "queued_at", "due_at"),
)
