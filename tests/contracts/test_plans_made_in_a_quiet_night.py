"""PostgreSQL keeps the plan of a question for as long as nothing tells it that the tables have grown: one that was made
while nothing was open must serve when much is."""

import pytest
from sqlalchemy.engine import make_url

from crm_store.engine import Database
from hub.domain.person import IdentityKind
from hub.domain.touch import InboundTouch, Sender
from tests.stores import House, opened

_OPEN, _BATCH = 300, 20


@pytest.mark.pg
async def test_what_a_batch_reads_of_addresses_does_not_grow_with_what_is_open(pg_url: str) -> None:
    url = make_url(pg_url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    async with opened(url, pool_size=1) as database:  # one connection: one plan of each question
        house = await House(database=database).furnished()
        for n in range(8):  # from the sixth on the plan is kept
            await house.receive(_letter(house, n))
        for first in range(8, _OPEN, _BATCH):
            await house.receive(*(_letter(house, n) for n in range(first, first + _BATCH)))
        before = await _read_of(database, "identities")

        await house.receive(*(_letter(house, n, again=True) for n in range(_BATCH)))

        read = await _read_of(database, "identities") - before
        assert await house.count("touches") == _OPEN + 8 + _BATCH
        assert _BATCH <= read <= 20 * _BATCH


@pytest.mark.pg
async def test_what_a_batch_reads_of_what_is_open_does_not_grow_with_it(pg_url: str) -> None:
    """PostgreSQL looked through its tables when all that was in them had ended."""
    url = make_url(pg_url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    async with opened(url, pool_size=1) as database:
        house = await House(database=database).furnished()
        await house.receive(*(_letter(house, n) for n in range(_OPEN)))
        async with database.transaction() as wire:
            await wire.execute("UPDATE sessions SET ended_at = started_at")
            await wire.execute("UPDATE interactions SET state = 'closed', closed_at = opened_at")
            await wire.execute("UPDATE work_items SET state = 'abandoned', ended_at = queued_at")
        async with database.snapshot() as wire:
            await wire.fetch("ANALYZE")
        for first in range(_OPEN, 2 * _OPEN, _BATCH):
            await house.receive(*(_letter(house, n) for n in range(first, first + _BATCH)))
        before = await _read_of(database, "work_items", "interactions", "sessions")

        going_on = range(_OPEN, _OPEN + _BATCH)
        await house.receive(*(_letter(house, n) for n in going_on))

        read = await _read_of(database, "work_items", "interactions", "sessions") - before
        assert await house.count("touches") == 2 * _OPEN + _BATCH
        assert _BATCH <= read <= 20 * _BATCH


def _letter(house: House, number: int, *, again: bool = False) -> InboundTouch:
    address = f"client{number}@example.test"
    thread = f"{address} again" if again else address
    sender = Sender(kind=IdentityKind.EMAIL, value=address, name="")
    return house.message(thread=thread, sender=sender)


async def _read_of(database: Database, *tables: str) -> int:
    """Entries of indexes and rows of these tables that were read on this database so far."""
    async with database.snapshot() as wire:
        await wire.fetch("SELECT pg_stat_force_next_flush()")
        await wire.fetch("SELECT pg_stat_clear_snapshot()")
    async with database.snapshot() as wire:
        ((read,),) = await wire.fetch(
            "SELECT (SELECT SUM(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = ANY($1))"
            " + (SELECT SUM(seq_tup_read) FROM pg_stat_user_tables WHERE relname = ANY($1))",
            list(tables),
        )
    return int(read)
