"""Calls that we begin, and what people do with those that go on: a real store and a telephone that only listens."""

import pytest

from hub.domain.access import Role
from hub.domain.agent import FULL, Agent, Capacity, Media, Wish
from hub.domain.call import Call, CallEnd, CallStage, PhoneKind, RecordingState
from hub.domain.errors import Conflict, Forbidden, HubError, Invalid, NotFound, Unavailable
from hub.domain.events import PhoneChanged
from hub.domain.ids import CallId, WorkItemId
from hub.domain.interaction import InteractionState
from hub.domain.person import IdentityKind
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from tests.contracts.booth import Booth
from tests.contracts.call_line import NUMBER, Line, of
from tests.contracts.crm import Crm
from tests.stores import House


@pytest.fixture
def booth(house: House) -> Booth:
    return Booth(line=Line(house=house))


@pytest.fixture
async def anna(house: House) -> Agent:
    return await house.hire("Anna", phone_ready=True)


# --- beginning one ---


async def test_a_call_of_ours_is_in_hand_from_its_first_moment(booth: Booth, anna: Agent) -> None:
    call = await booth.dial(anna, "0532 123 45 67")
    item = await booth.item_of(call)
    assert (item.state, item.agent_id, item.media, item.direction) == (
        WorkState.ASSIGNED,
        anna.id,
        Media.VOICE,
        "outbound",
    )
    assert (call.number, call.stage, call.direction, call.node) == (
        NUMBER,
        CallStage.WAITING,
        "outbound",
        "one",
    )
    assert await booth.line.touches(call) == [("outbound", "call")]
    ((dialled, phone),) = booth.telephone.dialled
    assert (dialled.id, phone.agent_id, phone.account) == (call.id, anna.id, anna.id)

    await booth.line.calls.ringing(call.id, anna.id)
    await booth.line.calls.client_answered(call.id)
    await booth.line.calls.client_answered(call.id)
    now = await booth.line.now(call)
    assert (now.stage, now.answered_at) == (CallStage.TALKING, booth.line.house.clock.now())
    await booth.line.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    assert (await booth.item_of(call)).state is WorkState.WRAP_UP
    assert await booth.line.tasks() == []


async def test_a_client_who_does_not_answer_is_no_missed_call(booth: Booth, anna: Agent) -> None:
    call = await booth.dial(anna)
    await booth.line.calls.ended(call.id, CallEnd.NO_ANSWER)
    assert await booth.line.touches(call) == [("outbound", "call")]
    assert (await booth.line.tasks(), (await booth.item_of(call)).state) == ([], WorkState.WRAP_UP)


async def test_the_client_is_who_is_known_by_the_number_or_somebody_new(booth: Booth, anna: Agent) -> None:
    caller, _, _ = await booth.line.began()
    await booth.line.calls.ended(caller.id, CallEnd.CLIENT_LEFT)
    call = await booth.dial(anna)
    assert call.person_id == caller.person_id
    await _over(booth, call, anna)
    other = await booth.dial(anna, "+905320000007")
    assert other.person_id != caller.person_id
    await _over(booth, other, anna)
    back, _, _ = await booth.line.began(booth.line.touch("+905320000007"))
    assert back.person_id == other.person_id


async def test_a_client_is_called_at_one_of_their_numbers(booth: Booth, anna: Agent, crm: Crm) -> None:
    caller, _, _ = await booth.line.began()
    await booth.line.calls.ended(caller.id, CallEnd.CLIENT_LEFT)
    call = await booth.dial(anna, None, person_id=caller.person_id)
    assert (call.number, call.person_id) == (NUMBER, caller.person_id)
    await _over(booth, call, anna)
    for identity, code in (("+905320000008", "no_number"),):
        with pytest.raises(Invalid) as wrong:
            await booth.dial(anna, None, person_id=caller.person_id, identity=identity)
        assert wrong.value.stable_code == code
    writer = await crm.client("v7")
    with pytest.raises(HubError) as none:
        await booth.as_(crm.sofia, None, person_id=writer)
    assert none.value.stable_code == "no_number"


