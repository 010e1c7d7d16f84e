"""Tables of web chat beside sites and visitors: setups and secrets of sites, who has signed in, answers, files,
ratings, call-backs."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from crm_store.base import metadata
from crm_store.instants import Instant

site_setups = Table(
    "site_setups",
    metadata,
    Column("site_key", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("setup", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

# what a site's backend signs with: the newest, and the one that it takes the place of
site_secrets = Table(
    "site_secrets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("site_key", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("hint", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("used_at", Instant),
    Index("ix_site_secrets_site", "site_key"),
)

# whose conversation a visitor's is, once they have signed in on the site; of several the newest goes on
visitor_users = Table(
    "visitor_users",
    metadata,
    Column("visitor_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("site_key", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_visitor_users_user", "site_key", "user_id", "at"),
)

# further browsers of somebody who has signed in
visitor_sessions = Table(
    "visitor_sessions",
    metadata,
    Column("site_key", Text, nullable=False),
    Column("token_sha256", Text, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("visitor_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("site_key", "token_sha256"),
    Index("ix_visitor_sessions_visitor", "visitor_id", "at"),
)

visitor_answers = Table(
    "visitor_answers",
    metadata,
    Column("visitor_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("answers", Text, nullable=False),
)

chat_files = Table(
    "chat_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("visitor_id", Text, nullable=False),
    Column("site_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_chat_files_visitor_at", "visitor_id", "at"),
    Index("ix_chat_files_at", "at"),
)

ratings = Table(
    "ratings",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("interaction_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("agent_id", Text),
    Column("queue_id", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "interaction_id"),
    Index("ix_ratings_tenant_at", "tenant_id", "at"),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("interaction_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("queue_id", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("queued_at", Instant),
    Column("place_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_callbacks_interaction", "interaction_id"),
    Index("ix_callbacks_due", "queued_at", "due_at"),
)
