"""Managers find conversations whose replies failed, or of which nobody knows whether they arrived; on every store."""

import pytest

from crm_store.log import SqlLog
from hub.domain.access import Role
from hub.domain.ids import InteractionId
from hub.domain.work import WorkItem
from hub.insight.log import LogFilter, LogOrder
from tests.stores import House


class Past:
    """Conversations in which Anna answered once, by what became of that."""

    def __init__(self, house: House, items: dict[str, WorkItem]) -> None:
        self.house, self.items, self.log = house, items, SqlLog(house.store)

    async def found(self, wanted: LogFilter) -> set[str]:
        now, manager = self.house.clock.now(), self.house.somebody(Role.MANAGER)
        page = await self.log.page(
            manager, wanted, order=LogOrder.START, descending=True, after="", limit=50, now=now
        )
        counted = await self.log.count(manager, wanted, now)
        assert counted.count == len(page.items)
        names = {item.interaction_id: name for name, item in self.items.items()}
        return {names[InteractionId(row.interaction_id)] for row in page.items}


@pytest.fixture
async def past(house: House) -> Past:
    anna = await house.hire("Anna", chats=9)
    items: dict[str, WorkItem] = {}
    for name in ("sent", "failed", "uncertain", "queued", "by itself"):
        items[name] = await house.given(anna, name)
        await house.work.reply(house.as_(anna), items[name].interaction_id, channel="webchat", text=name)
    items["unanswered"] = await house.given(anna, "unanswered")
    async with house.store.database.transaction() as wire:
        for name in ("sent", "failed", "uncertain"):
            await wire.execute(
                "UPDATE touches SET delivery = $1 WHERE interaction_id = $2 AND direction = 'outbound'",
                name,
                items[name].interaction_id,
            )
        # the hub kept back what it would have said by itself
        await wire.execute(
            "UPDATE touches SET delivery = 'failed', author_id = NULL"
            " WHERE interaction_id = $1 AND direction = 'outbound'",
            items["by itself"].interaction_id,
        )
    return Past(house, items)


async def test_failed_and_uncertain_replies_are_found_and_nothing_else(past: Past) -> None:
    assert await past.found(LogFilter(failed=True)) == {"failed", "uncertain"}
    assert await past.found(LogFilter(failed=False)) == {"sent", "queued", "by itself", "unanswered"}
    assert await past.found(LogFilter()) == set(past.items)


async def test_it_goes_together_with_the_other_filters(past: Past) -> None:
    assert await past.found(LogFilter(failed=True, channels=("email",))) == set()
    queue = past.items["failed"].queue_id
    assert await past.found(LogFilter(failed=True, queues=(queue,))) == {"failed", "uncertain"}
