"""Bodies of recordings of calls."""

from datetime import datetime

from agent_console.bodies import Answer
from hub.domain.recording import Erased, Pause, RecordingCut, RecordingKind


class RecordingView(Answer, frozen=True, kw_only=True):
    """A recording of a call, or of a message that was left (`kind`). `ended_at` is null while it is made; `cut` says
    why it ended before its call.

    `sha256` is of the WAV file. An erased one says when, why and by whom. `may_listen` and `may_erase` are about
    whoever asks.
    """

    id: str
    interaction_id: str
    call_id: str
    kind: RecordingKind
    started_at: datetime
    ended_at: datetime | None
    duration_s: float
    size_bytes: int
    sha256: str
    pauses: tuple[Pause, ...]
    cut: RecordingCut | None
    erased_at: datetime | None
    erased: Erased | None
    erased_by: str
    may_listen: bool
    may_erase: bool


class RecordingPage(Answer, frozen=True, kw_only=True):
    """The recordings of a conversation, the oldest first; `next` is always null."""

    items: tuple[RecordingView, ...]
    next: str | None = None


class RecordingPeaks(Answer, frozen=True, kw_only=True):
    """The picture of a recording: the loudest of each stretch, 0 to 255, the same stretches on both sides."""

    client: tuple[int, ...]
    house: tuple[int, ...]
