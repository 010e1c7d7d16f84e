"""The recording of a call: what is known of it, how it ended, and what became of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.access import Permission, Principal, Role
from hub.domain.ids import CallId, InteractionId, RecordingId, TenantId

PEAKS_PER_S = 20
PEAKS_AT_MOST = 800
"""Values a side of the picture of a recording."""


class RecordingKind(StrEnum):
    """What was kept."""

    CALL = "call"
    """What two people said."""
    MESSAGE = "message"
    """What a caller left for the house when nobody was there: addressed to whoever serves the queue."""


class RecordingCut(StrEnum):
    """Why a recording ended before its call did."""

    DISK_FULL = "disk_full"
    """The disk took no more."""
    DISK_SLOW = "disk_slow"
    """The disk took it too slowly; what did not fit into memory would have been lost unsaid."""
    HUB_LOST = "hub_lost"
    """The hub that made it died; kept is everything up to its last whole second."""
    TOO_LONG = "too_long"


class Erased(StrEnum):
    """Why a recording is no more."""

    KEPT_LONG_ENOUGH = "kept_long_enough"
    """By the rule of the house, or of its queue."""
    ASKED = "asked"
    """A person erased it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """What was said meanwhile is not there. `at_s` is where in the recording it would be; `ended_at` is None while
    it lasts, and when the recording ended within it."""

    at_s: float
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """The key of one recording, sealed under the house's key `sealed_with` (the fingerprint of that key).

    An erased recording has none: whatever copy of its file there may be says nothing any more.
    """

    sealed: bytes = field(repr=False)
    sealed_with: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSound:
    """What is known of the sound once it is whole. `sha256` is of the WAV file as it is heard, `sealed_sha256` of the
    file that is kept (its name); `peaks` holds the loudest of each stretch, 0 to 255, left side first."""

    duration_s: float
    sha256: str
    size_bytes: int
    sealed_sha256: str
    peaks: tuple[bytes, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recording, of a call or of a message that was left. `sound` is None while it runs; `cut` says why it ended
    early.

    An erased one keeps its times, and when, why and by whom it was erased; nothing else. `file_gone` is true once
    its file is off the disk too.
    """

    id: RecordingId
    tenant_id: TenantId
    call_id: CallId
    interaction_id: InteractionId
    started_at: datetime
    key: DataKey | None
    kind: RecordingKind = RecordingKind.CALL
    ended_at: datetime | None = None
    sound: KeptSound | None = None
    pauses: tuple[Pause, ...] = ()
    cut: RecordingCut | None = None
    erased_at: datetime | None = None
    erased: Erased | None = None
    erased_by: str = ""
    file_gone: bool = False

    @property
    def runs(self) -> bool:
        """Whether it is being made, or was when its hub died."""
        return self.sound is None

    def erased_now(self, now: datetime, why: Erased, by: str) -> "Recording":
        """The same without its key and its picture."""
        assert self.sound is not None
        sound = replace(self.sound, peaks=(b"", b""))
        return replace(self, key=None, sound=sound, erased_at=now, erased=why, erased_by=by)


def due_before(now: datetime, keep_days: int) -> datetime | None:
    """Recordings that ended before this are kept long enough; None: they are kept for ever (0 days)."""
    return now - timedelta(days=keep_days) if keep_days else None


def listener(principal: Principal, *, agents: bool) -> Principal:
    """The principal as far as recordings go, where `agents` is the house's choice: whether agents hear their own calls.

    Raises Forbidden when no role of theirs may listen at all.
    """
    heard = principal if agents else replace(principal, roles=principal.roles - {Role.AGENT})
    heard.require(Permission.LISTEN_RECORDING)
    return heard
