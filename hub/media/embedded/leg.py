"""One leg: what came from it lately, and what is sent to it, a frame each 20 ms."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from random import Random

from hub.media.embedded.jitter import JitterBuffer
from hub.media.embedded.keys import KeysIn, KeysOut
from hub.media.embedded.player import Playback
from hub.media.embedded.rtcp import Received, Report, Sent, report, sender_report_in
from hub.media.embedded.rtp import HEADER, packet_of
from hub.media.embedded.wire import Wire
from hub.media.g711 import SAMPLES, SILENCE, SILENT_PCM, Law, as_law, mean_square, pcm_of, quieter
from hub.ports.clock import Clock
from hub.ports.media import Keys, MediaEvent, Played, Quality, Silent

_SECOND = 50
_EACH = 7
"""Of so many samples one is looked at to say how loud a second was: in the middle of a call nobody waits for more."""
_CONCEALED = 2
"""Frames that stand in for missing ones, each quieter, before there is silence."""
_REPORT_TICKS = (125, 375)
"""2.5 to 7.5 s between reports (RFC 3550, 6.3.1)."""
_MU_TYPE, _A_TYPE = 0, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the last offer and answer came to, for the sound of a leg."""

    law: Law
    payload_type: int
    events_type: int | None
    sends: bool
    receives: bool


