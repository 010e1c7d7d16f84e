"""Recordings in SQL: what the vault keeps of them, and what people ask for. See `hub/ports/recordings.py`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from crm_store.audited import audited
from crm_store.driver import Row, Wire
from crm_store.instants import from_us, to_us
from crm_store.lookups import loaded, readable
from crm_store.mapping import at, columns, text, us
from crm_store.queue_reads import queues_of
from crm_store.rows.recordings import recordings
from crm_store.store import Store
from hub.desk.scope import require_interaction
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, Forbidden, NotFound
from hub.domain.ids import InteractionId, QueueId, RecordingId, TenantId
from hub.domain.recording import DataKey, Erased, KeptSound, Pause, Recording, RecordingCut, RecordingKind

_COLUMNS = columns(recordings)
_OF_R = columns(recordings, "r.")
_pauses = msgspec.json.Decoder(tuple[Pause, ...]).decode


class SqlRecordingRows:
    """RecordingRows on either database."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def add(self, recording: Recording) -> None:
        """See the port."""
        async with self._database.transaction() as wire:
            await wire.insert(recordings, [_row(recording)])

    async def note_pauses(self, recording_id: RecordingId, pauses: Sequence[Pause]) -> None:
        """See the port."""
        async with self._database.transaction() as wire:
            await wire.execute(
                "UPDATE recordings SET pauses = $1 WHERE id = $2", text(tuple(pauses)), recording_id
            )

    async def keep(self, recording: Recording) -> None:
        """See the port."""
        sound = recording.sound
        assert sound is not None
        async with self._database.transaction() as wire:
            await wire.execute(
                "UPDATE recordings SET ended_at = $1, duration_ms = $2, sha256 = $3, size_bytes = $4,"
                " sealed_sha256 = $5, peaks = $6, pauses = $7, cut = $8 WHERE id = $9 AND ended_at IS NULL",
                us(recording.ended_at),
                round(sound.duration_s * 1000),
                sound.sha256,
                sound.size_bytes,
                sound.sealed_sha256,
                b"".join(sound.peaks),
                text(recording.pauses),
                recording.cut or "",
                recording.id,
            )

    async def drop(self, recording_id: RecordingId) -> None:
        """See the port."""
        async with self._database.transaction() as wire:
            await wire.execute("DELETE FROM recordings WHERE id = $1", recording_id)

    async def unfinished(self) -> Sequence[Recording]:
        """See the port."""
        return await self._found(
            f"SELECT {_COLUMNS} FROM recordings WHERE ended_at IS NULL ORDER BY started_at"
        )

    async def known(self, ids: Sequence[RecordingId]) -> Sequence[Recording]:
        """See the port."""
        return await self._found(f"SELECT {_COLUMNS} FROM recordings WHERE id = ANY($1)", list(ids))

    async def sealed_with(self) -> Mapping[str, int]:
        """See the port."""
        async with self._database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT sealed_with, COUNT(*) FROM recordings WHERE erased_at IS NULL GROUP BY sealed_with"
            )
        return {str(row[0]): int(row[1]) for row in rows}

    async def sealed_otherwise(self, sealed_with: str, limit: int) -> Sequence[Recording]:
        """See the port."""
        return await self._found(
            f"SELECT {_COLUMNS} FROM recordings WHERE erased_at IS NULL AND sealed_with <> $1 ORDER BY id LIMIT $2",
            sealed_with,
            limit,
        )

    async def seal_anew(self, recording_id: RecordingId, key: DataKey) -> None:
        """See the port."""
        async with self._database.transaction() as wire:
            await wire.execute(
                "UPDATE recordings SET sealed_key = $1, sealed_with = $2 WHERE id = $3 AND erased_at IS NULL",
                key.sealed,
                key.sealed_with,
                recording_id,
            )

    async def due(
        self,
        tenant_id: TenantId,
        ended_before: datetime,
        *,
        queues: Sequence[QueueId],
        within: bool,
        limit: int,
    ) -> Sequence[Recording]:
        """See the port."""
        these = "i.queue_id = ANY($3)" if within else "NOT (i.queue_id = ANY($3))"
        return await self._found(
            f"SELECT {_OF_R} FROM recordings r JOIN interactions i ON i.id = r.interaction_id"
            f" WHERE r.tenant_id = $1 AND r.erased_at IS NULL AND r.ended_at < $2 AND {these}"
            " ORDER BY r.ended_at LIMIT $4",
            tenant_id,
            to_us(ended_before),
            list(queues),
            limit,
        )

    async def erase(self, recording: Recording, draft: AuditDraft) -> None:
        """See the port."""
        async with self._database.transaction() as wire:
            touched = await wire.execute(
                "UPDATE recordings SET sealed_key = NULL, sealed_with = '', peaks = $1, erased_at = $2,"
                " erased = $3, erased_by = $4 WHERE id = $5 AND erased_at IS NULL AND ended_at IS NOT NULL",
                b"",
                us(recording.erased_at),
                recording.erased or "",
                recording.erased_by,
                recording.id,
            )
            if not touched:
                raise Conflict("this recording was erased meanwhile", code="recording_erased")
            await audited(wire, draft)

    async def leftovers(self, limit: int) -> Sequence[Recording]:
        """See the port."""
        return await self._found(
            f"SELECT {_COLUMNS} FROM recordings WHERE erased_at IS NOT NULL AND NOT file_gone"
            " ORDER BY erased_at LIMIT $1",
            limit,
        )

    async def file_gone(self, recording_id: RecordingId) -> None:
        """See the port."""
        async with self._database.transaction() as wire:
            await wire.execute("UPDATE recordings SET file_gone = $1 WHERE id = $2", True, recording_id)

    async def queues_of_their_own(self, tenant_id: TenantId) -> dict[QueueId, int]:
        """See the port."""
        async with self._database.snapshot() as wire:
            queues = await queues_of(wire, tenant_id)
        days = {queue.id: queue.rules.voice.keep_recordings_days for queue in queues}
        return {queue_id: kept for queue_id, kept in days.items() if kept is not None}

    async def tenants(self) -> Sequence[TenantId]:
        """See the port."""
        async with self._database.snapshot() as wire:
            rows = await wire.fetch("SELECT DISTINCT tenant_id FROM recordings WHERE erased_at IS NULL")
        return [TenantId(r[0]) for r in rows]

    async def _found(self, sql: str, *params: object) -> list[Recording]:
        async with self._database.snapshot() as wire:
            return [_of(r) for r in await wire.fetch(sql, *params)]


