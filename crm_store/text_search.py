"""Finding messages by their words, newest first, with bounded work.

The newest messages are looked through first, in windows that grow. On SQLite an FTS5 index reads a window of
row numbers by itself; PostgreSQL's GIN index knows no numbers, so each row has its blocks among its words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_store.driver import Row, SqliteWire, Wire
from crm_store.instants import from_us, to_us
from crm_store.rows.search import BLOCKS, TEXT_WORDS
from hub.crm.names import fold
from hub.domain.ids import InteractionId, QueueId, TenantId, TouchId

LONGEST_QUERY = 200
MOST_WORDS = 8
BEGINNING_FROM = 4
"""Letters from which the last word may be the beginning of one."""

MOST_HITS = 50

_NEWEST = "SELECT coalesce(max(id), 0) FROM touch_texts"
_WINDOW = (2, 2, 4)
"""How many blocks of each size one call looks through, the smallest first: four million messages in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHit:
    """A message that has all the words. `number` rises in the order in which messages were stored."""

    number: int
    touch_id: TouchId
    interaction_id: InteractionId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHits:
    """Hits, newest first. `next` goes into `before`; None when everything has been looked through."""

    hits: tuple[TextHit, ...]
    next: int | None


def touch_text_row(
    tenant_id: TenantId, touch_id: TouchId, interaction_id: InteractionId, at: datetime, text: str
) -> tuple[str, str, str, int, str] | None:
    """What `index_texts` writes for a message; None for one without words."""
    folded = fold(text)
    return (tenant_id, touch_id, interaction_id, to_us(at), folded) if folded else None


async def index_texts(wire: Wire, rows: Sequence[Row]) -> None:
    """Make messages findable, the older first; each of them once."""
    if not rows:
        return
    await wire.many(
        "INSERT INTO touch_texts (tenant_id, touch_id, interaction_id, at, folded) VALUES ($1, $2, $3, $4, $5)",
        rows,
    )
    if isinstance(wire, SqliteWire):
        # not by a trigger: FTS5 would write its pages anew at each row; there is one writer, so these are the last
        await wire.many(
            "INSERT INTO touch_words (rowid, folded) SELECT id, folded FROM touch_texts"
            " WHERE id > (SELECT max(id) FROM touch_texts) - $1 ORDER BY id",
            [(len(rows),)],
        )


async def forget_texts(wire: Wire, tenant_id: TenantId, interaction_ids: Sequence[InteractionId]) -> None:
    """Remove the messages of these interactions from what is found.

    The bytes of their words leave the disk later: on SQLite by `forget_bytes`, on PostgreSQL by VACUUM.
    """
    await wire.execute(
        "DELETE FROM touch_texts WHERE tenant_id = $1 AND interaction_id = ANY($2)",
        tenant_id,
        list(interaction_ids),
    )


async def forget_bytes(wire: Wire) -> None:
    """Rewrite SQLite's index without what was removed: some seconds per million messages, once an erasure."""
    if isinstance(wire, SqliteWire):
        await wire.execute("INSERT INTO touch_words (touch_words) VALUES ('optimize')")


async def find_texts(
    wire: Wire,
    tenant_id: TenantId,
    query: str,
    *,
    queue_ids: Sequence[QueueId] | None = None,
    before: int | None = None,
    limit: int = 20,
) -> TextHits:
    """Messages that have every word of `query`, in any script and order, newest first; `limit` is 1 to 50.

    The last word may be the beginning of one, from BEGINNING_FROM letters on. `queue_ids` restricts to the
    interactions of these queues. A page may be short, or empty, and still have a `next`: one call looks
    through a bounded number of messages. Never an error, whatever `query` holds.
    """
    words = list(dict.fromkeys(fold(query, longest=LONGEST_QUERY).split()))[:MOST_WORDS]
    limit = max(1, min(limit, MOST_HITS))
    if not words or queue_ids == []:
        return TextHits(hits=(), next=None)
    read = _read_sqlite if isinstance(wire, SqliteWire) else _read_postgres
    if before is None:
        (newest,) = await wire.fetch(_NEWEST)
        before = int(newest[0]) + 1
    found: list[Row] = []
    for low, blocks in _windows(before):
        match = _Match(tenant_id, words, low, before, blocks, queue_ids, limit + 1 - len(found))
        found += await read(wire, match)
        before = low
        if len(found) > limit:
            before = int(found[limit - 1][0])
            break
    return TextHits(
        hits=tuple(
            TextHit(number=row[0], touch_id=row[1], interaction_id=row[2], at=from_us(row[3]))
            for row in found[:limit]
        ),
        next=before if before > 1 else None,
    )


@dataclass(frozen=True, slots=True)
class _Match:
    """One window: rows of [low, before) with the words; `blocks` cover it, as words of the rows."""

    tenant_id: TenantId
    words: Sequence[str]
    low: int
    before: int
    blocks: Sequence[str]
    queue_ids: Sequence[QueueId] | None
    most: int


def _windows(before: int) -> Iterator[tuple[int, list[str]]]:
    """The beginning of each window and its blocks, from `before` downwards."""
    for (sign, size), count in zip(BLOCKS.items(), _WINDOW, strict=True):
        newest = (before - 1) // size
        oldest = max(0, newest - count + 1)
        if oldest * size < before:
            yield oldest * size, [f"{sign}{block}" for block in range(oldest, newest + 1)]
        before = oldest * size
        if before <= 0:
            return


_COLUMNS = "t.id, t.touch_id, t.interaction_id, t.at"
_IN_QUEUES = " JOIN interactions i ON i.id = t.interaction_id AND i.queue_id = ANY({})"


async def _read_sqlite(wire: Wire, match: _Match) -> list[Row]:
    *whole, last = match.words
    words = " ".join([*(f'"{word}"' for word in whole), f'"{last}"{" *" * _may_begin(last)}'])
    params: list[object] = [match.tenant_id, words, match.low, match.before, match.most]
    queues = _queues(match, params)
    return await wire.fetch(
        f"SELECT {_COLUMNS} FROM touch_words w CROSS JOIN touch_texts t ON t.id = w.rowid{queues}"
        " WHERE touch_words MATCH $2 AND w.rowid >= $3 AND w.rowid < $4 AND t.tenant_id = $1"
        " ORDER BY w.rowid DESC LIMIT $5",
        *params,
    )


async def _read_postgres(wire: Wire, match: _Match) -> list[Row]:
    *whole, last = match.words
    words = [f"'{word}'" for word in (f"#{match.tenant_id}", *whole)]
    blocks = " | ".join(f"'{block}'" for block in match.blocks)
    wanted = " & ".join([*words, f"'{last}'{':*' * _may_begin(last)}", f"({blocks})"])
    params: list[object] = [wanted, match.before, match.most]
    queues = _queues(match, params)
    # the planner must not walk the rows backwards in the hope that a hit comes soon
    return await wire.fetch(
        f"WITH w AS MATERIALIZED (SELECT {_COLUMNS} FROM touch_texts t"
        f" WHERE {TEXT_WORDS} @@ CAST(CAST($1 AS text) AS tsquery) AND t.id < $2)"
        f" SELECT {_COLUMNS} FROM w t{queues} ORDER BY t.id DESC LIMIT $3",
        *params,
    )


def _queues(match: _Match, params: list[object]) -> str:
    if match.queue_ids is None:
        return ""
    params.append(list(match.queue_ids))
    return _IN_QUEUES.format(f"${len(params)}")


def _may_begin(word: str) -> bool:
    return len(word) >= BEGINNING_FROM
