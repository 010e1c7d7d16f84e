"""Takes what one socket sends in the order it came, one at a time, and acknowledges what is durable."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.channels.webchat.forms import form_text
from hub.channels.webchat.frames import (
    AckFrame,
    ClosedFrame,
    HubFrame,
    NackFrame,
    VisitorHello,
    VisitorLeave,
)
from hub.channels.webchat.parse import form_touch, inbound_touch, milliseconds
from hub.channels.webchat.signed import said
from hub.channels.webchat.surroundings import Surroundings
from hub.channels.webchat.threads import Thread
from hub.crashpoints import crash_at
from hub.domain.errors import HubError, TooMany, Unavailable
from hub.domain.touch import Attachment, InboundTouch
from hub.ports.inbox import Received


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message that passed the checks of its frame."""

    client_msg_id: str
    text: str
    raw: bytes
    at: datetime
    attachments: tuple[Attachment, ...] = ()


Order = Written | VisitorLeave

Answer = Callable[[HubFrame], Awaitable[None]]


class Refuse(Protocol):
    """Says that a frame did nothing, and counts it."""

    async def __call__(
        self,
        code: str,
        text: str,
        *,
        client_msg_id: str = "",
        wait_s: float | None = None,
        field: str = "",
    ) -> None: ...


class Messages:
    """One socket's messages between reading and commit: at most `messages_in_hand`, then reading waits."""

    def __init__(
        self,
        around: Surroundings,
        thread: Thread,
        hello: VisitorHello,
        language: str,
        address: str,
        answer: Answer,
        refuse: Refuse,
    ) -> None:
        self._around = around
        self._thread = thread
        self._hello = hello
        self._language = language
        self._address = address
        self._answer = answer
        self._refuse = refuse
        self._orders: asyncio.Queue[Order | None] = asyncio.Queue(around.settings.messages_in_hand)
        self._nacked_id = ""
        self._nacked_until = 0.0

    async def put(self, order: Order) -> None:
        """Take one more; waits while there is no room."""
        await self._orders.put(order)

    async def end(self) -> None:
        """There will be no more: `run` returns after those in hand."""
        await self._orders.put(None)

    async def run(self) -> None:
        """Hand in one after the other, also when the socket is gone meanwhile: what came counts."""
        while (order := await self._orders.get()) is not None:
            match order:
                case VisitorLeave():
                    await self._leave()
                case Written():
                    await self._hand_in(order)

    async def _hand_in(self, written: Written) -> None:
        if (wait_s := self._behind_a_refused_one(written)) > 0:
            await self._answer(_nack(wait_s, written))
            return
        opening = not self._thread.open
        if opening and (wait_s := self._conversation_wait_s()) > 0:
            text = "too many new conversations from your address"
            await self._refuse("too_many", text, client_msg_id=written.client_msg_id, wait_s=wait_s)
            return
        if opening:
            # the answer to this message begins a conversation on the page: the end of another comes before it
            await self._around.news.over(self._thread)
        began = False
        try:
            began = await self._receive(written, opening=opening)
        finally:
            if opening and not began:
                self._around.limits.conversation_not_begun(self._address)

    async def _receive(self, written: Written, *, opening: bool) -> bool:
        """Whether a conversation was begun by it. What the visitor filled in goes before it."""
        receive = self._around.inbox.receive
        form = self._form(written) if opening else None
        touch = self._touch(written, opening=opening)
        continued = False
        try:
            if form is None:
                received = await receive(touch)
            else:
                filled, told = await asyncio.gather(receive(form), receive(touch), return_exceptions=True)
                if isinstance(told, BaseException):
                    raise told
                if isinstance(filled, BaseException) and not isinstance(filled, HubError):
                    raise filled
                received = told
                continued = isinstance(filled, Received) and filled.continued
        except Unavailable as exc:
            self._nacked_id = written.client_msg_id
            self._nacked_until = self._around.clock.monotonic() + exc.retry_after_s
            await self._answer(_nack(exc.retry_after_s, written))
            return False
        except TooMany as exc:
            await self._refuse(
                "too_many", str(exc), client_msg_id=written.client_msg_id, wait_s=exc.retry_after_s
            )
            return False
        except HubError as exc:
            await self._refuse(exc.stable_code, str(exc), client_msg_id=written.client_msg_id)
            return False
        self._nacked_until = 0.0
        thread = self._thread
        began = not received.repeated and not thread.open
        thread.newest_seq = max(thread.newest_seq, received.seq)
        await self._answer(AckFrame(client_msg_id=written.client_msg_id, seq=received.seq, at=received.at))
        crash_at("intake.after_ack")
        if not received.repeated:
            news = self._around.news
            bound = news.joined if continued or received.continued else news.bound
            await bound(thread, received.interaction_id)
        return began

    async def _leave(self) -> None:
        thread = self._thread
        if not thread.open:
            return
        try:
            await self._around.inbox.client_left(thread.site.tenant_id, thread.account, thread.visitor.id)
        except Unavailable as exc:
            await self._answer(_nack(exc.retry_after_s))
            return
        if thread.open:
            now = self._around.clock.now()
            rate = thread.rate_of_this(now)
            self._around.threads.left(thread)
            thread.rate = rate
            await thread.tell(ClosedFrame(at=now, rate=rate))

    def _behind_a_refused_one(self, written: Written) -> float:
        """Seconds to wait behind a message that could not be kept: else it would come after this one."""
        if written.client_msg_id == self._nacked_id:
            return 0.0
        return self._nacked_until - self._around.clock.monotonic()

    def _conversation_wait_s(self) -> float:
        return self._around.limits.conversation_wait_s(self._address, self._around.clock.monotonic())

    def _form(self, written: Written) -> InboundTouch | None:
        site, visitor = self._thread.site, self._thread.visitor
        text = form_text(site, visitor.answers)
        if not text:
            return None
        name, claims = said(site, visitor, self._thread.signed)
        return form_touch(
            site=site,
            visitor=visitor,
            name=name or self._hello.name,
            language=self._language,
            msg_id=written.client_msg_id,
            text=text,
            raw=b"",
            at=written.at,
            claims=claims,
        )

    def _touch(self, written: Written, *, opening: bool) -> InboundTouch:
        site, visitor = self._thread.site, self._thread.visitor
        name, claims = said(site, visitor, self._thread.signed)
        return inbound_touch(
            site=site,
            visitor=visitor,
            name=name,
            # of whom a conversation is with it is known already
            claims=tuple(one for one in claims if opening or not one.proven),
            attachments=written.attachments,
            hello=self._hello,
            language=self._language,
            msg_id=written.client_msg_id,
            text=written.text,
            raw=written.raw,
            at=written.at,
        )


def _nack(wait_s: float, written: Written | None = None) -> NackFrame:
    return NackFrame(
        retry_ms=milliseconds(wait_s),
        client_msg_id="" if written is None else written.client_msg_id,
        code="unavailable",
    )
