"""Accounts of agents' phones, and where desk phones are."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

from crm_store.instants import Instant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "phone_accounts",
        Column("username", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("agent_id", Text, ForeignKey("users.id"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("realm", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("made_at", Instant, nullable=False),
        Column("expires_at", Instant),
        UniqueConstraint("agent_id", "kind", name="uq_phone_accounts_agent"),
    )
    op.create_table(
        "phone_bindings",
        Column("username", Text, ForeignKey("phone_accounts.username", ondelete="CASCADE"), nullable=False),
        Column("contact", Text, nullable=False),
        Column("call_id", Text, nullable=False),
        Column("cseq", BigInteger, nullable=False),
        Column("until", Instant, nullable=False),
        Column("flow", Text, nullable=False),
        PrimaryKeyConstraint("username", "contact"),
    )
