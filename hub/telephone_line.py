"""Telephony, wired: SIP, the accounts of phones, trunks, the guard, and the calls that are carried; a room of the
composition root."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import structlog
from aiohttp import web

from crm_store.engine import Database
from crm_store.phones import SqlPhones
from hub import trunk_checks
from hub.carried_calls import CarriedCalls, House
from hub.channels.sip.channel import Telephony
from hub.channels.sip.contradictions import missing_queues
from hub.channels.sip.guard import Guard
from hub.channels.sip.outbound_policy import rules_of
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.trunks import Trunks
from hub.checkup import Checkup
from hub.domain.events import Event, PhoneChanged
from hub.domain.ids import DEFAULT_TENANT, InteractionId, ReservationId
from hub.domain.phone import PhoneAccount
from hub.domain.setting_events import UserChanged
from hub.lifecycle import Jobs
from hub.metrics import Metrics
from hub.ports.calls import CallDesk, Telephone
from hub.ports.clock import Clock
from hub.sealing import Seal
from hub.telephone_figures import TelephoneFigures

log = structlog.get_logger(__name__)


class TelephoneLine:
    """`telephony` is the channel, `trunks` the lines out of the house, `guard` who is listened to. `carry` gives it the
    desk where calls are kept, before it is opened."""

    def __init__(
        self,
        sip: SipSettings,
        database: Database,
        seal: Seal,
        clock: Clock,
        origins: frozenset[str],
        client_address: Callable[[web.Request], str],
        house: House,
        *,
        zone: str,
        region: str,
        sounds: Path,
    ) -> None:
        self._sip = sip
        self._region = region
        self._sounds = sounds
        self._house = house
        self._enabled = sip.enabled
        self._clock = clock
        self._desk: CallDesk | None = None
        self._carried: CarriedCalls | None = None
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
            open_to=lambda address: sip.open_to_loopback and ip_address(address).is_loopback,
            leads_to_trunk=self.trunks.leads_to,
            is_known=self.trunks.is_known,
            watch=self.guard,
            allowed=lambda address, by: self.guard.admits(address, clock.monotonic(), by_udp=by == "UDP"),
        )

    def carry(self, desk: CallDesk, node: str) -> Telephone | None:
        """Calls are kept at this desk; what people do with them at the console. None where telephony is off."""
        if not self._enabled:
            return None
        self._desk = desk
        self._carried = CarriedCalls(
            self._sip,
            self.telephony,
            self.trunks,
            desk,
            self._clock,
            self._house,
            node=node,
            region=self._region,
            sounds=self._sounds,
        )
        return self._carried.switchboard

    @property
    def calls_outside(self) -> bool:
        """Whether there is a line by which agents call somebody: without one, promised calls are dialled by hand."""
        return self._enabled and any(trunk.outbound for trunk in self._sip.trunks)

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler: what the house decides about calls. Whoever chose another phone may have it registered
        already."""
        if self._carried is None or self._desk is None:
            return
        await self._carried.switchboard.heard(events)
        for event in events:
            if isinstance(event, UserChanged):
                await self.telephony.user_changed(event.user_id, disabled=event.disabled)
            elif isinstance(event, PhoneChanged):
                phone = event.phone
                is_there = self.telephony.whereabouts.reach(phone.agent_id, phone.kind) is not None
                await self._desk.phone_ready(event.tenant_id, phone.agent_id, phone.kind, ready=is_there)

    def card_shown(self, reservation_id: ReservationId, interaction_id: InteractionId) -> None:
        """The card of an offer was written to the agent's windows."""
        if self._carried is not None:
            self._carried.switchboard.card_shown(reservation_id, interaction_id)

    def routes(self) -> list[web.RouteDef]:
        """Where browsers connect, unless telephony is switched off."""
        return self.telephony.routes() if self._enabled else []

    @asynccontextmanager
    async def opened(self, jobs: Jobs, checkup: Checkup, metrics: Metrics) -> AsyncIterator[None]:
        """Listen while the block lasts, unless telephony is switched off; its trunks are among the parts that are
        tested, its figures among the metrics. Raises hub.http.PortTaken, OSError."""
        if self._carried is None:
            yield
            return
        queues = self._house.queue_names
        checkup.part(
            "trunks", trunk_checks.of_running(self.trunks.all, self.telephony.asks, self._sip, queues)
        )
        for key, name, meant in missing_queues(self._sip, queues()):
            log.warning("queue_of_number_missing", key=f"channels.sip.{key}", queue=name, meant=meant)
        carried = self._carried
        metrics.registry.register(
            TelephoneFigures(self.guard.counts, carried.engine.load, lambda: carried.switchboard.active)
        )
        async with self.telephony.opened(), self._carried.running(jobs):
            jobs.start("phones", self.telephony.run())
            jobs.start("trunks", self.trunks.run(self.telephony.asks))
            yield

    async def drain(self) -> None:
        """End all calls, in order."""
        if self._carried is not None:
            # side by side: what the house is told takes as long as the store, and whoever does not answer is not
            # waited for on top of that. The switchboard is first to say why each call ends.
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carried.switchboard.drain(), name="calls")
                group.create_task(self.telephony.drain(), name="legs")

    def _trunk_of(self, address: str, port: int, user: str) -> str:
        trunk = self.trunks.of_source(address, port, user)
        return "" if trunk is None else trunk.name

    async def _ready(self, account: PhoneAccount, is_there: bool) -> None:
        """A phone came or went: it matters when it is the one that the agent talks with."""
        if self._desk is None:
            return
        await self._desk.phone_ready(account.tenant_id, account.agent_id, account.kind, ready=is_there)
