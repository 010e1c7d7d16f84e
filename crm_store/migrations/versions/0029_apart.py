"""Records that are not one person whatever they have in common, and numbers that make nobody known."""

from alembic import op
from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, Text

from crm_store.instants import Instant

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "persons_apart",
        Column("tenant_id", Text, nullable=False),
        Column("one_id", Text, ForeignKey("persons.id"), nullable=False),
        Column("other_id", Text, ForeignKey("persons.id"), nullable=False),
        Column("at", Instant, nullable=False),
        Column("by_name", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "one_id", "other_id"),
    )
    op.create_table(
        "shared_lines",
        Column("tenant_id", Text, nullable=False),
        Column("value", Text, nullable=False),
        Column("label", Text, nullable=False),
        Column("at", Instant, nullable=False),
        Column("by_name", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "value"),
    )
