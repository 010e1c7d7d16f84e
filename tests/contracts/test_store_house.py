"""What administering relies on: versions compared, all or nothing, told to the router, and audited."""

from dataclasses import replace
from datetime import date

import pytest

from crm_store.access import SqlAccessStore
from hub.desk.administer import draft_of
from hub.domain.access import Role
from hub.domain.agent import Capacity
from hub.domain.audit import AuditAction
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.events import AgentChanged, HouseChanged, QueueChanged
from hub.domain.hours import CalendarId, Slot, SpecialDay
from hub.domain.ids import QueueId
from hub.domain.queue import (
    Overflow,
    QueueRules,
    RecordRule,
    Relaxation,
    RoutingOrder,
    VoiceRules,
    WhenClosed,
)
from hub.domain.signature import Signature
from hub.domain.users import User
from hub.ports.house import Cell
from tests.contracts.office import Office, nobody_to_tell
from tests.stores import House


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


# --- queues ---


async def test_every_rule_of_a_queue_is_kept_and_the_router_is_told(office: Office) -> None:
    other = await office.administration.add_queue(office.me, office.house.a_queue("sales"))
    hours = await office.administration.add_calendar(office.me, office.calendar())
    rules = QueueRules(
        order=RoutingOrder.ROUND_ROBIN,
        owner_first_s=30,
        relaxations=(
            Relaxation(after_s=60, skills={"billing": 2}),
            Relaxation(after_s=120, skills={"billing": 0}),
        ),
        overflow=Overflow(queue_id=other.id, after_s=90, length=20),
        calendar_id=hours.id,
        when_closed=WhenClosed.ANSWER,
        closed_texts={"en": "Closed", "ru": "Закрыто"},
        voice=VoiceRules(
            answer_with_music=True,
            max_ring_s=45,
            say_wait=False,
            record=RecordRule.ALWAYS,
            announce_recording=False,
            keep_recordings_days=0,
        ),
    )
    await office.house.events()
    known = await office.queue()
    changed = await office.administration.change_queue(
        office.me,
        replace(known, name=" Support  desk ", skills={"billing": 5}, rules=rules),
        address="10.0.0.1",
    )

    assert (
        await office.queue()
        == changed
        == replace(known, name="Support desk", skills={"billing": 5}, rules=rules, version=2)
    )
    assert [type(e) for e in await office.house.events()] == [QueueChanged]
    newest = (await office.audited())[0].draft
    assert (newest.actor, newest.action, newest.object, newest.reason, newest.address) == (
        "Ada",
        "change_queue",
        "Support desk",
        "changed",
        "10.0.0.1",
    )


async def test_who_changes_a_queue_that_was_changed_meanwhile_is_told_so(office: Office) -> None:
    known = await office.queue()
    await office.administration.change_queue(office.me, replace(known, priority=2))
    with pytest.raises(Conflict) as refused:
        await office.administration.change_queue(office.me, replace(known, priority=3))
    assert refused.value.stable_code == "changed_meanwhile"
    assert (await office.queue()).priority == 2


async def test_two_queues_do_not_share_a_name(office: Office) -> None:
    with pytest.raises(Conflict) as refused:
        await office.administration.add_queue(office.me, office.house.a_queue("support"))
    assert refused.value.stable_code == "name_taken"


async def test_waiting_work_follows_the_skills_and_the_priority_of_its_queue(office: Office) -> None:
    item = await office.house.came(language="en")
    known = await office.queue()
    await office.administration.change_queue(
        office.me, replace(known, skills={"billing": 4}, languages=("en",), priority=2)
    )
    now = await office.house.item(item.id)
    assert now.skills == {"billing": 4, "lang:en": 3}
    assert (now.priority, now.version) == (item.priority + 2, item.version + 1)
    assert (item.urgent_at - now.urgent_at).total_seconds() == 60


async def test_a_queue_in_use_is_not_retired_and_a_retired_one_can_come_back(office: Office) -> None:
    sales = await office.administration.add_queue(office.me, office.house.a_queue("sales"))
    known = await office.queue()
    over = replace(known, rules=QueueRules(overflow=Overflow(queue_id=sales.id, length=5)))
    await office.administration.change_queue(office.me, over)
    with pytest.raises(Conflict) as refused:
        await office.administration.retire_queue(office.me, sales.id, sales.version)
    assert refused.value.stable_code == "queue_in_use"

    retired = await office.administration.retire_queue(office.me, known.id, 2, to=sales.id)
    assert (retired.rules.retired, retired.rules.retired_to) == (True, sales.id)
    principal = office.house.as_(await office.house.hire("Anna"))
    assert (await office.house.floor.queues(principal)).items == ()
    restored = await office.administration.restore_queue(office.me, known.id, 3)
    assert not restored.rules.retired


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (QueueRules(overflow=Overflow(queue_id=QueueId("nowhere"), length=1)), "no_such_queue"),
        (QueueRules(when_closed=WhenClosed.FLOW), "no_such_queue"),
        (QueueRules(when_closed=WhenClosed.ANSWER), "text_required"),
        (QueueRules(calendar_id=CalendarId("none")), "no_such_calendar"),
        (
            QueueRules(
                relaxations=(Relaxation(after_s=9, skills={"a": 1}), Relaxation(after_s=9, skills={"a": 0}))
            ),
            "step_order",
        ),
    ],
)
async def test_rules_that_lead_nowhere_are_refused(office: Office, rules: QueueRules, code: str) -> None:
    known = await office.queue()
    with pytest.raises(Invalid) as refused:
        await office.administration.change_queue(office.me, replace(known, rules=rules))
    assert refused.value.stable_code == code
    assert await office.queue() == known


