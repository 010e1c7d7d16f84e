"""Revision 0001: whom we serve."""

from alembic import op
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Text, UniqueConstraint

Instant = BigInteger
"""Microseconds since 1970 UTC."""


def create() -> None:
    """Make them."""
    op.create_table(
        "organizations",
        Column("id", Text, primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Index("ix_organizations_tenant_name", "tenant_id", "name"),
    )

    op.create_table(
        "persons",
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
    )

    op.create_table(
        "identities",
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
