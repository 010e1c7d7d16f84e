"""A switchboard at work in memory, and what its peers do."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from hub.channels.sip.b2bua.switchboard import Switchboard
from hub.channels.sip.leg import Source
from hub.domain.agent import Media
from hub.domain.call import AgentPhone
from hub.domain.events import ReservationEnded, ReservationOffered, WorkStepped
from hub.domain.ids import (
    DEFAULT_TENANT,
    CallId,
    InteractionId,
    PersonId,
    QueueId,
    ReservationId,
    UserId,
    WorkItemId,
)
from hub.domain.queue import Queue, QueueRules, VoiceRules
from hub.domain.reservation import Reservation, ReservationState, Why
from hub.domain.work import WorkItem, WorkState
from hub.ports.media import Keys, Played, Silent
from tests.fakes.sip_legs import FakeLeg, FakeSession, invite
from tests.fakes.telephone import QUEUE, House, a_call

ANNA, BORIS = UserId("anna"), UserId("boris")
CALL = CallId("call")
FROM_TRUNK = Source(address="192.0.2.1", port=5060, transport="udp", flow="u", trunk="trunk")


def a_queue(**voice: object) -> Queue:
    return Queue(
        id=QUEUE,
        tenant_id=DEFAULT_TENANT,
        name="sales",
        rules=QueueRules(voice=VoiceRules(**voice)),  # type: ignore[arg-type]
    )


class Exchange:
    """A switchboard at work, and what its peers do."""

    def __init__(self, house: House, board: Switchboard) -> None:
        self.house = house
        self.board = board
        self.said = house.said

    async def settle(self) -> None:
        """Everything that can happen now has happened."""
        for _ in range(60):
            await asyncio.sleep(0)

    async def call(self, **headers: str) -> FakeLeg:
        """A client calls."""
        leg = FakeLeg("caller", self.said, invite=invite(**headers))
        leg.events = await self.board.called(leg, FROM_TRUNK)
        await self.settle()
        return leg

    def offer(self, agent: UserId = ANNA, name: str = "r1") -> ReservationOffered:
        now = self.house.clock.now()
        reservation = Reservation(
            id=ReservationId(name),
            tenant_id=DEFAULT_TENANT,
            work_item_id=WorkItemId("work"),
            interaction_id=InteractionId("interaction"),
            queue_id=QUEUE,
            agent_id=agent,
            state=ReservationState.OFFERED,
            epoch=1,
            offered_at=now,
            expires_at=now + timedelta(seconds=20),
            why=Why(reason="only_one", chosen=agent, idle_s=1.0, considered=1, could=1, text=""),
        )
        return ReservationOffered(
            tenant_id=DEFAULT_TENANT, reservation=reservation, item=self.item(WorkState.OFFERED)
        )

    def item(self, state: WorkState, queue_id: QueueId = QUEUE) -> WorkItem:
        now = self.house.clock.now()
        return WorkItem(
            id=WorkItemId("work"),
            tenant_id=DEFAULT_TENANT,
            interaction_id=InteractionId("interaction"),
            person_id=PersonId("person"),
            queue_id=queue_id,
            channel="sip",
            media=Media.VOICE,
            language="en",
            skills={},
            priority=0,
            state=state,
            first_queued_at=now,
            queued_at=now,
            urgent_at=now,
            state_at=now,
            received_at=now,
        )

    async def rings(self, agent: UserId = ANNA, name: str = "r1") -> FakeLeg:
        """The agent is asked, the card is shown, and the phone rings."""
        event = self.offer(agent, name)
        await self.board.heard([event])
        self.board.card_shown(event.reservation.id, event.item.interaction_id)
        await self.settle()
        return self.house.user_agent.legs[-1]

    async def offer_ends(self, state: ReservationState, name: str = "r1") -> None:
        event = self.offer(ANNA, name)
        await self.board.heard(
            [
                ReservationEnded(
                    tenant_id=DEFAULT_TENANT,
                    reservation=replace(event.reservation, state=state),
                    item=event.item,
                )
            ]
        )
        await self.settle()

    async def stepped(
        self,
        state: WorkState,
        queue_id: QueueId = QUEUE,
        before: UserId = ANNA,
        reason: str = "transferred",
    ) -> None:
        await self.board.heard(
            [
                WorkStepped(
                    tenant_id=DEFAULT_TENANT,
                    item=self.item(state, queue_id),
                    reason=reason,
                    from_agent_id=before,
                )
            ]
        )
        await self.settle()

    async def talk(self) -> tuple[FakeLeg, FakeLeg]:
        """A call that an agent has answered."""
        caller = await self.call()
        phone = await self.rings()
        await phone.picks_up()
        await self.settle()
        return caller, phone

    @property
    def sound(self) -> FakeSession:
        return self.house.engine.sessions[-1]

    async def media(self, event: Keys | Played | Silent) -> None:
        self.sound.tell(event)
        await self.settle()


BRIDGED = frozenset({"client", "agent"})
JOINED = frozenset({"client", "third"})
CONSULTING = frozenset({"agent", "third"})


async def dialled(at: Exchange) -> tuple[FakeLeg, FakeLeg]:
    await at.board.dial(a_call(at.house.clock), AgentPhone(agent_id=ANNA))
    phone = at.house.user_agent.legs[-1]
    await phone.picks_up()
    await at.settle()
    return phone, at.house.user_agent.legs[-1]


FROM_ANNA = Source(address="192.0.2.9", port=5060, transport="udp", flow="u", account="anna")


async def from_phone(at: Exchange, user: str) -> FakeLeg:
    leg = FakeLeg("anna's phone", at.said, invite=invite(user))
    leg.events = await at.board.called(leg, FROM_ANNA)
    await at.settle()
    return leg
