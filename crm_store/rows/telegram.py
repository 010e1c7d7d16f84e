"""Tables of Telegram: bots, updates as they came, the parts of a reply that were sent, what is asked with buttons."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from crm_store.base import metadata
from crm_store.instants import Instant
from crm_store.rows.history import BigId

telegram_bots = Table(
    "telegram_bots",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("queue_id", Text, ForeignKey("queues.id"), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("setup", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("version", Integer, nullable=False),
    UniqueConstraint("tenant_id", "name", name="uq_telegram_bots_name"),
)

telegram_updates = Table(
    "telegram_updates",
    metadata,
    Column("number", BigId, primary_key=True, autoincrement=True),
    Column("tenant_id", Text, nullable=False),
    Column("bot_id", Text, ForeignKey("telegram_bots.id"), nullable=False),
    Column("update_id", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("raw", LargeBinary),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_until", Instant),
    Column("touch_id", Text),
    UniqueConstraint("bot_id", "update_id", "sha256", name="uq_telegram_updates"),
    Index(
        "ix_telegram_updates_kept",
        "bot_id",
        "chat",
        "number",
        sqlite_where=text("state = 'kept'"),
        postgresql_where=text("state = 'kept'"),
    ),
    Index(
        "ix_telegram_updates_unreadable",
        "tenant_id",
        sqlite_where=text("state = 'unreadable'"),
        postgresql_where=text("state = 'unreadable'"),
    ),
)
"""An update as it came. The content is part of the key: after a quiet week ids begin anew at random, and may meet an
old one. `raw` is dropped when the update became a touch, which keeps it."""

telegram_parts = Table(
    "telegram_parts",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("touch_id", Text, ForeignKey("touches.id"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("message_id", Text, nullable=False),
    PrimaryKeyConstraint("touch_id", "part"),
)

questions = Table(
    "questions",
    metadata,
    Column("touch_id", Text, ForeignKey("touches.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("until", Instant),
    Column("settled_at", Instant),
    Column("answer", Integer),
    Column("buttons_due", Instant),
    Index(
        "uq_questions_rating",
        "interaction_id",
        unique=True,
        sqlite_where=text("kind = 'rating'"),
        postgresql_where=text("kind = 'rating'"),
    ),
    Index(
        "ix_questions_standing",
        "tenant_id",
        "account",
        "thread",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index(
        "ix_questions_buttons",
        "buttons_due",
        sqlite_where=text("buttons_due IS NOT NULL"),
        postgresql_where=text("buttons_due IS NOT NULL"),
    ),
    Index(
        "ix_questions_until",
        "until",
        sqlite_where=text("settled_at IS NULL AND until IS NOT NULL"),
        postgresql_where=text("settled_at IS NULL AND until IS NOT NULL"),
    ),
)
"""What the hub asked a client with buttons, by the touch that asks it."""
