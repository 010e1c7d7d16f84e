"""Keys by which namesakes are looked up, of everybody who has a name."""

from alembic import op
from sqlalchemy import Boolean, Column, Index, PrimaryKeyConstraint, Text, text

from hub.crm.matching import name_keys

revision = "0024"
down_revision = "0023"

_PORTION = 1_000


def upgrade() -> None:
    """Apply. Whoever can be found by name has their keys written; a record that is part of another has none."""
    word = Text().with_variant(Text(collation="C"), "postgresql")
    table = op.create_table(
        "name_keys",
        Column("tenant_id", Text, nullable=False),
        Column("key", word, nullable=False),
        Column("person_id", word, nullable=False),
        Column("is_whole", Boolean, nullable=False),
        PrimaryKeyConstraint("tenant_id", "key", "person_id"),
        Index("ix_name_keys_person", "tenant_id", "person_id"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    after = ""
    while True:
        named = connection.execute(
            text(
                "SELECT p.id, p.tenant_id, p.name FROM persons p WHERE p.id > :after AND p.name <> ''"
                " AND EXISTS (SELECT 1 FROM person_tokens t WHERE t.tenant_id = p.tenant_id AND t.person_id = p.id)"
                f" ORDER BY p.id LIMIT {_PORTION}"
            ),
            {"after": after},
        ).all()
        if not named:
            return
        after = named[-1][0]
        rows = [
            {"tenant_id": tenant_id, "key": key, "person_id": person_id, "is_whole": is_whole}
            for person_id, tenant_id, name in named
            for key, is_whole in name_keys(name).items()
        ]
        if rows:
            connection.execute(table.insert(), rows)
