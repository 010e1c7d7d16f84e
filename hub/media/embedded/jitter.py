"""The jitter buffer: packets as they come in, frames of 20 ms as the clock wants them.

Time is counted in samples since the first packet. What is played lags behind what comes by as much as the network
is uneven, up to about 100 ms: a packet that comes too late moves the lag up at once, and a lag that nothing needed
for some seconds is taken back frame by frame. A sender's clock that runs fast or slow is followed the same way.
"""

from math import gcd

from hub.media.g711 import SAMPLES

_LAG = SAMPLES
"""At first: the next tick but one, so that 20 to 40 ms lie between coming and playing."""
_MOST_LAG = 5 * SAMPLES
_WINDOW = 150
"""Packets over which the least lag is looked at: 3 s."""
_OUT_OF_REACH = 50 * SAMPLES
"""A timestamp that is a second off belongs to another count."""
_JUMP = 3000
"""A sequence number that far off begins a new count (RFC 3550, A.1)."""
_ANY = 1 << 30
_LATE_IN_A_ROW = 10
_REMEMBERED = 64
"""Sequence numbers before the highest of which it is known whether they came."""
_ALL_REMEMBERED = (1 << _REMEMBERED) - 1
_SMALLEST = 40
"""5 ms: no telephone makes smaller packets."""
_LARGEST = 10 * SAMPLES


