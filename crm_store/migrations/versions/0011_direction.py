"""Who began a pass: the client, or somebody of ours."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    op.add_column("work_items", Column("direction", Text, nullable=False, server_default="inbound"))
