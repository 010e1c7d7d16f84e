"""A conversation whose clocks cannot be read holds up no other, in every store."""

from collections.abc import Sequence

import pytest

from hub.domain.work import WorkItem, WorkState
from tests.contracts.watch import Watch
from tests.stores import House


@pytest.fixture
async def watch(house: House) -> Watch:
    made = Watch(house)
    await made.ruled()
    await house.events()
    return made


async def changed(house: House, sql: str, *params: object) -> None:
    async with house.store.database.transaction() as wire:
        assert await wire.execute(sql, *params) == 1


async def three(watch: Watch) -> Sequence[WorkItem]:
    anna = await watch.house.hire("Anna", chats=9)
    return [await watch.house.given(anna, f"v{n}") for n in range(3)]


async def test_what_cannot_be_read_is_counted_tried_again_later_and_read_when_it_is_mended(
    watch: Watch,
) -> None:
    house = watch.house
    first, broken, last = await three(watch)
    letter = "UPDATE touches SET letter = $1 WHERE interaction_id = $2 AND direction = 'inbound'"
    await changed(house, letter, "no head at all", broken.interaction_id)
    faults: list[int] = []
    clocks = watch.another(lambda: faults.append(1))
    await clocks.step()
    assert len(await watch.runs(first)) == len(await watch.runs(last)) == 2
    assert (await watch.runs(broken), len(faults)) == ([], 1)
    await clocks.step()
    house.clock.advance(29)
    await clocks.step()
    assert len(faults) == 1  # not again with each look
    for pause_s in (1, 59, 1):
        house.clock.advance(pause_s)
        await clocks.step()
    assert len(faults) == 3
    await changed(house, letter, None, broken.interaction_id)
    house.clock.advance(120)
    await clocks.step()
    assert len(await watch.runs(broken)) == 2
    assert len(faults) == 3


async def test_a_reply_timer_that_cannot_be_settled_keeps_no_other_from_its_line(watch: Watch) -> None:
    house = watch.house
    first, broken, last = await three(watch)
    await watch.step()
    state = "UPDATE interactions SET state = $1 WHERE id = $2"
    await changed(house, state, "nonsense", broken.interaction_id)
    house.clock.advance(601)
    faults: list[int] = []
    clocks = watch.another(lambda: faults.append(1))
    for _ in range(2):
        await clocks.step()
    assert [(await house.item(item.id)).state for item in (first, broken, last)] == [
        WorkState.QUEUED,
        WorkState.ASSIGNED,
        WorkState.QUEUED,
    ]
    assert len(faults) == 1
    await changed(house, state, "open", broken.interaction_id)
    house.clock.advance(31)
    for _ in range(2):
        await clocks.step()
    assert (await house.item(broken.id)).state is WorkState.QUEUED
