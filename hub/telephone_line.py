"""Telephony, wired: SIP, the accounts of phones, trunks and the guard; a room of the composition root."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from crm_store.engine import Database
from crm_store.phones import SqlPhones
from hub.channels.sip.channel import Telephony
from hub.channels.sip.guard import Guard
from hub.channels.sip.outbound_policy import rules_of
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.trunks import Trunks
from hub.domain.events import Event, PhoneChanged
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.phone import PhoneAccount
from hub.lifecycle import Jobs
from hub.ports.calls import CallDesk
from hub.ports.clock import Clock
from hub.sealing import Seal


class TelephoneLine:
    """`telephony` is the channel, `trunks` the lines out of the house, `guard` who is listened to. `desk` is told
    which agents can be called; to be set before it is opened."""

    def __init__(
        self,
        sip: SipSettings,
        zone: str,
        database: Database,
        seal: Seal,
        clock: Clock,
        origins: frozenset[str],
        client_address: Callable[[web.Request], str],
    ) -> None:
        self._enabled = sip.enabled
        self._clock = clock
        self.desk: CallDesk | None = None
        self.trunks = Trunks(sip.trunks, rules_of(sip.outbound, zone), clock)
        self.guard = Guard(is_known=self.trunks.is_known, exempt=sip.exempt_addresses)
        self.telephony = Telephony(
            settings=sip,
            tenant_id=DEFAULT_TENANT,
            store=SqlPhones(reading=database.reading, writing=database.writing, seal=seal),
            clock=clock,
            origins=origins,
            client_address=client_address,
            ready=self._ready,
            trunk_of=self._trunk_of,
            watch=self.guard,
            allowed=lambda address: self.guard.admits(address, clock.monotonic()),
        )

    def routes(self) -> list[web.RouteDef]:
        """Where browsers connect, unless telephony is switched off."""
        return self.telephony.routes() if self._enabled else []

    @asynccontextmanager
    async def opened(self, jobs: Jobs) -> AsyncIterator[None]:
        """Listen while the block lasts, unless telephony is switched off. Raises hub.http.PortTaken, OSError."""
        if not self._enabled:
            yield
            return
        async with self.telephony.opened():
            jobs.start("phones", self.telephony.run())
            jobs.start("trunks", self.trunks.run(self.telephony.asks))
            yield

    async def heard(self, events: Sequence[Event]) -> None:
        """Whoever chose another phone may have it registered already."""
        for event in events:
            if isinstance(event, PhoneChanged) and self.desk is not None:
                phone = event.phone
                is_there = self.telephony.whereabouts.reach(phone.agent_id, phone.kind) is not None
                await self.desk.phone_ready(event.tenant_id, phone.agent_id, ready=is_there)

    async def drain(self) -> None:
        """End all calls, in order."""
        if self._enabled:
            await self.telephony.drain()

    def _trunk_of(self, address: str, port: int, user: str) -> str:
        trunk = self.trunks.of_source(address, port, user)
        return "" if trunk is None else trunk.name

    async def _ready(self, account: PhoneAccount, is_there: bool) -> None:
        """A phone came or went: it matters when it is the one that the agent talks with."""
        if self.desk is None:
            return
        phone = await self.desk.phone_of(account.tenant_id, account.agent_id)
        if phone.kind is account.kind:
            await self.desk.phone_ready(account.tenant_id, account.agent_id, ready=is_there)
