"""Hold, and what is recorded of a call."""

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.channels.sip.b2bua.parties import CLIENT, NOBODY
from hub.channels.sip.b2bua.recorder import Recorder
from hub.domain.call import RecordingState
from hub.domain.errors import Conflict, Unavailable
from hub.domain.queue import RecordRule
from hub.domain.recording import RecordingCut

if TYPE_CHECKING:
    from hub.channels.sip.b2bua.live import LiveCall


class Holding:
    """Puts the client of a call on hold, and keeps what is said."""

    def __init__(self, live: "LiveCall") -> None:
        self._live = live
        self._recorder = Recorder(live.around.vault, CLIENT, self._was_cut)

    async def hold(self, *, held: bool) -> None:
        """Music for the client, or the agent again. Raises Conflict when nobody talks."""
        live = self._live
        if live.agent is None or live.is_over:
            raise Conflict("nobody talks on this call", code="not_talking")
        if held == (live.call.held_since is not None):
            return
        session = await live.sound()
        if held:
            await session.hear({CLIENT: NOBODY, live.agent.name: NOBODY})
            await session.play(CLIENT, live.around.prompts.music())
        else:
            await live.connect()
        await self._recorder.held(held, session)
        await live.around.desk.held(live.call.id, held=held)
        live.call = replace(live.call, held_since=live.around.clock.now() if held else None)

    async def resumed(self) -> None:
        """The client is not on hold any more, whoever talks to them now."""
        live = self._live
        if live.call.held_since is not None:
            await self._recorder.held(False, await live.sound())
            await live.around.desk.held(live.call.id, held=False)
            live.call = replace(live.call, held_since=None)

    async def left_alone(self) -> None:
        """No agent has the client any more: nothing is recorded, and the hold is over, as it is in the house,
        which moved the work."""
        live = self._live
        was_recorded = live.call.recording is not RecordingState.OFF
        await self.stop_recording()
        self._recorder.forget_hold()
        live.call = replace(live.call, held_since=None)
        if was_recorded:
            await live.until_kept(lambda: live.around.desk.recording(live.call.id, live.call.recording))

    async def record_if_always(self) -> None:
        """Begin to record where the line says that every call is."""
        live = self._live
        queue = await live.around.queue(live.call.queue_id)
        if queue is not None and queue.rules.voice.record is RecordRule.ALWAYS:
            try:
                await self.record(RecordingState.ON)
            except Unavailable:
                live.log.exception("call_not_recorded")  # the call goes on without

    async def record(self, state: RecordingState) -> None:
        """Begin, pause, go on or end. Raises Conflict when nobody talks, or where nothing is to be recorded,
        Unavailable without a place to keep it."""
        live = self._live
        if live.agent is None or live.is_over:
            raise Conflict("nobody talks on this call", code="not_talking")
        queue = await live.around.queue(live.call.queue_id)
        if state is not RecordingState.OFF and (
            queue is None or queue.rules.voice.record is RecordRule.NEVER
        ):
            raise Conflict("calls of this queue are not recorded", code="recording_not_allowed")
        await self._recorder.become(state, live.call, await live.sound())
        await live.around.desk.recording(live.call.id, state)
        live.call = replace(live.call, recording=state)

    async def stop_recording(self) -> None:
        """What was recorded is kept."""
        live = self._live
        await self._recorder.end(live.session)
        live.call = replace(live.call, recording=RecordingState.OFF)

    def _was_cut(self, cut: RecordingCut) -> None:
        """The vault takes no more: the agent sees that nothing is recorded, and the call goes on."""
        self._live.log.warning("recording_cut", why=str(cut))
        self._live.turns.post(self._recorded_no_more)

    async def _recorded_no_more(self) -> None:
        live = self._live
        if not live.is_over:
            await self.stop_recording()
            await live.around.desk.recording(live.call.id, RecordingState.OFF)

    async def end(self) -> None:
        """The call is over: what was recorded is kept."""
        await self._recorder.end(self._live.session)
