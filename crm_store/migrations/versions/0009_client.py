"""The client's side of web chat: setups of sites, answers of visitors, files, ratings, call-backs."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Text

from crm_store.instants import Instant

revision = "0009"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "site_setups",
        Column("site_key", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("setup", Text, nullable=False),
        Column("version", Integer, nullable=False),
    )
    op.create_table(
        "visitor_answers",
        Column("visitor_id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("answers", Text, nullable=False),
    )
    op.create_table(
        "chat_files",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("visitor_id", Text, nullable=False),
        Column("site_key", Text, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("size_bytes", BigInteger, nullable=False),
        Column("at", Instant, nullable=False),
    )
    op.create_index("ix_chat_files_visitor_at", "chat_files", ["visitor_id", "at"])
    op.create_index("ix_chat_files_at", "chat_files", ["at"])
    op.create_table(
        "ratings",
        Column("tenant_id", Text, nullable=False),
        Column("interaction_id", Text, nullable=False),
        Column("person_id", Text, nullable=False),
        Column("agent_id", Text),
        Column("queue_id", Text, nullable=False),
        Column("score", Integer, nullable=False),
        Column("comment", Text, nullable=False),
        Column("at", Instant, nullable=False),
        PrimaryKeyConstraint("tenant_id", "interaction_id"),
    )
    op.create_index("ix_ratings_tenant_at", "ratings", ["tenant_id", "at"])
    op.create_table(
        "callbacks",
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
    )
    op.create_index("ix_callbacks_interaction", "callbacks", ["interaction_id"])
    op.create_index("ix_callbacks_due", "callbacks", ["queued_at", "due_at"])
