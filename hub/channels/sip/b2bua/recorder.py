"""The recording of a call: begun, paused and ended with it."""

from collections.abc import Callable

from hub.domain.call import Call, RecordingState
from hub.domain.errors import Conflict, Unavailable
from hub.domain.recording import RecordingCut
from hub.ports.media import MediaSession
from hub.ports.recordings import RecordingTape, RecordingVault


class Recorder:
    """What is kept of one call. While the client is on hold nothing is: they hear music, and the agent talks to
    others. `cut` is told, on the loop, when the vault can take no more of it."""

    def __init__(self, vault: RecordingVault | None, left: str, cut: Callable[[RecordingCut], None]) -> None:
        self._vault = vault
        self._left = left
        self._cut = cut
        self._tape: RecordingTape | None = None
        self._state = RecordingState.OFF
        self._held = False

    async def become(self, state: RecordingState, call: Call, session: MediaSession) -> None:
        """Begin, pause, go on or end.

        Raises Unavailable without a place to keep it, Conflict for a pause of nothing.
        """
        if state is RecordingState.OFF:
            await self.end(session)
            return
        if self._vault is None:
            raise Unavailable("recordings are not kept here", code="no_recordings")
        if self._tape is None:
            if state is RecordingState.PAUSED:
                raise Conflict("nothing is recorded", code="not_recording")
            self._tape = await self._vault.begin(
                call.tenant_id, call.id, call.interaction_id, on_cut=self._cut
            )
            await session.record(self._left, self._tape)
        self._state = state
        await self._follow(session)

    async def held(self, held: bool, session: MediaSession) -> None:
        """The client was put on hold, or is not any more."""
        self._held = held
        await self._follow(session)

    def forget_hold(self) -> None:
        """Whoever talks next has not put anybody on hold."""
        self._held = False

    async def _follow(self, session: MediaSession) -> None:
        if self._tape is not None:
            paused = self._held or self._state is RecordingState.PAUSED
            await session.pause(paused=paused)
            await self._tape.pause(paused=paused)

    async def end(self, session: MediaSession | None) -> None:
        """It is over. The vault keeps it by itself: no step of a call waits for a disk."""
        tape, self._tape = self._tape, None
        self._state = RecordingState.OFF
        if tape is None:
            return
        if session is not None:
            await session.stop_recording()
        tape.done()
