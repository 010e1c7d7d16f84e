"""Finding persons by misspelt names, parts of them, mail addresses and phone numbers, with bounded work.

Exact words and beginnings are ranges of `person_tokens`. Only where they do not suffice, each word is looked
up in the vocabulary of all names by its typo keys, and persons are found by the words it gave. The same
statements run on both databases and give the same persons in the same order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm_store.driver import Row, Wire
from crm_store.names import mail_token, misspelling, phone_tokens, tokens, typo_keys
from crm_store.person_query import Word, Wording, fit, readings
from hub.domain.ids import PersonId, TenantId
from hub.domain.person import IdentityKind

MOST_PERSONS = 50
MOST_SPELLINGS = 12
"""Words of the vocabulary that a misspelt one may stand for, the nearest ones."""

MOST_PROBED = 5_000
"""Persons of one token that are checked for the other words, the newest ones."""

_COUNTED = "SELECT 1 FROM person_tokens WHERE tenant_id = $1 AND {} LIMIT 1000"
_AFTER_ALL = "\U0010ffff"  # the last of what may follow a beginning


def person_token_rows(
    tenant_id: TenantId,
    person_id: PersonId,
    names: Iterable[str],
    addresses: Iterable[tuple[IdentityKind, str]] = (),
) -> list[tuple[str, str, str]]:
    """Rows of `person_tokens` for a person of these names and addresses (kind, normal form)."""
    found = {token for name in names for token in tokens(name)}
    for kind, value in addresses:
        if kind is IdentityKind.PHONE:
            found.update(phone_tokens(value))
        elif kind is IdentityKind.EMAIL and (address := mail_token(value)):
            found.add(address)
    return [(tenant_id, token, person_id) for token in sorted(found)]


def token_gram_rows(tenant_id: TenantId, words: Iterable[str]) -> list[tuple[str, str, str]]:
    """Rows of `token_grams` for new words of the vocabulary."""
    return [(tenant_id, gram, word) for word in sorted(set(words)) for gram in sorted(typo_keys(word))]


async def index_names(
    wire: Wire, tenant_id: TenantId, names: Sequence[tuple[PersonId, Sequence[str]]]
) -> None:
    """Make persons findable by further names; names they have already make no difference."""
    rows = [row for person_id, called in names for row in person_token_rows(tenant_id, person_id, called)]
    if not rows:
        return
    await _add_tokens(wire, rows)
    words = sorted({row[1] for row in rows})
    known = await wire.fetch(
        "SELECT token FROM name_tokens WHERE tenant_id = $1 AND token = ANY($2)", tenant_id, words
    )
    # in one order everywhere: transactions that add the same words wait for each other, but never in a ring
    new = [word for word in words if word not in {row[0] for row in known}]
    if new:
        await wire.many(
            "INSERT INTO name_tokens (tenant_id, token) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [(tenant_id, word) for word in new],
        )
        await wire.many(
            "INSERT INTO token_grams (tenant_id, gram, token) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            token_gram_rows(tenant_id, new),
        )


async def index_addresses(
    wire: Wire, tenant_id: TenantId, addresses: Sequence[tuple[PersonId, IdentityKind, str]]
) -> None:
    """Make persons findable by phone numbers and mail addresses in normal form; other kinds are left out."""
    rows = [
        row
        for person_id, kind, value in addresses
        for row in person_token_rows(tenant_id, person_id, (), [(kind, value)])
    ]
    if rows:
        await _add_tokens(wire, rows)


async def forget_person(wire: Wire, tenant_id: TenantId, person_id: PersonId) -> None:
    """Remove all that the person was found by; a word that nobody else is called leaves the vocabulary too.

    Where somebody of that very name comes at the same moment, their name may be found without typos only.
    """
    held = [
        row[0]
        for row in await wire.fetch(
            "SELECT token FROM person_tokens WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
        )
    ]
    await wire.execute(
        "DELETE FROM person_tokens WHERE tenant_id = $1 AND person_id = $2", tenant_id, person_id
    )
    others = await wire.fetch(
        "SELECT DISTINCT token FROM person_tokens WHERE tenant_id = $1 AND token = ANY($2)", tenant_id, held
    )
    unused = sorted(set(held) - {row[0] for row in others})
    await wire.execute("DELETE FROM name_tokens WHERE tenant_id = $1 AND token = ANY($2)", tenant_id, unused)
    await wire.many(
        "DELETE FROM token_grams WHERE tenant_id = $1 AND gram = $2 AND token = $3",
        token_gram_rows(tenant_id, unused),
    )


async def find_persons(wire: Wire, tenant_id: TenantId, query: str, limit: int = 20) -> list[PersonId]:
    """The persons that answer `query`, best first and the newest first among equals; at most `limit` (≤ 50).

    Every word must be answered, in any order: by the same word, by the beginning of one, by one of the same
    sound, or (from 4 letters on) by one that is a typo away. Never an error, whatever `query` holds. Where
    each word is borne by more than MOST_PROBED persons, only the newest of the rarest one are looked at.
    """
    limit = max(1, min(limit, MOST_PERSONS))
    found: dict[PersonId, int] = {}
    for wording in readings(query):
        exact = [_Candidates(word) for word in wording]
        await _collect(wire, tenant_id, wording, exact, limit, found)
        if len(found) < limit and any(word.name for word in wording):
            spelt = await _respelt(wire, tenant_id, wording)
            if any(candidates.spellings for candidates in spelt):
                await _collect(wire, tenant_id, wording, spelt, limit, found)
        if len(found) >= limit:
            break
    newest_first = sorted(found, reverse=True)
    return sorted(newest_first, key=found.__getitem__)[:limit]


@dataclass(slots=True)
class _Candidates:
    """What may answer a word: tokens that begin like it, and other spellings, the nearest first."""

    word: Word
    spellings: list[str] = field(default_factory=list)


class _Params:
    """Numbers the parameters of a statement while it is put together."""

    def __init__(self, *first: object) -> None:
        self.values: list[object] = list(first)

    def __call__(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


async def _respelt(wire: Wire, tenant_id: TenantId, wording: Wording) -> list[_Candidates]:
    keys = sorted({key for word in wording if word.name for key in typo_keys(word.name)})
    rows = await wire.fetch(
        "SELECT DISTINCT token FROM token_grams WHERE tenant_id = $1 AND gram = ANY($2)", tenant_id, keys
    )
    near = [row[0] for row in rows]
    return [_Candidates(word, _nearest(word, near) if word.name else []) for word in wording]


def _nearest(word: Word, near: Iterable[str]) -> list[str]:
    ranked = sorted(
        (typos, token)
        for token in near
        if not token.startswith(word.beginnings) and (typos := misspelling(word.name, token)) is not None
    )
    return [token for _, token in ranked[:MOST_SPELLINGS]]


async def _collect(
    wire: Wire,
    tenant_id: TenantId,
    wording: Wording,
    candidates: Sequence[_Candidates],
    limit: int,
    found: dict[PersonId, int],
) -> None:
    first = await _rarest(wire, tenant_id, candidates) if len(candidates) > 1 else candidates[0]
    if first is None:
        return
    params = _Params(tenant_id)
    others = "".join(
        f" AND EXISTS (SELECT 1 FROM person_tokens o WHERE o.tenant_id = $1 AND o.person_id = p.person_id"  # noqa: S608 - only marks of parameters
        f" AND ({' OR '.join(_matches(other, params))}))"
        for other in candidates
        if other is not first
    )
    branches = [
        f"SELECT person_id FROM (SELECT p.person_id FROM ({one}) p WHERE 1 = 1{others} LIMIT {limit}) b{n}"  # noqa: S608 - as above
        for n, one in enumerate(_ways_in(first, params, limit if not others else MOST_PROBED))
    ]
    rows = await wire.fetch(" UNION ".join(branches), *params.values)
    ids = [row[0] for row in rows if row[0] not in found]
    for person_id, held in (await _tokens_of(wire, tenant_id, ids)).items():
        rank = fit(wording, held)
        if rank is not None:
            found[person_id] = rank


def _ways_in(first: _Candidates, params: _Params, most: int) -> list[str]:
    """A statement for each token, or range of tokens, by which the first word finds persons."""
    exact = (
        "SELECT person_id FROM person_tokens WHERE tenant_id = $1 AND token = {}"
        " ORDER BY person_id DESC LIMIT {}"
    )
    longer = (
        "SELECT person_id FROM person_tokens WHERE tenant_id = $1 AND token > {} AND token < {}"
        " ORDER BY token, person_id LIMIT {}"
    )
    ways = [exact.format(params(token), most) for token in (*first.word.beginnings, *first.spellings)]
    ways += [
        longer.format(params(begin), params(begin + _AFTER_ALL), most) for begin in first.word.beginnings
    ]
    return ways


def _matches(candidates: _Candidates, params: _Params) -> list[str]:
    """The conditions of which a token that answers the word meets one."""
    ranges = [
        f"(token >= {params(begin)} AND token < {params(begin + _AFTER_ALL)})"
        for begin in candidates.word.beginnings
    ]
    return [*ranges, f"token = ANY({params(candidates.spellings)})"] if candidates.spellings else ranges


async def _rarest(wire: Wire, tenant_id: TenantId, candidates: Sequence[_Candidates]) -> _Candidates | None:
    """The word that the fewest persons answer, counted up to a bound; None when nobody answers one."""
    params = _Params(tenant_id)
    counts = ", ".join(
        " + ".join(
            f"(SELECT count(*) FROM ({_COUNTED.format(met)}) c)"  # noqa: S608 - as above
            for met in _matches(one, params)
        )
        for one in candidates
    )
    (row,) = await wire.fetch(f"SELECT {counts}", *params.values)
    fewest = min(range(len(candidates)), key=lambda n: row[n])
    return candidates[fewest] if row[fewest] else None


async def _tokens_of(wire: Wire, tenant_id: TenantId, ids: Sequence[PersonId]) -> dict[PersonId, list[str]]:
    held: dict[PersonId, list[str]] = {}
    if ids:
        rows: Sequence[Row] = await wire.fetch(
            "SELECT person_id, token FROM person_tokens WHERE tenant_id = $1 AND person_id = ANY($2)",
            tenant_id,
            list(ids),
        )
        for person_id, token in rows:
            held.setdefault(person_id, []).append(token)
    return held


async def _add_tokens(wire: Wire, rows: Sequence[Row]) -> None:
    await wire.many(
        "INSERT INTO person_tokens (tenant_id, token, person_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        rows,
    )