async def test_the_same_key_is_the_same_call(booth: Booth, anna: Agent) -> None:
    call = await booth.dial(anna, key="k1")
    again = await booth.dial(anna, key="k1")
    assert (again.id, len(booth.telephone.dialled)) == (call.id, 1)
    with pytest.raises(Invalid) as other:
        await booth.dial(anna, "+905320000001", key="k1")
    assert other.value.stable_code == "key_used_otherwise"


async def test_within_a_conversation_in_hand_no_other_work_begins(booth: Booth, anna: Agent) -> None:
    house = booth.line.house
    item = await house.given(anna)
    call = await booth.dial(anna, interaction_id=item.interaction_id)
    assert (call.interaction_id, call.work_item_id) == (item.interaction_id, item.id)
    with pytest.raises(Conflict) as busy:
        await booth.dial(anna, interaction_id=item.interaction_id)
    assert busy.value.stable_code == "on_a_call"
    await booth.line.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    assert (await booth.item_of(call)).state is WorkState.ASSIGNED
    assert await booth.line.state(call) is InteractionState.OPEN


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phone_ready": False}, "phone_not_ready"),
        ({"wish": Wish.OFFLINE}, "be_there_first"),
    ],
)
async def test_who_cannot_be_rung_cannot_call(
    booth: Booth, house: House, changes: dict[str, object], code: str
) -> None:
    agent = await house.hire("Dana", **{"phone_ready": True, **changes})  # type: ignore[arg-type]
    with pytest.raises(Conflict) as refused:
        await booth.dial(agent)
    assert (refused.value.stable_code, await house.count("calls")) == (code, 0)


async def test_who_has_chats_in_hand_may_call_and_is_offered_nothing_more_meanwhile(house: House) -> None:
    booth = Booth(line=Line(house=house))
    anna = await house.hire("Anna", chats=3, phone_ready=True)
    chats = [await house.given(anna, f"v{number}") for number in range(3)]
    call = await booth.dial(anna)
    async with house.store.unit(house.tenant_id) as unit:
        assert await unit.agent_units(anna.id, besides=WorkItemId(new_id())) == 2 * FULL
    assert {(await house.item(item.id)).state for item in chats} == {WorkState.ASSIGNED}
    await booth.line.calls.client_answered(call.id)
    await booth.line.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    assert {(await house.item(item.id)).state for item in chats} == {WorkState.ASSIGNED}


async def test_a_call_that_is_still_wrapped_up_leaves_no_room_for_another(booth: Booth, anna: Agent) -> None:
    call = await booth.dial(anna)
    await booth.line.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    assert (await booth.item_of(call)).state is WorkState.WRAP_UP
    with pytest.raises(Conflict) as full:
        await booth.dial(anna)
    assert full.value.stable_code == "at_capacity"


async def test_who_takes_no_calls_makes_none(house: House) -> None:
    agent = await house.hire("Dana", phone_ready=True, capacity=Capacity(voice=0))
    with pytest.raises(Conflict) as full:
        await Booth(line=Line(house=house)).dial(agent)
    assert full.value.stable_code == "at_capacity"


async def test_who_does_not_want_to_be_called_is_not_called(booth: Booth, anna: Agent) -> None:
    house = booth.line.house
    caller, _, _ = await booth.line.began()
    await booth.line.calls.ended(caller.id, CallEnd.CLIENT_LEFT)
    async with house.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO consents (id, tenant_id, person_id, channel, purpose, given, at, by_name, source)"
            " VALUES ($1, $2, $3, $4, 'service', $5, 1, 'Anna', '')",
            new_id(),
            house.tenant_id,
            caller.person_id,
            IdentityKind.PHONE.value,
            False,
        )
    with pytest.raises(Conflict) as refused:
        await booth.dial(anna)
    assert refused.value.stable_code == "client_refused"


async def test_a_call_that_the_line_refuses_is_over_and_says_why(booth: Booth, anna: Agent) -> None:
    booth.telephone.refuses = Invalid("not that country", field="number", code="number_not_allowed")
    with pytest.raises(Invalid):
        await booth.dial(anna)
    ((stage, end),) = await booth.line.house.rows(
        "SELECT stage, ending FROM calls WHERE tenant_id = $1", booth.line.house.tenant_id
    )
    assert (stage, end) == ("ended", "failed")


