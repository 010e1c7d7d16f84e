"""Tables of the conversation at the desk: drafts, replies to be sent later, mentions, snoozes, uploaded files."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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

drafts = Table(
    "drafts",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    Column("mentions", Text, nullable=False),
    Column("window_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("letter", Text),
    PrimaryKeyConstraint("user_id", "interaction_id", "kind"),
    Index("ix_drafts_changed", "changed_at"),
)

planned_replies = Table(
    "planned_replies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
    Column("author_id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    Column("send_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("after_seq", Integer, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("unless_client_writes", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("touch_id", Text),
    Column("version", Integer, nullable=False),
    Column("letter", Text),
    UniqueConstraint("tenant_id", "external_id", name="uq_planned_replies_external"),
    Index(
        "ix_planned_replies_due",
        "send_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_planned_replies_interaction", "interaction_id"),
    Index("ix_planned_replies_author", "author_id", "state"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("touch_id", Text, ForeignKey("touches.id"), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("read_at", Instant),
    PrimaryKeyConstraint("touch_id", "user_id"),
    Index("ix_mentions_user", "user_id", "at"),
    Index("ix_mentions_interaction", "interaction_id", "user_id"),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("interaction_id", Text, ForeignKey("interactions.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("work_item_id", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("ix_snoozes_until", "until"),
    Index("ix_snoozes_agent", "agent_id"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("user_id", "sha256"),
)
