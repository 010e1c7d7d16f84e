"""Tasks, on both databases: given to colleagues, due, done and not done after all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.desk.client_stores import NewTask
from hub.domain.access import Role
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import TaskId, UserId
from hub.domain.interaction import Disposition
from hub.domain.letter import LetterKind
from hub.domain.mail import LetterHead, TouchLetter
from hub.ids import new_id
from tests.contracts.crm import Crm


async def test_a_task_for_a_colleague_is_told_to_them_by_whoever_gave_it(crm: Crm) -> None:
    anna, boris = await crm.house.hire("Anna"), await crm.house.hire("Boris")
    me = crm.house.as_(anna)
    await crm.told()
    task = await crm.tasks.add_task(me, NewTask(title=" Call\nback ", owner_id=boris.id), key=None)
    assert (task.title, task.owner.name, task.created_by, task.given_by) == (
        "Call back",
        "Boris",
        "Anna",
        "Anna",
    )
    assert await crm.told() == (set(), {boris.id}, [(boris.id, "Call back")])


async def test_a_task_for_oneself_is_told_to_nobody(crm: Crm) -> None:
    anna = await crm.house.hire("Anna")
    await crm.told()
    task = await crm.tasks.add_task(crm.house.as_(anna), NewTask(title="Call back"), key=None)
    assert (task.owner.id, task.given_by) == (anna.id, "")
    assert await crm.told() == (set(), {anna.id}, [])


async def test_a_task_goes_on_to_somebody_else_and_both_desks_are_told(crm: Crm) -> None:
    anna, boris, cem = [await crm.house.hire(name) for name in ("Anna", "Boris", "Cem")]
    person_id = await crm.client()
    task = await crm.tasks.add_task(
        crm.sofia, NewTask(title="Call back", owner_id=anna.id, person_id=person_id), key=None
    )
    await crm.told()
    given = await crm.tasks.change_task(
        crm.house.as_(anna), TaskId(task.id), version=task.version, owner_id=boris.id
    )
    assert (given.owner.name, given.given_by, given.created_by) == ("Boris", "Anna", crm.sofia.name)
    assert await crm.told() == ({person_id}, {anna.id, boris.id}, [(boris.id, "Call back")])
    assert (await crm.history(person_id))[-1] == ("card_task_given", "Boris", "", "Call back")
    (shown,) = (await crm.card(person_id)).tasks
    assert (shown.owner, shown.given_by) == ("Boris", "Anna")

    # whoever has it now keeps knowing who gave it when only the time moves
    later = crm.house.clock.now() + timedelta(hours=3)
    moved = await crm.tasks.change_task(
        crm.house.as_(boris), TaskId(task.id), version=given.version, due_at=later, title="Call back at four"
    )
    assert (moved.due_at, moved.given_by) == (later, "Anna")
    assert (await crm.told())[2] == []
    # and takes nothing from a colleague who has nothing to do with it
    with pytest.raises(NotFound):
        await crm.tasks.change_task(crm.house.as_(cem), TaskId(task.id), version=moved.version, done=True)


async def test_done_and_not_done_after_all(crm: Crm) -> None:
    anna = await crm.house.hire("Anna")
    me, person_id = crm.house.as_(anna), await crm.client()
    task = await crm.tasks.add_task(
        crm.sofia, NewTask(title="Call back", owner_id=anna.id, person_id=person_id), key=None
    )
    crm.house.clock.advance(5)
    done = await crm.tasks.change_task(me, TaskId(task.id), version=task.version, done=True)
    assert done.done_at == crm.house.clock.now()
    assert (await crm.card(person_id)).open_tasks == 0
    again = await crm.tasks.change_task(me, TaskId(task.id), version=done.version, done=False)
    assert again.done_at is None
    assert (await crm.card(person_id)).open_tasks == 1
    kinds = [kind for kind, *_ in await crm.history(person_id)]
    assert kinds == ["card_task_added", "card_task_done", "card_task_reopened"]


async def test_the_slower_of_two_is_told(crm: Crm) -> None:
    task = await crm.tasks.add_task(crm.sofia, NewTask(title="Call back"), key=None)
    await crm.tasks.change_task(crm.sofia, TaskId(task.id), version=1, title="Call back today")
    with pytest.raises(Conflict) as refused:
        await crm.tasks.change_task(crm.sofia, TaskId(task.id), version=1, title="Call back tomorrow")
    assert refused.value.stable_code == "changed_meanwhile"
    assert (await crm.tasks.task(crm.sofia, TaskId(task.id))).title == "Call back today"


async def test_tasks_of_others_are_not_there(crm: Crm) -> None:
    task = await crm.tasks.add_task(crm.sofia, NewTask(title="Call back"), key=None)
    anna = crm.house.as_(await crm.house.hire("Anna"))
    with pytest.raises(NotFound):
        await crm.tasks.task(anna, TaskId(task.id))
    with pytest.raises(NotFound):
        await crm.tasks.change_task(anna, TaskId(task.id), version=1, done=True)
    manager = crm.house.somebody(Role.MANAGER)
    assert (await crm.tasks.task(manager, TaskId(task.id))).id == task.id
    with pytest.raises(NotFound):
        await crm.tasks.task(manager, TaskId(new_id()))


async def test_who_reads_the_client_reads_the_task_and_only_who_edits_them_changes_it(crm: Crm) -> None:
    anna, boris = await crm.house.hire("Anna"), await crm.house.hire("Boris")
    item = await crm.house.given(anna, "v1")
    task = await crm.tasks.add_task(
        crm.sofia,
        NewTask(title="Call back", person_id=item.person_id, interaction_id=item.interaction_id),
        key=None,
    )
    task_id = TaskId(task.id)
    assert (await crm.tasks.task(crm.house.as_(boris), task_id)).title == "Call back", (
        "of a client of the team"
    )
    with pytest.raises(NotFound):
        await crm.tasks.change_task(crm.house.as_(boris), task_id, version=1, done=True)
    assert (
        await crm.tasks.change_task(crm.house.as_(anna), task_id, version=1, done=True)
    ).done_at is not None


async def test_the_same_key_again_is_the_same_task(crm: Crm) -> None:
    first = await crm.tasks.add_task(crm.sofia, NewTask(title="Call back"), key="once")
    assert await crm.tasks.add_task(crm.sofia, NewTask(title="Call back"), key="once") == first
    assert await crm.house.count("tasks") == 1


async def test_a_task_belongs_to_things_of_one_client(crm: Crm) -> None:
    one, (_, elsewhere) = await crm.client("v1"), await crm.client_in("v2")
    case = await crm.a_case(one)
    with pytest.raises(Invalid) as refused:
        await crm.tasks.add_task(
            crm.sofia, NewTask(title="x", person_id=one, interaction_id=elsewhere), key=None
        )
    assert refused.value.stable_code == "not_of_this_client"
    task = await crm.tasks.add_task(crm.sofia, NewTask(title="x", case_id=case.id), key=None)  # type: ignore[arg-type]
    assert (task.person and task.person.id, task.case_number) == (one, case.number)
    with pytest.raises(Invalid) as nobody:
        await crm.tasks.add_task(crm.sofia, NewTask(title="x", owner_id=UserId(new_id())), key=None)
    assert nobody.value.stable_code == "no_such_user"


async def test_open_tasks_come_by_their_due_time_and_done_ones_newest_first_each_once(crm: Crm) -> None:
    now = crm.house.clock.now()
    for n, due in enumerate((3, None, 1, 2, 1)):
        await crm.tasks.add_task(
            crm.sofia,
            NewTask(title=f"{n}", due_at=None if due is None else now + timedelta(hours=due)),
            key=None,
        )
    assert await _all(crm, done=False) == ["2", "4", "3", "0", "1"]
    for title in ("4", "0"):
        crm.house.clock.advance(10)
        page = await crm.tasks.tasks(crm.sofia, owner="me", person="", done=False, after="", limit=50)
        (task,) = (t for t in page.items if t.title == title)
        await crm.tasks.change_task(crm.sofia, TaskId(task.id), version=task.version, done=True)
    assert await _all(crm, done=True) == ["0", "4"]
    assert await _all(crm, done=False) == ["2", "3", "1"]


async def _all(crm: Crm, *, done: bool) -> list[str]:
    """Titles, over pages of two."""
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await crm.tasks.tasks(crm.sofia, owner="me", person="", done=done, after=after, limit=2)
        seen += [task.title for task in page.items]
        after = page.next
    return seen


async def test_nothing_is_given_to_somebody_who_has_left_the_house(crm: Crm) -> None:
    anna = await crm.house.hire("Anna")
    task = await crm.tasks.add_task(crm.sofia, NewTask(title="Call them", owner_id=anna.id), key=None)
    async with crm.house.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO users (id, tenant_id, login, name, roles, queues, password_hash, disabled, version)"
            " VALUES ($1, $2, 'anna', 'Anna', '[]', '[]', '', $3, 1)",
            anna.id,
            crm.house.tenant_id,
            True,
        )
    for given in (
        crm.tasks.add_task(crm.sofia, NewTask(title="Again", owner_id=anna.id), key=None),
        crm.tasks.change_task(crm.sofia, TaskId(task.id), version=1, owner_id=anna.id),
    ):
        with pytest.raises(Invalid) as refused:
            await given
        assert refused.value.stable_code == "no_such_user"
    done = await crm.tasks.change_task(crm.sofia, TaskId(task.id), version=1, done=True)
    assert done.done_at is not None


async def test_a_task_for_when_the_client_does_not_answer_ends_with_their_answer(crm: Crm) -> None:
    house = crm.house
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    me = house.as_(anna)
    item = await house.given(anna)
    friday = house.clock.now() + timedelta(days=2)
    wanted = NewTask(
        title="Ask again", due_at=friday, interaction_id=item.interaction_id, for_team=True, if_no_answer=True
    )
    task = await crm.tasks.add_task(me, wanted, key=None)
    assert (task.owner.name, task.due_at, task.if_no_answer) == ("support", friday, True)
    await crm.told()
    house.clock.advance(60)
    assert await crm.tasks.end_answered(house.tenant_id) == 0
    # a machine's answer is none
    away = TouchLetter(thread="v1", head=LetterHead(kind=LetterKind.AUTO_REPLY))
    await house.receive(house.message("I am away", letter=away, only_kept=True))
    assert await crm.tasks.end_answered(house.tenant_id) == 0
    # whatever became of the conversation, the next word of the client ends it, for everybody who serves the queue
    await house.work.close(me, item.interaction_id, Disposition(code="resolved"))
    await house.receive(house.message("here it is"))
    await house.events()
    assert await crm.tasks.end_answered(house.tenant_id) == 1
    assert (await crm.tasks.task(me, TaskId(task.id))).done_at == house.clock.now()
    assert (await crm.told())[1] >= {anna.id, boris.id}
    assert await crm.tasks.end_answered(house.tenant_id) == 0
    assert await house.count("follow_ups") == 0


async def test_without_an_answer_it_stays_a_task_that_is_due(crm: Crm) -> None:
    house = crm.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    due = house.clock.now() + timedelta(hours=1)
    wanted = NewTask(title="Ask again", due_at=due, interaction_id=item.interaction_id, if_no_answer=True)
    task = await crm.tasks.add_task(house.as_(anna), wanted, key=None)
    house.clock.advance(7200)
    assert await crm.tasks.end_answered(house.tenant_id) == 0
    assert (await crm.tasks.task(house.as_(anna), TaskId(task.id))).done_at is None
    plain = await crm.tasks.add_task(house.as_(anna), replace(wanted, if_no_answer=False), key=None)
    assert (task.if_no_answer, plain.if_no_answer) == (True, False)
    for wrong in (replace(wanted, interaction_id=None), replace(wanted, due_at=None)):
        with pytest.raises(Invalid):
            await crm.tasks.add_task(house.as_(anna), wrong, key=None)
