"""What an organization is known by beside its name, and imports of organizations."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Text, text

from hub.crm.organizations import name_key

revision = "0030"
down_revision = "0029"

_PORTION = 1_000


def upgrade() -> None:
    """Apply. The keys of the names that are there are written."""
    for name, default in (("domain", ""), ("phone", ""), ("tags", "[]")):
        op.add_column("organization_details", Column(name, Text, nullable=False, server_default=default))
    op.create_index("ix_organization_details_domain", "organization_details", ["tenant_id", "domain"])
    op.add_column("imports", Column("kind", Text, nullable=False, server_default="persons"))
    table = op.create_table(
        "organization_keys",
        Column("tenant_id", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("organization_id", Text, ForeignKey("organizations.id"), nullable=False),
        PrimaryKeyConstraint("tenant_id", "key", "organization_id"),
        Index("ix_organization_keys_organization", "organization_id"),
    )
    connection, after = op.get_bind(), ""
    while True:
        named = connection.execute(
            text(
                f"SELECT id, tenant_id, name FROM organizations WHERE id > :after ORDER BY id LIMIT {_PORTION}"
            ),
            {"after": after},
        ).all()
        if not named:
            return
        after = named[-1][0]
        connection.execute(
            table.insert(),
            [{"tenant_id": r[1], "key": name_key(r[2]), "organization_id": r[0]} for r in named],
        )
