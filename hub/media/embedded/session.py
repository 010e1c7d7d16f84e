"""The sound of one call: its legs, who hears whom, what is recorded."""

from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import Protocol

import structlog

from hub.media.embedded.ends import Place, PlainEnd, description_of, is_of_a_browser
from hub.media.embedded.leg import Leg
from hub.media.embedded.player import Library
from hub.media.g711 import SILENT_PCM, Law, as_law, mixed, mixed_pcm
from hub.ports.clock import Clock
from hub.ports.media import LegKind, MediaEvent, NoCommonMedia, Quality, SampleSink, Sound
from hub.sdp.description import Session

log = structlog.get_logger(__name__)


class End(Protocol):
    """The descriptions of a leg, plain or of a browser."""

    leg: Leg

    async def offer(self, laws: tuple[Law, ...], *, held: bool) -> bytes:
        """An offer of ours."""
        ...

    async def answer(self, theirs: Session) -> bytes:
        """The answer to theirs. Raises NoCommonMedia."""
        ...

    async def agreed(self, theirs: Session) -> None:
        """Their answer to ours. Raises NoCommonMedia."""
        ...


class EmbeddedSession:
    """A `MediaSession`. The engine calls `tick` each 20 ms."""

    def __init__(
        self,
        call_id: str,
        tell: Callable[[MediaEvent], None],
        *,
        place: Place,
        library: Library,
        clock: Clock,
        chance: Random,
        silent_after_s: float,
        browser: "Callable[[Leg], Awaitable[End]] | None",
        closed: "Callable[[EmbeddedSession], None]",
    ) -> None:
        self._call_id = call_id
        self._tell = tell
        self._place = place
        self._library = library
        self._clock = clock
        self._chance = chance
        self._silent_after_s = silent_after_s
        self._browser = browser
        self._closed = closed
        self._is_over = False
        self._ends: dict[str, End] = {}
        self._hears: dict[str, frozenset[str]] = {}
        self._routes: list[tuple[Leg, list[Leg]]] = []
        self._plays: dict[str, int] = {}
        self._sink: SampleSink | None = None
        self._left = ""
        self._is_paused = False

    @property
    def legs(self) -> int:
        """How many it has."""
        return len(self._ends)

    async def answered(self, leg: str, offer: bytes) -> bytes:
        """The answer to an offer that came from this leg."""
        theirs = description_of(offer)
        end, is_new = self._ends.get(leg), leg not in self._ends
        if end is None:
            end = await self._made(leg, LegKind.BROWSER if is_of_a_browser(theirs) else LegKind.PLAIN)
        try:
            return await end.answer(theirs)
        except NoCommonMedia:
            if is_new:
                await self.drop(leg)
            raise

    async def offered(self, leg: str, kind: LegKind = LegKind.PLAIN, *, held: bool = False) -> bytes:
        """An offer of ours for this leg."""
        end = self._ends.get(leg) or await self._made(leg, kind)
        return await end.offer(self._laws(leg), held=held)

    async def agreed(self, leg: str, answer: bytes) -> None:
        """The answer that came to our offer."""
        end = self._ends.get(leg)
        if end is None:
            raise NoCommonMedia("the leg is over")
        await end.agreed(description_of(answer))

    async def hear(self, hears: Mapping[str, frozenset[str]]) -> None:
        """Who hears which legs from now on."""
        self._hears.update(hears)
        self._find_routes()

    async def play(self, leg: str, sound: Sound) -> None:
        """Play to a leg from now on."""
        turn = self._plays[leg] = self._plays.get(leg, 0) + 1
        playback = await self._library.playback(sound)
        end = self._ends.get(leg)
        if end is not None and self._plays.get(leg) == turn:  # nothing else was wanted meanwhile
            end.leg.playback = playback

    async def stop(self, leg: str) -> None:
        """Play nothing more to it."""
        self._plays[leg] = self._plays.get(leg, 0) + 1
        if leg in self._ends:
            self._ends[leg].leg.playback = None

    async def press(self, leg: str, keys: str) -> None:
        """Send keys to a leg."""
        if leg in self._ends:
            self._ends[leg].leg.press(keys)

    async def record(self, left: str, sink: SampleSink) -> None:
        """Give what is said to the sink from now on."""
        self._left, self._sink, self._is_paused = left, sink, False

    async def pause(self, *, paused: bool) -> None:
        """Leave out of the recording what is said meanwhile."""
        self._is_paused = paused

    async def stop_recording(self) -> None:
        """Nothing more is given to the sink."""
        self._sink = None

    async def quality(self, leg: str) -> Quality:
        """How the leg fares; one that is over has nothing to tell."""
        return self._ends[leg].leg.quality() if leg in self._ends else Quality()

    async def drop(self, leg: str) -> None:
        """The leg is over."""
        end = self._ends.pop(leg, None)
        self._plays.pop(leg, None)
        self._hears.pop(leg, None)
        if end is not None:
            self._find_routes()
            end.leg.close()

    async def close(self) -> None:
        """Everything is over."""
        self._sink = None
        for leg in tuple(self._ends):
            await self.drop(leg)
        if not self._is_over:
            self._is_over = True
            self._closed(self)

    def tick(self, skipped: int) -> None:
        """20 ms went by, and `skipped` times as much before."""
        routes = self._routes
        for leg, _ in routes:
            leg.listen(skipped)
        for leg, speakers in routes:
            leg.speak(_heard(leg, speakers), skipped)
        if self._sink is not None and not self._is_paused:
            self._write(self._sink, skipped)

    def _write(self, sink: SampleSink, skipped: int) -> None:
        left, others = SILENT_PCM, []
        for leg, _ in self._routes:
            if leg.said is None:
                continue
            if leg.name == self._left:
                left = leg.pcm()
            else:
                others.append(leg.pcm())
        try:
            for _ in range(skipped):
                sink.write(SILENT_PCM, SILENT_PCM)
            sink.write(left, mixed_pcm(others))
        except Exception:
            self._sink = None
            log.exception("recording_ended", call_id=self._call_id)

    async def _made(self, name: str, kind: LegKind) -> End:
        leg = Leg(name, self._clock, self._chance, self._told, silent_after_s=self._silent_after_s)
        if kind is LegKind.PLAIN:
            end: End = PlainEnd(leg, self._place, self._chance)
        elif self._browser is not None:
            end = await self._browser(leg)
        else:
            raise NoCommonMedia("browsers are not spoken to here")
        self._ends[name] = end
        self._find_routes()
        return end

    def _laws(self, besides: str) -> tuple[Law, ...]:
        """What to offer: first what the others speak, so that nothing is translated."""
        spoken = [end.leg.law for name, end in self._ends.items() if name != besides and end.leg.terms]
        first = spoken[0] if spoken else Law.A
        return first, Law.MU if first is Law.A else Law.A

    def _find_routes(self) -> None:
        legs = {name: end.leg for name, end in self._ends.items()}
        self._routes = [
            (leg, [legs[one] for one in sorted(self._hears.get(name, ())) if one in legs and one != name])
            for name, leg in legs.items()
        ]

    def _told(self, event: MediaEvent) -> None:
        try:
            self._tell(event)
        except Exception:
            log.exception("media_event_failed", call_id=self._call_id, event_kind=type(event).__name__)


def _heard(leg: Leg, speakers: list[Leg]) -> bytes | None:
    """What these say together by the leg's law; None for nothing."""
    if len(speakers) == 1:
        one = speakers[0]
        return None if one.said is None else as_law(one.said, one.law, leg.law)
    speaking = [one for one in speakers if one.said is not None]
    match speaking:
        case []:
            return None
        case [one] if one.said is not None:
            return as_law(one.said, one.law, leg.law)
        case _:
            return mixed([one.pcm() for one in speaking], leg.law)