@pytest.mark.parametrize("bad", ["\0", "\x1b[2J", "\x7f", "a\rb"])
@pytest.mark.parametrize("field", ["signatures.tr.text", "signatures.tr.html", "closed_texts.tr"])
async def test_control_characters_in_the_texts_of_a_queue_are_refused_with_their_field(
    office: Office, field: str, bad: str
) -> None:
    words, form = f"Kapalı{bad}", field.rpartition(".")[2]
    rules = (
        QueueRules(when_closed=WhenClosed.ANSWER, closed_texts={"en": "Closed", "tr": words})
        if form == "tr"
        else QueueRules(signatures={"en": Signature(text="Bye"), "tr": Signature(**{form: words})})
    )
    known = await office.queue()
    for refused_by in (
        office.administration.change_queue(office.me, replace(known, rules=rules)),
        office.administration.add_queue(office.me, replace(office.house.a_queue("new"), rules=rules)),
    ):
        with pytest.raises(Invalid) as refused:
            await refused_by
        assert (refused.value.stable_code, refused.value.field) == ("control_characters", field)
    assert await office.queue() == known


async def test_work_does_not_overflow_into_its_own_queue(office: Office) -> None:
    known = await office.queue()
    with pytest.raises(Invalid) as refused:
        await office.administration.change_queue(
            office.me, replace(known, rules=QueueRules(overflow=Overflow(queue_id=known.id, length=1)))
        )
    assert refused.value.stable_code == "to_itself"


async def test_nobody_but_an_administrator_changes_the_house(office: Office) -> None:
    anna = office.house.as_(await office.house.hire("Anna"))
    with pytest.raises(Forbidden):
        await office.administration.change_queue(anna, await office.queue())
    with pytest.raises(Forbidden):
        await office.choices.pauses(anna)
    other = replace(office.me, tenant_id=(await House(database=office.house.database).furnished()).tenant_id)
    with pytest.raises(NotFound):
        await office.administration.change_queue(other, await office.queue())


# --- staffing ---


async def test_a_batch_of_cells_is_saved_and_told_whatever_leases_were_renewed_meanwhile(
    office: Office,
) -> None:
    house = office.house
    anna, boris = await house.hire("Anna"), await house.hire("Boris", skills={"billing": 3})
    sales = await office.administration.add_queue(office.me, house.a_queue("sales"))
    await house.store.renew_presence(house.tenant_id, [anna.id], house.clock.now(), house.clock.now())
    await house.events()
    cells = [
        Cell(agent_id=anna.id, what="skill", key="billing", before=0, after=7),
        Cell(agent_id=anna.id, what="capacity", key="chat", before=3, after=5),
        Cell(agent_id=anna.id, what="queue", key=sales.id, before=0, after=1),
        Cell(agent_id=boris.id, what="skill", key="billing", before=3, after=0),
    ]
    staffing = await office.administration.change_staffing(office.me, cells)

    after = {a.name: a for a in staffing.agents}
    assert after["Anna"].skills["billing"] == 7
    assert after["Anna"].capacity == Capacity(chat=5)
    assert after["Anna"].queues == {house.queue.id, sales.id}
    assert "billing" not in after["Boris"].skills
    told = [e for e in await house.events() if isinstance(e, AgentChanged)]
    assert {e.agent.name: e.agent.version for e in told} == {a.name: a.version for a in staffing.agents}
    assert await house.agent(anna) == after["Anna"]


async def test_a_batch_with_a_cell_that_somebody_else_changed_changes_nothing(office: Office) -> None:
    anna = await office.house.hire("Anna", skills={"billing": 3, "law": 2})
    cells = [
        Cell(agent_id=anna.id, what="skill", key="law", before=2, after=9),
        Cell(agent_id=anna.id, what="skill", key="billing", before=5, after=6),
    ]
    with pytest.raises(Conflict) as refused:
        await office.administration.change_staffing(office.me, cells)
    assert refused.value.stable_code == "changed_meanwhile"
    assert (await office.house.agent(anna)).skills == {"billing": 3, "law": 2}