class Leg:
    """Told what came by its wire, asked each tick what it says, given each tick what it hears."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        chance: Random,
        tell: Callable[[MediaEvent], None],
        *,
        silent_after_s: float,
    ) -> None:
        self.name = name
        self.wire: Wire | None = None
        self.terms: Terms | None = None
        self.hears: frozenset[str] = frozenset()
        self.playback: Playback | None = None
        self.said: bytes | None = None
        """What came for this tick, by `law`; None for nothing."""
        self.law = Law.MU
        """What `said` is written by, and what is sent."""
        self._clock = clock
        self._chance = chance
        self._tell = tell
        self._silent_ticks = int(silent_after_s * _SECOND)
        self._pcm: bytes | None = None
        self._last = SILENCE[self.law]
        self._missing = _CONCEALED + 1
        self._buffer = JitterBuffer()
        self._their_ssrc: int | None = None
        self._laws: dict[int, Law] = {}
        self._keys_in = KeysIn(lambda key, ms: tell(Keys(leg=name, key=key, ms=ms)))
        self._keys_out = KeysOut()
        self._second: deque[bytes] = deque(maxlen=_SECOND)
        self._quiet = 0
        self._ssrc = chance.getrandbits(32)
        self._cname = f"{chance.getrandbits(64):016x}"
        self._sequence = chance.getrandbits(15)
        self._timestamp = chance.getrandbits(32)
        self._sent = 0
        self._is_paused = True
        self._until_report = chance.randint(*_REPORT_TICKS)
        self._reported = (0, 0)
        self._their_report: tuple[Report, float] | None = None

    @property
    def ssrc(self) -> int:
        """The name of what we send to it."""
        return self._ssrc

    @property
    def cname(self) -> str:
        """Who sends it, as reports and descriptions say."""
        return self._cname

    def agree(self, terms: Terms) -> None:
        """From now on by these terms."""
        if self.terms is None or terms.law is not self.law:
            self._last = SILENCE[terms.law]
            self._missing = _CONCEALED + 1
            self._second.clear()
            self._buffer.restart()
        if not (self.terms and self.terms.receives) or not terms.receives:
            self._quiet = 0
        self.terms, self.law = terms, terms.law
        self._laws = {_MU_TYPE: Law.MU, _A_TYPE: Law.A, terms.payload_type: terms.law}

    # --- what comes ---

    def rtp(self, raw: bytes, came_s: float) -> None:
        """A packet of sound or keys came; what is no RTP, or of a kind that is not spoken here, does no harm."""
        terms = self.terms
        if terms is None or len(raw) < 12:
            return
        if raw[0] == 0x80:  # as nearly all are
            _, kind, sequence, timestamp, ssrc = HEADER.unpack_from(raw)
            kind, payload = kind & 0x7F, raw[12:]
        else:
            packet = packet_of(raw)
            if packet is None:
                return
            kind, _, sequence, timestamp, ssrc, payload = packet
        if ssrc != self._their_ssrc:
            self._their_ssrc = ssrc
            self._buffer.restart()
            self._keys_in.forget()
        newest = self._buffer.seen(sequence, timestamp, came_s * 8000)
        self._quiet = 0
        if newest is None or not terms.receives:
            return
        if kind == terms.events_type:
            self._keys_in.came(timestamp, payload)
            return
        law = self._laws.get(kind)
        if law is not None:
            self._buffer.put(timestamp, as_law(payload, law, self.law), newest=newest)

    def rtcp(self, raw: bytes) -> None:
        """A report came."""
        found = sender_report_in(raw)
        if found is not None and found.ssrc == self._their_ssrc:
            self._their_report = found, self._clock.monotonic()

    # --- each tick ---

    def listen(self, skipped: int) -> None:
        """A tick: what this leg says now is in `said`."""
        self._pcm = None
        terms = self.terms
        if terms is None:
            return
        for _ in range(skipped):
            self._buffer.frame(SILENCE[self.law])
        frame = self._buffer.frame(SILENCE[self.law])
        if not terms.receives:
            self.said = None
            return
        self._keys_in.tick()
        self._quiet += 1
        if self._quiet == self._silent_ticks:
            self._tell(Silent(leg=self.name, for_s=self._silent_ticks / _SECOND))
        if frame is not None:
            self._missing = 0
            self._last = self.said = frame
        else:
            self._missing += 1
            if self._missing <= _CONCEALED:
                self._last = self.said = quieter(self._last, self.law)
            else:
                self.said = None
        self._second.append(self.said or b"")

    def pcm(self) -> bytes:
        """What it says now as 16-bit samples."""
        if self._pcm is None:
            self._pcm = SILENT_PCM if self.said is None else pcm_of(self.said, self.law)
        return self._pcm

    def speak(self, frame: bytes | None, skipped: int) -> None:
        """A tick: send what it is to hear, by `law`; silence for None, keys and what is played first."""
        terms, wire = self.terms, self.wire
        self._timestamp = (self._timestamp + (skipped + 1) * SAMPLES) & 0xFFFFFFFF
        playback = self.playback
        if playback is not None:
            frame = playback.frame(self.law)
            if playback.is_over:
                self.playback = None
                self._tell(Played(leg=self.name))
        if terms is None or wire is None or not wire.is_up:
            self._is_paused = True
            return
        self._until_report -= 1
        if self._until_report <= 0:
            self._report(wire, goodbye=False)
        if not terms.sends:
            self._is_paused = True
            return
        kind, timestamp, marker = terms.payload_type, self._timestamp, self._is_paused
        if self._keys_out and terms.events_type is not None:
            event = self._keys_out.next()
            if event is not None:
                kind, frame, marker = terms.events_type, event.payload, event.marker
                timestamp = (timestamp - event.back) & 0xFFFFFFFF
        packet = HEADER.pack(0x80, kind | marker << 7, self._sequence, timestamp, self._ssrc)
        if wire.send(packet + (SILENCE[self.law] if frame is None else frame)):
            self._sent += 1
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._is_paused = False

    # --- what else there is to do ---

    def press(self, keys: str) -> None:
        """Send keys from the next tick on; a leg without telephone events hears nothing of it."""
        if self.terms is not None and self.terms.events_type is not None:
            self._keys_out.press(keys)

    def quality(self) -> Quality:
        """How it fares."""
        ticks = len(self._second)
        heard = b"".join(self._second)[::_EACH]
        power = mean_square(heard, self.law) * _EACH * len(heard) / (SAMPLES * ticks) if ticks else 0.0
        return Quality(
            received=self._buffer.received,
            lost=self._buffer.lost,
            late=self._buffer.late,
            sent=self._sent,
            jitter_ms=self._buffer.jitter / 8,
            rms=sqrt(power),
        )

    def close(self) -> None:
        """Say good-bye and give back the ports."""
        wire, self.wire = self.wire, None
        if wire is not None:
            if wire.is_up and self.terms is not None:
                self._report(wire, goodbye=True)
            wire.close()

    def _report(self, wire: Wire, *, goodbye: bool) -> None:
        self._until_report = self._chance.randint(*_REPORT_TICKS)
        buffer, received = self._buffer, None
        if self._their_ssrc is not None:
            came, lost = buffer.received - self._reported[0], buffer.lost - self._reported[1]
            self._reported = buffer.received, buffer.lost
            theirs = self._their_report
            received = Received(
                ssrc=self._their_ssrc,
                lost_share=lost / (came + lost) if lost > 0 else 0.0,
                lost=buffer.lost,
                highest=buffer.highest,
                jitter=int(buffer.jitter),
                last=theirs[0].middle if theirs else 0,
                since_s=self._clock.monotonic() - theirs[1] if theirs else 0.0,
            )
        sent = None
        if self._sent:
            sent = Sent(self._clock.now().timestamp(), self._timestamp, self._sent, self._sent * SAMPLES)
        wire.send_report(report(self._ssrc, self._cname, sent, received, goodbye=goodbye))
