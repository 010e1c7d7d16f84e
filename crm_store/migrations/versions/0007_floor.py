"""Rules that administrators set: of queues, calendars, skills, outcomes, pauses, and closing forms."""

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text, UniqueConstraint

revision = "0007"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "queue_rules",
        Column("queue_id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("rules", Text, nullable=False),
    )
    op.create_table(
        "calendars",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("zone", Text, nullable=False),
        Column("week", Text, nullable=False),
        Column("days", Text, nullable=False),
        Column("country", Text, nullable=False),
        Column("region", Text, nullable=False),
        Column("version", Integer, nullable=False),
        UniqueConstraint("tenant_id", "name", name="uq_calendars_name"),
    )
    op.create_table(
        "skills",
        Column("tenant_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "name"),
    )
    op.create_table(
        "disposition_rules",
        Column("tenant_id", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("rules", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "code"),
    )
    op.create_table(
        "pause_reasons",
        Column("tenant_id", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("position", Integer, nullable=False),
        Column("rules", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "code"),
    )
    op.create_table(
        "close_answers",
        Column("interaction_id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("answers", Text, nullable=False),
    )
