"""Calls that go elsewhere, go on as other work, or are carried by nobody any more, on both databases."""

from dataclasses import replace

import pytest

from crm_store.callbacks import PromisedCalls
from crm_store.cards import Cards
from crm_store.person_scope import ClientReach
from crm_store.reads import DeskReads
from hub.domain.access import Scope
from hub.domain.agent import Agent, Media
from hub.domain.call import CallEnd, CallStage, PhoneKind
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import CallChanged, ConsultChanged
from hub.domain.ids import CallId
from hub.domain.interaction import InteractionState
from hub.domain.queue import Queue
from hub.domain.touch import TouchKind
from hub.domain.work import WorkState, shown_channel
from hub.ids import new_id
from hub.intake.callbacks import Callbacks
from tests.contracts.call_line import NUMBER, Line
from tests.stores import House


@pytest.fixture
def line(house: House) -> Line:
    return Line(house=house)


@pytest.fixture
async def anna(house: House) -> Agent:
    return await house.hire("Anna", phone_ready=True)


@pytest.fixture
async def boris(house: House) -> Agent:
    return await house.hire("Boris", phone_ready=True)


# --- in the history of the client ---


async def test_whoever_reads_the_history_of_a_client_sees_their_calls_that_others_had_or_missed(
    line: Line, anna: Agent, boris: Agent
) -> None:
    house = line.house
    call = await line.talking(anna)
    reads = DeskReads(house.store, house.clock, Cards(house.store), ClientReach())
    assert [c.id for c in await reads.calls_of(house.as_(boris), call.interaction_id)] == [call.id]
    stranger = replace(house.as_(boris), queues=frozenset())
    with pytest.raises(NotFound):
        await reads.calls_of(stranger, call.interaction_id)
    only_theirs = DeskReads(house.store, house.clock, Cards(house.store), ClientReach(Scope.OWN))
    with pytest.raises(NotFound):
        await only_theirs.calls_of(house.as_(boris), call.interaction_id)


# --- elsewhere ---


async def test_a_call_given_to_a_queue_is_as_urgent_there_and_its_agent_is_free(
    line: Line, anna: Agent, boris: Agent
) -> None:
    house = line.house
    sales: Queue = house.a_queue("sales")
    await house.floor.put_queue(sales)
    house.store.forget_queues()
    call = await line.talking(anna)
    before = await line.item_of(call)
    house.clock.advance(50)
    for _ in range(2):
        await line.calls.moved(call.id, queue_id=sales.id, note="wants a price")
    item, now = await line.item_of(call), await line.now(call)
    assert (item.queue_id, item.state, item.urgent_at) == (sales.id, WorkState.QUEUED, before.urgent_at)
    assert (now.stage, now.agent_id, now.queue_id, now.work_item_id) == (
        CallStage.WAITING,
        None,
        sales.id,
        item.id,
    )
    assert [s for s, _, _ in await line.passes(call)] == ["completed", "queued"]
    assert await line.touches(call) == [("inbound", "call"), ("internal", "note")]
    (offer,) = await house.offer(item, boris)
    await line.calls.answered(call.id, offer.id)
    assert (await line.now(call)).agent_id == boris.id


async def test_a_call_given_to_a_colleague_asks_them_at_once_and_whoever_has_no_phone_is_not_asked(
    line: Line, anna: Agent, boris: Agent
) -> None:
    house = line.house
    cem = await house.hire("Cem")
    call = await line.talking(anna)
    with pytest.raises(Conflict) as refused:
        await line.calls.moved(call.id, queue_id=house.queue.id, note="", agent_id=cem.id)
    assert refused.value.stable_code == "agent_no_phone"
    assert (await line.now(call)).stage is CallStage.TALKING
    for _ in range(2):
        await line.calls.moved(call.id, queue_id=house.queue.id, note="", agent_id=boris.id)
    item = await line.item_of(call)
    assert (item.state, item.agent_id) == (WorkState.OFFERED, boris.id)
    assert len(await line.passes(call)) == 2


async def test_whoever_was_consulted_has_the_work_when_the_client_is_handed_to_them(
    line: Line, anna: Agent, boris: Agent
) -> None:
    call = await line.talking(anna)
    line.house.clock.advance(20)
    for _ in range(2):
        await line.calls.handed_over(call.id, boris.id)
    item, now = await line.item_of(call), await line.now(call)
    assert (item.state, item.agent_id, now.agent_id) == (WorkState.ASSIGNED, boris.id, boris.id)
    assert len(await line.passes(call)) == 1
    changed = [e for e in await line.house.events() if isinstance(e, CallChanged)]
    assert changed[-1].from_agent_id == anna.id


