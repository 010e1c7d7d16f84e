"""A call that comes in: from its INVITE to the line, the menu, or what is said when nobody is there."""

import io
import wave
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from hub.channels.sip.b2bua.caller import invite_key, thread_of
from hub.channels.sip.b2bua.live import LiveCall
from hub.channels.sip.b2bua.parties import CLIENT
from hub.channels.sip.b2bua.sides import ended
from hub.channels.sip.b2bua.surroundings import Line, Menu, Phrase, Surroundings
from hub.channels.sip.b2bua.waiting import Goodbye, InLine, InMenu, LeavesMessage
from hub.channels.sip.leg import Leg, LegOver
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Field
from hub.domain.agent import Media
from hub.domain.call import Call, CallEnd
from hub.domain.errors import Conflict, HubError, Unavailable
from hub.domain.ids import QueueId
from hub.domain.person import IdentityKind
from hub.domain.touch import InboundTouch, Sender, TouchKind
from hub.ports.media import RATE_HZ, NoCommonMedia, NoRoom

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 5
MESSAGE_LEAST_S = 1.0


class InboundCall(LiveCall):
    """A caller, from the moment that their call is durable."""

    def __init__(self, around: Surroundings, call: Call, leg: Leg, line: Line, language: str) -> None:
        super().__init__(around, call, leg)
        self.language = language
        self._line = line
        self._message: MessageSink | None = None

    async def begin(self) -> None:
        """The first step: a menu, the line, or what is said outside the hours."""
        if self._line.menu is not None:
            self.waiting = InMenu(self, self._line.menu, self._chose(self._line.menu))
            try:
                await self.waiting.begin()
            except (NoRoom, NoCommonMedia):
                await self._refuse(488)
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
        around = self.around
        queue = await around.queue(queue_id)
        if queue is None:
            await self._refuse(480)
            return
        self.call = replace(self.call, queue_id=queue_id)
        hours = await around.hours(queue_id, self.language)
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
        except (NoRoom, NoCommonMedia):
            await self._refuse(488)
        except LegOver:
            pass  # the caller's own end comes as a step

    async def _refuse(self, status: int) -> None:
        if self.client is not None and not self.client.is_over and not self.client_answered:
            await self.client.refuse(status)
        await self.over(CallEnd.FAILED)

    async def record_message(self) -> None:
        """What the caller says from now on is a message."""
        self._message = MessageSink()
        await (await self.sound()).record(CLIENT, self._message)

    async def told(self, end: CallEnd) -> None:
        """A message that was left is kept before the end is."""
        message, self._message = self._message, None
        if (
            message is not None
            and message.seconds >= MESSAGE_LEAST_S
            and self.around.keep_message is not None
        ):
            try:
                attachment = await self.around.keep_message(self.call, message.wav())
                await self.around.desk.left_message(self.call.id, attachment)
                end = CallEnd.VOICEMAIL
            except (HubError, OSError):
                self.log.exception("message_not_kept")
        elif end is CallEnd.VOICEMAIL:
            end = CallEnd.CLIENT_LEFT
        await super().told(end)


class MessageSink:
    """What a caller says to nobody, in memory: three minutes are 3 MB."""

    def __init__(self) -> None:
        self._said = bytearray()

    def write(self, left: bytes, right: bytes) -> None:  # noqa: ARG002 - as the port has it
        """Only the caller's side."""
        self._said += left

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self._said) / (2 * RATE_HZ)

    def wav(self) -> bytes:
        """As a file."""
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(bytes(self._said))
        return out.getvalue()


async def received(around: Surroundings, leg: Leg, line: Line) -> InboundCall | None:
    """Make the call durable, or answer that it cannot be: nothing above 100 was said before.

    None when it was refused, or is over already.
    """
    invite = leg.invite
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


async def _refused(leg: Leg, status: int, *fields: Field) -> None:
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
