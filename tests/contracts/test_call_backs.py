"""Whoever is to be called back is so once, until they are reached: then it is done by itself, and says why."""

import pytest

from hub.domain.agent import Agent
from hub.domain.call import CallEnd
from hub.domain.interaction import Disposition
from tests.contracts.booth import Booth
from tests.contracts.call_line import NUMBER, Line
from tests.stores import House


@pytest.fixture
def line(house: House) -> Line:
    return Line(house=house)


@pytest.fixture
async def anna(house: House) -> Agent:
    return await house.hire("Anna", phone_ready=True)


async def why(line: Line) -> list[tuple[str, str]]:
    """Of tasks that are done: the reason in the row, and what the history of the card says."""
    rows = await line.house.rows(
        "SELECT t.done_because, f.what FROM tasks t JOIN person_facts f ON f.person_id = t.person_id"
        " AND f.kind = 'card_task_reached' AND f.now = t.title WHERE t.tenant_id = $1 AND t.done_at IS NOT NULL",
        line.house.tenant_id,
    )
    return [(r[0], r[1]) for r in rows]


async def test_a_caller_who_is_missed_four_times_is_one_task(line: Line) -> None:
    for _ in range(3):
        await line.missed()
    last = await line.missed()
    assert await line.to_do() == [(f"Call back: {NUMBER} (4)", 4)]
    ((_, about, _),) = await line.tasks()
    assert about == last.interaction_id


async def test_another_caller_is_another_task(line: Line) -> None:
    await line.missed()
    other, _, _ = await line.began(line.touch("+905320000001"))
    await line.calls.ended(other.id, CallEnd.CLIENT_LEFT)
    assert [title for title, _ in await line.to_do()] == [f"Call back: {NUMBER}", "Call back: +905320000001"]


async def test_a_title_that_somebody_wrote_stays_and_the_calls_are_counted(line: Line) -> None:
    await line.missed()
    async with line.house.database.transaction() as wire:
        await wire.execute(
            "UPDATE tasks SET title = $1 WHERE tenant_id = $2", "About the invoice", line.house.tenant_id
        )
    await line.missed()
    assert await line.to_do() == [("About the invoice", 2)]


async def test_talking_with_them_when_they_call_again_does_it(line: Line, anna: Agent) -> None:
    await line.missed()
    await line.missed()
    call = await line.talking(anna)
    assert (await line.to_do(), await why(line)) == ([], [("they_called", "they_called")])
    await line.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    await line.house.work.complete(line.house.as_(anna), (await line.item_of(call)).id)

    await line.missed()
    assert await line.to_do() == [(f"Call back: {NUMBER}", 1)]


async def test_calling_them_does_it_when_they_answer_and_not_before(line: Line, anna: Agent) -> None:
    await line.missed()
    booth = Booth(line=line)
    call = await booth.dial(anna)
    assert len(await line.to_do()) == 1
    await line.calls.client_answered(call.id)
    assert (await line.to_do(), await why(line)) == ([], [("we_called", "we_called")])


async def test_a_call_that_reached_nobody_leaves_it(line: Line, anna: Agent) -> None:
    await line.missed()
    booth = Booth(line=line)
    call = await booth.dial(anna)
    await line.calls.ended(call.id, CallEnd.NO_ANSWER)
    await booth.work.close(line.house.as_(anna), call.interaction_id, Disposition(code="resolved"))
    assert len(await line.to_do()) == 1


async def test_work_with_them_in_writing_that_is_done_does_it(line: Line, anna: Agent) -> None:
    call = await line.missed()
    item = await line.house.given(anna)
    async with line.house.database.transaction() as wire:
        await wire.execute(
            "UPDATE interactions SET person_id = $1 WHERE id = $2", call.person_id, item.interaction_id
        )
    await line.house.work.close(line.house.as_(anna), item.interaction_id, Disposition(code="resolved"))
    assert (await line.to_do(), await why(line)) == ([], [("wrote", "wrote")])
