"""Somebody whose phone lost its connection while they talk: heard on, they talk on; silent, they are waited for.

The connection carries the signalling only, and sound finds its own way: whoever is heard has not gone (G6).
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hub.channels.sip.b2bua.parties import CLIENT
from hub.channels.sip.b2bua.turns import Turns
from hub.channels.sip.leg import Leg
from hub.domain.errors import Unavailable

if TYPE_CHECKING:
    from hub.channels.sip.b2bua.live import LiveCall

GRACE_S = 15.0
"""How long somebody who is neither reached nor heard is waited for; from their return on, as long for their sound."""
LOOK_S = 1.0
QUIET_S = 2.0
"""After so long without sound the other side is not left in silence any more."""

Step = Callable[[], Awaitable[None]]


class Absence:
    """Looks each second, in the turns of the call. `received` counts what came from them, None when nobody waits for
    them any more; `quiet` and `heard` tell of their sound, `gone` that they do not come back."""

    def __init__(
        self,
        turns: Turns,
        received: Callable[[], Awaitable[int | None]],
        *,
        quiet: Step,
        heard: Step,
        gone: Step,
    ) -> None:
        self._turns = turns
        self._received = received
        self._quiet = quiet
        self._heard = heard
        self._gone = gone
        self._goes_on = False
        self._is_back = False
        self._count = 0
        self._silent_s = 0.0

    async def begin(self) -> None:
        """Their connection is closed."""
        self._is_back, self._silent_s = False, 0.0
        if self._goes_on:
            return
        count = await self._received()
        if count is not None:
            self._goes_on, self._count = True, count
            self._turns.later(LOOK_S, self._look)

    def end(self) -> None:
        """They came back by another connection: what is missing yet is their sound."""
        self._is_back, self._silent_s = True, 0.0

    async def _look(self) -> None:
        count = await self._received()
        if count is None:
            self._goes_on = False
            return
        was_quiet = self._silent_s >= QUIET_S
        self._silent_s = 0.0 if count > self._count else self._silent_s + LOOK_S
        self._count = count
        if self._silent_s >= GRACE_S:
            try:
                await self._gone()
            except Unavailable:  # nothing can be kept now: soon again
                self._turns.later(LOOK_S, self._look)
                raise
            self._goes_on = False
            return
        if was_quiet and not self._silent_s:
            await self._heard()
        elif not was_quiet and self._silent_s >= QUIET_S:
            await self._quiet()
        if self._is_back and not self._silent_s:
            self._goes_on = False
            return
        self._turns.later(LOOK_S, self._look)


class AgentAway:
    """The agent of a call whose browser lost its connection: the client hears music as soon as the agent is silent, and
    waits in the line again, in their old place, once nobody comes back."""

    def __init__(self, live: "LiveCall") -> None:
        self._live = live
        self._leg: Leg | None = None
        self._has_music = False
        self._absence = Absence(
            live.turns, self._received, quiet=self._music, heard=self._talk, gone=self._lost
        )

    async def reached(self, leg: Leg, *, is_reached: bool) -> None:
        """The connection of this leg is closed, or its phone came back by another."""
        live = self._live
        if live.is_over or live.agent is None or live.agent.leg is not leg:
            return
        live.log.info("agent_phone_reached" if is_reached else "agent_phone_not_reached")
        if is_reached:
            self._absence.end()
            return
        self._leg = leg
        await self._absence.begin()

    async def _received(self) -> int | None:
        live = self._live
        agent, session = live.agent, live.session
        if (
            live.is_over
            or live.handing.is_given
            or session is None
            or agent is None
            or agent.leg is not self._leg
        ):
            return None
        return (await session.quality(agent.name)).received

    @property
    def _has_client(self) -> bool:
        """Whether the agent talks to the client, who is neither on hold nor given somebody else."""
        return self._live.call.held_since is None and self._live.handing.third is None

    async def _music(self) -> None:
        if self._has_client and self._live.client_answered:
            self._has_music = True
            await (await self._live.sound()).play(CLIENT, self._live.around.prompts.music())

    async def _talk(self) -> None:
        if self._has_music and self._has_client:
            await (await self._live.sound()).stop(CLIENT)
        self._has_music = False

    async def _lost(self) -> None:
        await self._live.agent_lost()
        self._has_music = False
