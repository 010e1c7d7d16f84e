"""What a greeted visitor's frames do."""

import asyncio
import math
from datetime import timedelta
from typing import assert_never

from hub.channels.webchat.asides import Asides
from hub.channels.webchat.frames import (
    NackFrame,
    PongFrame,
    VisitorCallback,
    VisitorForm,
    VisitorFrame,
    VisitorGot,
    VisitorHello,
    VisitorLeave,
    VisitorMessage,
    VisitorPage,
    VisitorPing,
    VisitorRate,
    VisitorTyping,
)
from hub.channels.webchat.messages import Answer, Messages, Refuse, Written
from hub.channels.webchat.parse import NAME_CHARS, client_id, language_of, message_text, milliseconds
from hub.channels.webchat.surroundings import Surroundings
from hub.channels.webchat.threads import Thread
from hub.domain.errors import Invalid, Unavailable
from hub.domain.events import Typing
from hub.domain.texts import one_line
from hub.domain.touch import Attachment


class Conversation:
    """One socket's part of a visitor's conversation."""

    def __init__(
        self,
        around: Surroundings,
        thread: Thread,
        hello: VisitorHello,
        address: str,
        group: asyncio.TaskGroup,
        *,
        answer: Answer,
        refuse: Refuse,
    ) -> None:
        self._around = around
        self._thread = thread
        self._hello = hello
        self._address = address
        self._group: asyncio.TaskGroup = group
        self._answer = answer
        self._refuse = refuse
        self._typing = False
        self._typing_told_at = -math.inf
        self._messages: Messages | None = None
        self._asides = Asides(around, thread, hello, address, answer, refuse)

    async def take(self, frame: VisitorFrame, raw: bytes) -> None:
        """Do what `frame` (as it came: `raw`) asks; waits while too many messages are in hand."""
        match frame:
            case VisitorMessage():
                await self._message(frame, raw)
            case VisitorTyping():
                self._tell_typing(typing=frame.typing)
            case VisitorGot():
                self._around.receipts.note(self._thread, frame.seq)
            case VisitorPing():
                await self._answer(PongFrame())
            case VisitorLeave():
                await self._in_hand().put(frame)
            case VisitorForm() | VisitorPage() | VisitorRate() | VisitorCallback():
                await self._asides.take(frame, raw)
            case VisitorHello():
                await self._refuse("bad_frame", "hello is said once")
            case _:
                assert_never(frame)

    async def end(self) -> None:
        """There will be no more frames."""
        if self._messages is not None:
            await self._messages.end()

    def _in_hand(self) -> Messages:
        # most visitors never write: what costs memory begins with the first message
        if self._messages is None:
            visitor = self._thread.visitor
            language = language_of(self._hello.lang, self._around.settings.languages, visitor.language)
            self._messages = Messages(
                self._around, self._thread, self._hello, language, self._address, self._answer, self._refuse
            )
            self._group.create_task(self._messages.run())
        return self._messages

    async def _message(self, frame: VisitorMessage, raw: bytes) -> None:
        around = self._around
        msg_id = ""
        try:
            msg_id = client_id(frame.client_msg_id)
            text = message_text(frame.text, around.settings.text_chars, may_be_empty=bool(frame.files))
        except Invalid as exc:
            await self._refuse(exc.stable_code, str(exc), client_msg_id=msg_id)
            return
        wait_s = around.limits.message_wait_s(self._thread.visitor.id, around.clock.monotonic())
        if wait_s > 0:
            await self._refuse("too_fast", "too many messages", client_msg_id=msg_id, wait_s=wait_s)
            return
        attachments: tuple[Attachment, ...] = ()
        if frame.files:
            try:
                attachments = await self._files(frame.files)
            except Unavailable as exc:
                nack = NackFrame(
                    retry_ms=milliseconds(exc.retry_after_s), client_msg_id=msg_id, code="unavailable"
                )
                await self._answer(nack)
                return
            except Invalid as exc:
                await self._refuse(exc.stable_code, str(exc), client_msg_id=msg_id)
                return
        written = Written(
            client_msg_id=msg_id, text=text, raw=raw, at=around.clock.now(), attachments=attachments
        )
        await self._in_hand().put(written)

    async def _files(self, ids: tuple[str, ...]) -> tuple[Attachment, ...]:
        """The files this visitor uploaded. Raises Invalid for too many, and for any that is not there, or soon will not
        be: what is named may not be swept before the message is kept."""
        site = self._thread.site
        if len(ids) > site.setup.files.most:
            raise Invalid(f"a message has at most {site.setup.files.most} files", code="too_many_files")
        since = self._around.clock.now() - timedelta(hours=self._around.settings.unsent_file_hours)
        named = await self._around.visitors.files(self._thread.visitor, ids)
        found = {id_: file for id_, file in named.items() if file.at >= since}
        if len(found) < len(set(ids)):
            raise Invalid("a file of the message is not there", code="no_such_file")
        return tuple(found[id_].file for id_ in dict.fromkeys(ids))

    def _tell_typing(self, *, typing: bool) -> None:
        """The desk hears of a beginning at most once in a while, and of an end once."""
        thread, now = self._thread, self._around.clock.monotonic()
        is_due = now - self._typing_told_at >= self._around.settings.typing_every_s
        if thread.interaction_id is None or not (is_due if typing else self._typing):
            return
        self._typing = typing
        if typing:
            self._typing_told_at = now
        self._around.bus.tell(
            Typing(
                tenant_id=thread.site.tenant_id,
                interaction_id=thread.interaction_id,
                by_client=True,
                agent_id=None,
                name=one_line(self._hello.name, NAME_CHARS),
                typing=typing,
            )
        )