async def test_a_colleague_who_is_asked_on_the_telephone_sees_whose_matter_it_is_until_that_ends(
    line: Line, anna: Agent, boris: Agent
) -> None:
    house = line.house
    call = await line.talking(anna)
    await house.events()
    for stage in (CallStage.RINGING, CallStage.TALKING):
        await line.calls.third(call.id, f"agent:{boris.id}", stage)
    (asked,) = [e.consult for e in await house.events() if isinstance(e, ConsultChanged)]
    assert (asked.asked_by, asked.colleague_id, asked.is_spoken) == (anna.id, boris.id, True)
    said = await house.work.note(house.as_(boris), call.interaction_id, "she has a contract")
    assert said.author_id == boris.id
    with pytest.raises(Conflict) as there:
        await house.consults.end(house.as_(boris), asked.id)
    assert there.value.stable_code == "call_stays"
    await line.calls.third(call.id, f"agent:{boris.id}", None)
    (over,) = [e.consult for e in await house.events() if isinstance(e, ConsultChanged)]
    assert (over.id, over.reason) == (asked.id, "done")

    house.clock.advance(20)
    await line.calls.third(call.id, f"agent:{boris.id}", CallStage.TALKING)
    await line.calls.handed_over(call.id, boris.id)
    kinds = [e.consult.reason for e in await house.events() if isinstance(e, ConsultChanged)]
    assert kinds == ["", "handed_over"]
    facts = await house.rows(
        "SELECT agent_id, reason FROM facts WHERE interaction_id = $1 AND kind = 'consult_changed' ORDER BY seq",
        call.interaction_id,
    )
    assert [tuple(row) for row in facts] == [(anna.id, boris.name), (anna.id, boris.name)]


async def test_out_of_a_menu_the_caller_is_in_the_chosen_line_and_the_menu_is_a_segment(line: Line) -> None:
    house = line.house
    call, _, _ = await line.began(line.touch(queued=False))
    assert await house.open_item(call.interaction_id) is None
    house.clock.advance(8)
    for _ in range(2):
        await line.calls.queued(call.id, queue_id=house.queue.id, language="tr", choice="2 Siparişler")
    item = await line.item_of(call)
    assert (item.media, item.language, item.first_queued_at) == (Media.VOICE, "tr", house.clock.now())
    assert await line.segments(call) == [("ivr", 8)]
    assert await line.touches(call) == [("inbound", "call"), ("inbound", "form")]
    await line.calls.ended(call.id, CallEnd.CLIENT_LEFT)
    assert [title for _, _, title in await line.tasks()] == [f"Call back: {NUMBER}"]


async def test_who_leaves_in_the_menu_is_a_missed_call(line: Line) -> None:
    call, _, _ = await line.began(line.touch(queued=False))
    await line.calls.ended(call.id, CallEnd.CLIENT_LEFT)
    assert await line.state(call) is InteractionState.CLOSED
    assert (await line.passes(call), len(await line.tasks())) == ([], 1)


async def test_a_message_is_text_work_in_the_callers_place(line: Line, anna: Agent) -> None:
    call, _ = await line.rung(anna)
    before = await line.item_of(call)
    line.house.clock.advance(40)
    for _ in range(2):
        await line.calls.left_message(call.id)
    await line.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    item = await line.item_of(call)
    assert await line.passes(call) == [("callback", "voice", "sip"), ("queued", "mail", "sip")]
    assert (item.first_queued_at, item.urgent_at) == (before.first_queued_at, before.urgent_at)
    assert await line.touches(call) == [("inbound", "call"), ("inbound", "voicemail")]
    assert (await line.now(call)).end is CallEnd.VOICEMAIL
    assert shown_channel(item) == "voicemail"
    waiting = await DeskReads(
        line.house.store, line.house.clock, Cards(line.house.store), ClientReach()
    ).waiting(line.house.tenant_id, 5)
    assert [row.channel for row in waiting[line.house.queue.id]] == ["voicemail"]
    assert (await line.state(call), await line.tasks()) == (InteractionState.OPEN, [])


async def test_a_message_after_the_end_is_refused_and_not_lost_in_silence(line: Line) -> None:
    call, _, _ = await line.began()
    await line.calls.ended(call.id, CallEnd.CLIENT_LEFT)
    with pytest.raises(Conflict) as late:
        await line.calls.left_message(call.id)
    assert late.value.stable_code == "call_over"


async def test_who_asks_to_be_called_keeps_the_place_and_accepting_it_is_a_call_of_ours(
    line: Line, anna: Agent
) -> None:
    house = line.house
    call, _ = await line.rung(anna)
    before = await line.item_of(call)
    house.clock.advance(40)
    with pytest.raises(Invalid):
        await line.calls.wants_callback(call.id, "")
    for _ in range(2):
        await line.calls.wants_callback(call.id, NUMBER)
    await line.calls.ended(call.id, CallEnd.CALLBACK)
    item = await line.item_of(call)
    assert await line.passes(call) == [("callback", "voice", "sip"), ("queued", "voice", "sip")]
    assert (item.first_queued_at, item.urgent_at) == (before.first_queued_at, before.urgent_at)
    assert (await line.calls.call_of(call.interaction_id), await line.tasks()) == (None, [])
    async with house.store.unit(house.tenant_id) as unit:
        promised = await unit.callback_of(call.interaction_id)
    assert promised is not None
    assert (promised.phone, promised.place_at) == (NUMBER, before.first_queued_at)