async def test_a_supervisor_who_serves_keeps_the_queues_they_watch(office: Office) -> None:
    house = office.house
    anna = await house.hire("Anna")
    sales = await office.administration.add_queue(office.me, house.a_queue("sales"))
    database = house.database
    access = SqlAccessStore(reading=database.reading, writing=database.writing, announce=nobody_to_tell)
    user = User(
        id=anna.id,
        tenant_id=house.tenant_id,
        login=f"anna{anna.id}",
        name="Anna",
        roles=frozenset({Role.AGENT, Role.SUPERVISOR}),
        queues=frozenset({house.queue.id, QueueId("watched")}),
        password_hash="x",
    )
    await access.add_user(
        office.me, user, draft_of(office.me, house.clock, AuditAction.ADD_USER, "anna", reason="")
    )
    await office.administration.change_staffing(
        office.me,
        [
            Cell(agent_id=anna.id, what="queue", key=house.queue.id, before=1, after=0),
            Cell(agent_id=anna.id, what="queue", key=sales.id, before=0, after=1),
        ],
    )
    assert (await access.find_user(office.me, anna.id)).queues == {sales.id, "watched"}


async def test_who_serves_one_queue_and_supervises_another_loses_what_they_serve_no_more(
    office: Office,
) -> None:
    house = office.house
    anna = await house.hire("Anna")
    sales = await office.administration.add_queue(office.me, house.a_queue("sales"))
    database = house.database
    access = SqlAccessStore(reading=database.reading, writing=database.writing, announce=nobody_to_tell)
    watched = QueueId("watched")
    user = User(
        id=anna.id,
        tenant_id=house.tenant_id,
        login=f"anna{anna.id}",
        name="Anna",
        roles=frozenset({Role.AGENT, Role.SUPERVISOR}),
        queues=frozenset({house.queue.id, watched}),
        assignments=frozenset({(Role.AGENT, house.queue.id), (Role.SUPERVISOR, watched)}),
        password_hash="x",
    )
    await access.add_user(
        office.me, user, draft_of(office.me, house.clock, AuditAction.ADD_USER, "anna", reason="")
    )
    cells = [
        Cell(agent_id=anna.id, what="queue", key=house.queue.id, before=1, after=0),
        Cell(agent_id=anna.id, what="queue", key=sales.id, before=0, after=1),
    ]
    await office.administration.change_staffing(office.me, cells)
    now = await access.find_user(office.me, anna.id)
    assert now.queues == {sales.id, watched}
    assert now.queues_of(Role.AGENT) == {sales.id}
    assert now.queues_of(Role.SUPERVISOR) == {watched}

    gone = [Cell(agent_id=anna.id, what="queue", key=sales.id, before=1, after=0)]
    await office.administration.change_staffing(office.me, gone)
    now = await access.find_user(office.me, anna.id)
    assert now.queues == {watched}
    assert not now.queues_of(Role.AGENT)


async def test_a_skill_is_renamed_with_everybody_in_every_queue_and_for_waiting_work(office: Office) -> None:
    house = office.house
    anna = await house.hire("Anna", skills={"billing": 3})
    known = await office.queue()
    steps = (Relaxation(after_s=30, skills={"billing": 1}),)
    await office.administration.change_queue(
        office.me, replace(known, skills={"billing": 2}, rules=QueueRules(relaxations=steps))
    )
    item = await house.came()
    await office.administration.rename_skill(office.me, "billing", "invoices")

    assert (await house.agent(anna)).skills == {"invoices": 3}
    queue = await office.queue()
    assert (queue.skills, queue.rules.relaxations[0].skills) == ({"invoices": 2}, {"invoices": 1})
    assert (await house.item(item.id)).skills == {"invoices": 2}
    await office.administration.remove_skill(office.me, "invoices")
    assert (await house.item(item.id)).skills == (await house.agent(anna)).skills == {}
    assert (await office.queue()).rules.relaxations == ()


async def test_a_named_skill_is_in_the_matrix_before_anybody_has_it(office: Office) -> None:
    await office.administration.add_skill(office.me, "law")
    assert "law" in (await office.administration.staffing(office.me)).skills
    with pytest.raises(Conflict):
        await office.administration.add_skill(office.me, "law")
    with pytest.raises(NotFound):
        await office.administration.rename_skill(office.me, "nothing", "something")


# --- hours ---


async def test_hours_are_kept_with_their_days_and_not_removed_while_a_queue_keeps_them(
    office: Office,
) -> None:
    eve = SpecialDay(on=date(2026, 12, 24), slots=(Slot(from_min=540, to_min=720),), name="Christmas Eve")
    made = await office.administration.add_calendar(
        office.me, office.calendar(days=(eve,), country="DE", region="BY")
    )
    assert await office.store.calendars(office.house.tenant_id) == [made]
    assert [type(e) for e in await office.house.events()] == [HouseChanged]

    known = await office.queue()
    await office.administration.change_queue(office.me, replace(known, rules=QueueRules(calendar_id=made.id)))
    with pytest.raises(Conflict) as refused:
        await office.administration.remove_calendar(office.me, made.id, made.version)
    assert refused.value.stable_code == "calendar_in_use"
    rows = await office.house.store.hours_rows(office.house.tenant_id)
    assert rows.queues[known.id].rules.calendar_id in rows.calendars

    changed = await office.administration.change_calendar(office.me, replace(made, zone="Asia/Tokyo"))
    with pytest.raises(Conflict):
        await office.administration.change_calendar(office.me, replace(made, zone="UTC"))
    assert await office.store.calendars(office.house.tenant_id) == [changed]
