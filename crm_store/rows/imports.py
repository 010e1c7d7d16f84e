"""Tables of imports: each with where it is, and the rows of it that somebody should look at."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from crm_store.base import metadata
from crm_store.instants import Instant

imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_roles", Text, nullable=False),
    Column("owner_grants", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("delimiter", Text, nullable=False),
    Column("columns", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("on_known", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("rows_done", Integer, nullable=False),
    Column("rows_total", Integer, nullable=False),
    Column("counts", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("kind", Text, nullable=False, server_default="persons"),
    Index("ix_imports_created", "tenant_id", "created_at", "id"),
    Index(
        "ix_imports_to_do",
        "created_at",
        sqlite_where=text("state IN ('queued', 'running')"),
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", Text, ForeignKey("imports.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("cells", Text, nullable=False),
    Column("person_id", Text),
    Column("other_id", Text),
    PrimaryKeyConstraint("import_id", "kind", "number"),
)
