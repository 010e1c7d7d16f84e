"""Clients by their tags: the log is filtered by them."""

import json

from alembic import op
from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Text, text

revision = "0014"
down_revision = "0013"

_PORTION = 1_000


def upgrade() -> None:
    """Apply. The tags of every card are written once more, a row each."""
    table = op.create_table(
        "person_tags",
        Column("tenant_id", Text, nullable=False),
        Column("tag", Text, nullable=False),
        Column("person_id", Text, ForeignKey("persons.id"), nullable=False),
        Column("label", Text, nullable=False),
        PrimaryKeyConstraint("tenant_id", "tag", "person_id"),
        Index("ix_person_tags_person", "person_id"),
    )
    connection = op.get_bind()
    after = ""
    while True:
        cards = connection.execute(
            text(
                "SELECT person_id, tenant_id, tags FROM person_details"
                f" WHERE person_id > :after ORDER BY person_id LIMIT {_PORTION}"
            ),
            {"after": after},
        ).all()
        if not cards:
            return
        after = cards[-1][0]
        rows = [
            {"tenant_id": tenant_id, "tag": folded, "person_id": person_id, "label": label}
            for person_id, tenant_id, tags in cards
            for folded, label in {tag.casefold(): tag for tag in json.loads(tags)}.items()
        ]
        if rows:
            connection.execute(table.insert(), rows)
