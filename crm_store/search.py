"""Finding persons by misspelt names, parts of them, mail addresses and phone numbers, with bounded work.

Exact words and beginnings are ranges of `person_tokens`. Only where they do not suffice, each word is looked up
in the vocabulary of all names by its typo keys, and persons are found by the words it gave. The same statements
run on both databases and give the same persons in the same order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from crm_store.driver import Wire
from crm_store.person_query import Word, Wording, fit, readings
from hub.crm.names import misspelling, typo_keys
from hub.domain.ids import PersonId, TenantId

MOST_PERSONS = 50
MOST_SPELLINGS = 8
"""Words of the vocabulary that a misspelt one may stand for, the nearest ones."""

ENOUGH = 3
"""With so many persons found by what was typed, nobody is looked for by what else may have been meant."""

FEW = 600
"""Tokens that answer a word, below which all of them are read and put in order."""


class _Most(NamedTuple):
    """Of many persons, how many are read: of those with the very word, a longer word, each other spelling."""

    same: int
    longer: int
    respelt: int


_AS_TYPED = _Most(same=3_000, longer=1_500, respelt=0)
_RESPELT = _Most(same=1_500, longer=800, respelt=250)

_AFTER_ALL = "\U0010ffff"  # the last of what may follow a beginning


async def find_persons(wire: Wire, tenant_id: TenantId, query: str, limit: int = 20) -> list[PersonId]:
    """The persons that answer `query`, best first and the newest first among equals; `limit` is 1 to 50.

    Every word must be answered, in any order: by the same word, or by the beginning of one. Where fewer than
    ENOUGH persons do, also by a word of the same sound, or (from 4 letters on) one that is a typo away. Never
    an error, whatever `query` holds. Where thousands bear each of the words, the newest bearers of one of them
    are looked at.
    """
    limit = max(1, min(limit, MOST_PERSONS))
    wordings = readings(query)
    found: dict[PersonId, str] = {}
    for wording in wordings:
        found |= await _found(wire, tenant_id, [_Answers(word) for word in wording], _AS_TYPED, limit)
    # what may be a name or an address was one of them if it found anybody
    if len(found) < (min(limit, ENOUGH) if len(wordings) == 1 else 1):
        for wording in wordings:
            answers = await _respelt(wire, tenant_id, wording)
            if any(one.spellings for one in answers):
                found |= await _found(wire, tenant_id, answers, _RESPELT, limit)
    ranks: dict[PersonId, int] = {}
    for person_id, words in found.items():
        held = words.split()
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

    def within(self, params: _Params) -> str:
        """The condition that a person has a token that answers among their words."""
        patterns = [
            *(f"% {_literal(begin)}%" for begin in self.word.beginnings),
            *(f"% {_literal(token)} %" for _, token in self.spellings),
        ]
        return " OR ".join(f"words LIKE {params(pattern)} ESCAPE '!'" for pattern in patterns)

    def ways(self, most: _Most, params: _Params) -> Iterator[str]:
        """Which rows answer, in what order and how many of them; one by one, the best first."""
        for begin in self.word.beginnings:
            yield f"token = {params(begin)} ORDER BY person_id DESC LIMIT {most.same}"
        for begin in self.word.beginnings:
            after, before = params(begin), params(begin + _AFTER_ALL)
            yield f"token > {after} AND token < {before} ORDER BY token, person_id LIMIT {most.longer}"
        for _, token in self.spellings:
            yield f"token = {params(token)} ORDER BY person_id DESC LIMIT {most.respelt}"


def _literal(token: str) -> str:
    return token.replace("!", "!!").replace("%", "!%").replace("_", "!_")


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
    typed = word.name
    ranked = sorted(
        # the first letter and the length are what people get right
        (typos, token[:1] != typed[:1], abs(len(token) - len(typed)), token)
        for token in near
        if not token.startswith(word.beginnings) and (typos := misspelling(typed, token)) is not None
    )
    return [(typos, token) for typos, _, _, token in ranked[:MOST_SPELLINGS]]


async def _found(
    wire: Wire, tenant_id: TenantId, answers: Sequence[_Answers], most: _Most, limit: int
) -> dict[PersonId, str]:
    """Persons who have an answer to every word, with their words; of each way to answer up to `limit`."""
    counts = await _counted(wire, tenant_id, answers)
    if not all(counts):
        return {}
    # names are among the words of every row, an address has only its own row; a longer name is rarer
    *_, place = min(
        (bool(one.word.name), count, -len(one.word.name), n)
        for n, (one, count) in enumerate(zip(answers, counts, strict=True))
    )
    first = answers[place]
    others = [one for one in answers if one is not first]
    read = _of_few if counts[place] < FEW else _of_many
    return await read(wire, tenant_id, first, others, most, limit)


async def _counted(wire: Wire, tenant_id: TenantId, answers: Sequence[_Answers]) -> list[int]:
    """How many tokens answer each word, up to FEW."""
    params = _Params(tenant_id)
    counts = ", ".join(
        " + ".join(
            f"(SELECT count(*) FROM (SELECT 1 FROM person_tokens WHERE tenant_id = $1 AND {met} LIMIT {FEW}) c)"
            for met in one.conditions(params)
        )
        for one in answers
    )
    (row,) = await wire.fetch(f"SELECT {counts}", *params.values)
    return [min(count, FEW) for count in row]


async def _of_few(
    wire: Wire, tenant_id: TenantId, first: _Answers, others: Sequence[_Answers], _most: _Most, limit: int
) -> dict[PersonId, str]:
    """All who answer the first word are read, so they can be put in order of how well they do."""
    params = _Params(tenant_id)
    met = first.conditions(params)
    better = [*(f"token = {params(begin)}" for begin in first.word.beginnings), *met]
    order = " ".join(f"WHEN {condition} THEN {place}" for place, condition in enumerate(better))
    rows = await wire.fetch(
        f"SELECT person_id, words, token FROM person_tokens WHERE tenant_id = $1 AND ({' OR '.join(met)})"
        f"{_answering(others, params)} ORDER BY CASE {order} END, person_id DESC LIMIT {limit}",
        *params.values,
    )
    return {row[0]: row[1] + row[2] for row in rows}


async def _of_many(
    wire: Wire, tenant_id: TenantId, first: _Answers, others: Sequence[_Answers], most: _Most, limit: int
) -> dict[PersonId, str]:
    """Of those who answer the first word the first are read, and no more of them than needed."""
    params = _Params(tenant_id)
    answering = _answering(others, params)
    ways = (
        "SELECT * FROM (SELECT person_id, words, token FROM"
        f" (SELECT person_id, words, token FROM person_tokens WHERE tenant_id = $1 AND {way}) p{n}"
        f" WHERE 1 = 1{answering} LIMIT {limit}) w{n}"
        for n, way in enumerate(first.ways(most, params))
    )
    rows = await wire.fetch(" UNION ALL ".join(ways), *params.values)
    return {row[0]: row[1] + row[2] for row in rows}


def _answering(others: Sequence[_Answers], params: _Params) -> str:
    return "".join(f" AND ({other.within(params)})" for other in others)
