"""Tables of the floor: queues, agents and their log, dispositions, web-chat sites and visitors, idempotency."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from crm_store.base import metadata
from crm_store.instants import Instant
from crm_store.rows.history import BigId

queues = Table(
    "queues",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("languages", Text, nullable=False),
    Column("language_level", Integer, nullable=False),
    Column("skills", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("offer_s", Float, nullable=False),
    Column("wrap_up_s", Float, nullable=False),
    Column("missed_limit", Integer, nullable=False),
    Column("sl_share", Float, nullable=False),
    Column("sl_threshold_s", Float, nullable=False),
    Column("sl_short_abandon_s", Float, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("tenant_id", "name", name="uq_queues_name"),
)

agents = Table(
    "agents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("skills", Text, nullable=False),
    Column("capacity_voice", Integer, nullable=False),
    Column("capacity_chat", Integer, nullable=False),
    Column("capacity_mail", Integer, nullable=False),
    Column("queues", Text, nullable=False),
    Column("wish", Text, nullable=False),
    Column("pause_reason", Text, nullable=False),
    Column("wish_since", Instant, nullable=False),
    Column("presence_until", Instant),
    Column("idle_since", Instant, nullable=False),
    Column("missed_offers", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("phone_ready", Boolean, nullable=False, server_default=text("false")),
    Index("ix_agents_tenant", "tenant_id"),
)

agent_log = Table(
    "agent_log",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("tenant_id", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("wish", Text, nullable=False),
    Column("pause_reason", Text, nullable=False),
    Column("present", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_agent_log_agent_at", "agent_id", "at"),
)

dispositions = Table(
    "dispositions",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("note_required", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("tenant_id", "code"),
)

sites = Table(
    "sites",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("queue_id", Text, ForeignKey("queues.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("origins", Text, nullable=False),
    Column("language", Text, nullable=False),
)

visitors = Table(
    "visitors",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("site_key", Text, ForeignKey("sites.key"), nullable=False),
    Column("token_sha256", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("got_seq", Integer, nullable=False),
    Column("about", Text, nullable=False),
    UniqueConstraint("site_key", "token_sha256", name="uq_visitors_token"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "actor", "key"),
)

read_marks = Table(
    "read_marks",
    metadata,
    Column("interaction_id", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("interaction_id", "agent_id"),
)