async def test_in_a_house_without_a_telephone_nobody_calls(house: House, anna: Agent) -> None:
    booth = Booth(line=Line(house=house), has_telephone=False)
    with pytest.raises(Conflict) as none:
        await booth.dial(anna)
    assert none.value.stable_code == "no_telephone"
    call = await booth.line.talking(anna)
    with pytest.raises(Conflict):
        await booth.calling.hold(house.as_(anna), call.id, held=True)


# --- promised ones ---


async def _promised(booth: Booth, agent: Agent) -> tuple[Call, WorkItem]:
    call, _ = await booth.line.rung(agent)
    booth.line.house.clock.advance(30)
    await booth.line.calls.wants_callback(call.id, NUMBER)
    item = await booth.item_of(call)
    (offer,) = await booth.line.house.offer(item, agent)
    return call, await booth.work.accept(booth.line.house.as_(agent), offer.id)


async def test_accepting_a_promised_call_dials_it_once(booth: Booth, anna: Agent) -> None:
    came, item = await _promised(booth, anna)
    offer = (await booth.line.house.offers(item))[-1]
    await booth.work.accept(booth.line.house.as_(anna), offer.id)
    await booth.made()
    ((call, _),) = booth.telephone.dialled
    assert (call.interaction_id, call.number, call.agent_id) == (came.interaction_id, NUMBER, anna.id)
    assert (call.direction, call.work_item_id) == ("outbound", item.id)
    await booth.line.calls.client_answered(call.id)
    await booth.line.calls.ended(call.id, CallEnd.AGENT_HUNG_UP)
    assert (await booth.item_of(call)).state is WorkState.WRAP_UP
    kinds = await booth.line.touches(call)
    assert kinds == [("inbound", "call"), ("inbound", "form"), ("outbound", "call")]


async def test_a_promise_that_could_not_be_kept_now_is_kept_later(booth: Booth, anna: Agent) -> None:
    booth.telephone.refuses = Unavailable("the phone refused", code="phone_unreachable")
    came, item = await _promised(booth, anna)
    await booth.made()
    now = await booth.item_of(came)
    assert (now.id, now.state, now.first_queued_at) == (item.id, WorkState.QUEUED, item.first_queued_at)
    assert await booth.line.calls.call_of(came.interaction_id) is None


async def test_a_promised_call_whose_hub_ends_before_it_is_dialled_is_the_agents_to_see(
    booth: Booth, anna: Agent
) -> None:
    came, _ = await _promised(booth, anna)  # accepted and committed; then the process is gone
    (lost,) = await booth.line.desk("one").lost("one")
    assert (lost.direction, lost.end) == ("outbound", CallEnd.HUB_LOST)
    assert (await booth.item_of(came)).state is WorkState.WRAP_UP


# --- a call that goes on ---


async def test_what_is_asked_of_a_call_reaches_the_telephone(booth: Booth, anna: Agent) -> None:
    house = booth.line.house
    me, boris = house.as_(anna), await house.hire("Boris", phone_ready=True)
    call = await booth.line.talking(anna)
    booth.telephone.asked.clear()
    calling = booth.calling
    await calling.hold(me, call.id, held=True)
    await calling.hold(me, call.id, held=False)
    await calling.press(me, call.id, "12#a")
    await calling.record(me, call.id, RecordingState.PAUSED)
    await calling.consult(me, call.id, {"agent_id": boris.id})
    await calling.take_back(me, call.id)
    await calling.consult(me, call.id, {"number": "0532 000 00 01"})
    await calling.join(me, call.id)
    await calling.give(me, call.id, {"queue_id": house.queue.id})
    await calling.give(me, call.id, {"number": "sip:front@desk.test"})
    await calling.hang_up(me, call.id)
    assert [what[:1] + what[2:] for what in booth.telephone.asked] == [
        ("hold",),
        ("resume",),
        ("press", "12#A"),
        ("record", "paused"),
        ("consult", f"agent:{boris.id}"),
        ("take_back",),
        ("consult", "+905320000001"),
        ("join",),
        ("give", f"queue:{house.queue.id}"),
        ("give", "sip:front@desk.test"),
        ("hang_up",),
    ]


