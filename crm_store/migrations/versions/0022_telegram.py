"""Telegram: bots, updates as they came, and the parts of a reply that were sent."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

from crm_store.instants import Instant

revision = "0022"
down_revision = "0020"

BigId = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "telegram_bots",
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
    op.create_table(
        "telegram_updates",
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
    )
    op.create_index(
        "ix_telegram_updates_kept",
        "telegram_updates",
        ["bot_id", "chat", "number"],
        sqlite_where=text("state = 'kept'"),
        postgresql_where=text("state = 'kept'"),
    )
    op.create_index(
        "ix_telegram_updates_unreadable",
        "telegram_updates",
        ["tenant_id"],
        sqlite_where=text("state = 'unreadable'"),
        postgresql_where=text("state = 'unreadable'"),
    )
    op.create_table(
        "telegram_parts",
        Column("tenant_id", Text, nullable=False),
        Column("touch_id", Text, ForeignKey("touches.id"), nullable=False),
        Column("part", Integer, nullable=False),
        Column("message_id", Text, nullable=False),
        PrimaryKeyConstraint("touch_id", "part"),
    )