class SqlRecordingReads:
    """RecordingReads on either database."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def of_interaction(
        self, principal: Principal, interaction_id: InteractionId
    ) -> tuple[Sequence[Recording], bool]:
        """See the port."""
        async with self._database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            rows = await wire.fetch(
                f"SELECT {_COLUMNS} FROM recordings WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
                " ORDER BY started_at, id",
                principal.tenant_id,
                interaction_id,
            )
            hears = await _reaches(wire, principal, Permission.LISTEN_RECORDING, interaction_id)
        return [_of(r) for r in rows], hears

    async def one(self, principal: Principal, recording_id: RecordingId, permission: Permission) -> Recording:
        """See the port."""
        principal.require(permission)
        async with self._database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_COLUMNS} FROM recordings WHERE /*+*/tenant_id = $1 AND id = $2",
                principal.tenant_id,
                recording_id,
            )
            found = _of(rows[0]) if rows else None
            if found is None or not await _reaches(wire, principal, permission, found.interaction_id):
                raise NotFound("there is no such recording")
        return found

    async def is_there(self, principal: Principal, recording_id: RecordingId) -> bool:
        """See the port."""
        async with self._database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT 1 FROM recordings WHERE /*+*/tenant_id = $1 AND id = $2",
                principal.tenant_id,
                recording_id,
            )
        return bool(rows)

    async def note(self, draft: AuditDraft) -> None:
        """See the port."""
        async with self._database.transaction() as wire:
            await audited(wire, draft)


async def _reaches(
    wire: Wire, principal: Principal, permission: Permission, interaction_id: InteractionId
) -> bool:
    try:
        require_interaction(principal, permission, *await loaded(wire, principal, interaction_id))
    except (NotFound, Forbidden):
        return False
    return True


def _row(r: Recording) -> Row:
    return (
        r.id,
        r.tenant_id,
        r.call_id,
        r.interaction_id,
        to_us(r.started_at),
        None if r.key is None else r.key.sealed,
        "" if r.key is None else r.key.sealed_with,
        us(r.ended_at),
        0,
        "",
        0,
        "",
        b"",
        text(r.pauses),
        r.cut or "",
        us(r.erased_at),
        r.erased or "",
        r.erased_by,
        r.file_gone,
        r.kind.value,
    )


def _of(r: Row) -> Recording:
    peaks = bytes(r[12])
    return Recording(
        id=r[0],
        tenant_id=r[1],
        call_id=r[2],
        interaction_id=r[3],
        started_at=from_us(r[4]),
        key=None if r[5] is None else DataKey(sealed=bytes(r[5]), sealed_with=r[6]),
        ended_at=at(r[7]),
        sound=None
        if r[7] is None
        else KeptSound(
            duration_s=r[8] / 1000,
            sha256=r[9],
            size_bytes=r[10],
            sealed_sha256=r[11],
            peaks=(peaks[: len(peaks) // 2], peaks[len(peaks) // 2 :]),
        ),
        pauses=_pauses(r[13]),
        cut=RecordingCut(r[14]) if r[14] else None,
        erased_at=at(r[15]),
        erased=Erased(r[16]) if r[16] else None,
        erased_by=r[17],
        file_gone=bool(r[18]),
        kind=RecordingKind(r[19]),
    )
