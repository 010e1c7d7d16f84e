"""Tables of the manager's desk: saved views of the log, and exports; and the indexes that the log walks along."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from crm_store.base import metadata
from crm_store.instants import Instant
from crm_store.rows.history import work_items

_ENDED = "ended_at IS NOT NULL"

Index("ix_work_items_first", work_items.c.tenant_id, work_items.c.first_queued_at, work_items.c.id)
Index(
    "ix_work_items_agent_first",
    work_items.c.tenant_id,
    work_items.c.agent_id,
    work_items.c.first_queued_at,
    sqlite_where=text("agent_id IS NOT NULL"),
    postgresql_where=text("agent_id IS NOT NULL"),
)
# written once, when the work ends: nothing on the road of a touch pays for them
Index(
    "ix_work_items_wait",
    work_items.c.tenant_id,
    text("(COALESCE(answered_at, ended_at) - first_queued_at)"),
    work_items.c.id,
    sqlite_where=text(_ENDED),
    postgresql_where=text(_ENDED),
)
Index(
    "ix_work_items_duration",
    work_items.c.tenant_id,
    text("(ended_at - first_queued_at)"),
    work_items.c.id,
    sqlite_where=text(_ENDED),
    postgresql_where=text(_ENDED),
)

log_views = Table(
    "log_views",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Text, nullable=False),
    Column("queues", Text, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "owner_id", "name"),
)

exports = Table(
    "exports",
    metadata,
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
    Column("owner_grants", Text, nullable=False, server_default="[]"),
    Column("subject", Text, nullable=False, server_default="log"),
    Index("ix_exports_created", "tenant_id", "created_at", "id"),
    Index(
        "ix_exports_to_do",
        "created_at",
        sqlite_where=text("state IN ('queued', 'running')"),
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
)
