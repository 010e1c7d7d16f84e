"""The table of recordings: what is known of each, and its key, sealed. The sound itself is in no table."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text, text

from crm_store.base import metadata
from crm_store.instants import Instant

_RUNS = text("ended_at IS NULL")
_KEPT = text("erased_at IS NULL")
_LEFT = text("erased_at IS NOT NULL AND NOT file_gone")

recordings = Table(
    "recordings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("interaction_id", Text, ForeignKey("interactions.id"), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("sealed_key", LargeBinary),
    Column("sealed_with", Text, nullable=False),
    Column("ended_at", Instant),
    Column("duration_ms", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sealed_sha256", Text, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("pauses", Text, nullable=False),
    Column("cut", Text, nullable=False),
    Column("erased_at", Instant),
    Column("erased", Text, nullable=False),
    Column("erased_by", Text, nullable=False),
    Column("file_gone", Boolean, nullable=False),
    Column("kind", Text, nullable=False, server_default="call"),
    Index("ix_recordings_interaction", "interaction_id", "started_at"),
    Index("ix_recordings_ended", "tenant_id", "ended_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
    Index("ix_recordings_unfinished", "started_at", sqlite_where=_RUNS, postgresql_where=_RUNS),
    Index("ix_recordings_left", "erased_at", sqlite_where=_LEFT, postgresql_where=_LEFT),
)
