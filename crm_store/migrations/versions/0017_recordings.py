"""Recordings of calls."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, Text, text

from crm_store.instants import Instant

revision = "0017"
down_revision = "0016"

_INDEXES = (
    ("ix_recordings_interaction", ["interaction_id", "started_at"], None),
    ("ix_recordings_ended", ["tenant_id", "ended_at"], "erased_at IS NULL"),
    ("ix_recordings_unfinished", ["started_at"], "ended_at IS NULL"),
    ("ix_recordings_left", ["erased_at"], "erased_at IS NOT NULL AND NOT file_gone"),
)


def upgrade() -> None:
    """Apply. A call is named by its id alone: it may be recorded before its own row is there."""
    op.create_table(
        "recordings",
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
    )
    for name, columns, where in _INDEXES:
        kept = None if where is None else text(where)
        op.create_index(name, "recordings", columns, sqlite_where=kept, postgresql_where=kept)
