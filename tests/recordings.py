"""Recordings that a test puts into a hub before it starts."""

import io
import math
import struct
import wave
from array import array
from pathlib import Path

from crm_store.recordings import SqlRecordingRows
from crm_store.store import Store
from hub.clock import SystemClock
from hub.cluster.embedded.recordings import FolderRecordings
from hub.domain.ids import DEFAULT_TENANT, CallId, InteractionId
from hub.ids import new_id
from hub.recording_room import KEY_FILE
from hub.sealing import SealRing, kept_keys
from tests.clients import Agent

_FRAME = 160


async def put_recording(
    store: Store, data_dir: Path, interaction_id: str, *, seconds: float = 1.0, call_id: str = ""
) -> str:
    """A recording of that interaction, made as a call makes one: the client hums low, the house high, in turn."""
    vault = FolderRecordings(
        data_dir / "recordings",
        SqlRecordingRows(store),
        SealRing(kept_keys(data_dir / KEY_FILE)),
        SystemClock(),
    )
    async with vault.running():
        tape = await vault.begin(DEFAULT_TENANT, CallId(call_id or new_id()), InteractionId(interaction_id))
        for n in range(round(seconds * 50)):
            client_speaks = n // 50 % 2 == 0
            tape.write(hum(220, n, loud=client_speaks), hum(440, n, loud=not client_speaks))
        return (await tape.finish()).id


def hum(hz: float, n: int, *, loud: bool) -> bytes:
    """20 ms of a tone, the `n`th such; silence when it is not loud."""
    if not loud:
        return bytes(2 * _FRAME)
    samples = (round(9000 * math.sin(math.tau * hz * (n * _FRAME + k) / 8000)) for k in range(_FRAME))
    return struct.pack(f"<{_FRAME}h", *samples)


async def heard_again(agent: Agent, recording_id: str) -> tuple["array[int]", "array[int]"]:
    """Both sides of a recording, as it is played in the console."""
    wav = await agent.get(f"/api/v1/recordings/{recording_id}/audio")
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8_000)
        samples = array("h", file.readframes(file.getnframes()))
    return samples[::2], samples[1::2]
