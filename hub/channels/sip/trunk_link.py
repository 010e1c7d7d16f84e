"""Keeps one trunk registered and alive, knows its addresses, and says how it fares. Sending is the user agent's."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from hub.channels.sip.asking import Asks, Unanswered
from hub.channels.sip.headers import NameAddr
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field
from hub.channels.sip.registration import Registrar, Registration, State
from hub.channels.sip.trunk import Trunk
from hub.channels.sip.uri import sip_uri
from hub.ports.clock import Clock

log = structlog.get_logger(__name__)

LOOKED_UP_EVERY_S: Final = 60.0
"""Carriers move: their names are looked up so often."""
LEAVES_WITHIN_S: Final = 2.0
"""Taking ourselves away must not keep the hub from stopping."""
DEAD_AFTER: Final = 2
"""Signs of life in a row that were not answered."""


class Line(StrEnum):
    """How a trunk is, in words of the status page."""

    TRYING = "trying"
    UP = "up"
    REFUSED = "refused"
    """It does not take our password or our address: the settings are to be looked at."""
    UNREACHABLE = "unreachable"
    """Nobody answers there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """How a trunk is. `status` is the last answer to a REGISTER or a sign of life (0: none came), `took_ms` how long
    it took; `until_s` is when the registration ends, by the clock's monotonic seconds."""

    name: str
    line: Line
    registers: bool
    status: int = 0
    took_ms: float = 0.0
    until_s: float | None = None
    addresses: tuple[str, ...] = ()


