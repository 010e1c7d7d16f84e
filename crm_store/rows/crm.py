"""Tables of what hangs on a person: details, fields of the house, consents, merges, facts, cases, tasks."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from crm_store.base import metadata
from crm_store.instants import Instant
from crm_store.rows.history import BigId

# beside `persons`, whose rows the touch path writes
person_details = Table(
    "person_details",
    metadata,
    Column("person_id", Text, ForeignKey("persons.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("fields", Text, nullable=False),
)

# the tags of `person_details`, to find clients by: `tag` is the tag whatever its case, `label` as it is written
person_tags = Table(
    "person_tags",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("label", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "tag", "person_id"),
    Index("ix_person_tags_person", "person_id"),
)

organization_details = Table(
    "organization_details",
    metadata,
    Column("organization_id", Text, ForeignKey("organizations.id"), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("domain", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default="[]"),
    Index("ix_organization_details_domain", "tenant_id", "domain"),
)

# by which one of the same name, or of the same but for its legal form, is found
organization_keys = Table(
    "organization_keys",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("organization_id", Text, ForeignKey("organizations.id"), nullable=False),
    PrimaryKeyConstraint("tenant_id", "key", "organization_id"),
    Index("ix_organization_keys_organization", "organization_id"),
)

client_fields = Table(
    "client_fields",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("tenant_id", "label", name="uq_client_fields_label"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_id", Text),
    Column("by_name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Index("ix_consents_person", "person_id", "at"),
)

merges = Table(
    "merges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("kept_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("merged_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_name", Text, nullable=False),
    Column("moved", Text, nullable=False),
    Column("filled", Text, nullable=False),
    Column("undone_at", Instant),
    Column("undone_by", Text, nullable=False),
    Index("ix_merges_kept", "kept_id"),
    # a record is part of one other at most
    Index(
        "uq_merges_standing",
        "merged_id",
        unique=True,
        sqlite_where=text("undone_at IS NULL"),
        postgresql_where=text("undone_at IS NULL"),
    ),
)

person_facts = Table(
    "person_facts",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("tenant_id", Text, nullable=False),
    Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", Text),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("was", Text, nullable=False),
    Column("now", Text, nullable=False),
    Index("ix_person_facts_person", "person_id", "at", "id"),
)

case_numbers = Table(
    "case_numbers",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("last", Integer, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("public_status", Text, nullable=False),
    Column("promised_at", Instant),
    Column("owner_id", Text),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("version", Integer, nullable=False),
    Column("request", Text),
    UniqueConstraint("tenant_id", "number", name="uq_cases_number"),
    UniqueConstraint("tenant_id", "request", name="uq_cases_request"),
    Index("ix_cases_person", "person_id", "opened_at"),
)

case_interactions = Table(
    "case_interactions",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("interaction_id", Text, nullable=False),
    Column("tenant_id", Text, nullable=False),
    PrimaryKeyConstraint("case_id", "interaction_id"),
    Index("ix_case_interactions_interaction", "interaction_id"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("created_by", Text),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("done_at", Instant),
    Column("person_id", Text, ForeignKey("persons.id")),
    Column("case_id", Text, ForeignKey("cases.id")),
    Column("interaction_id", Text),
    Column("version", Integer, nullable=False),
    Column("request", Text),
    Column("given_by", Text),
    Column("call_back", Text, nullable=False, server_default=""),
    Column("missed", Integer, nullable=False, server_default="0"),
    Column("done_because", Text, nullable=False, server_default=""),
    UniqueConstraint("tenant_id", "request", name="uq_tasks_request"),
    Index("ix_tasks_person", "person_id"),
    Index(
        "ix_tasks_open",
        "owner_id",
        "due_at",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    Index("ix_tasks_owner", "tenant_id", "owner_id", "created_at"),
)
