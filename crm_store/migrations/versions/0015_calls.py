"""Calls and the phones of agents; work that is on hold, agents whose phone can be rung."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

from crm_store.instants import Instant

revision = "0015"
down_revision = "0014"

_GOES_ON = "ended_at IS NULL"


def upgrade() -> None:
    """Apply. Instant on either database: the new columns of old tables have a default."""
    op.create_table(
        "calls",
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
    op.create_table(
        "agent_phones",
        Column("agent_id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("uri", Text, nullable=False),
        Column("account", Text, nullable=False),
        Column("auto_answer", Boolean, nullable=False),
        UniqueConstraint("tenant_id", "account", name="uq_agent_phones_account"),
    )
    op.create_table(
        "shared_numbers",
        Column("tenant_id", Text, nullable=False),
        Column("value", Text, nullable=False),
        Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
        Column("at", Instant, nullable=False),
        PrimaryKeyConstraint("tenant_id", "value", "person_id"),
        Index("ix_shared_numbers_person", "person_id"),
    )
    op.add_column("agents", Column("phone_ready", Boolean, nullable=False, server_default=text("false")))
    op.add_column("work_items", Column("held", Boolean, nullable=False, server_default=text("false")))
