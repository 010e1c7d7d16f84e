"""Recordings for people: what there is of a conversation, hearing it (each hearing is audited), and erasing it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft, AuditResult
from hub.domain.errors import Conflict, Forbidden, NotFound
from hub.domain.ids import InteractionId, RecordingId
from hub.domain.recording import Erased, Recording, RecordingKind, listener
from hub.ports.clock import Clock
from hub.ports.recordings import RecordingReads, RecordingRows, RecordingVault, Sound

HEARING: Final = timedelta(minutes=5)
"""A player asks for a recording piece by piece: all that somebody asks for within this is one hearing."""

_MOST_HEARINGS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecording:
    """A recording, and what this principal may do with it."""

    recording: Recording
    may_listen: bool
    may_erase: bool


class Recordings:
    """What people do with recordings. `agents_listen`: agents hear those of their own calls; the messages
    that were left for them they hear in any case."""

    def __init__(
        self,
        reads: RecordingReads,
        rows: RecordingRows,
        vault: RecordingVault,
        clock: Clock,
        *,
        agents_listen: bool,
    ) -> None:
        self._reads = reads
        self._rows = rows
        self._vault = vault
        self._clock = clock
        self._agents_listen = agents_listen
        self._hearings: dict[tuple[str, RecordingId], datetime] = {}

    async def of_interaction(
        self, principal: Principal, interaction_id: InteractionId
    ) -> list[FoundRecording]:
        """All of a conversation that the principal may read; erased ones too. Raises NotFound."""
        found, hears = await self._reads.of_interaction(principal, interaction_id)
        erases = principal.may(Permission.ERASE_RECORDING)
        return [
            FoundRecording(
                recording=recording,
                may_listen=hears and _is_kept(recording) and self._may_listen(principal, recording),
                may_erase=erases and _is_kept(recording),
            )
            for recording in found
        ]

    async def hear(self, principal: Principal, recording_id: RecordingId) -> tuple[Recording, Sound]:
        """One, with its sound; in the audit log before anything is heard.

        Raises Forbidden, NotFound (also for one that runs), Conflict `recording_erased`, and Unavailable:
        `recording_damaged`, `wrong_recordings_key`.
        """
        recording = await self._within_reach(principal, recording_id)
        sound = await self._vault.sound(recording)
        await self._note_hearing(principal, recording)
        return recording, sound

    async def picture(self, principal: Principal, recording_id: RecordingId) -> Recording:
        """One, for its peaks. Whoever may hear may see. Raises as `hear`."""
        return await self._within_reach(principal, recording_id)

    async def erase(self, principal: Principal, recording_id: RecordingId) -> None:
        """Gone for good: its key at once, its file now, or as soon as the disk lets it.

        Raises Forbidden, NotFound, Conflict (`recording_erased`, `recording_runs`), Unavailable.
        """
        found = await self._reads.one(principal, recording_id, Permission.ERASE_RECORDING)
        if found.runs:
            raise Conflict("this recording is being made", code="recording_runs")
        if found.erased_at is not None:
            raise _erased()
        erased = found.erased_now(self._clock.now(), Erased.ASKED, principal.name)
        draft = self._draft(principal, AuditAction.ERASE_RECORDING, found.id, reason=Erased.ASKED)
        await self._rows.erase(erased, draft)
        await self._vault.remove(erased)
        await self._rows.file_gone(erased.id)

    async def _within_reach(self, principal: Principal, recording_id: RecordingId) -> Recording:
        heard = listener(principal, agents=True)
        try:
            found = await self._reads.one(heard, recording_id, Permission.LISTEN_RECORDING)
            if not self._agents_listen and found.kind is RecordingKind.CALL:
                heard = listener(principal, agents=False)
                found = await self._reads.one(heard, recording_id, Permission.LISTEN_RECORDING)
        except NotFound:
            if await self._reads.is_there(principal, recording_id):
                await self._reads.note(
                    self._draft(
                        principal,
                        AuditAction.LISTEN_RECORDING,
                        recording_id,
                        result=AuditResult.DENIED,
                        reason=NotFound.code,
                    )
                )
            raise
        if found.erased_at is not None:
            raise _erased()
        if found.runs:
            raise NotFound("there is no such recording yet")
        return found

    async def _note_hearing(self, principal: Principal, recording: Recording) -> None:
        now = self._clock.now()
        hearing = (principal.user_id or principal.name, recording.id)
        since = self._hearings.get(hearing)
        if since is not None and now - HEARING < since <= now:
            return
        await self._reads.note(self._draft(principal, AuditAction.LISTEN_RECORDING, recording.id))
        self._hearings.pop(hearing, None)
        self._hearings[hearing] = now
        if len(self._hearings) > _MOST_HEARINGS:
            del self._hearings[next(iter(self._hearings))]

    def _may_listen(self, principal: Principal, recording: Recording) -> bool:
        is_for_them = recording.kind is RecordingKind.MESSAGE
        try:
            listener(principal, agents=self._agents_listen or is_for_them)
        except Forbidden:
            return False
        return True

    def _draft(
        self,
        principal: Principal,
        action: AuditAction,
        recording_id: RecordingId,
        *,
        result: AuditResult = AuditResult.DONE,
        reason: str = "",
    ) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=action,
            object=recording_id,
            result=result,
            reason=reason,
            address=principal.address,
        )


def _is_kept(recording: Recording) -> bool:
    return not recording.runs and recording.erased_at is None


def _erased() -> Conflict:
    return Conflict("this recording is erased", code="recording_erased")
