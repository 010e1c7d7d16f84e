"""Recordings: making them while people talk, keeping them sealed, and asking for them.

The vault keeps the sound, the rows say what there is. No sound ever lies on a disk unsealed: every recording has a
key of its own, which its row keeps, sealed under a key that is in neither.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditDraft
from hub.domain.ids import CallId, InteractionId, QueueId, RecordingId, TenantId
from hub.domain.recording import DataKey, Erased, Pause, Recording, RecordingCut, RecordingKind


class RecordingTape(Protocol):
    """A recording that is being made: a SampleSink (hub/ports/media.py) that can be ended.

    What cannot be written any more ends it, never the call: `cut` says why, whoever began it is told, and what is
    written to it from then on is dropped.
    """

    @property
    def id(self) -> RecordingId:
        """Under which it will be found."""
        ...

    @property
    def cut(self) -> RecordingCut | None:
        """Why it takes nothing any more, if so."""
        ...

    def write(self, left: bytes, right: bytes) -> None:
        """20 ms of both sides, 8 kHz, 16 bit, little-endian: the client left, the house right. Never blocks."""
        ...

    async def pause(self, *, paused: bool) -> None:
        """Note that what is said meanwhile is left out (who brings the sound leaves it out). Twice is no error."""
        ...

    def done(self) -> None:
        """Nothing more comes: it is finished by the vault, by itself. Never blocks: calls end, and go on, whatever the
        disk does. Twice is no error."""
        ...

    async def finish(self) -> Recording:
        """It is whole: durable, read once more, and in the rows. Finishing twice gives the same.

        Raises Unavailable when it cannot be kept now; it then is by itself, later.
        """
        ...

    async def discard(self) -> None:
        """Nothing of it remains. Raises Unavailable; its file is gone all the same."""
        ...


class Sound(Protocol):
    """A recording as people hear it: a WAV file, 8 kHz, 16 bit, two channels."""

    @property
    def size_bytes(self) -> int:
        """Of the whole file."""
        ...

    def read(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to before `stop`, each proved to be what was recorded before it is given.

        Raises Unavailable `recording_damaged` for what was changed or cut off, `wrong_recordings_key`.
        """
        ...


class RecordingVault(Protocol):
    """Where the sound is kept."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Recordings can be made while the block lasts; those under way at its end are finished."""
        ...

    async def recover(self) -> Sequence[Recording]:
        """Bring to an end what an earlier life of this hub left unfinished: kept up to its last whole second, or
        gone when there is none. Before the first `begin`."""
        ...

    async def begin(
        self,
        tenant_id: TenantId,
        call_id: CallId,
        interaction_id: InteractionId,
        *,
        kind: RecordingKind = RecordingKind.CALL,
        on_cut: Callable[[RecordingCut], None] = lambda _: None,
    ) -> RecordingTape:
        """A new recording; its row is durable. `on_cut` is called, on the loop, when it ends before its call.

        Raises Unavailable: the call goes on without.
        """
        ...

    async def sound(self, recording: Recording) -> Sound:
        """Raises NotFound for one that runs or is erased, Unavailable as `Sound.read`."""
        ...

    async def remove(self, recording: Recording) -> None:
        """Its file is off the disk; an absent one is no error. Raises Unavailable."""
        ...

    async def tend(self) -> None:
        """Keep what could not be kept when it was finished. Call it every half minute."""
        ...


class RecordingRows(Protocol):
    """What the vault, and whoever tends it, keep of recordings. Raises Unavailable."""

    async def add(self, recording: Recording) -> None:
        """One that runs."""
        ...

    async def note_pauses(self, recording_id: RecordingId, pauses: Sequence[Pause]) -> None:
        """Its pauses so far."""
        ...

    async def keep(self, recording: Recording) -> None:
        """It is whole. Keeping twice is no error."""
        ...

    async def drop(self, recording_id: RecordingId) -> None:
        """There is none. An absent one is no error."""
        ...

    async def unfinished(self) -> Sequence[Recording]:
        """Those that run, of all tenants."""
        ...

    async def known(self, ids: Sequence[RecordingId]) -> Sequence[Recording]:
        """Those of these ids that have a row, of all tenants."""
        ...

    async def sealed_with(self) -> Mapping[str, int]:
        """How many recordings are kept, by the key that theirs are sealed with."""
        ...

    async def sealed_otherwise(self, sealed_with: str, limit: int) -> Sequence[Recording]:
        """Some whose key is sealed with another key than that."""
        ...

    async def seal_anew(self, recording_id: RecordingId, key: DataKey) -> None:
        """The same key, sealed otherwise."""
        ...

    async def due(
        self,
        tenant_id: TenantId,
        ended_before: datetime,
        *,
        queues: Sequence[QueueId],
        within: bool,
        limit: int,
    ) -> Sequence[Recording]:
        """Some that ended before, of interactions in these queues (`within`), or in none of them."""
        ...

    async def erase(self, recording: Recording, draft: AuditDraft) -> None:
        """Key and picture are gone for good, in the same commit as the line of the audit log. `recording` is
        `erased_now`. Raises Conflict `recording_erased` when somebody else did it meanwhile."""
        ...

    async def leftovers(self, limit: int) -> Sequence[Recording]:
        """Some that are erased, and whose file was still there when last heard of."""
        ...

    async def file_gone(self, recording_id: RecordingId) -> None:
        """The file is off the disk."""
        ...

    async def queues_of_their_own(self, tenant_id: TenantId) -> dict[QueueId, int]:
        """The queues with a rule of their own on how many days recordings are kept."""
        ...

    async def tenants(self) -> Sequence[TenantId]:
        """Those with a recording that is not erased."""
        ...


class RecordingReads(Protocol):
    """What people ask for. "Not there" and "not yours" raise the same NotFound."""

    async def of_interaction(
        self, principal: Principal, interaction_id: InteractionId
    ) -> tuple[Sequence[Recording], bool]:
        """All of an interaction that the principal may read, the oldest first; and whether it is within the reach of
        their LISTEN_RECORDING."""
        ...

    async def one(self, principal: Principal, recording_id: RecordingId, permission: Permission) -> Recording:
        """One, if its interaction is within reach of the permission. Raises NotFound, Forbidden."""
        ...

    async def is_there(self, principal: Principal, recording_id: RecordingId) -> bool:
        """Whether the tenant has it at all: for the audit log only."""
        ...

    async def note(self, draft: AuditDraft) -> None:
        """A line of the audit log."""
        ...


__all__ = ["Erased", "RecordingReads", "RecordingRows", "RecordingTape", "RecordingVault", "Sound"]
