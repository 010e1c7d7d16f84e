"""The manager's desk: what the log walks along, its saved views, and exports."""

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Text, text

revision = "0005"
down_revision = "0004"

Instant = BigInteger
"""Microseconds since 1970 UTC."""

_ENDED = text("ended_at IS NOT NULL")
_SERVED = text("agent_id IS NOT NULL")


def upgrade() -> None:
    """Apply. The indexes read every pass once: some seconds a million of them."""
    op.create_index("ix_work_items_first", "work_items", ["tenant_id", "first_queued_at", "id"])
    op.create_index(
        "ix_work_items_agent_first",
        "work_items",
        ["tenant_id", "agent_id", "first_queued_at"],
        sqlite_where=_SERVED,
        postgresql_where=_SERVED,
    )
    for name, key in (
        ("ix_work_items_wait", "(COALESCE(answered_at, ended_at) - first_queued_at)"),
        ("ix_work_items_duration", "(ended_at - first_queued_at)"),
    ):
        op.create_index(
            name, "work_items", ["tenant_id", text(key), "id"], sqlite_where=_ENDED, postgresql_where=_ENDED
        )
    op.create_table(
        "log_views",
        Column("tenant_id", Text, nullable=False),
        Column("owner_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("owner", Text, nullable=False),
        Column("query", Text, nullable=False),
        Column("shared", Text, nullable=False),
        Column("queues", Text, nullable=False),
        Column("at", Instant, nullable=False),
        PrimaryKeyConstraint("tenant_id", "owner_id", "name", name=op.f("pk_log_views")),
    )
    op.create_table(
        "exports",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("owner_id", Text, nullable=False),
        Column("owner", Text, nullable=False),
        Column("owner_roles", Text, nullable=False),
        Column("owner_queues", Text, nullable=False),
        Column("query", Text, nullable=False),
        Column("form", Text, nullable=False),
        Column("headings", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("rows_done", Integer, nullable=False),
        Column("rows_total", Integer, nullable=False),
        Column("size_bytes", BigInteger, nullable=False),
        Column("problem", Text, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("started_at", Instant),
        Column("ended_at", Instant),
        Column("expires_at", Instant),
        Column("version", Integer, nullable=False),
        Index("ix_exports_created", "tenant_id", "created_at", "id"),
        Index(
            "ix_exports_to_do",
            "created_at",
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )
