"""Who calls: a number is a hint, of one person, of several or of nobody; and a missed call is the line's to return."""

from dataclasses import replace

import pytest

from crm_store.cards import Cards
from hub.domain.agent import Agent
from hub.domain.call import Call, CallEnd
from hub.domain.card import ClientCard
from hub.domain.ids import PersonId, TaskId
from hub.domain.person import Confidence, IdentityKind
from hub.domain.touch import Claim
from hub.ids import new_id
from tests.contracts.call_line import NUMBER, Line
from tests.contracts.crm import Crm
from tests.stores import House


@pytest.fixture
def line(house: House) -> Line:
    return Line(house=house)


async def card(line: Line, call: Call) -> ClientCard:
    found = await Cards(line.house.store).cards(line.house.tenant_id, [call.person_id])
    return found[call.person_id]


async def says(line: Line, number: str) -> str:
    """A visitor of the web site who says that the number is theirs; their person."""
    thread = new_id()
    claim = Claim(kind=IdentityKind.PHONE, value=number)
    touch = replace(line.house.message("hello", thread), claims=(claim,))
    (received,) = await line.house.receive(touch)
    item = await line.house.open_item(received.interaction_id)
    assert item is not None
    return item.person_id


async def test_a_caller_is_known_by_the_number_they_called_from_before(line: Line) -> None:
    first, _, _ = await line.began()
    second, _, _ = await line.began(line.touch())
    assert first.person_id == second.person_id
    shown = await card(line, second)
    assert [(i.value, i.confidence) for i in shown.identities] == [(NUMBER, Confidence.KNOWN)]
    assert shown.candidates == ()


async def test_whoever_only_says_that_the_number_is_theirs_is_a_candidate_and_not_the_caller(
    line: Line,
) -> None:
    visitor = await says(line, NUMBER)
    call, _, _ = await line.began()
    assert call.person_id != visitor
    shown = await card(line, call)
    assert [(c.person_id, c.reason, c.sure) for c in shown.candidates] == [(visitor, "same_phone", 0.5)]
    assert shown.identities == ()


async def test_a_number_of_two_is_taken_for_neither(line: Line) -> None:
    known, _, _ = await line.began()
    other = await says(line, NUMBER)
    call, _, _ = await line.began(line.touch())
    assert call.person_id not in {known.person_id, other}
    shown = await card(line, call)
    assert [(c.person_id, c.sure) for c in shown.candidates] == [(known.person_id, 0.9), (other, 0.5)]
    again, _, _ = await line.began(line.touch())
    assert again.person_id not in {known.person_id, other, call.person_id}


@pytest.mark.parametrize("number", ["", "2001"])
async def test_callers_without_a_whole_number_are_strangers_each_time(line: Line, number: str) -> None:
    first, _, _ = await line.began(line.touch(number))
    second, _, _ = await line.began(line.touch(number))
    assert first.person_id != second.person_id
    assert (await card(line, first)).identities == (await card(line, second)).identities == ()
    assert (await card(line, first)).candidates == ()


async def test_of_two_records_of_one_person_the_number_is_theirs(line: Line, crm: Crm) -> None:
    known, _, _ = await line.began()
    other = await says(line, NUMBER)
    await crm.merges.merge(crm.sofia, known.person_id, PersonId(other))
    call, _, _ = await line.began(line.touch())
    assert call.person_id == known.person_id


async def test_of_three_records_of_one_person_the_number_is_theirs_until_one_is_taken_apart(
    line: Line, crm: Crm
) -> None:
    known, _, _ = await line.began()
    other, between = PersonId(await says(line, NUMBER)), await crm.client(new_id())
    await crm.merges.merge(crm.sofia, between, other)
    await crm.merges.merge(crm.sofia, known.person_id, between)
    call, _, _ = await line.began(line.touch())
    assert call.person_id == known.person_id
    await crm.merges.undo(crm.sofia, (await crm.card(known.person_id)).merges[-1].id)
    call, _, _ = await line.began(line.touch())
    assert call.person_id not in {known.person_id, other, between}


async def test_a_missed_call_is_on_the_desk_of_everybody_who_serves_the_line_until_one_has_done_it(
    line: Line, crm: Crm
) -> None:
    house = line.house
    people: list[Agent] = [await house.hire("Anna"), await house.hire("Boris")]
    stranger = await house.hire("Cem", queues=frozenset())
    call, _, _ = await line.began()
    await line.calls.ended(call.id, CallEnd.CLIENT_LEFT)
    tasks = []
    for agent in people:
        page = await crm.tasks.tasks(house.as_(agent), owner="me", person="", done=False, after="", limit=10)
        (task,) = page.items
        tasks.append(task)
        assert (task.owner.id, task.owner.name) == (house.queue.id, "support")
        assert (task.interaction_id, task.person and task.person.id) == (call.interaction_id, call.person_id)
    page = await crm.tasks.tasks(house.as_(stranger), owner="me", person="", done=False, after="", limit=10)
    assert page.items == ()
    done = await crm.tasks.change_task(
        house.as_(people[1]), TaskId(tasks[0].id), version=tasks[0].version, done=True
    )
    assert done.done_at is not None
    page = await crm.tasks.tasks(house.as_(people[0]), owner="me", person="", done=False, after="", limit=10)
    assert page.items == ()
    taken = await line.began(line.touch("+905320000009"))
    await line.calls.ended(taken[0].id, CallEnd.CLIENT_LEFT)
    page = await crm.tasks.tasks(house.as_(people[0]), owner="me", person="", done=False, after="", limit=10)
    mine = await crm.tasks.change_task(
        house.as_(people[0]),
        TaskId(page.items[0].id),
        version=page.items[0].version,
        owner_id=people[0].id,
    )
    assert mine.owner.id == people[0].id
    page = await crm.tasks.tasks(house.as_(people[1]), owner="me", person="", done=False, after="", limit=10)
    assert page.items == ()
