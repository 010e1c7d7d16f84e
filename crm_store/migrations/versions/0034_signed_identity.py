"""Who has signed in on a web site: secrets of sites, whose visitors are, further browsers of theirs."""

from alembic import op
from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, Text

from crm_store.instants import Instant

# its number was given before 0035 came, and it comes after it
revision = "0034"
down_revision = "0035"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "site_secrets",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("site_key", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("hint", Text, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("created_by", Text, nullable=False),
        Column("used_at", Instant),
    )
    op.create_index("ix_site_secrets_site", "site_secrets", ["site_key"])
    op.create_table(
        "visitor_users",
        Column("visitor_id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("site_key", Text, nullable=False),
        Column("user_id", Text, nullable=False),
        Column("at", Instant, nullable=False),
    )
    op.create_index("ix_visitor_users_user", "visitor_users", ["site_key", "user_id", "at"])
    op.create_table(
        "visitor_sessions",
        Column("site_key", Text, nullable=False),
        Column("token_sha256", Text, nullable=False),
        Column("tenant_id", Text, nullable=False),
        Column("visitor_id", Text, nullable=False),
        Column("at", Instant, nullable=False),
        PrimaryKeyConstraint("site_key", "token_sha256"),
    )
    op.create_index("ix_visitor_sessions_visitor", "visitor_sessions", ["visitor_id", "at"])
