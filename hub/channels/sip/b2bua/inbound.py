"""A call that comes in: from its INVITE to the line, the menu, or what is said when nobody is there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from hub.channels.sip.b2bua.caller import as_told, invite_key, thread_of
from hub.channels.sip.b2bua.live import LiveCall
from hub.channels.sip.b2bua.message_tape import MessageTape
from hub.channels.sip.b2bua.parties import CLIENT
from hub.channels.sip.b2bua.sides import ended
from hub.channels.sip.b2bua.surroundings import Line, Menu, Phrase, Surroundings
from hub.channels.sip.b2bua.waiting import Goodbye, InLine, InMenu, LeavesMessage
from hub.channels.sip.leg import InboundLeg, LegOver
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Field
from hub.domain.agent import Media
from hub.domain.call import Call, CallEnd
from hub.domain.errors import Conflict, HubError, Unavailable
from hub.domain.ids import QueueId
from hub.domain.person import IdentityKind
from hub.domain.recording import RecordingCut
from hub.domain.touch import InboundTouch, Sender, TouchKind
from hub.ports.media import NoCommonMedia, NoRoom

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 5


class InboundCall(LiveCall):
    """A caller, from the moment that their call is durable."""

    def __init__(self, around: Surroundings, call: Call, leg: InboundLeg, line: Line, language: str) -> None:
        super().__init__(around, call, leg)
        self.language = language
        self._line = line
        self._message: MessageTape | None = None

    async def begin(self) -> None:
        """The first step: a menu, the line, or what is said outside the hours."""
        if self._line.menu is not None:
            self.waiting = InMenu(self, self._line.menu, self._chose(self._line.menu))
            try:
                await self.waiting.begin()
            except LegOver:
                pass  # the caller's own end comes as a step
            except (NoRoom, NoCommonMedia) as error:
                await self.cannot_be_heard(error)
            return
        await self._in_line(self.call.queue_id)

    def _chose(self, menu: Menu) -> Callable[[str], Awaitable[None]]:
        async def chosen(key: str) -> None:
            choice = menu.choices.get(key)
            queue_id = choice.queue_id if choice else self.call.queue_id
            if choice is not None and choice.language:
                self.language = choice.language
            await self.around.desk.queued(
                self.call.id,
                queue_id=queue_id,
                language=self.language,
                choice=f"{menu.name}: {key}" if key else "",
            )
            await self._in_line(queue_id)

        return chosen

    async def _in_line(self, queue_id: QueueId) -> None:
        await self.until_kept(lambda: self._enter(queue_id))

    async def _enter(self, queue_id: QueueId) -> None:
        around = self.around
        if self.agent is not None:
            return
        try:
            queue = await around.queue(queue_id)
            hours = await around.hours(queue_id, self.language)
        except Unavailable:
            await self.tell_client(182)
            raise
        if queue is None:
            await self.refuse_client(480)
            await self.over(CallEnd.FAILED)
            return
        self.call = replace(self.call, queue_id=queue_id)
        if hours.closed:
            voicemail = queue.rules.voice.when_closed_voicemail
            self.waiting = (
                LeavesMessage(self, self.record_message, Phrase.CLOSED)
                if voicemail
                else Goodbye(self, CallEnd.CLOSED, Phrase.CLOSED)
            )
        else:
            self.waiting = InLine(self, queue)
        try:
            await self.waiting.begin()
        except (NoRoom, NoCommonMedia) as error:
            await self.cannot_be_heard(error)
        except LegOver:
            pass  # the caller's own end comes as a step

    async def record_message(self) -> None:
        """What the caller says from now on is a message. Where it cannot be kept the call ends: nobody talks to a
        machine that does not listen."""
        try:
            self._message = await MessageTape.begun(self.around.vault, self.call, self._message_cut)
        except (HubError, OSError):
            self.log.exception("message_not_kept")
            await self.over(CallEnd.FAILED)
            return
        await (await self.sound()).record(CLIENT, self._message)

    def _message_cut(self, cut: RecordingCut) -> None:
        """The vault takes no more: what was said until then is the message."""
        self.log.warning("message_cut", why=str(cut))
        self.turns.post(lambda: self.over(CallEnd.VOICEMAIL))

    async def told(self, end: CallEnd) -> None:
        """A message that was left is kept before the end is."""
        message, self._message = self._message, None
        if message is not None:
            if self.session is not None:
                await self.session.stop_recording()
            try:
                if await message.kept():
                    await self.around.desk.left_message(self.call.id)
                    end = CallEnd.VOICEMAIL
                elif end is CallEnd.VOICEMAIL:
                    end = CallEnd.CLIENT_LEFT
            except (HubError, OSError):
                self.log.exception("message_not_kept")
        elif end is CallEnd.VOICEMAIL:
            end = CallEnd.CLIENT_LEFT
        await super().told(end)


async def received(around: Surroundings, leg: InboundLeg, line: Line) -> InboundCall | None:
    """Make the call durable, or answer that it cannot be: nothing above 100 was said before.

    None when it was refused, or is over already.
    """
    invite = leg.invite
    line = as_told(line)
    language = line.language
    touch = _touch(around, invite, line)
    try:
        kept = await around.inbox.receive(touch)
        call = await around.desk.began(
            around.tenant_id,
            kept,
            account=touch.account,
            thread=touch.thread,
            number=line.number,
            dialled=line.dialled,
        )
    except Unavailable:
        await _refused(leg, 503, Field("Retry-After", str(RETRY_AFTER_S)))
        return None
    except (Conflict, HubError):
        log.exception("call_not_kept")
        await _refused(leg, 500)
        return None
    if call.ended_at is not None:
        await _refused(leg, 480)  # the same INVITE again, of a call that is over
        return None
    if leg.is_over:
        await around.desk.ended(call.id, CallEnd.CLIENT_LEFT)
        return None
    return InboundCall(around, call, leg, line, language)


async def _refused(leg: InboundLeg, status: int, *fields: Field) -> None:
    if leg.is_over:
        return
    try:
        await leg.refuse(status, *fields)
    except LegOver:
        await ended(leg)


def _touch(around: Surroundings, invite: Request, line: Line) -> InboundTouch:
    external_id, body_sha256 = invite_key(invite)
    about = {"dialled": line.dialled, "caller_name": line.name}
    return InboundTouch(
        tenant_id=around.tenant_id,
        channel="sip",
        account=line.account,
        external_id=external_id,
        thread=thread_of(invite),
        sender=Sender(kind=IdentityKind.PHONE, value=line.number, display=line.number, name=line.name),
        queue_id=line.queue_id,
        text="",
        raw=bytes(invite),
        body_sha256=body_sha256,
        received_at=around.clock.now(),
        language=line.language,
        media=Media.VOICE,
        kind=TouchKind.CALL,
        queued=line.menu is None,
        about={name: value for name, value in about.items() if value},
    )
