"""All trunks: whose a call is that came in, which one a call goes out by, and how each fares."""

import asyncio
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.channels.sip.asking import Asks
from hub.channels.sip.headers import NameAddr
from hub.channels.sip.leg import Target
from hub.channels.sip.outbound_policy import OutboundBook, OutboundRules, allowed
from hub.channels.sip.trunk import Trunk
from hub.channels.sip.trunk_link import Line, LinkState, TrunkLink
from hub.channels.sip.trunk_settings import TrunkSettings
from hub.domain.ids import UserId
from hub.ports.clock import Clock


class NoTrunk(Exception):
    """There is no trunk to call by, or none that is up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A call that may be made: by which trunk, whom to invite, who we are to them, and the number that is called."""

    trunk: Trunk
    target: Target
    shown: NameAddr
    number: str


class Trunks:
    """The trunks of a hub. `run` keeps them alive; everything else answers at once."""

    def __init__(
        self,
        settings: Sequence[TrunkSettings],
        rules: OutboundRules,
        clock: Clock,
        *,
        token: Callable[[], str] = lambda: secrets.token_hex(12),
        chance: Callable[[], float] = random.random,
    ) -> None:
        names = [one.name for one in settings]
        if len(set(names)) < len(names):
            raise ValueError("two trunks have one name")
        self._trunks = tuple(Trunk(one) for one in settings)
        self._clock = clock
        self._token = token
        self._chance = chance
        self._rules = rules
        self._book = OutboundBook(rules)
        self._links: dict[str, TrunkLink] = {}

    async def run(self, asks: Asks) -> None:
        """Keep all of them registered and alive until cancelled."""
        self._links = {
            one.name: TrunkLink(one, asks, self._clock, token=self._token, chance=self._chance)
            for one in self._trunks
        }
        async with asyncio.TaskGroup() as group:
            for name, link in self._links.items():
                group.create_task(link.run(), name=f"trunk {name}")

    @property
    def all(self) -> tuple[Trunk, ...]:
        """Every trunk, in the order of the settings."""
        return self._trunks

    # --- who comes ---

    def named(self, name: str) -> Trunk | None:
        """The trunk of that name."""
        return next((one for one in self._trunks if one.name == name), None)

    def of_source(self, address: str, port: int, user: str = "") -> Trunk | None:
        """Whose a request from there is; of several at one carrier the one that is called by `user`."""
        there = [one for one in self._trunks if one.sends_from(address, port)]
        return next((one for one in there if one.user == user), there[0] if there else None)

    def is_known(self, address: str) -> bool:
        """Whether a trunk is at that address: for the guard."""
        return any(one.is_at(address) for one in self._trunks)

    def leads_to(self, address: str, port: int) -> bool:
        """Whether what is sent there comes to a trunk: for the user agent, which sends nothing there by itself."""
        return any(one.is_reached_at(address, port) for one in self._trunks)

    # --- who is called ---

    @property
    def call_outside(self) -> bool:
        """Whether agents may call by any of them."""
        return any(one.settings.outbound for one in self._trunks)

    def begin(self, call: str, agent_id: UserId, typed: str, *, now: datetime) -> Outgoing:
        """How to call what an agent typed; `call` is under way: tell `over` of its end.

        Raises NotCalled where the rules of the house do not allow it, NoTrunk where no trunk that agents may call by
        is up.
        """
        trunk = self._way_out(typed, now)
        found = self._book.begin(
            call, agent_id, typed, trunk.settings.region, now=now, now_s=self._clock.monotonic()
        )
        return Outgoing(trunk=trunk, target=trunk.target(found), shown=trunk.shown, number=found.number)

    def judge(self, agent_id: UserId, typed: str, *, now: datetime) -> None:
        """Whether `begin` would give a way now; nothing is under way by it. Raises as it does."""
        trunk = self._way_out(typed, now)
        self._book.judge(agent_id, typed, trunk.settings.region, now=now, now_s=self._clock.monotonic())

    def judge_number(self, typed: str) -> None:
        """Whether the number is called at all, whoever calls and whenever. Raises NotCalled, NoTrunk where there is no
        trunk that agents may call by, up or not."""
        usable = self._usable()
        trunk = next((one for one in usable if self._line(one) is Line.UP), usable[0])
        allowed(typed, trunk.settings.region, self._rules, None)

    def _way_out(self, typed: str, now: datetime) -> Trunk:
        usable = self._usable()
        trunk = next((one for one in usable if self._line(one) is Line.UP), None)
        if trunk is None:
            allowed(typed, usable[0].settings.region, self._rules, now)
            raise NoTrunk("no trunk that agents may call by is up")
        return trunk

    def _usable(self) -> list[Trunk]:
        usable = [one for one in self._trunks if one.settings.outbound]
        if not usable:
            raise NoTrunk("there is no trunk that agents may call by")
        return usable

    def over(self, call: str) -> None:
        """A call that `begin` gave is over. A name that is none is no error."""
        self._book.over(call)

    # --- how they fare ---

    def states(self) -> tuple[LinkState, ...]:
        """How each is now."""
        return tuple(
            link.state
            if (link := self._links.get(one.name)) is not None
            else LinkState(name=one.name, line=Line.TRYING, registers=one.settings.registers)
            for one in self._trunks
        )

    def _line(self, trunk: Trunk) -> Line:
        link = self._links.get(trunk.name)
        return Line.TRYING if link is None else link.line
