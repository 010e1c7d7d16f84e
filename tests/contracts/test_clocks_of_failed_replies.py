"""A reply that fails is no answer to the clocks, in every store."""

import asyncio

import pytest

from crm_store.cards import Cards
from crm_store.letters import Letters
from crm_store.person_scope import ClientReach
from crm_store.reads import DeskReads
from crm_store.report_sums import SqlSums
from hub.cluster.codec import encode
from hub.domain.access import Role
from hub.domain.clock_events import ClocksChanged
from hub.domain.interaction import Disposition
from hub.domain.work import WorkItem
from hub.insight.grouped import GroupBy
from hub.insight.log import LogFilter
from tests.contracts.watch import Watch
from tests.stores import House


@pytest.fixture
async def watch(house: House) -> Watch:
    made = Watch(house)
    await made.ruled()
    await house.events()
    return made


async def fails(watch: Watch, item: WorkItem) -> None:
    """The newest reply of the conversation comes back."""
    house = watch.house
    (row,) = await house.rows(
        "SELECT t.id, s.address FROM touches t JOIN sessions s ON s.id = t.session_id WHERE t.interaction_id = $1"
        " AND t.direction = 'outbound' ORDER BY t.seq DESC LIMIT 1",
        item.interaction_id,
    )
    async with house.store.database.transaction() as wire:
        await wire.execute("UPDATE touches SET delivery = 'sent' WHERE id = $1", row[0])
    await Letters(house.store, encode=encode).note_bounced(
        house.tenant_id, row[0], [row[1]], "no such mailbox"
    )


@pytest.mark.parametrize("heard", [True, False])
async def test_a_reply_that_fails_is_no_answer_and_what_was_due_is_due_again(
    watch: Watch, heard: bool
) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    live = DeskReads(house.store, house.clock, Cards(house.store), ClientReach())
    await watch.reply(anna, item)
    house.clock.advance(60)
    await house.receive(house.message("and?"))
    await watch.step()
    assert [kind for kind, _, by in await watch.runs(item) if not by] == ["resolution", "next_response"]
    await watch.reply(anna, item, "soon")
    await watch.step()
    await fails(watch, item)
    if not heard:
        await house.events()  # the news is lost
        watch.clocks = watch.another()
    told = await watch.step()
    assert any(isinstance(event, ClocksChanged) for event in told)
    assert await watch.runs(item) == [
        ("first_response", 60.0, "answered"),
        ("resolution", 1440.0, ""),
        ("next_response", 120.0, ""),
    ]
    assert await watch.timers() == 1
    ((_, row),) = (await live.work_rows(house.tenant_id, [item.id])).values()
    assert row.unanswered_since is not None
    assert await watch.step() == []  # once
    house.clock.advance(7200)
    await watch.reply(anna, item, "now")
    await watch.step()
    assert (await watch.runs(item))[2] == ("next_response", 120.0, "answered")
    found = await SqlSums(house.store).sums(
        house.somebody(Role.MANAGER), LogFilter(), GroupBy.QUEUE, house.clock.now()
    )
    assert (found[house.queue.id].late_first, found[house.queue.id].late_next) == (0, 0)
    house.clock.advance(1)
    await fails(watch, item)
    await watch.step()
    found = await SqlSums(house.store).sums(
        house.somebody(Role.MANAGER), LogFilter(), GroupBy.QUEUE, house.clock.now()
    )
    assert found[house.queue.id].late_next == 1


@pytest.mark.parametrize("heard", [True, False])
async def test_a_reply_that_fails_after_the_close_makes_the_close_the_end(watch: Watch, heard: bool) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await watch.reply(anna, item)
    await house.work.close(house.as_(anna), item.interaction_id, Disposition(code="resolved"))
    await watch.step()
    await fails(watch, item)
    if not heard:
        await house.events()
    for _ in range(2):
        await watch.another().step()
    assert await watch.runs(item) == [("first_response", 60.0, "closed"), ("resolution", 1440.0, "closed")]


async def test_a_first_letter_that_fails_leaves_the_first_response_to_the_client(watch: Watch) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await watch.reply(anna, item)
    house.clock.advance(60)
    await house.receive(house.message("and?"))
    await watch.step()
    assert len(await watch.runs(item)) == 3
    await fails(watch, item)
    await asyncio.gather(*(watch.another().step() for _ in range(3)))
    assert await watch.runs(item) == [("first_response", 60.0, ""), ("resolution", 1440.0, "")]