class JitterBuffer:
    """Of one sender, in one law."""

    __slots__ = (
        "_at",
        "_base",
        "_came",
        "_dry",
        "_frames",
        "_highest",
        "_least",
        "_most",
        "_play",
        "_played",
        "_row",
        "_seen",
        "_started",
        "_timestamp",
        "_transit",
        "_unit",
        "_until",
        "jitter",
        "late",
        "lost_before",
        "received",
    )

    def __init__(self) -> None:
        self.received = 0
        self.late = 0
        self.jitter = 0.0
        """In samples (RFC 3550, 6.4.1)."""
        self.lost_before = 0
        """In counts that are over."""
        self._frames: dict[int, bytes] = {}
        self._unit = SAMPLES
        self._started = False
        self._transit: float | None = None
        self._came = self._row = self._dry = 0
        self._timestamp = self._at = 0
        self._play = -_LAG
        self._played = -_OUT_OF_REACH
        self._base, self._highest, self._seen = 1, 0, 0
        self._until, self._least, self._most = _WINDOW, _ANY, 0

    @property
    def lost(self) -> int:
        """Packets that did not come, so far; what comes twice makes up for it, as in RFC 3550."""
        return max(0, self.lost_before + self._highest - self._base + 1 - self._seen)

    @property
    def expected(self) -> int:
        """Packets that should have come in the count of now."""
        return self._highest - self._base + 1

    @property
    def highest(self) -> int:
        """The highest sequence number, with how often it wrapped around above its 16 bits."""
        return self._highest

    def restart(self) -> None:
        """Another sender begins: nothing is kept but the figures."""
        self.lost_before = self.lost
        self._started = False
        self._transit = None
        self._base, self._seen = self._highest + 1, 0

    def seen(self, sequence: int, timestamp: int, arrived: float) -> bool | None:
        """Count a packet of any kind that came at `arrived`, in samples; whether it is the newest so far, None
        for one that came before."""
        self.received += 1
        ahead = (sequence - self._highest) & 0xFFFF
        back = 0x10000 - ahead
        if not self._started or min(ahead, back) > _JUMP:
            self.lost_before = self.lost
            self._started = True
            self._begin(timestamp, sequence)
            self._transit = arrived - timestamp
            return True
        if ahead == 0 or (back < _REMEMBERED and self._came >> back & 1):
            return None
        self._seen += 1
        self._measure(arrived - timestamp)
        if ahead < back:
            self._highest += ahead
            self._came = (self._came << ahead | 1) & _ALL_REMEMBERED
            return True
        if back < _REMEMBERED:
            self._came |= 1 << back
        return False

    def _measure(self, transit: float) -> None:
        if self._transit is not None:
            apart = abs(transit - self._transit)
            if apart < _OUT_OF_REACH:
                self.jitter += (apart - self.jitter) / 16
        self._transit = transit

    def put(self, timestamp: int, payload: bytes, *, newest: bool) -> None:
        """Keep what was said at this timestamp until it is played. Sizes of 5 to 200 ms are taken."""
        apart = (timestamp - self._timestamp) & 0xFFFFFFFF
        at = self._at + (apart if apart < 0x80000000 else apart - 0x100000000)
        size, unit = len(payload), self._unit
        if size != unit:
            if size > _LARGEST or gcd(SAMPLES, size) < _SMALLEST:
                return
            unit = gcd(SAMPLES, size)
            if unit != self._unit:
                self._frames.clear()
                self._unit = unit
        if at % unit:
            if not newest:
                return
            at -= at % unit  # a pause that was no whole number of frames
        if newest:
            self._timestamp, self._at = timestamp, at
        lag = at - self._play
        if lag < 0 or lag > _OUT_OF_REACH:
            if not self._is_taken_although_off(at, lag, newest=newest):
                return
        else:
            self._row = 0
            self._watch(lag)
        if size == unit:
            self._frames[at] = payload
        else:
            for start in range(0, size, unit):
                self._frames[at + start] = payload[start : start + unit]

    def frame(self, silence: bytes) -> bytes | None:
        """What is played now; None where it is missing, or nothing was said."""
        at = self._play
        self._play = at + SAMPLES
        if self._unit == SAMPLES:
            frame = self._frames.pop(at, None)
        else:
            parts = [self._frames.pop(at + start, None) for start in range(0, SAMPLES, self._unit)]
            gap = silence[: self._unit]
            frame = None if all(part is None for part in parts) else b"".join(part or gap for part in parts)
        if frame is None:
            self._dry += 1
        else:
            self._dry = 0
            self._played = at
        return frame

    def _is_taken_although_off(self, at: int, lag: int, *, newest: bool) -> bool:
        """Whether a packet that is late, or far too early, is kept, by moving what is played next."""
        if lag < 0:
            self.late += 1
            self._row += 1
        behind = -(lag // SAMPLES) * SAMPLES  # whole frames, upwards
        if behind > 0 and self._most + behind <= _MOST_LAG:
            self._play -= behind
            self._most += behind
            self._least = 0
            return at > self._played  # what came after it was heard already: it would be out of its place
        if not newest:
            return False
        if lag > _OUT_OF_REACH or lag < -_OUT_OF_REACH or self._dry > 5 or self._row > _LATE_IN_A_ROW:
            self._frames.clear()
            self._play = at - _LAG
            self._played = self._play
            self._count(0)
            return True
        return False

    def _watch(self, lag: int) -> None:
        self._least = min(self._least, lag)
        self._most = max(self._most, lag)
        if lag > 2 * _MOST_LAG:  # a heap that came at once, or a clock that was away: back to what is usual
            self._skip(lag - _MOST_LAG)
        self._until -= 1
        if not self._until:
            if self._least >= 2 * SAMPLES:
                self._skip(SAMPLES)
            self._count(max(0, self._least))

    def _skip(self, samples: int) -> None:
        """Play sooner what is to come; what lies before it is left out."""
        to = self._play + samples // SAMPLES * SAMPLES
        for at in [at for at in self._frames if at < to]:
            del self._frames[at]
        self._play = to

    def _begin(self, timestamp: int, sequence: int) -> None:
        """The count of sequence numbers and timestamps begins here."""
        self._frames.clear()
        self._timestamp = timestamp
        self._at = 0
        self._play = -_LAG
        self._played = -_OUT_OF_REACH
        self._base = self._highest = sequence
        self._came = self._seen = 1
        self._row = 0
        self._dry = 0

    def _count(self, most: int) -> None:
        self._until = _WINDOW
        self._least = _ANY
        self._most = most
