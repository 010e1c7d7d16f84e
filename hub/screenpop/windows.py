"""The open windows of this node: who they belong to, when they were heard, and news for many of them at once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from msgspec.structs import replace

from hub.desk.reading import LiveReads, PresenceStore
from hub.desk.views import MeView
from hub.domain.access import Principal, Role
from hub.domain.agent import Agent
from hub.domain.ids import PersonId, QueueId, TenantId, UserId
from hub.ports.clock import Clock
from hub.screenpop.frames import QueuesChanged
from hub.screenpop.sessions import Streams, encode
from hub.screenpop.snapshot import WAITING_SHOWN, Wait, lines_of, signed_in

_LINES_EVERY_S = 0.5
_HOLDERS = frozenset({Role.AGENT, Role.SUPERVISOR})
"""Roles of those who may hold work; a supervisor who never took any has no lease to renew."""


class Window(Protocol):
    """One socket of one sign-in."""

    @property
    def principal(self) -> Principal:
        """Whose it is."""
        ...

    def show_queues(self, queues: frozenset[QueueId]) -> None:
        """It shows these queues from now on."""
        ...

    @property
    def card(self) -> PersonId | None:
        """Whose card is on the screen; whether it may be is decided when something is sent."""
        ...

    def close_signed_out(self, reason: str) -> None:
        """The sign-in ended."""
        ...


class Windows:
    """All windows of this node."""

    def __init__(
        self,
        streams: Streams,
        reads: LiveReads,
        presence: PresenceStore,
        clock: Clock,
        *,
        wait: Wait,
        lease_s: float,
        on_queues: Callable[[dict[QueueId, int]], None],
    ) -> None:
        self._streams = streams
        self._reads = reads
        self._presence = presence
        self._clock = clock
        self._wait = wait
        self._lease_s = lease_s
        self._on_queues = on_queues
        self._open: set[Window] = set()
        self._signed_in: dict[UserId, Principal] = {}
        self._heard: dict[UserId, TenantId] = {}
        self._last_me: dict[UserId, tuple[object, ...]] = {}
        self._lines_changed = asyncio.Event()

    def opened(self, window: Window) -> None:
        """A window said hello."""
        self._open.add(window)
        if window.principal.user_id is not None:
            self._signed_in[window.principal.user_id] = window.principal
        self.heard_from(window)

    def closed(self, window: Window) -> None:
        """A window is gone."""
        self._open.discard(window)

    def heard_from(self, window: Window) -> None:
        """The window is alive; agents' leases are renewed with the next beat."""
        principal = window.principal
        if principal.user_id is not None and principal.roles & _HOLDERS:
            self._heard[principal.user_id] = principal.tenant_id

    async def renew(self) -> None:
        """Renew the leases of all agents heard since the last beat, in one transaction a tenant."""
        heard, self._heard = self._heard, {}
        by_tenant: dict[TenantId, list[UserId]] = {}
        for user_id, tenant_id in heard.items():
            by_tenant.setdefault(tenant_id, []).append(user_id)
        now = self._clock.now()
        until = now + timedelta(seconds=self._lease_s)
        for tenant_id, ids in by_tenant.items():
            await self._presence.renew_presence(tenant_id, ids, until, now)

    def revoke(self, session_key: str) -> None:
        """Close every window of this sign-in."""
        for window in list(self._open):
            if window.principal.session_key == session_key:
                window.close_signed_out("revoked")

    def serve(self, agent: Agent) -> None:
        """An agent's windows show the queues they serve; a supervisor's keep those they watch."""
        for window in self._open:
            principal = window.principal
            if principal.user_id != agent.id or principal.queues == agent.queues:
                continue
            window.show_queues(agent.queues | _watched(principal))

    def looking_at(self, person_id: PersonId) -> list[Principal]:
        """Whose windows say that the card of this person is on their screen."""
        return [window.principal for window in self._open if window.card == person_id]

    def is_news(self, agent_id: UserId, me: MeView) -> bool:
        """Whether this differs from what the agent's windows were told last (a renewed lease is no news)."""
        told = (me.name, me.state, me.wish, me.pause_reason, me.since, me.load, me.phone_ready)
        if self._last_me.get(agent_id) == told:
            return False
        self._last_me[agent_id] = told
        return True

    def told(self, agent_id: UserId, me: MeView) -> None:
        """A snapshot showed this."""
        self.is_news(agent_id, me)

    def named(self, agent_id: UserId, me: MeView) -> MeView:
        """The view with login and roles of the sign-in, also while no window is open: it is replayed."""
        principal = self._signed_in.get(agent_id)
        if principal is None:
            return replace(me, roles=(Role.AGENT.value,))
        return signed_in(me, principal, self._clock)

    def lines_changed(self) -> None:
        """Somebody came, went, or may come: the lines are told at most twice a second."""
        self._lines_changed.set()

    async def tell_lines(self) -> None:
        """Tell how the queues stand to those who see them; runs until cancelled.

        On a floor so large that telling takes long, it is told less often: it may cost a tenth of the time.
        """
        while True:
            await self._lines_changed.wait()
            self._lines_changed.clear()
            began_s = self._clock.monotonic()
            await self._tell_lines()
            took_s = self._clock.monotonic() - began_s
            await asyncio.sleep(max(_LINES_EVERY_S, 9 * took_s))

    async def _tell_lines(self) -> None:
        audience: dict[tuple[TenantId, frozenset[QueueId]], set[UserId]] = {}
        for window in self._open:
            p = window.principal
            if p.user_id is not None and p.queues:
                audience.setdefault((p.tenant_id, p.queues), set()).add(p.user_id)
        for tenant_id in {tenant for tenant, _ in audience}:
            lines = await self._reads.queue_lines(tenant_id)
            waiting = await self._reads.waiting(tenant_id, WAITING_SHOWN)
            self._on_queues({q: line.waiting for q, line in lines.items()})
            for (tenant, queues), users in audience.items():
                if tenant != tenant_id:
                    continue
                shown, people = lines_of(queues, lines, waiting, self._wait)
                frame = encode(QueuesChanged(seq=0, queues=shown, waiting=people))
                for user_id in users:
                    stream = self._streams.get(user_id)
                    if stream is not None:
                        stream.send_encoded(frame)


def _watched(principal: Principal) -> frozenset[QueueId]:
    """The queues somebody sees who does not serve them."""
    if principal.roles == {Role.AGENT}:
        return frozenset()
    if principal.assignments:
        return frozenset(queue for role, queue in principal.assignments if role is not Role.AGENT)
    return principal.queues
