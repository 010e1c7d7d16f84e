"""Tables of phones: their accounts, and where those are that register by themselves."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from crm_store.base import metadata
from crm_store.instants import Instant

phone_accounts = Table(
    "phone_accounts",
    metadata,
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

phone_bindings = Table(
    "phone_bindings",
    metadata,
    Column("username", Text, ForeignKey("phone_accounts.username", ondelete="CASCADE"), nullable=False),
    Column("contact", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("cseq", BigInteger, nullable=False),
    Column("until", Instant, nullable=False),
    Column("flow", Text, nullable=False),
    PrimaryKeyConstraint("username", "contact"),
)
