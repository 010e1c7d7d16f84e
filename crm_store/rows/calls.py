"""Tables of telephony: calls, and where the phones of agents are."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from crm_store.base import metadata
from crm_store.instants import Instant

_GOES_ON = "ended_at IS NULL"

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
    Column("person_id", Text, nullable=False),
    Column("queue_id", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("dialled", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("node", Text, nullable=False),
    Column("work_item_id", Text),
    Column("agent_id", Text),
    Column("answered_at", Instant),
    Column("held_since", Instant),
    Column("ended_at", Instant),
    Column("ending", Text),
    Column("recording", Text, nullable=False),
    Column("third", Text, nullable=False),
    Column("third_stage", Text),
    Column("version", Integer, nullable=False),
    Column("request", Text),
    UniqueConstraint("tenant_id", "account", "thread", name="uq_calls_thread"),
    UniqueConstraint("tenant_id", "request", name="uq_calls_request"),
    Index("ix_calls_interaction", "interaction_id"),
    Index("ix_calls_going_on", "tenant_id", sqlite_where=text(_GOES_ON), postgresql_where=text(_GOES_ON)),
)

agent_phones = Table(
    "agent_phones",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("uri", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("auto_answer", Boolean, nullable=False),
    UniqueConstraint("tenant_id", "account", name="uq_agent_phones_account"),
)
