"""A reply that failed answered nobody: which ones the clocks of a conversation left out."""

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0023"
down_revision = "0021"


def upgrade() -> None:
    """Apply. Clocks that counted a failed reply of the last weeks are read again by the hub, by themselves."""
    op.add_column("clock_readings", Column("unsaid", Text, nullable=False, server_default=""))
    failed = text("delivery = 'failed'")
    op.create_index(
        "ix_touches_failed",
        "touches",
        ["tenant_id", "interaction_id", "at"],
        sqlite_where=failed,
        postgresql_where=failed,
    )
