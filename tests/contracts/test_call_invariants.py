"""What the chaos run asks of the rows holds of calls as they are kept, and is broken by what would be stuck."""

import pytest

from hub.domain.agent import Agent
from hub.domain.call import CallEnd
from tests.chaos.invariants import Moment, questions
from tests.contracts.call_line import NUMBER, Line
from tests.stores import House


@pytest.fixture
def line(house: House) -> Line:
    return Line(house=house)


async def broken(line: Line) -> set[str]:
    now = line.house.clock.now().timestamp()
    moment = Moment(now=now, up_since=now - 86_400, lease_s=15, grace_s=30)
    found = {}
    for name, sql in questions(moment).items():
        ids = {row[0] for row in await line.house.rows(sql)}
        found[name] = ids
    mine: set[str] = set()
    for table in ("calls", "work_items", "interactions"):
        rows = await line.house.rows(f"SELECT id FROM {table} WHERE tenant_id = $1", line.house.tenant_id)
        mine |= {row[0] for row in rows}
    return {name for name, ids in found.items() if ids & mine} - {"I10"}


async def test_calls_in_every_stage_break_nothing(line: Line) -> None:
    house = line.house
    people: list[Agent] = [await house.hire(name, phone_ready=True) for name in ("Anna", "Boris", "Cem")]
    await line.began(line.touch("+905320000001", queued=False))
    await line.began(line.touch("+905320000002"))
    await line.rung(people[0])
    talking = await line.talking(people[1])
    await line.calls.held(talking.id, held=True)
    over = await line.talking(people[2])
    await line.calls.ended(over.id, CallEnd.CLIENT_HUNG_UP)
    promised, _, _ = await line.began(line.touch("+905320000003"))
    await line.calls.wants_callback(promised.id, NUMBER)
    assert await broken(line) == set()


async def test_a_silent_call_is_found_and_swept(line: Line) -> None:
    await line.began()
    line.house.clock.advance(94)
    assert await broken(line) == {"I11"}
    await line.calls.step()
    assert await broken(line) == set()


async def test_work_without_a_call_is_found_and_swept(line: Line) -> None:
    await line.house.receive(line.touch())
    line.house.clock.advance(94)
    assert await broken(line) == {"I12"}
    await line.calls.step()
    assert await broken(line) == set()


async def test_a_caller_in_no_line_and_no_menu_is_found(line: Line) -> None:
    call, _, _ = await line.began(line.touch(queued=False))
    async with line.house.database.transaction() as wire:
        await wire.execute("UPDATE calls SET ended_at = 1 WHERE id = $1", call.id)
    assert await broken(line) == {"I9"}
