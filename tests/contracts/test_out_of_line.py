"""Work that leaves its line: nobody is asked about it any more, and it goes to no queue that nobody serves."""

import pytest

from hub.domain.access import Principal, Role
from hub.domain.errors import Invalid, NotFound
from hub.domain.events import ConsultChanged
from hub.domain.queue import QueueRules
from tests.stores import House


@pytest.fixture
def sofia(house: House) -> Principal:
    """The supervisor of the house's queue."""
    return house.somebody(Role.SUPERVISOR, house.queue.id)


@pytest.mark.parametrize("how", ["pulled_out", "moved", "left"])
async def test_nobody_is_asked_any_more_about_what_left_its_line(
    house: House, sofia: Principal, how: str
) -> None:
    sales = house.a_queue("sales")
    await house.floor.put_queue(sales)
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    item = await house.given(anna)
    asked = await house.consults.ask(house.as_(anna), item.interaction_id, boris.id, "May I refund this?")
    house.clock.advance(1)
    await house.supervising.return_to_queue(sofia, item.interaction_id, "")
    house.clock.advance(1)
    await house.events()
    if how == "left":
        await house.left()
    else:
        to = sales.id if how == "moved" else None
        await house.supervising.pull_out(sofia, item.interaction_id, queue_id=to, reason="wrong line")

    (over,) = [e.consult for e in await house.events() if isinstance(e, ConsultChanged)]
    assert (over.id, over.ended_at) == (asked.id, house.clock.now())
    assert over.reason == ("done" if how == "moved" else "closed")
    kept = await house.rows("SELECT ended_at, reason FROM consults WHERE id = $1", asked.id)
    assert [(row[0] is not None, row[1]) for row in kept] == [(True, over.reason)]


async def test_work_goes_to_no_queue_that_is_out_of_service(house: House, sofia: Principal) -> None:
    old = house.a_queue("old", rules=QueueRules(retired=True))
    await house.floor.put_queue(old)
    item = await house.came()
    with pytest.raises(Invalid) as pulled:
        await house.supervising.pull_out(sofia, item.interaction_id, queue_id=old.id, reason="wrong line")
    anna = await house.hire("Anna", queues=frozenset({house.queue.id, old.id}))
    held = await house.given(anna, thread="v2")
    with pytest.raises(Invalid) as handed:
        await house.transfers.to_queue(house.as_(anna), held.interaction_id, old.id, "")
    of_old = await house.hire("Cem", queues=frozenset({old.id}))
    with pytest.raises(NotFound):
        await house.transfers.to_agent(house.as_(anna), held.interaction_id, of_old.id, "")
    assert [e.value.stable_code for e in (pulled, handed)] == ["no_such_queue"] * 2
    assert await house.item(held.id) == held
