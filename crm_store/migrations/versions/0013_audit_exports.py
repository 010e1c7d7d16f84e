"""Exports say what they are of: the log or the audit log; and what an API key that asked for one was given."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply. Instant on either database: the columns have a default."""
    op.add_column("exports", Column("owner_grants", Text, nullable=False, server_default="[]"))
    op.add_column("exports", Column("subject", Text, nullable=False, server_default="log"))
