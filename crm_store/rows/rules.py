"""Tables of the rules that administrators set: of queues, calendars, skills, outcomes, pauses, and closing forms."""

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from crm_store.base import metadata

queue_rules = Table(
    "queue_rules",
    metadata,
    Column("queue_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("rules", Text, nullable=False),
)

calendars = Table(
    "calendars",
    metadata,
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

skills = Table(
    "skills",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "name"),
)

disposition_rules = Table(
    "disposition_rules",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("rules", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "code"),
)

pause_reasons = Table(
    "pause_reasons",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("rules", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "code"),
)

close_answers = Table(
    "close_answers",
    metadata,
    Column("interaction_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("answers", Text, nullable=False),
)
