"""Committed events become frames: the card the moment work is offered, and every change after it.

Each batch of events is answered with a handful of look-ups, whatever the number of agents in it. A frame goes only
to the agent whose work it is: scope is checked here, at the moment of sending.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from hub.desk.reading import LiveReads
from hub.desk.touch_views import TouchView, touch_view
from hub.desk.views import OfferView, notice_view
from hub.domain.clock_events import ClocksChanged
from hub.domain.consult import Consult
from hub.domain.events import (
    AgentChanged,
    CallChanged,
    ClientLeft,
    ConsultChanged,
    DeliveryChanged,
    Event,
    HouseChanged,
    NoticeRead,
    NoticeSent,
    QueueChanged,
    ReservationEnded,
    ReservationOffered,
    SessionRevoked,
    TouchStored,
    Typing,
    WorkStepped,
)
from hub.domain.ids import CallId, InteractionId, QueueId, ReservationId, TenantId, UserId, WorkItemId
from hub.domain.notice import ABOUT_A_CONVERSATION, Notice
from hub.domain.reservation import ReservationState
from hub.domain.setting_events import SiteChanged, TelegramBotChanged
from hub.domain.touch import Delivery
from hub.domain.work import WAITING_STATES, WorkState
from hub.ports.clock import Clock
from hub.screenpop.cards import latency_ms, offered_work, popped_after_s
from hub.screenpop.clients import ClientNews
from hub.screenpop.frames import (
    CallChangedFrame,
    ClientLeftFrame,
    ConsultChangedFrame,
    DeliveryChangedFrame,
    HouseChangedFrame,
    MeChanged,
    NoticeAdded,
    NoticeGone,
    ReservationEndedFrame,
    ReservationOfferedFrame,
    TouchAdded,
    TypingFrame,
    WorkChanged,
    WorkRemoved,
)
from hub.screenpop.sessions import Streams, encode
from hub.screenpop.talk import TalkNews
from hub.screenpop.windows import Windows

_HELD = frozenset({WorkState.ASSIGNED, WorkState.WRAP_UP})


class Pusher:
    """Hears every event of this node's tenants and writes to the desks that may see it."""

    def __init__(
        self,
        streams: Streams,
        windows: Windows,
        reads: LiveReads,
        clock: Clock,
        talk: TalkNews,
        *,
        queue_name: Callable[[QueueId], str],
        agent_name: Callable[[UserId | None], str],
        on_pop: Callable[[float], None],
        on_card: Callable[[ReservationId, InteractionId], None] = lambda *_: None,
    ) -> None:
        self._streams = streams
        self._windows = windows
        self._reads = reads
        self._clock = clock
        self._talk = talk
        self._queue_name = queue_name
        self._agent_name = agent_name
        self._on_pop = on_pop
        self.on_card = on_card
        """Told of an offer when its card was written to the windows of the agent: now their phone may ring."""
        self._holders: dict[InteractionId, UserId] = {}
        self._asked: dict[InteractionId, set[UserId]] = {}
        self._asked_until: dict[UserId, datetime] = {}
        self._clients = ClientNews(streams, windows, reads, clock, queue_name=queue_name)

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler. Offers first: nothing is more urgent than the card."""
        by_tenant: dict[TenantId, list[Event]] = {}
        for event in events:
            by_tenant.setdefault(event.tenant_id, []).append(event)
        for tenant_id, batch in by_tenant.items():
            await self._offered(tenant_id, [e for e in batch if isinstance(e, ReservationOffered)])
            changed: dict[WorkItemId, None] = {}
            agents: dict[UserId, None] = {}
            for event in batch:
                self._one(event, changed, agents)
            # also where replies can go is the house's: the ways of a conversation are asked for anew
            if any(isinstance(event, HouseChanged | TelegramBotChanged | SiteChanged) for event in batch):
                await self.house_changed(tenant_id)
            await self._work_changed(tenant_id, [*changed, *await self._unanswered(tenant_id, batch)])
            await self._agents_changed(tenant_id, list(agents))
            await self._talk.heard(tenant_id, batch)
            await self._calls_changed(tenant_id, [e for e in batch if isinstance(e, CallChanged)])
            await self._about_a_conversation([e.notice for e in batch if isinstance(e, NoticeSent)])
            for event in batch:
                if isinstance(event, ConsultChanged):
                    await self._consult_changed(event.consult)
            await self._clients.heard(tenant_id, batch)

    async def _offered(self, tenant_id: TenantId, offers: Sequence[ReservationOffered]) -> None:
        here = [o for o in offers if self._streams.get(o.reservation.agent_id) is not None]
        if not here:
            return
        cards = await self._reads.cards(tenant_id, [o.item.person_id for o in here])
        promised = await self._reads.promised(tenant_id, [o.item for o in here])
        for event in here:
            stream = self._streams.get(event.reservation.agent_id)
            card = cards.get(event.item.person_id)
            if stream is None or card is None:
                continue
            now = self._clock.now()
            offer, item = event.reservation, event.item
            stream.send(
                ReservationOfferedFrame(
                    seq=0,
                    reservation_id=offer.id,
                    work_item=offered_work(
                        item, self._queue_name(item.queue_id), now, promised.get(item.interaction_id, "")
                    ),
                    offered_at=offer.offered_at,
                    expires_at=offer.expires_at,
                    card=card,
                    why=offer.why,
                    latency_ms=latency_ms(item, now),
                )
            )
            self.on_card(offer.id, item.interaction_id)
            took_s = popped_after_s(item, offer, self._asked_until.get(offer.agent_id), now)
            if stream.readers and took_s is not None:
                self._on_pop(took_s)

    def _one(self, event: Event, changed: dict[WorkItemId, None], agents: dict[UserId, None]) -> None:
        match event:
            case ReservationOffered():
                agents[event.reservation.agent_id] = None
                self._windows.lines_changed()
            case ReservationEnded():
                self._offer_ended(event, changed)
                agents[event.reservation.agent_id] = None
                self._windows.lines_changed()
            case WorkStepped():
                self._stepped(event, changed, agents)
                self._windows.lines_changed()
            case ClocksChanged(work_item_id=item_id):
                self._windows.lines_changed()  # a line shows what is due
                if item_id is not None:
                    changed[item_id] = None
            case TouchStored():
                self._touch(event)
            case DeliveryChanged():
                self._delivery(event)
            case AgentChanged():
                agents[event.agent.id] = None
                self._windows.serve(event.agent)
                self._windows.lines_changed()
            case QueueChanged():
                self._windows.lines_changed()
            case SessionRevoked():
                self._windows.revoke(event.session_key)
            case Typing():
                self._typing(event)
            case ClientLeft():
                self._client_left(event)
            case NoticeSent(notice=notice) if notice.kind not in ABOUT_A_CONVERSATION:
                if (stream := self._streams.get(notice.user_id)) is not None:
                    stream.send(NoticeAdded(seq=0, notice=notice_view(notice)))
            case NoticeRead():
                if (stream := self._streams.get(event.user_id)) is not None:
                    stream.send(NoticeGone(seq=0, notice_id=event.notice_id))
            case _:
                pass

    def _offer_ended(self, event: ReservationEnded, changed: dict[WorkItemId, None]) -> None:
        offer, item = event.reservation, event.item
        self._asked_until[offer.agent_id] = offer.answered_at or self._clock.now()
        if offer.state is ReservationState.ACCEPTED:
            self._holders[item.interaction_id] = offer.agent_id
            changed[item.id] = None
        stream = self._streams.get(offer.agent_id)
        if stream is None:
            return
        taken_by = ""
        if offer.state is not ReservationState.ACCEPTED and item.state in _HELD:
            taken_by = self._agent_name(item.agent_id)
        stream.send(
            ReservationEndedFrame(
                seq=0,
                reservation_id=offer.id,
                work_item_id=item.id,
                state=offer.state,
                reason=offer.reason,
                taken_by=taken_by,
            )
        )

    def _stepped(
        self, event: WorkStepped, changed: dict[WorkItemId, None], agents: dict[UserId, None]
    ) -> None:
        item = event.item
        if item.state in _HELD and item.agent_id is not None:
            self._holders[item.interaction_id] = item.agent_id
            changed[item.id] = None
            agents[item.agent_id] = None
            return
        changed.pop(item.id, None)
        if item.state in WAITING_STATES or self._holders.get(item.interaction_id) == item.agent_id:
            self._holders.pop(item.interaction_id, None)
        had = event.from_agent_id or item.agent_id
        stream = self._streams.get(had)
        if had is not None:
            agents[had] = None
        if stream is not None:
            stream.send(WorkRemoved(seq=0, work_item_id=item.id, reason=event.reason))

    def _touch(self, event: TouchStored) -> None:
        holder = event.agent_id or self._holders.get(event.touch.interaction_id)
        if event.agent_id is not None:
            self._holders.setdefault(event.touch.interaction_id, event.agent_id)
        watching = self._talk.viewers.audience(event.touch.interaction_id)
        asked = self._asked.get(event.touch.interaction_id, ())
        for user_id in dict.fromkeys((holder, event.touch.author_id, *watching, *asked)):
            stream = self._streams.get(user_id)
            if stream is not None:
                stream.send(TouchAdded(seq=0, touch=self._shown(event)))

    def _delivery(self, event: DeliveryChanged) -> None:
        watching = self._talk.viewers.audience(event.interaction_id)
        for user_id in dict.fromkeys((event.agent_id, self._holders.get(event.interaction_id), *watching)):
            stream = self._streams.get(user_id)
            if stream is not None:
                stream.send(
                    DeliveryChangedFrame(
                        seq=0,
                        interaction_id=event.interaction_id,
                        touch_id=event.touch_id,
                        touch_seq=event.seq,
                        delivery=event.delivery,
                        detail=event.detail,
                    )
                )

    async def _unanswered(self, tenant_id: TenantId, batch: Sequence[Event]) -> list[WorkItemId]:
        """Work whose client waits, or may wait, again: what seemed an answer did not reach them."""
        failed = [
            e.interaction_id
            for e in batch
            if isinstance(e, DeliveryChanged) and e.delivery in {Delivery.FAILED, Delivery.UNCERTAIN}
        ]
        return list(await self._reads.work_in(tenant_id, failed)) if failed else []

    def _client_left(self, event: ClientLeft) -> None:
        stream = self._streams.get(event.agent_id)
        if stream is not None:
            stream.send(
                ClientLeftFrame(
                    seq=0, interaction_id=event.interaction_id, person_id=event.person_id, at=event.at
                )
            )

    def _typing(self, event: Typing) -> None:
        holder = self._holders.get(event.interaction_id)
        watching = self._talk.viewers.audience(event.interaction_id)
        for user_id in dict.fromkeys((holder, *watching)):
            stream = self._streams.get(user_id)
            if stream is not None and (event.by_client or event.agent_id != user_id):
                stream.send(
                    TypingFrame(
                        seq=0,
                        interaction_id=event.interaction_id,
                        by_client=event.by_client,
                        name=event.name,
                        typing=event.typing,
                    )
                )

    async def _work_changed(self, tenant_id: TenantId, ids: Sequence[WorkItemId]) -> None:
        if not ids:
            return
        for agent_id, view in (await self._reads.work_rows(tenant_id, ids)).values():
            stream = self._streams.get(agent_id)
            if stream is not None:
                stream.send(WorkChanged(seq=0, work=view))

    async def house_changed(self, tenant_id: TenantId) -> None:
        """Everybody at a desk has what may be chosen as it is now, and asks anew for what they write on."""
        pauses = await self._reads.pauses(tenant_id)
        frame = encode(
            HouseChangedFrame(
                seq=0,
                dispositions=await self._reads.dispositions(tenant_id),
                pause_reasons=tuple(p.code for p in pauses),
                pauses=pauses,
            )
        )
        for stream in self._streams.of_tenant(tenant_id):
            stream.send_encoded(frame)

    async def _agents_changed(self, tenant_id: TenantId, ids: Sequence[UserId]) -> None:
        here = [i for i in ids if self._streams.get(i) is not None]
        if not here:
            return
        for agent_id, me in (await self._reads.agents_now(tenant_id, here)).items():
            stream = self._streams.get(agent_id)
            if stream is not None and self._windows.is_news(agent_id, me):
                stream.send(MeChanged(seq=0, me=self._windows.named(agent_id, me)))

    async def _calls_changed(self, tenant_id: TenantId, events: Sequence[CallChanged]) -> None:
        told: dict[CallId, dict[UserId, None]] = {}
        for event in events:
            for user_id in (event.call.agent_id, event.from_agent_id):
                if user_id is not None and self._streams.get(user_id) is not None:
                    told.setdefault(event.call.id, {})[user_id] = None
        # as it is now: an event that was overtaken tells the newer truth
        views = await self._reads.calls(tenant_id, list(told)) if told else {}
        for call_id, view in views.items():
            for user_id in told[call_id]:
                if (stream := self._streams.get(user_id)) is not None:
                    stream.send(CallChangedFrame(seq=0, call=view))

    async def _about_a_conversation(self, sent: Sequence[Notice]) -> None:
        """What did not come from a person says which conversation it is about, as the snapshot does."""
        for notice in sent:
            stream = self._streams.get(notice.user_id)
            if stream is None or notice.kind not in ABOUT_A_CONVERSATION:
                continue
            for view in await self._reads.notices(notice.tenant_id, notice.user_id):
                if view.id == notice.id:
                    stream.send(NoticeAdded(seq=0, notice=view))

    def _shown(self, event: TouchStored) -> TouchView:
        return touch_view(event.touch, event.author or self._agent_name(event.touch.author_id))

    async def _consult_changed(self, consult: Consult) -> None:
        if consult.ended_at is None:
            self.note_asked(consult.interaction_id, consult.colleague_id)
        else:
            asked = self._asked.get(consult.interaction_id, set())
            asked.discard(consult.colleague_id)
            if not asked:
                self._asked.pop(consult.interaction_id, None)
        streams = [s for u in (consult.asked_by, consult.colleague_id) if (s := self._streams.get(u))]
        view = await self._reads.consult(consult.tenant_id, consult.id) if streams else None
        for stream in streams:
            if view is not None:
                stream.send(ConsultChangedFrame(seq=0, consult=view))

    def note_asked(self, interaction_id: InteractionId, colleague_id: UserId) -> None:
        """This colleague sees what comes in this conversation."""
        self._asked.setdefault(interaction_id, set()).add(colleague_id)

    def note_holder(self, interaction_id: InteractionId, agent_id: UserId) -> None:
        """A snapshot showed that this agent has this conversation."""
        self._holders[interaction_id] = agent_id

    def note_offers(self, agent_id: UserId, offers: Sequence[OfferView]) -> None:
        """A snapshot showed these offers to this agent."""
        for offer in offers:
            self._clients.note_offer(ReservationId(offer.reservation_id), offer.card.person_id, agent_id)

    def holder(self, interaction_id: InteractionId) -> UserId | None:
        """Who has this conversation, as far as this node knows."""
        return self._holders.get(interaction_id)
