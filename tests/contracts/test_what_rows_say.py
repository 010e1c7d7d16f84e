"""What rows of work, of the log and of a history say of clients and letters, in both stores."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crm_store.floor_work import SqlFloorWork
from crm_store.live import Live
from crm_store.log import SqlLog
from hub.desk.client_stores import NewTask
from hub.domain.access import Role
from hub.domain.interaction import Disposition
from hub.domain.letter import MailAddress
from hub.domain.mail import LetterHead, TouchLetter
from hub.domain.notice import NoticeKind
from hub.domain.person import IdentityKind
from hub.domain.touch import Sender
from hub.insight.log import LogFilter, LogOrder
from tests.contracts.crm import Crm
from tests.contracts.watch import TIMES, Watch
from tests.stores import House

NAMELESS = Sender(kind=IdentityKind.EMAIL, value="nobody@example.test", name="")


@pytest.mark.parametrize(
    ("sender", "said"),
    [
        (NAMELESS, "nobody@example.test"),
        (replace(NAMELESS, name="Nina"), "Nina"),
        (Sender(kind=IdentityKind.PHONE, value="+905321234567", name=""), "+905321234567"),
        # the id of a browser tells nobody anything
        (Sender(kind=IdentityKind.WEBCHAT, value="a1b2c3", name=""), ""),
    ],
)
async def test_a_client_without_a_name_is_called_by_an_address(crm: Crm, sender: Sender, said: str) -> None:
    house = crm.house
    anna = await house.hire("Anna")
    item = await house.given(anna, "v1", sender=sender)
    now = house.clock.now()
    wanted = NewTask(title="Ask", due_at=now, interaction_id=item.interaction_id, person_id=item.person_id)
    task = await crm.tasks.add_task(house.as_(anna), wanted, key=None)
    assert task.person is not None
    manager = house.somebody(Role.MANAGER)
    ((_, row),) = (await Live(house.store, house.clock).work_rows(house.tenant_id, [item.id])).values()
    (work,) = (
        await SqlFloorWork(house.store).floor_work(
            manager, queue_id="", agent_id="", state="", after="", limit=5
        )
    ).items
    page = await SqlLog(house.store).page(
        manager, LogFilter(), order=LogOrder.START, descending=True, after="", limit=5, now=now
    )
    (listed,) = (await crm.lookups.interactions(manager)).items
    assert [
        row.person.name,
        work.person,
        page.items[0].person.name,
        listed.person.name,
        task.person.name,
    ] == [said] * 5


@pytest.fixture
async def watch(house: House) -> Watch:
    made = Watch(house)
    await made.ruled()
    await house.events()
    return made


async def test_who_waits_has_the_due_time_that_a_supervisor_sees(watch: Watch) -> None:
    house = watch.house
    await house.came("v1")
    await watch.step()
    ((row,),) = (await Live(house.store, house.clock).waiting(house.tenant_id, 10)).values()
    (work,) = (
        await SqlFloorWork(house.store).floor_work(
            house.somebody(Role.MANAGER), queue_id="", agent_id="", state="waiting", after="", limit=5
        )
    ).items
    assert row.clocks is not None
    assert row.clocks == work.clocks
    assert row.clocks.response_due_at == row.first_queued_at + timedelta(seconds=TIMES.first_response_s or 0)


async def test_who_waits_in_a_queue_without_times_has_none(house: House) -> None:
    await house.came("v1")
    ((row,),) = (await Live(house.store, house.clock).waiting(house.tenant_id, 10)).values()
    assert row.clocks is None


async def test_a_notice_of_work_that_went_back_names_the_conversation(watch: Watch) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    brought = TouchLetter(
        thread="v1", head=LetterHead(subject="Order\n12", sender=MailAddress(address=NAMELESS.value))
    )
    item = await house.given(anna, "v1", sender=NAMELESS, letter=brought)
    await watch.step()
    house.clock.advance(600)
    await watch.step()
    live = Live(house.store, house.clock)
    (notice,) = await live.notices(house.tenant_id, anna.id)
    assert (notice.kind, notice.interaction_id) == (NoticeKind.REPLY_OVERDUE, item.interaction_id)
    assert notice.person is not None
    assert (notice.person.id, notice.person.name) == (item.person_id, "nobody@example.test")
    assert notice.subject == "Order 12"


async def test_the_card_says_which_task_is_done_by_the_clients_answer(crm: Crm) -> None:
    house = crm.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    due = house.clock.now() + timedelta(days=2)
    wanted = NewTask(title="Ask", due_at=due, interaction_id=item.interaction_id, if_no_answer=True)
    await crm.tasks.add_task(house.as_(anna), wanted, key=None)
    await crm.tasks.add_task(house.as_(anna), replace(wanted, title="Plain", if_no_answer=False), key=None)
    card = await crm.card(item.person_id)
    assert {task.title: task.if_no_answer for task in card.tasks} == {"Ask": True, "Plain": False}


async def test_a_history_says_what_its_reader_may_open(crm: Crm) -> None:
    house = crm.house
    other = house.a_queue("sales")
    await house.floor.put_queue(other)
    anna = await house.hire("Anna")
    boris = await house.hire("Boris", queues=frozenset({house.queue.id, other.id}))
    first = await house.given(boris, "v1", "to Boris")
    await house.work.close(house.as_(boris), first.interaction_id, Disposition(code="resolved"))
    house.clock.advance(1)
    second = await house.given(anna, "v1", "to Anna")
    assert (second.person_id, second.interaction_id != first.interaction_id) == (first.person_id, True)
    readers = {
        "anna": house.as_(anna),
        "boris": house.as_(boris),
        "supervisor": house.somebody(Role.SUPERVISOR, house.queue.id),
        "manager": house.somebody(Role.MANAGER),
    }
    opens = {}
    for name, reader in readers.items():
        page = await crm.lookups.timeline(reader, first.person_id, after="", limit=50)
        opens[name] = {entry.touch.text for entry in page.items if entry.touch and entry.opens}
    both = {"to Boris", "to Anna"}
    assert opens == {"anna": {"to Anna"}, "boris": {"to Boris"}, "supervisor": both, "manager": both}

    # whoever is named in a note opens the conversation it stands in
    note = await house.work.note(house.as_(boris), first.interaction_id, "look")
    async with house.store.unit(house.tenant_id) as unit:
        await unit.add_mentions(note, [anna.id])
    page = await crm.lookups.timeline(house.as_(anna), first.person_id, after="", limit=50)
    assert all(entry.opens for entry in page.items if entry.touch)