class TrunkLink:
    """One trunk while the hub runs. `token` gives random text, `chance` a number between 0 and 1."""

    def __init__(
        self,
        trunk: Trunk,
        asks: Asks,
        clock: Clock,
        *,
        token: Callable[[], str],
        chance: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.trunk = trunk
        self._asks = asks
        self._clock = clock
        self._token = token
        self._chance = chance
        self._sleep = sleep
        self._registration: Registration | None = None
        self._call_id, self._tag = token(), token()
        self._cseq = 0
        self._status = 0
        self._took_ms = 0.0
        self._silent = 0
        self._is_answered = False
        self._addresses: tuple[str, ...] = ()

    @property
    def line(self) -> Line:
        """How it is now."""
        if self._silent >= DEAD_AFTER:
            return Line.UNREACHABLE
        if self.trunk.settings.registers:
            return self._registered_line()
        is_taken_for_granted = self.trunk.settings.keep_alive != "options"
        return Line.UP if self._is_answered or is_taken_for_granted else Line.TRYING

    @property
    def state(self) -> LinkState:
        """How it is now, with what was seen."""
        return LinkState(
            name=self.trunk.name,
            line=self.line,
            registers=self.trunk.settings.registers,
            status=self._status,
            took_ms=self._took_ms,
            until_s=None if self._registration is None else self._registration.until_s,
            addresses=self._addresses,
        )

    async def run(self) -> None:
        """Until cancelled; then it takes itself away at the registrar."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_up(), name=f"trunk {self.trunk.name} addresses")
            if self.trunk.settings.registers:
                group.create_task(self._stay_registered(), name=f"trunk {self.trunk.name} registration")
            if self.trunk.settings.keep_alive != "none":
                group.create_task(self._stay_alive(), name=f"trunk {self.trunk.name} keep-alive")

    # --- where it is ---

    async def _look_up(self) -> None:
        while True:
            await self.find()
            await self._sleep(LOOKED_UP_EVERY_S)

    async def find(self) -> None:
        """Look up its addresses. A name that leads nowhere for a moment keeps those it had."""
        places = await self._asks.places(self.trunk.hop)
        if self.trunk.settings.proxy:
            places = (*places, *await self._asks.places(self.trunk.registrar_hop))
        if places:
            self.trunk.found_at(places)
            self._addresses = tuple(sorted({address for address, _ in places}))

    # --- the registration ---

    async def _stay_registered(self) -> None:
        try:
            while True:
                due_s = None if self._registration is None else self._registration.due_s
                pause_s = 0.0 if due_s is None else due_s - self._clock.monotonic()
                if pause_s > 0:
                    await self._sleep(pause_s)
                await self.register()
        finally:
            if self._registration is not None and self._registration.until_s is not None:
                await self._leave(self._registration)

    async def register(self, *, remove: bool = False) -> None:
        """Ask once; an answer that is wanted at once (a challenge, a longer time) is for the next turn."""
        before = self.line
        try:
            registration = self._registration or await self._new_registration()
        except Unanswered:
            await self._sleep(self.trunk.settings.keep_alive_s)
            self._silent = max(self._silent, DEAD_AFTER)
            return
        self._registration = registration
        request = self._routed(registration.request(self._token(), remove=remove))
        try:
            response = await self._timed(request)
        except Unanswered:
            registration.unanswered(self._clock.monotonic(), self._chance())
            self._status = 0
        else:
            registration.received(response, self._clock.monotonic(), self._chance())
        if (now := self.line) != before:
            log.info("trunk_line", trunk=self.trunk.name, line=str(now), status=self._status)

    async def _new_registration(self) -> Registration:
        host, port = await self._asks.reached_at(self.trunk.hop)
        transport = self.trunk.settings.transport
        contact = sip_uri(
            self.trunk.user, host, port, params=() if transport == "udp" else (("transport", transport),)
        )
        return Registration(
            Registrar(
                uri=self.trunk.registrar,
                address=self.trunk.address,
                contact=NameAddr(contact),
                account=self.trunk.account,
                lasts_s=self.trunk.settings.registration_s,
            ),
            call_id=self._call_id,
            tag=self._tag,
        )

    async def _leave(self, registration: Registration) -> None:
        try:
            async with asyncio.timeout(LEAVES_WITHIN_S):
                await self.register(remove=True)
                if registration.due_s is not None and registration.until_s is not None:
                    # it was challenged once more
                    await self.register(remove=True)
        except TimeoutError:
            log.info("trunk_not_left", trunk=self.trunk.name)

    def _registered_line(self) -> Line:
        registration = self._registration
        if registration is None:
            return Line.TRYING
        if registration.is_known(self._clock.monotonic()):
            return Line.UP
        match registration.state:
            case State.TRYING | State.REGISTERED:
                return Line.TRYING
            case State.REFUSED:
                return Line.REFUSED
            case State.UNREACHABLE:
                return Line.UNREACHABLE

    # --- signs of life ---

    async def _stay_alive(self) -> None:
        while True:
            await self.prove_alive()
            await self._sleep(self.trunk.settings.keep_alive_s)

    async def prove_alive(self) -> None:
        """Send one sign of life. Any answer is one: also a refusal is somebody's."""
        before = self.line
        try:
            if self.trunk.settings.keep_alive == "crlf":
                await self._asks.nudge(self.trunk.hop)
            else:
                await self._timed(self._routed(self._options()))
        except Unanswered:
            self._silent += 1
            if self._silent == DEAD_AFTER and self._registration is not None:
                # whoever was away may have forgotten us
                self._registration.unanswered(self._clock.monotonic(), self._chance())
        else:
            self._silent, self._is_answered = 0, True
        if (now := self.line) != before:
            log.info("trunk_line", trunk=self.trunk.name, line=str(now), status=self._status)

    def _options(self) -> Request:
        self._cseq += 1
        address = self.trunk.address
        return Request(
            method="OPTIONS",
            uri=self.trunk.registrar,
            fields=(
                Field("Max-Forwards", "70"),
                Field("From", str(address.tagged(self._token()))),
                Field("To", f"<{self.trunk.registrar}>"),
                Field("Call-ID", self._token()),
                Field("CSeq", f"{self._cseq} OPTIONS"),
                Field("Accept", "application/sdp"),
            ),
        )

    # --- inside ---

    def _routed(self, request: Request) -> Request:
        proxy = self.trunk.proxy
        return request if proxy is None else request.adding_first("Route", f"<{proxy}>")

    async def _timed(self, request: Request) -> Response:
        begun_s = self._clock.monotonic()
        response = await self._asks.ask(request, self.trunk.hop)
        self._status = response.status
        self._took_ms = round((self._clock.monotonic() - begun_s) * 1000, 1)
        return response
