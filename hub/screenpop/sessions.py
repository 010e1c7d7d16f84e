"""The numbered line of frames of one agent: numbering, what can be replayed, and the sockets that read it."""

import secrets
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Protocol

import msgspec

from hub.domain.ids import TenantId, UserId
from hub.screenpop.frames import ServerFrame

encode = msgspec.json.Encoder().encode

_NUMBER = b'"seq":0'


class Reader(Protocol):
    """One socket."""

    def write(self, payload: bytes) -> bool:
        """Write now, never wait. False: it is closing."""
        ...


class Stream:
    """One agent's line. Frames are encoded once, whatever the number of windows; each has the next number.

    The last `kept_frames` frames of the last `kept_s` seconds can be replayed. Numbers begin anew with every
    stream, and its random `name` tells one stream's numbers from another's.
    """

    __slots__ = (
        "_clock",
        "_kept",
        "_kept_frames",
        "_kept_s",
        "empty_since",
        "name",
        "readers",
        "seq",
        "tenant_id",
        "user_id",
    )

    def __init__(
        self,
        tenant_id: TenantId,
        user_id: UserId,
        *,
        kept_frames: int,
        kept_s: float,
        monotonic: Callable[[], float],
        first_seq: int,
    ) -> None:
        self.tenant_id = tenant_id
        self.user_id = user_id
        self.name = secrets.token_hex(4)
        self.seq = first_seq
        self.readers: set[Reader] = set()
        self.empty_since = monotonic()
        self._clock = monotonic
        self._kept_frames = kept_frames
        self._kept_s = kept_s
        self._kept: deque[tuple[float, bytes]] = (
            deque()
        )  # when it was sent, and the frame; the last has `seq`

    def send(self, frame: ServerFrame) -> None:
        """Number the frame (made with seq 0) and write it to every window."""
        self.send_encoded(encode(frame))

    def send_encoded(self, unnumbered: bytes) -> None:
        """The same for a frame encoded with seq 0, which many streams may share (and keep only once)."""
        self.seq += 1
        self._kept.append((self._clock(), unnumbered))
        if len(self._kept) > self._kept_frames:
            self._kept.popleft()
        if self.readers:
            frame = numbered(unnumbered, self.seq)
            for reader in self.readers:
                reader.write(frame)

    def since(self, last_seq: int, name: str) -> list[bytes] | None:
        """The frames after `last_seq`, or None when they are not all here: then a resync is due.

        A `name` of another stream (the hub was restarted, the desk moved to another node) is never replayable.
        """
        if (name and name != self.name) or last_seq > self.seq:
            return None
        missed = self.seq - last_seq
        if missed > len(self._kept):
            return None
        newest = islice(self._kept, len(self._kept) - missed, None)
        return [numbered(frame, last_seq + n) for n, (_, frame) in enumerate(newest, 1)]

    def forget_old(self) -> None:
        """Let go of what nobody can ask for any more."""
        oldest = self._clock() - self._kept_s
        while self._kept and self._kept[0][0] < oldest:
            self._kept.popleft()

    def numbered(self, frame: ServerFrame) -> bytes:
        """A frame that repeats the newest number (snapshot, resync, replayed, tick)."""
        return numbered(encode(frame), self.seq)


def numbered(frame: bytes, seq: int) -> bytes:
    """A frame encoded with seq 0, under that number."""
    return frame.replace(_NUMBER, b'"seq":%d' % seq, 1)


class Streams:
    """The streams of this node. One is kept for `kept_s` after its last window closed, so that a reload replays."""

    def __init__(
        self, *, kept_frames: int, kept_s: float, monotonic: Callable[[], float], first_seq: int
    ) -> None:
        self._by_user: dict[UserId, Stream] = {}
        self._kept_frames = kept_frames
        self._kept_s = kept_s
        self._monotonic = monotonic
        self._first_seq = first_seq

    def of(self, tenant_id: TenantId, user_id: UserId) -> Stream:
        """The agent's stream, begun if need be."""
        stream = self._by_user.get(user_id)
        if stream is None:
            stream = self._by_user[user_id] = Stream(
                tenant_id,
                user_id,
                kept_frames=self._kept_frames,
                kept_s=self._kept_s,
                monotonic=self._monotonic,
                first_seq=self._first_seq,
            )
        return stream

    def get(self, user_id: UserId | None) -> Stream | None:
        """The agent's stream, if this node has one."""
        return None if user_id is None else self._by_user.get(user_id)

    def attach(self, stream: Stream, reader: Reader) -> None:
        """This socket reads the stream from now on."""
        stream.readers.add(reader)

    def detach(self, stream: Stream, reader: Reader) -> None:
        """This socket is gone."""
        stream.readers.discard(reader)
        if not stream.readers:
            stream.empty_since = self._monotonic()

    def forget_old(self) -> None:
        """Drop frames older than `kept_s`, and streams that nobody has read for so long."""
        now = self._monotonic()
        for user_id, stream in list(self._by_user.items()):
            stream.forget_old()
            if not stream.readers and stream.empty_since < now - self._kept_s:
                del self._by_user[user_id]

    def forget_all(self) -> None:
        """Something was missed: whoever comes back gets everything anew."""
        self._by_user.clear()

    def of_tenant(self, tenant_id: TenantId) -> list[Stream]:
        """All of the tenant's, those kept for a reload too."""
        return [s for s in self._by_user.values() if s.tenant_id == tenant_id]

    def present(self) -> list[Stream]:
        """Streams with an open window."""
        return [s for s in self._by_user.values() if s.readers]

    def sockets(self) -> int:
        """Open windows on this node."""
        return sum(len(s.readers) for s in self._by_user.values())