async def test_calls_of_others_are_not_there_but_for_their_supervisor(booth: Booth, anna: Agent) -> None:
    house = booth.line.house
    other = await house.hire("Boris", phone_ready=True)
    call = await booth.line.talking(anna)
    with pytest.raises(NotFound):
        await booth.calling.hold(house.as_(other), call.id, held=True)
    with pytest.raises(NotFound):
        await booth.calling.hang_up(house.somebody(Role.SUPERVISOR), call.id)
    with pytest.raises(Forbidden):
        await booth.calling.hang_up(house.somebody(Role.MANAGER), call.id)
    with pytest.raises(NotFound):
        await booth.calling.hang_up(house.as_(anna), CallId(new_id()))
    await booth.calling.hang_up(house.somebody(Role.SUPERVISOR, house.queue.id), call.id)
    await booth.line.calls.ended(call.id, CallEnd.AGENT_HUNG_UP)
    await booth.calling.hang_up(house.as_(anna), call.id)
    assert [what[0] for what in booth.telephone.asked] == ["hang_up"]
    with pytest.raises(Conflict) as over:
        await booth.calling.hold(house.as_(anna), call.id, held=True)
    assert over.value.stable_code == "call_over"


async def test_nobody_is_consulted_who_is_not_there_to_be_asked(booth: Booth, anna: Agent) -> None:
    house = booth.line.house
    me, mute = house.as_(anna), await house.hire("Cem")
    call = await booth.line.talking(anna)
    for to, code in (
        ({"agent_id": mute.id}, "agent_no_phone"),
        ({"agent_id": new_id()}, "no_such_agent"),
        ({"agent_id": anna.id}, "no_such_agent"),
        ({"queue_id": house.queue.id}, "no_such_queue"),
        ({"number": "nobody"}, "bad_phone"),
    ):
        with pytest.raises(HubError) as refused:
            await booth.calling.consult(me, call.id, to)
        assert refused.value.stable_code == code
    with pytest.raises(Invalid):
        await booth.calling.press(me, call.id, "12x")


# --- one's phone ---


async def test_an_address_is_always_ready_and_a_browser_when_it_registers(booth: Booth, house: House) -> None:
    cem = await house.hire("Cem")
    me = house.as_(cem)
    assert (await booth.calling.phone(me)).kind is PhoneKind.BROWSER
    await house.events()
    phone = await booth.calling.set_phone(me, PhoneKind.URI, " 0532 123 45 67 ", auto_answer=True)
    assert (phone.uri, phone.auto_answer, (await house.agent(cem)).phone_ready) == (NUMBER, True, True)
    await booth.line.calls.phone_ready(house.tenant_id, cem.id, PhoneKind.URI, ready=False)
    assert (await house.agent(cem)).phone_ready
    await booth.calling.set_phone(me, PhoneKind.REGISTERED, "sip:ignored@x.test", auto_answer=False)
    assert not (await house.agent(cem)).phone_ready
    kept = await booth.calling.phone(me)
    assert (kept.uri, kept.account.startswith("desk-")) == ("", True)
    assert len(of(PhoneChanged, await house.events())) == 2
    await booth.calling.set_phone(
        me, PhoneKind.URI, "sip:cem@phones.test:5070;transport=tcp", auto_answer=False
    )
    assert (await house.agent(cem)).phone_ready


@pytest.mark.parametrize(
    "uri", ["", "cem", "http://evil.test", "sip:", "sip:cem@", "sip:a b@c", "sip:a@b\r\nX: y"]
)
async def test_what_is_no_address_is_refused(booth: Booth, anna: Agent, uri: str) -> None:
    with pytest.raises(Invalid) as refused:
        await booth.calling.set_phone(booth.line.house.as_(anna), PhoneKind.URI, uri, auto_answer=False)
    assert (refused.value.field, refused.value.stable_code) == ("uri", "bad_uri")


async def _over(booth: Booth, call: Call, agent: Agent) -> None:
    await booth.line.calls.ended(call.id, CallEnd.AGENT_HUNG_UP)
    await booth.line.house.work.complete(booth.line.house.as_(agent), (await booth.item_of(call)).id)
