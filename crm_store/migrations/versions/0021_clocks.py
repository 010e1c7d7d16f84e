"""Clocks of conversations in writing, reply timers, and what is to be done if the client does not answer."""

from alembic import op
from sqlalchemy import Boolean, Column, ForeignKey, Integer, PrimaryKeyConstraint, Text, text

from crm_store.instants import Instant

revision = "0021"
down_revision = "0022"  # was on its way while 0022 came


def upgrade() -> None:
    """Apply. No clock runs until a queue has one: then those of its open conversations are read from the history."""
    op.create_table(
        "clock_readings",
        Column("interaction_id", Text, ForeignKey("interactions.id"), primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("seq", Integer, nullable=False),
        Column("was_spoken", Boolean, nullable=False),
    )
    op.create_table(
        "clocks",
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
    )
    op.create_table(
        "reply_timers",
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
    )
    op.create_table(
        "follow_ups",
        Column("interaction_id", Text, ForeignKey("interactions.id"), primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("owner_id", Text, nullable=False),
        Column("made_by", Text, nullable=False),
        Column("due_at", Instant, nullable=False),
        Column("note", Text, nullable=False),
        Column("made_at", Instant, nullable=False),
        Column("task_id", Text),
    )
    for name, table, columns, where in (
        ("ix_clocks_queue_started", "clocks", ["tenant_id", "queue_id", "started_at"], None),
        ("ix_clocks_running", "clocks", ["tenant_id", "interaction_id"], "ended_at IS NULL"),
        ("ix_reply_timers_return", "reply_timers", ["tenant_id", "return_at"], None),
        ("ix_reply_timers_warn", "reply_timers", ["tenant_id", "warn_at"], "warned_at IS NULL"),
        ("ix_follow_ups_due", "follow_ups", ["tenant_id", "due_at"], None),
        ("ix_interactions_open", "interactions", ["tenant_id", "queue_id"], "state = 'open'"),
    ):
        kept = None if where is None else text(where)
        op.create_index(name, table, columns, sqlite_where=kept, postgresql_where=kept)
