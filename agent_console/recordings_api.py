"""Recordings of calls: which there are, hearing one, its picture, and erasing it."""

from agent_console.bodies import Id
from agent_console.operations import Audio, Call, Operation, Operations
from agent_console.recordings_bodies import RecordingPage, RecordingPeaks, RecordingView
from hub.desk.recordings import FoundRecording, Recordings
from hub.domain.access import Permission
from hub.domain.ids import InteractionId, RecordingId


def operations(*, recordings: Recordings) -> list[Operation]:
    """What is done with recordings."""
    made = Operations("recordings")

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/recordings",
        Permission.READ_INTERACTION,
        "The recordings of a conversation",
    )
    async def list_recordings(call: Call, interaction_id: Id) -> RecordingPage:
        """Erased ones too. To whoever may read the conversation; hearing them is another permission."""
        found = await recordings.of_interaction(call.principal, InteractionId(interaction_id))
        return RecordingPage(items=tuple(_view(f) for f in found))

    @made.op(
        "GET", "/api/v1/recordings/{recording_id}/audio", Permission.LISTEN_RECORDING, "Hear a recording"
    )
    async def hear_recording(call: Call, recording_id: Id) -> Audio:
        """WAV, 8 kHz, 16 bit: the client left, the house right. In the audit log, once a listener and five minutes.
        409 `recording_erased`; 503 `recording_damaged` or `wrong_recordings_key`."""
        recording, sound = await recordings.hear(call.principal, RecordingId(recording_id))
        return Audio(
            name=f"{recording.started_at:%Y-%m-%d-%H%M%S}.wav",
            size_bytes=sound.size_bytes,
            content=sound.read,
        )

    @made.op(
        "GET",
        "/api/v1/recordings/{recording_id}/peaks",
        Permission.LISTEN_RECORDING,
        "The picture of a recording",
    )
    async def show_recording_peaks(call: Call, recording_id: Id) -> RecordingPeaks:
        """At most 800 values a side. Whoever may hear may see."""
        sound = (await recordings.picture(call.principal, RecordingId(recording_id))).sound
        client, house = (b"", b"") if sound is None else sound.peaks
        return RecordingPeaks(client=tuple(client), house=tuple(house))

    @made.op("DELETE", "/api/v1/recordings/{recording_id}", Permission.ERASE_RECORDING, "Erase a recording")
    async def erase_recording(call: Call, recording_id: Id) -> None:
        """For good; its row stays and says when and by whom. 409 `recording_erased`, `recording_runs`."""
        await recordings.erase(call.principal, RecordingId(recording_id))

    return list(made)


def _view(found: FoundRecording) -> RecordingView:
    recording, sound = found.recording, found.recording.sound
    return RecordingView(
        id=recording.id,
        interaction_id=recording.interaction_id,
        call_id=recording.call_id,
        kind=recording.kind,
        started_at=recording.started_at,
        ended_at=recording.ended_at,
        duration_s=0.0 if sound is None else sound.duration_s,
        size_bytes=0 if sound is None else sound.size_bytes,
        sha256="" if sound is None else sound.sha256,
        pauses=recording.pauses,
        cut=recording.cut,
        erased_at=recording.erased_at,
        erased=recording.erased,
        erased_by=recording.erased_by,
        may_listen=found.may_listen,
        may_erase=found.may_erase,
    )
