"""What persons are found by: their tokens, the vocabulary of all names, and how both are written and forgotten."""

from collections.abc import Iterable, Sequence

from crm_store.driver import Wire
from hub.crm.matching import name_keys
from hub.crm.names import mail_token, phone_tokens, tokens, typo_keys
from hub.domain.ids import PersonId, TenantId
from hub.domain.person import IdentityKind

LONGEST_WORDS = 1_000
"""Of all names of a person together: a row of PostgreSQL's index holds 2.7 kB."""

Named = tuple[PersonId, Sequence[str]]
"""A person and what they are called."""

Reached = tuple[PersonId, IdentityKind, str]
"""A person and an address of theirs, in normal form."""


def name_words(names: Iterable[str]) -> list[str]:
    """The tokens of what somebody is called."""
    return list(dict.fromkeys(token for name in names for token in tokens(name)))


def address_tokens(kind: IdentityKind, value: str) -> list[str]:
    """The tokens of an address; only phone numbers and mail addresses have any."""
    if kind is IdentityKind.PHONE:
        return phone_tokens(value)
    address = mail_token(value) if kind is IdentityKind.EMAIL else ""
    return [address] if address else []


def person_token_rows(
    tenant_id: TenantId, person_id: PersonId, held: Iterable[str]
) -> list[tuple[str, str, str, str]]:
    """Rows of `person_tokens` for a person who has these tokens, and no others.

    Each row carries the words of all names, up to LONGEST_WORDS bytes.
    """
    different = sorted(set(held))
    names = "".join(f" {token}" for token in different if token.isalnum())
    words = f"{names} "[:LONGEST_WORDS].rpartition(" ")[0] + " "
    return [(tenant_id, token, person_id, words) for token in different]


def token_gram_rows(tenant_id: TenantId, words: Iterable[str]) -> list[tuple[str, str, str]]:
    """Rows of `token_grams` for new words of the vocabulary."""
    return [(tenant_id, gram, word) for word in sorted(set(words)) for gram in sorted(typo_keys(word))]


async def index_persons(
    wire: Wire, tenant_id: TenantId, names: Sequence[Named] = (), addresses: Sequence[Reached] = ()
) -> None:
    """Make persons findable by further names and addresses; those they have already make no difference."""
    held: dict[PersonId, set[str]] = {}
    for person_id, called in names:
        held.setdefault(person_id, set()).update(name_words(called))
    words = {word for had in held.values() for word in had}
    for person_id, kind, value in addresses:
        held.setdefault(person_id, set()).update(address_tokens(kind, value))
    changed = {person_id: had for person_id, had in held.items() if had}
    if not changed:
        return
    before = await wire.fetch(
        "SELECT person_id, token FROM person_tokens WHERE tenant_id = $1 AND person_id = ANY($2)",
        tenant_id,
        list(changed),
    )
    if before:
        for person_id, token in before:
            changed[person_id].add(token)
        await wire.execute(
            "DELETE FROM person_tokens WHERE tenant_id = $1 AND person_id = ANY($2)",
            tenant_id,
            sorted({row[0] for row in before}),
        )
    await wire.many(
        "INSERT INTO person_tokens (tenant_id, token, person_id, words) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        [row for person_id, had in changed.items() for row in person_token_rows(tenant_id, person_id, had)],
    )
    await _add_words(wire, tenant_id, words)
    await _add_keys(wire, tenant_id, names)


async def index_names(wire: Wire, tenant_id: TenantId, names: Sequence[Named]) -> None:
    """`index_persons` without addresses."""
    await index_persons(wire, tenant_id, names)


async def index_addresses(wire: Wire, tenant_id: TenantId, addresses: Sequence[Reached]) -> None:
    """`index_persons` without names."""
    await index_persons(wire, tenant_id, (), addresses)


async def forget_person(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> None:
    """Remove all that the person was found by; a word that nobody else is called leaves the vocabulary too.

    Where somebody of that very name comes at the same moment, their name may be found without typos only.
    """
    rows = await wire.fetch(
        "SELECT token FROM person_tokens WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
    )
    held = [row[0] for row in rows]
    await wire.execute(
        "DELETE FROM person_tokens WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
    )
    await wire.execute("DELETE FROM name_keys WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id)
    others = await wire.fetch(
        "SELECT DISTINCT token FROM person_tokens WHERE tenant_id = $1 AND token = ANY($2)", tenant_id, held
    )
    unused = sorted(set(held) - {row[0] for row in others})
    await wire.execute("DELETE FROM name_tokens WHERE tenant_id = $1 AND token = ANY($2)", tenant_id, unused)
    await wire.many(
        "DELETE FROM token_grams WHERE tenant_id = $1 AND gram = $2 AND token = $3",
        token_gram_rows(tenant_id, unused),
    )


async def _add_words(wire: Wire, tenant_id: TenantId, words: Iterable[str]) -> None:
    # in one order everywhere: transactions that add the same words wait for each other, but never in a ring
    ordered = sorted(words)
    if not ordered:
        return
    rows = await wire.fetch(
        "SELECT token FROM name_tokens WHERE tenant_id = $1 AND token = ANY($2)", tenant_id, ordered
    )
    known = {row[0] for row in rows}
    new = [word for word in ordered if word not in known]
    if new:
        await wire.many(
            "INSERT INTO name_tokens (tenant_id, token) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [(tenant_id, word) for word in new],
        )
        await wire.many(
            "INSERT INTO token_grams (tenant_id, gram, token) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            token_gram_rows(tenant_id, new),
        )


def name_key_rows(tenant_id: TenantId, person_id: PersonId, names: Iterable[str]) -> list[tuple[object, ...]]:
    """Rows of `name_keys` for a person called by these names."""
    keys: dict[str, bool] = {}
    for name in names:
        for key, is_whole in name_keys(name).items():
            keys[key] = keys.get(key, False) or is_whole
    return [(tenant_id, key, person_id, is_whole) for key, is_whole in keys.items()]


async def _add_keys(wire: Wire, tenant_id: TenantId, names: Sequence[Named]) -> None:
    rows = [row for person_id, called in names for row in name_key_rows(tenant_id, person_id, called)]
    if rows:
        await wire.many(
            "INSERT INTO name_keys (tenant_id, key, person_id, is_whole) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            rows,
        )


async def namesakes(
    wire: Wire, tenant_id: TenantId, keys: Iterable[tuple[str, bool]], most: int
) -> dict[str, list[PersonId]]:
    """By key, the persons whose names answer it, the newest first, at most `most` of each.

    A key is given with whether it is the whole of the name asked about: else it is answered by whole names only.
    """
    asked = dict(keys)
    rows = await wire.fetch(
        "SELECT key, person_id, is_whole FROM (SELECT key, person_id, is_whole, ROW_NUMBER() OVER"
        " (PARTITION BY key ORDER BY is_whole DESC, person_id DESC) AS place FROM name_keys"
        " WHERE tenant_id = $1 AND key = ANY($2)) k WHERE place <= $3 ORDER BY key, person_id DESC",
        tenant_id,
        list(asked),
        most,
    )
    found: dict[str, list[PersonId]] = {}
    for key, person_id, is_whole in rows:
        if is_whole or asked[key]:
            found.setdefault(key, []).append(PersonId(person_id))
    return found
