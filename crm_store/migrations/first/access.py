"""Revision 0001: who may come in, and the audit log, which the database itself keeps from being changed."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

Instant = BigInteger
"""Microseconds since 1970 UTC."""

APPEND_ONLY = {
    "sqlite": (
        """CREATE TRIGGER audit_log_keeps_rows BEFORE UPDATE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
        """CREATE TRIGGER audit_log_loses_none BEFORE DELETE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$""",
        """CREATE TRIGGER audit_log_keeps_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only()""",
    ),
}


def create() -> None:
    """Make them."""
    op.create_table(
        "users",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("login", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("roles", Text, nullable=False),
        Column("queues", Text, nullable=False),
        Column("password_hash", Text, nullable=False),
        Column("disabled", Boolean, nullable=False),
        Column("version", Integer, nullable=False),
        UniqueConstraint("tenant_id", "login", name="uq_users_login"),
    )

    op.create_table(
        "sign_in_sessions",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("user_id", Text, ForeignKey("users.id"), nullable=False),
        Column("token_hash", LargeBinary, nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("seen_at", Instant, nullable=False),
        Column("ends_at", Instant, nullable=False),
        Column("address", Text, nullable=False),
        UniqueConstraint("token_hash", name="uq_sign_in_sessions_token"),
        Index("ix_sign_in_sessions_user", "user_id"),
    )

    op.create_table(
        "setup_tokens",
        Column("tenant_id", Text, primary_key=True),
        Column("token_hash", LargeBinary, nullable=False),
        Column("made_at", Instant, nullable=False),
    )

    op.create_table(
        "audit_log",
        Column("tenant_id", Text, nullable=False),
        Column("number", BigInteger, nullable=False),
        Column("at", Instant, nullable=False),
        Column("actor_id", Text),
        Column("actor", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("object", Text, nullable=False),
        Column("result", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("previous", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        PrimaryKeyConstraint("tenant_id", "number"),
    )

    op.create_table(
        "audit_heads",
        Column("tenant_id", Text, primary_key=True),
        Column("number", BigInteger, nullable=False),
        Column("hash", LargeBinary, nullable=False),
    )
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
