"""Revision 0003: what hangs on a person."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

revision = "0003"
down_revision = "0008"

Instant = BigInteger
"""Microseconds since 1970 UTC."""

BigId = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Make them: first what others refer to."""
    _persons()
    _work()


def _persons() -> None:
    op.create_table(
        "person_details",
        Column("person_id", Text, ForeignKey("persons.id"), primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("tags", Text, nullable=False),
        Column("fields", Text, nullable=False),
    )
    op.create_table(
        "organization_details",
        Column("organization_id", Text, ForeignKey("organizations.id"), primary_key=True),
        Column("tenant_id", Text, nullable=False),
        Column("note", Text, nullable=False),
        Column("version", Integer, nullable=False),
    )
    op.create_table(
        "client_fields",
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
    op.create_table(
        "consents",
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
    op.create_table(
        "merges",
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
    op.create_table(
        "person_facts",
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


def _work() -> None:
    op.create_table(
        "case_numbers",
        Column("tenant_id", Text, primary_key=True),
        Column("last", Integer, nullable=False),
    )
    op.create_table(
        "cases",
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
    op.create_table(
        "case_interactions",
        Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
        Column("interaction_id", Text, nullable=False),
        Column("tenant_id", Text, nullable=False),
        PrimaryKeyConstraint("case_id", "interaction_id"),
        Index("ix_case_interactions_interaction", "interaction_id"),
    )
    op.create_table(
        "tasks",
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
