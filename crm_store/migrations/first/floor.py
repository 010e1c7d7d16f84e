"""Revision 0001: the floor, web chat's visitors, and kept answers."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

Instant = BigInteger
"""Microseconds since 1970 UTC."""

RowNumber = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""


def create() -> None:
    """Make them."""
    op.create_table(
        "queues",
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

    op.create_table(
        "agents",
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
        Index("ix_agents_tenant", "tenant_id"),
    )

    op.create_table(
        "agent_log",
        Column("id", RowNumber, primary_key=True, autoincrement=True),
        Column("tenant_id", Text, nullable=False),
        Column("agent_id", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("wish", Text, nullable=False),
        Column("pause_reason", Text, nullable=False),
        Column("present", Boolean, nullable=False),
        Column("reason", Text, nullable=False),
        Index("ix_agent_log_agent_at", "agent_id", "at"),
    )

    op.create_table(
        "dispositions",
        Column("tenant_id", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("note_required", Boolean, nullable=False),
        Column("position", Integer, nullable=False),
        PrimaryKeyConstraint("tenant_id", "code"),
    )

    op.create_table(
        "sites",
        Column("key", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("queue_id", Text, ForeignKey("queues.id"), nullable=False),
        Column("title", Text, nullable=False),
        Column("origins", Text, nullable=False),
        Column("language", Text, nullable=False),
    )

    op.create_table(
        "visitors",
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

    op.create_table(
        "idempotency",
        Column("tenant_id", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("body_sha256", Text, nullable=False),
        Column("status", Integer, nullable=False),
        Column("answer", Text, nullable=False),
        Column("at", Instant, nullable=False),
        PrimaryKeyConstraint("tenant_id", "actor", "key"),
    )

    op.create_table(
        "read_marks",
        Column("interaction_id", Text, nullable=False),
        Column("agent_id", Text, nullable=False),
        Column("seq", Integer, nullable=False),
        PrimaryKeyConstraint("interaction_id", "agent_id"),
    )
