"""What clients are asked with buttons, and which conversations of Telegram ended lately."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, Text, text

from crm_store.instants import Instant

revision = "0031"
down_revision = "0030"

_STANDING = text("settled_at IS NULL")
_DUE = text("settled_at IS NULL AND until IS NOT NULL")
_ENDED = text("channel = 'telegram' AND ended_at IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "questions",
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
    )
    op.create_index(
        "uq_questions_rating",
        "questions",
        ["interaction_id"],
        unique=True,
        sqlite_where=text("kind = 'rating'"),
        postgresql_where=text("kind = 'rating'"),
    )
    op.create_index(
        "ix_questions_standing",
        "questions",
        ["tenant_id", "account", "thread"],
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
    op.create_index("ix_questions_until", "questions", ["until"], sqlite_where=_DUE, postgresql_where=_DUE)
    op.create_index(
        "ix_sessions_ended_telegram",
        "sessions",
        ["tenant_id", "ended_at"],
        sqlite_where=_ENDED,
        postgresql_where=_ENDED,
    )
