"""Clients who wrote or called by themselves are found by the address that they did it from."""

from alembic import op
from sqlalchemy import column, select, table, text

from crm_store.person_index import address_tokens
from hub.domain.person import IdentityKind

revision = "0032"
down_revision = "0031"

_PORTION = 1_000
_KINDS = f"'{IdentityKind.EMAIL}', '{IdentityKind.PHONE}'"


def upgrade() -> None:
    """Apply. Only what is missing is written: the words of a person's names stand in each of their rows."""
    tokens = table(
        "person_tokens", column("tenant_id"), column("token"), column("person_id"), column("words")
    )
    connection, after = op.get_bind(), ""
    while True:
        addresses = connection.execute(
            text(
                "SELECT id, tenant_id, person_id, kind, value FROM identities"
                f" WHERE id > :after AND kind IN ({_KINDS}) ORDER BY id LIMIT {_PORTION}"
            ),
            {"after": after},
        ).all()
        if not addresses:
            return
        after = addresses[-1][0]
        persons = {row[2] for row in addresses}
        there = connection.execute(
            select(tokens.c.tenant_id, tokens.c.token, tokens.c.person_id, tokens.c.words).where(
                tokens.c.person_id.in_(persons), tokens.c.tenant_id.in_({row[1] for row in addresses})
            )
        ).all()
        held = {(row[0], row[1], row[2]) for row in there}
        words = {(row[0], row[2]): row[3] for row in there}
        missing = {
            (tenant_id, token, person_id)
            for _, tenant_id, person_id, kind, value in addresses
            for token in address_tokens(IdentityKind(kind), value)
        } - held
        if missing:
            connection.execute(
                tokens.insert(),
                [
                    {"tenant_id": t, "token": w, "person_id": p, "words": words.get((t, p), " ")}
                    for t, w, p in sorted(missing)
                ],
            )
