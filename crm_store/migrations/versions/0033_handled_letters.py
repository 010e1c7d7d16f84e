"""Whoever was done with a letter that could not be read, when, and what they wrote of it."""

from alembic import op
from sqlalchemy import BigInteger, Column, Text, text

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Apply. All that could not be read so far waits for somebody to look at it."""
    op.add_column("letters", Column("handled_at", BigInteger))
    for name in ("handled_by", "handled_name", "handled_note"):
        op.add_column("letters", Column(name, Text))
    waits = text("state = 'unreadable' AND handled_at IS NULL")
    op.create_index(
        "ix_letters_to_handle",
        "letters",
        ["tenant_id", "received_at"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
