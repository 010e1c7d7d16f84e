"""An agent's reply that did not arrive, on every store: its writer is told, and no client is forgotten."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm_store.live import Live
from crm_store.sending import Sending
from hub.channels.email.channel import SPEC as EMAIL
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.cluster.codec import encode
from hub.desk.views import LastTouchView, NoticeView
from hub.domain.agent import Agent, Media
from hub.domain.events import NoticeSent
from hub.domain.ids import TouchId, WorkItemId
from hub.domain.interaction import Disposition, InteractionState
from hub.domain.person import IdentityKind
from hub.domain.touch import Delivery, Sender
from hub.domain.work import REPLY_FAILED, WorkItem, WorkState
from hub.outbound.unreached import not_reached
from hub.ports.channel import ChannelSpec
from hub.ports.store import ClaimedReply
from tests.stores import House

LEASE_S = 45.0
MAIL: dict[str, Any] = {
    "channel": "email",
    "account": "email:support",
    "sender": Sender(kind=IdentityKind.EMAIL, value="clara@client.test", name="Clara Field"),
    "media": Media.MAIL,
}


class Desk:
    """Anna, who answers, and the sender of what she answered."""

    def __init__(self, house: House, anna: Agent) -> None:
        self.house, self.anna = house, anna
        self.sending = Sending(house.store, encode=encode)

    async def has(self, thread: str = "t1", **changes: Any) -> WorkItem:
        return await self.house.given(self.anna, thread, **{**MAIL, **changes})

    async def answers(self, item: WorkItem, text: str = "We have sent it.") -> TouchId:
        """Her reply in that conversation, queued."""
        async with self.house.store.unit(self.house.tenant_id) as unit:
            found = (await unit.interactions([item.interaction_id]))[item.interaction_id]
            sessions = await unit.open_sessions(found.id)
        limits = {s.channel: WEBCHAT.limits for s in sessions}
        self.house.work._limits = limits
        touch = await self.house.work.reply(
            self.house.as_(self.anna), found.id, channel=sessions[0].channel, text=text
        )
        return touch.id

    async def closes(self, item: WorkItem) -> None:
        await self.house.work.close(
            self.house.as_(self.anna), item.interaction_id, Disposition(code="resolved")
        )

    async def claimed(self, touch_id: TouchId, channel: str = "email") -> ClaimedReply:
        now = self.house.clock.now()
        found = await self.sending.claim(channel, now, lease_s=LEASE_S, limit=9999)
        return next(one for one in found if one.message.touch_id == touch_id)

    async def becomes(
        self, touch_id: TouchId, delivery: Delivery = Delivery.FAILED, spec: ChannelSpec = EMAIL
    ) -> bool:
        claimed = await self.claimed(touch_id, spec.name)
        return await self.sending.settle_reply(
            claimed,
            delivery,
            now=self.house.clock.now(),
            detail="recipients_refused: 550",
            not_reached=not_reached(spec, self.house.clock),
        )

    async def waiting(self) -> list[WorkItem]:
        rows = await self.house.rows(
            "SELECT id FROM work_items WHERE tenant_id = $1 AND state = 'queued' ORDER BY id",
            self.house.tenant_id,
        )
        return [await self.house.item(WorkItemId(row[0])) for row in rows]

    async def notices(self) -> list[NoticeView]:
        live = Live(self.house.store, self.house.clock)
        return list(await live.notices(self.house.tenant_id, self.anna.id))


@pytest.fixture
async def desk(house: House) -> Desk:
    return Desk(house, await house.hire("Anna", chats=9))


@pytest.mark.parametrize("delivery", [Delivery.FAILED, Delivery.UNCERTAIN])
async def test_a_reply_that_fails_after_the_close_makes_the_conversation_work_again(
    desk: Desk, delivery: Delivery
) -> None:
    item = await desk.has()
    touch_id = await desk.answers(item)
    await desk.closes(item)
    await desk.house.events()
    assert await desk.becomes(touch_id, delivery)

    (again,) = await desk.waiting()
    assert again.interaction_id != item.interaction_id
    assert (again.person_id, again.queue_id) == (item.person_id, item.queue_id)
    assert (again.channel, again.media, again.language) == ("email", Media.MAIL, item.language)
    assert again.preferred_agent_id == desk.anna.id
    async with desk.house.store.unit(desk.house.tenant_id) as unit:
        both = await unit.interactions([item.interaction_id, again.interaction_id])
        (session,) = await unit.open_sessions(again.interaction_id)
    assert both[item.interaction_id].state is InteractionState.CLOSED
    assert both[again.interaction_id].state is InteractionState.OPEN
    assert both[again.interaction_id].last_seq > both[item.interaction_id].last_seq
    assert (session.account, session.thread, session.address) == ("email:support", "t1", "clara@client.test")
    (notice,) = await desk.notices()
    kind = "reply_failed" if delivery is Delivery.FAILED else "reply_uncertain"
    assert (notice.kind, notice.detail, notice.interaction_id) == (kind, "work_again", again.interaction_id)
    assert notice.person is not None
    assert notice.person.name == "Clara Field"
    events = await desk.house.events()
    assert [type(e).__name__ for e in events] == [
        "DeliveryChanged",  # sending
        "DeliveryChanged",
        "InteractionOpened",
        "WorkStepped",
        "NoticeSent",
    ]
    assert getattr(events[3], "reason", "") == REPLY_FAILED


async def test_what_the_client_answers_then_comes_into_the_same_work(desk: Desk) -> None:
    item = await desk.has()
    touch_id = await desk.answers(item)
    await desk.closes(item)
    await desk.becomes(touch_id)
    (again,) = await desk.waiting()
    (received,) = await desk.house.receive(desk.house.message("Hello?", "t1", **MAIL))
    assert received.interaction_id == again.interaction_id


async def test_two_replies_that_fail_are_one_work(desk: Desk) -> None:
    item = await desk.has()
    first = await desk.answers(item, "One")
    second = await desk.answers(item, "Two")
    await desk.closes(item)
    await desk.becomes(first)
    await desk.becomes(second)

    (again,) = await desk.waiting()
    assert [n.interaction_id for n in await desk.notices()] == [again.interaction_id] * 2


async def test_replies_on_two_channels_that_fail_are_one_work(desk: Desk) -> None:
    item = await desk.has()
    on_mail = await desk.answers(item, "One")
    async with desk.house.store.unit(desk.house.tenant_id) as unit:
        (session,) = await unit.open_sessions(item.interaction_id)
        unit.add_session(
            replace(
                session,
                id=type(session.id)(f"{session.id} too"),
                channel="telegram",
                account="telegram:bot",
                thread="4711",
                address="4711",
                started_at=session.started_at + timedelta(seconds=1),
            )
        )
    on_telegram = await desk.answers(item, "Two")
    await desk.closes(item)
    await desk.becomes(on_telegram, spec=replace(EMAIL, name="telegram"))
    await desk.becomes(on_mail)
    (again,) = await desk.waiting()
    assert again.channel == "telegram"


async def test_a_client_who_wrote_meanwhile_is_work_already(desk: Desk) -> None:
    item = await desk.has()
    touch_id = await desk.answers(item)
    await desk.closes(item)
    (received,) = await desk.house.receive(desk.house.message("One more thing", "t1", **MAIL))
    await desk.becomes(touch_id)

    (waiting,) = await desk.waiting()
    (notice,) = await desk.notices()
    assert waiting.interaction_id == received.interaction_id == notice.interaction_id


async def test_in_an_open_conversation_its_writer_is_told_and_the_row_is_marked(desk: Desk) -> None:
    item = await desk.has()
    touch_id = await desk.answers(item)
    await desk.house.events()
    await desk.becomes(touch_id)

    assert await desk.waiting() == []
    (notice,) = await desk.notices()
    assert (notice.kind, notice.detail, notice.interaction_id) == ("reply_failed", "", item.interaction_id)
    assert [e.notice.id for e in await desk.house.events() if isinstance(e, NoticeSent)] == [notice.id]
    row = await row_of(desk, item)
    assert row is not None
    assert (row.delivery, row.text, row.author) == (Delivery.FAILED, "We have sent it.", "Anna")


async def test_the_row_of_work_that_came_back_shows_what_did_not_arrive(desk: Desk) -> None:
    item = await desk.has()
    touch_id = await desk.answers(item)
    await desk.closes(item)
    await desk.becomes(touch_id)
    (again,) = await desk.waiting()
    (offer,) = await desk.house.offer(again, desk.anna)
    taken = await desk.house.work.accept(desk.house.as_(desk.anna), offer.id)
    assert taken.state is WorkState.ASSIGNED
    row = await row_of(desk, taken)
    assert row is not None
    assert (row.delivery, row.text, row.author) == (Delivery.FAILED, "We have sent it.", "Anna")


async def test_what_the_hub_says_by_itself_tells_nobody_and_brings_nothing_back(desk: Desk) -> None:
    item = await desk.has(acknowledgement="We have your letter.")
    (row,) = await desk.house.rows(
        "SELECT id FROM touches WHERE interaction_id = $1 AND direction = 'outbound'", item.interaction_id
    )
    await desk.closes(item)
    assert await desk.becomes(TouchId(row[0]))
    assert await desk.waiting() == []
    assert await desk.notices() == []


async def test_who_left_a_web_chat_before_its_last_word_is_nobodys_work(desk: Desk) -> None:
    item = await desk.house.given(desk.anna)
    touch_id = await desk.answers(item, "Good bye!")
    await desk.closes(item)
    assert await desk.becomes(touch_id, spec=WEBCHAT)
    assert await desk.waiting() == []
    assert await desk.notices() == []


async def test_a_reply_kept_too_long_and_one_whose_sender_died_count_too(desk: Desk) -> None:
    then = not_reached(EMAIL, desk.house.clock)
    old, lost = (
        await desk.has("t1"),
        await desk.has("t2", sender=Sender(kind=IdentityKind.EMAIL, value="ivan@client.test", name="Ivan")),
    )
    kept = await desk.answers(old)
    await desk.closes(old)
    now = desk.house.clock.now() + timedelta(seconds=1)
    assert await desk.sending.give_up("email", queued_before=now, detail="gave_up", not_reached=then) == 1
    died = await desk.answers(lost)
    await desk.closes(lost)
    await desk.claimed(died)
    later = desk.house.clock.now() + timedelta(seconds=LEASE_S)
    assert await desk.sending.lapsed(later, repeatable=[], not_reached={"email": then}) == 1
    assert await desk.sending.lapsed(later, repeatable=[], not_reached={"email": then}) == 0

    assert {w.person_id for w in await desk.waiting()} == {old.person_id, lost.person_id}
    assert [n.kind for n in await desk.notices()] == ["reply_failed", "reply_uncertain"]
    states = await desk.house.rows("SELECT id, delivery FROM touches WHERE id = ANY($1)", [kept, died])
    assert {row[0]: row[1] for row in states} == {kept: "failed", died: "uncertain"}


async def test_a_line_that_was_retired_meanwhile_hands_it_to_the_one_that_took_over(desk: Desk) -> None:
    item = await desk.has()
    touch_id = await desk.answers(item)
    await desk.closes(item)
    heir = desk.house.a_queue("heir")
    await desk.house.floor.put_queue(heir)
    rules = replace(desk.house.queue.rules, retired=True, retired_to=heir.id)
    await desk.house.floor.put_queue(replace(desk.house.queue, rules=rules))
    await desk.becomes(touch_id)
    (again,) = await desk.waiting()
    assert again.queue_id == heir.id


async def row_of(desk: Desk, item: WorkItem) -> LastTouchView | None:
    live = Live(desk.house.store, desk.house.clock)
    rows = await live.work_rows(desk.house.tenant_id, [item.id])
    return rows[item.id][1].last_touch
