"""Tables of whom we serve: persons, organizations, identities."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from crm_store.base import metadata
from crm_store.instants import Instant

organizations = Table(
    "organizations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Index("ix_organizations_tenant_name", "tenant_id", "name"),
)

persons = Table(
    "persons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("organization_id", Text, ForeignKey("organizations.id")),
    Column("last_agent_id", Text),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_persons_tenant_created", "tenant_id", "created_at"),
    Index("ix_persons_organization", "organization_id", "id"),
)

# who else says that a number is theirs, beside the one whose identity it is
shared_numbers = Table(
    "shared_numbers",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant_id", "value", "person_id"),
    Index("ix_shared_numbers_person", "person_id"),
)

identities = Table(
    "identities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("display", Text, nullable=False),
    Column("confidence", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("tenant_id", "kind", "value", name="uq_identities_address"),
    Index("ix_identities_person", "person_id"),
)

# two records that somebody said are not one person: `one_id` is the smaller of the two
persons_apart = Table(
    "persons_apart",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("one_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("other_id", Text, ForeignKey("persons.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_name", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "one_id", "other_id"),
)

# numbers of nobody in particular (a switchboard, a hotel): they make no two people one
shared_lines = Table(
    "shared_lines",
    metadata,
    Column("tenant_id", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_name", Text, nullable=False),
    PrimaryKeyConstraint("tenant_id", "value"),
)