async def test_what_a_visitor_is_promised_is_a_call_in_a_house_with_a_telephone(house: House) -> None:
    callbacks = Callbacks(PromisedCalls(house.store), house.clock, house.tenant_id, has_telephone=True)
    item = await house.came("v9")
    form = replace(house.message("Call me", "v9"), kind=TouchKind.FORM)
    from hub.domain.callback import CallbackWish

    await callbacks.ask(form, CallbackWish(phone=NUMBER))
    again = await house.open_item(item.interaction_id)
    assert again is not None
    assert (again.media, again.channel, again.first_queued_at) == (Media.VOICE, "sip", item.first_queued_at)


# --- whether it lives ---


async def test_what_an_earlier_life_carried_ends_with_it_and_the_history_says_so(
    line: Line, anna: Agent
) -> None:
    talking = await line.talking(anna)
    waiting, _, _ = await line.began(line.touch("+905320000002"))
    other = line.desk("two")
    await other.alive("one", [talking.id])
    again = line.desk("one")
    ended = {call.id: call.end for call in await again.lost("one")}
    assert ended == {talking.id: CallEnd.HUB_LOST, waiting.id: CallEnd.HUB_LOST}
    assert await again.lost("one") == []
    assert await line.passes(talking) == [("wrap_up", "voice", "sip")]
    assert await line.passes(waiting) == [("abandoned", "voice", "sip")]
    assert [about for _, about, _ in await line.tasks()] == [waiting.interaction_id]
    rows = await line.house.rows(
        "SELECT reason FROM facts WHERE interaction_id = $1 AND state = 'ended'", waiting.interaction_id
    )
    assert [r[0] for r in rows] == ["hub_lost"]
    assert not (await line.house.agent(anna)).phone_ready


async def test_calls_of_other_hubs_go_on(line: Line) -> None:
    call, _, _ = await line.began()
    assert await line.desk("two").lost("two") == []
    assert (await line.now(call)).ended_at is None


async def test_a_call_of_which_nothing_is_heard_for_90_s_ends(line: Line) -> None:
    heard, _, _ = await line.began()
    silent, _, _ = await line.began(line.touch("+905320000003"))
    for _ in range(3):
        line.house.clock.advance(31)
        await line.calls.alive("one", [heard.id])
        await line.calls.alive("two", [silent.id])
    await line.calls.step()
    assert (await line.now(heard)).ended_at is None
    assert (await line.now(silent)).end is CallEnd.HUB_LOST
    assert (await line.now(silent)).version == 2


async def test_a_caller_of_whom_only_the_touch_was_kept_is_a_missed_call(line: Line) -> None:
    (received,) = await line.house.receive(line.touch())
    await line.calls.step()
    assert await line.house.open_item(received.interaction_id) is not None
    line.house.clock.advance(91)
    await line.calls.step()
    assert await line.house.open_item(received.interaction_id) is None
    assert [about for _, about, _ in await line.tasks()] == [received.interaction_id]
    (lost,) = await line.house.rows(
        "SELECT stage, ending FROM calls WHERE interaction_id = $1", received.interaction_id
    )
    assert tuple(lost) == ("ended", "hub_lost")


async def test_promised_calls_wait_longer_than_any_silence(line: Line, anna: Agent) -> None:
    call, _ = await line.rung(anna)
    await line.calls.wants_callback(call.id, NUMBER)
    line.house.clock.advance(1000)
    await line.calls.step()
    assert (await line.item_of(call)).state is WorkState.QUEUED


# --- phones ---


async def test_a_phone_that_comes_and_goes_is_told_and_an_address_is_always_ready(
    line: Line, house: House
) -> None:
    cem = await house.hire("Cem")
    assert (await line.calls.phone_of(house.tenant_id, cem.id)).account == cem.id
    for ready in (True, True, False):
        await line.calls.phone_ready(house.tenant_id, cem.id, PhoneKind.BROWSER, ready=ready)
        assert (await house.agent(cem)).phone_ready is ready
    # news of a phone that they do not talk with any more came late
    await line.calls.phone_ready(house.tenant_id, cem.id, PhoneKind.REGISTERED, ready=True)
    assert not (await house.agent(cem)).phone_ready
    reasons = [
        r[0] for r in await house.rows("SELECT reason FROM agent_log WHERE agent_id = $1 ORDER BY id", cem.id)
    ]
    assert reasons[-2:] == ["phone_ready", "phone_gone"]


async def test_of_a_call_that_is_not_there_nothing_is_kept(line: Line) -> None:
    with pytest.raises(NotFound):
        await line.calls.ended(CallId(new_id()), CallEnd.FAILED)
