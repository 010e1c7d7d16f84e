"""Whoever sweeps files asks whether a content is a letter's: not by reading all letters."""

from alembic import op
from sqlalchemy import text

revision = "0036"
down_revision = "0034"


def upgrade() -> None:
    """Apply."""
    is_aside = text("raw_sha256 IS NOT NULL")
    op.create_index(
        "ix_letters_raw",
        "letters",
        ["raw_sha256"],
        sqlite_where=is_aside,
        postgresql_where=is_aside,
    )
