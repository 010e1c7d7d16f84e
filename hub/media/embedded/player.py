"""What is played: files read once and kept by law, and where each leg is in them."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from hub.media.g711 import SAMPLES, SILENCE, Law, frame_of
from hub.media.wav import NotPlayable, pcm_in
from hub.ports.media import RATE_HZ, Sound

log = structlog.get_logger(__name__)

_KEPT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, by law, in whole frames."""

    by_law: tuple[bytes, bytes]

    @property
    def size(self) -> int:
        """Samples, and bytes of each law."""
        return len(self.by_law[0])


class Library:
    """Files that were read, the least used forgotten first. One that changed on the disk is read anew."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[tuple[Path, int, int], Piece] = OrderedDict()
        self._bytes = 0

    async def playback(self, sound: Sound) -> "Playback":
        """The sound from its beginning. A file that cannot be played is left out, and told in the log: a call
        goes on without its music."""
        pieces = []
        for path in sound.files:
            try:
                pieces.append(await self._piece(path))
            except (OSError, NotPlayable) as why:
                log.warning(
                    "sound_left_out", file=path.name, why=str(why) if isinstance(why, NotPlayable) else ""
                )
        return Playback([piece for piece in pieces if piece.size], loop=sound.loop, gap_s=sound.gap_s)

    async def _piece(self, path: Path) -> Piece:
        status = await asyncio.to_thread(path.stat)
        key = path, status.st_mtime_ns, status.st_size
        found = self._pieces.get(key)
        if found is None:
            found = await asyncio.to_thread(_read, path)
            if key not in self._pieces:  # nobody was faster
                self._bytes += 2 * found.size
            self._pieces[key] = found
            while self._bytes > _KEPT_BYTES and len(self._pieces) > 1:
                self._bytes -= 2 * self._pieces.popitem(last=False)[1].size
        self._pieces.move_to_end(key)
        return found


class Playback:
    """Where a leg is in what is played to it."""

    __slots__ = ("_at", "_gap", "_gap_left", "_loop", "_now", "_pieces", "is_over")

    def __init__(self, pieces: Sequence[Piece], *, loop: bool, gap_s: float) -> None:
        self._pieces = pieces
        self._loop = loop
        self._gap = round(gap_s * RATE_HZ / SAMPLES)
        self._gap_left = 0
        self._now = 0
        self._at = 0
        self.is_over = not pieces
        """Whether there is nothing more to play."""

    def frame(self, law: Law) -> bytes:
        """The next 20 ms."""
        if self.is_over or self._gap_left:
            self._gap_left = max(0, self._gap_left - 1)
            return SILENCE[law]
        piece = self._pieces[self._now]
        frame = piece.by_law[law][self._at : self._at + SAMPLES]
        self._at += SAMPLES
        if self._at >= piece.size:
            self._at = 0
            self._now += 1
            if self._now == len(self._pieces):
                self._now = 0
                self._gap_left = self._gap
                self.is_over = not self._loop
        return frame


def _read(path: Path) -> Piece:
    pcm = pcm_in(path)
    pcm += bytes(-len(pcm) % (2 * SAMPLES))
    return Piece((frame_of(pcm, Law.MU), frame_of(pcm, Law.A)))
