"""The whole desk of one agent, read from the store: what a snapshot or a resync carries."""

from collections.abc import Callable

from msgspec.structs import replace

from hub.desk.reading import LiveReads
from hub.desk.talk_reading import TalkReads
from hub.desk.views import DeskView, MeView, QueueLineView, WaitingView
from hub.domain.access import Principal
from hub.domain.agent import FULL, AgentState
from hub.domain.ids import QueueId, UserId
from hub.ports.clock import Clock
from hub.screenpop.cards import offer_view

WAITING_SHOWN = 50

Wait = Callable[[QueueId, int], float | None]
"""Estimated wait in seconds at a place in a queue, or None."""


class Snapshots:
    """Builds desks."""

    def __init__(
        self,
        reads: LiveReads,
        talk: TalkReads,
        clock: Clock,
        queue_name: Callable[[QueueId], str],
        wait: Wait,
    ) -> None:
        self._reads = reads
        self._talk = talk
        self._clock = clock
        self._queue_name = queue_name
        self._wait = wait

    async def desk(self, principal: Principal) -> DeskView:
        """Everything this principal's desk shows, as committed now."""
        assert principal.user_id is not None
        tenant, me = principal.tenant_id, principal.user_id
        now = self._clock.now()
        offers = await self._reads.offers_to(tenant, me)
        cards = await self._reads.cards(tenant, [item.person_id for _, item in offers])
        promised = await self._reads.promised(tenant, [item for _, item in offers])
        rows = await self._reads.work_rows(tenant, await self._reads.held(tenant, me))
        lines = await self.lines(principal)
        pauses = await self._reads.pauses(tenant)
        return DeskView(
            me=await self.me(principal),
            queues=lines[0],
            offers=tuple(
                offer_view(
                    offer,
                    item,
                    cards[item.person_id],
                    self._queue_name(item.queue_id),
                    now,
                    promised.get(item.interaction_id, ""),
                )
                for offer, item in offers
            ),
            work=tuple(view for _, view in rows.values()),
            waiting=lines[1],
            dispositions=await self._reads.dispositions(tenant),
            planned=await self._talk.planned_by(tenant, me),
            mentions=await self._talk.mentions_of(tenant, me),
            snoozed=await self._talk.snoozed_by(tenant, me),
            pause_reasons=tuple(p.code for p in pauses),
            pauses=pauses,
            notices=await self._reads.notices(tenant, me),
            consults=await self._reads.consults(tenant, me),
            calls=await self._reads.calls_with(tenant, me),
            tasks=tuple((await self._reads.open_tasks(tenant, [me])).get(me, ())),
            server_time=now,
        )

    async def me(self, principal: Principal) -> MeView:
        """Who is signed in; a user who serves nobody is simply offline."""
        assert principal.user_id is not None
        found = await self._reads.agents_now(principal.tenant_id, [principal.user_id])
        return signed_in(found.get(principal.user_id), principal, self._clock)

    async def lines(self, principal: Principal) -> tuple[tuple[QueueLineView, ...], tuple[WaitingView, ...]]:
        """The principal's queues and who waits in them."""
        lines = await self._reads.queue_lines(principal.tenant_id)
        waiting = await self._reads.waiting(principal.tenant_id, WAITING_SHOWN)
        return lines_of(principal.queues, lines, waiting, self._wait)


def lines_of(
    queues: frozenset[QueueId],
    lines: dict[QueueId, QueueLineView],
    waiting: dict[QueueId, list[WaitingView]],
    wait: Wait,
) -> tuple[tuple[QueueLineView, ...], tuple[WaitingView, ...]]:
    """The part of the lines that somebody with these queues sees, estimates filled in."""
    mine = [q for q in lines if q in queues]
    shown = tuple(replace(lines[q], ewt_s=wait(q, lines[q].waiting + 1)) for q in mine)
    people = sorted((w for q in mine for w in waiting.get(q, ())), key=lambda w: w.first_queued_at)
    return shown, tuple(people[:WAITING_SHOWN])


def signed_in(found: MeView | None, principal: Principal, clock: Clock) -> MeView:
    """The agent's state with who they are to the console."""
    roles = tuple(sorted(role.value for role in principal.roles))
    if found is not None:
        return replace(found, login=principal.login, roles=roles)
    return MeView(
        id=principal.user_id or UserId(""),
        name=principal.name,
        login=principal.login,
        roles=roles,
        state=AgentState.OFFLINE,
        wish="offline",
        pause_reason="",
        since=clock.now(),
        load=0,
        full=FULL,
        version=0,
    )
