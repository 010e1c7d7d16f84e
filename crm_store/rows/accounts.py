"""Tables of how people and programs prove who they are: accounts, second factors, rules of the house, API keys."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from crm_store.base import metadata
from crm_store.instants import Instant

accounts = Table(
    "accounts",
    metadata,
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("teams", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("password_until", Instant),
    Column("second_factor", Boolean, nullable=False),
    Column("preferences", Text, nullable=False),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("last_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("used_at", Instant),
    PrimaryKeyConstraint("user_id", "code_hash"),
)

access_rules = Table(
    "access_rules",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("second_factor_roles", Text, nullable=False),
)

sign_in_browsers = Table(
    "sign_in_browsers",
    metadata,
    Column("session_id", Text, ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("browser", Text, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("beginning", Text, nullable=False),
    Column("grants", Text, nullable=False),
    Column("queues", Text),
    Column("creator_id", Text, ForeignKey("users.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("used_at", Instant),
    Column("used_address", Text, nullable=False),
    Column("revoked_at", Instant),
    UniqueConstraint("token_hash", name="uq_api_keys_token"),
    Index("ix_api_keys_tenant", "tenant_id"),
)
