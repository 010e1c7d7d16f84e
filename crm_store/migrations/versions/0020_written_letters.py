"""Drafts and planned replies keep what their writers say of a letter: subject, recipients, formatting, quote."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply. What waits already is sent as it would have been."""
    op.add_column("drafts", Column("letter", Text))
    op.add_column("planned_replies", Column("letter", Text))
