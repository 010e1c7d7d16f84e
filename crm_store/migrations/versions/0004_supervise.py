"""The supervisor's desk: alarm rules and alarms, notices to agents, consults."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, PrimaryKeyConstraint, Text, text

revision = "0004"
down_revision = "0007"

Instant = BigInteger
"""Microseconds since 1970 UTC."""


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "alarm_rules",
        Column("tenant_id", Text, nullable=False),
        Column("queue_id", Text, nullable=False),
        Column("waiting_over", Integer),
        Column("oldest_over_s", Float),
        Column("level_below", Float),
        Column("nobody_available", Boolean, nullable=False),
        Column("version", Integer, nullable=False),
        PrimaryKeyConstraint("tenant_id", "queue_id"),
    )
    op.create_table(
        "alarms",
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
        _while_null("uq_alarms_open", "ended_at", "tenant_id", "queue_id", "kind", unique=True),
    )
    op.create_table(
        "notices",
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
        _while_null("ix_notices_unread", "read_at", "tenant_id", "user_id"),
    )
    op.create_table(
        "consults",
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
        _while_null("uq_consults_open", "ended_at", "interaction_id", "colleague_id", unique=True),
        _while_null("ix_consults_asked", "ended_at", "tenant_id", "asked_by"),
        _while_null("ix_consults_colleague", "ended_at", "tenant_id", "colleague_id"),
    )


def _while_null(name: str, column: str, *columns: str, unique: bool = False) -> Index:
    """An index over the rows in which `column` is null."""
    where = text(f"{column} IS NULL")
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
