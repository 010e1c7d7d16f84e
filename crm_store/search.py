"""Finding persons by misspelt names, parts of them, mail addresses and phone numbers, with bounded work.

Exact words and beginnings are ranges of `person_tokens`. Only where they do not suffice, each word is looked
up in the vocabulary of all names by its typo keys, and persons are found by the words it gave. The same
statements run on both databases and give the same persons in the same order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from crm_store.driver import Row, Wire
from crm_store.names import mail_token, misspelling, phone_tokens, tokens, typo_keys
from crm_store.person_query import Word, Wording, fit, readings
from hub.domain.ids import PersonId, TenantId
from hub.domain.person import IdentityKind

MOST_PERSONS = 50
MOST_SPELLINGS = 12
"""Words of the vocabulary that a misspelt one may stand for, the nearest ones."""

ENOUGH = 5
"""With so many persons found by what was typed, nobody is looked for by what else may have been meant."""

MOST_COUNTED = 1_000
"""Persons that answer a word, up to which they are few enough to be read and put in order."""

MOST_PROBED = 5_000
"""Persons of one token that are checked for the other words, the newest ones."""

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
    """The persons that answer `query`, best first and the newest first among equals; `limit` is 1 to 50.

    Every word must be answered, in any order: by the same word, or by the beginning of one. Where fewer than
    ENOUGH persons do, also by a word of the same sound, or (from 4 letters on) one that is a typo away. Never
    an error, whatever `query` holds. Where each word is borne by more than MOST_PROBED persons, only the newest
    of the rarest one are looked at.
    """
    limit = max(1, min(limit, MOST_PERSONS))
    wordings = readings(query)
    ids: dict[PersonId, None] = {}
    for wording in wordings:
        await _collect(wire, tenant_id, [_Answers(word) for word in wording], limit, ids)
    if len(ids) < min(limit, ENOUGH):
        for wording in wordings:
            answers = await _respelt(wire, tenant_id, wording)
            if any(one.spellings for one in answers):
                await _collect(wire, tenant_id, answers, limit, ids)
    ranks: dict[PersonId, int] = {}
    for person_id, held in (await _tokens_of(wire, tenant_id, list(ids))).items():
        fits = [rank for wording in wordings if (rank := fit(wording, held)) is not None]
        if fits:
            ranks[person_id] = min(fits)
    newest_first = sorted(ranks, reverse=True)
    return sorted(newest_first, key=ranks.__getitem__)[:limit]


class _Params:
    """Numbers the parameters of a statement while it is put together."""

    def __init__(self, *first: object) -> None:
        self.values: list[object] = list(first)

    def __call__(self, value: object) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


@dataclass(frozen=True, slots=True)
class _Answers:
    """What may answer a word: tokens that begin like it; other spellings with their typos, nearest first."""

    word: Word
    spellings: Sequence[tuple[int, str]] = ()

    def conditions(self, params: _Params) -> list[str]:
        """Of which a token that answers meets one: the beginnings, then the spellings by their typos."""
        ranges = [
            f"(token >= {params(begin)} AND token < {params(begin + _AFTER_ALL)})"
            for begin in self.word.beginnings
        ]
        spelt = [
            f"token = ANY({params([token for _, token in same])})"
            for _, same in groupby(self.spellings, key=lambda spelling: spelling[0])
        ]
        return [*ranges, *spelt]

    def ways(self) -> Iterator[tuple[str, list[str]]]:
        """The answers one by one, the best first: which rows, in what order, the parameters from $2 on."""
        for begin in self.word.beginnings:
            yield "token = $2 ORDER BY person_id DESC", [begin]
        for begin in self.word.beginnings:
            yield "token > $2 AND token < $3 ORDER BY token, person_id", [begin, begin + _AFTER_ALL]
        for _, token in self.spellings:
            yield "token = $2 ORDER BY person_id DESC", [token]


async def _respelt(wire: Wire, tenant_id: TenantId, wording: Wording) -> list[_Answers]:
    keys = sorted({key for word in wording if word.name for key in typo_keys(word.name)})
    if not keys:
        return []
    rows = await wire.fetch(
        "SELECT DISTINCT token FROM token_grams WHERE tenant_id = $1 AND gram = ANY($2)", tenant_id, keys
    )
    near = [row[0] for row in rows]
    return [_Answers(word, _nearest(word, near) if word.name else ()) for word in wording]


def _nearest(word: Word, near: Iterable[str]) -> list[tuple[int, str]]:
    return sorted(
        (typos, token)
        for token in near
        if not token.startswith(word.beginnings) and (typos := misspelling(word.name, token)) is not None
    )[:MOST_SPELLINGS]


async def _collect(
    wire: Wire, tenant_id: TenantId, answers: Sequence[_Answers], limit: int, ids: dict[PersonId, None]
) -> None:
    """Add persons who have an answer to every word, the better ones first, some `limit` of them."""
    counts = await _counted(wire, tenant_id, answers)
    fewest = min(counts)
    rarest = answers[counts.index(fewest)]
    others = [one for one in answers if one is not rarest]
    if fewest == 0:
        return
    if fewest < MOST_COUNTED:
        ids.update(await _of_few(wire, tenant_id, rarest, others, limit))
        return
    for which, tokens_borne in rarest.ways():
        ids.update(await _of_many(wire, tenant_id, which, tokens_borne, others, limit))
        if len(ids) >= limit:
            break


async def _counted(wire: Wire, tenant_id: TenantId, answers: Sequence[_Answers]) -> list[int]:
    """How many persons have an answer to each word; MOST_COUNTED or more are many."""
    params = _Params(tenant_id)
    counts = ", ".join(
        " + ".join(
            "(SELECT count(*) FROM (SELECT 1 FROM person_tokens"
            f" WHERE tenant_id = $1 AND {met} LIMIT {MOST_COUNTED}) c)"
            for met in one.conditions(params)
        )
        for one in answers
    )
    (row,) = await wire.fetch(f"SELECT {counts}", *params.values)
    return list(row)


async def _of_few(
    wire: Wire, tenant_id: TenantId, rarest: _Answers, others: Sequence[_Answers], limit: int
) -> dict[PersonId, None]:
    """All who answer the rarest word are read, so they can be put in order of how well they do."""
    params = _Params(tenant_id)
    met = rarest.conditions(params)
    better = [*(f"token = {params(begin)}" for begin in rarest.word.beginnings), *met]
    order = " ".join(f"WHEN {condition} THEN {place}" for place, condition in enumerate(better))
    rows = await wire.fetch(
        f"SELECT p.person_id FROM person_tokens p WHERE p.tenant_id = $1 AND ({' OR '.join(met)})"
        f"{_answering(others, params)} ORDER BY CASE {order} END, p.person_id DESC LIMIT {limit}",
        *params.values,
    )
    return dict.fromkeys(row[0] for row in rows)


async def _of_many(
    wire: Wire,
    tenant_id: TenantId,
    which: str,
    tokens_borne: Sequence[str],
    others: Sequence[_Answers],
    limit: int,
) -> dict[PersonId, None]:
    """Of those who bear these tokens the first are read, and no more of them than needed."""
    params = _Params(tenant_id, *tokens_borne)
    rows = await wire.fetch(
        "SELECT p.person_id FROM (SELECT person_id FROM person_tokens"
        f" WHERE tenant_id = $1 AND {which} LIMIT {MOST_PROBED if others else limit}) p"
        f" WHERE 1 = 1{_answering(others, params)} LIMIT {limit}",
        *params.values,
    )
    return dict.fromkeys(row[0] for row in rows)


def _answering(others: Sequence[_Answers], params: _Params) -> str:
    # OFFSET makes PostgreSQL ask person by person, as SQLite does, and not read all bearers of the others
    return "".join(
        " AND EXISTS (SELECT 1 FROM person_tokens WHERE tenant_id = $1 AND person_id = p.person_id"
        f" AND ({' OR '.join(other.conditions(params))}) LIMIT 1 OFFSET 0)"
        for other in others
    )


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
