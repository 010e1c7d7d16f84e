"""What the suites of search share: a transaction that leaves no trace, and what may be typed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from crm_store.driver import Wire
from crm_store.engine import Database
from crm_store.rows.search import name_tokens, person_tokens, token_grams, touch_texts
from hub.domain.ids import TenantId

ELSEWHERE = TenantId("00000000-0000-7000-8000-000000000002")

HOSTILE = [
    "",
    " ",
    "'",
    "' OR 1=1 --",
    '"',
    '"a" NEAR "b"',
    "a NEAR/2 b",
    "a AND OR NOT b",
    "a:b",
    "col : a",
    "^a",
    "a*",
    "*",
    "%",
    "_",
    "a%b_c",
    "(((",
    "{a} - b",
    "!a & | <-> :*",
    "\\",
    "\x00",
    "a\x00b",
    "\ud800",
    "😀🎉",
    "\u202eabc\u202c",
    "שלום עולם",
    "محمد",
    "北京大学",
    "x" * 10_000,
    "word " * 2_000,
    "@" * 10_000,
    "1" * 10_000,
    "+" * 300,
    "a@" * 5_000,
    "$1",
    "?1",
    "\U0010ffff",
]


class Undone(Exception):
    """Ends a transaction without a trace."""


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[Wire]:
    """A transaction that is rolled back at the end of the block."""
    with suppress(Undone):
        async with database.transaction() as wire:
            yield wire
            raise Undone


async def everything_found_by(wire: Wire) -> Sequence[str]:
    """All that is kept to find somebody or something by, as text."""
    tables = (person_tokens, name_tokens, token_grams, touch_texts)
    return [str(row[:]) for table in tables for row in await wire.fetch(f"SELECT * FROM {table.name}")]
