"""One visitor's socket: the greeting, then one frame after the other until either side goes."""

import asyncio

import structlog
from aiohttp import WebSocketError, WSMsgType

from hub.channels.webchat.conversation import Conversation
from hub.channels.webchat.frames import (
    ErrorFrame,
    HubFrame,
    NackFrame,
    PongFrame,
    VisitorFrame,
    VisitorHello,
    VisitorMessage,
    VisitorPing,
)
from hub.channels.webchat.greeting import Greeting, greet
from hub.channels.webchat.limits import Pace
from hub.channels.webchat.parse import ID_CHARS, frame_from, milliseconds
from hub.channels.webchat.signed import vouched
from hub.channels.webchat.surroundings import Surroundings
from hub.channels.webchat.threads import Thread, encode
from hub.domain.errors import HubError, Invalid, TooMany, Unavailable
from hub.domain.site_identity import SiteUser
from hub.outgoing import Outgoing, Socket
from hub.ports.visitors import Site

log = structlog.get_logger(__name__)

TOO_LARGE = 1009
OUR_FAULT = 1011
GOING_AWAY = 1012
TRY_LATER = 1013
NO_HELLO = 4002
SITE_OFF = 4004
BAD_FRAMES = 4003
TOO_SLOW = 4008

_BROKEN = {1002, 1007}


class VisitorSocket:
    """An upgraded socket. `serve` lasts as long as it does."""

    def __init__(
        self,
        around: Surroundings,
        ws: Socket,
        transport: asyncio.Transport,
        site: Site,
        address: str,
        origins: tuple[str, ...] = (),
    ) -> None:
        settings = around.settings
        self.origins = origins
        self._around = around
        self._ws = ws
        self._site = site
        self._address = address
        self._outgoing = Outgoing(
            transport,
            backlog_bytes=settings.backlog_bytes,
            backlog_s=settings.backlog_s,
            too_slow=self._too_slow,
        )
        self._pace = Pace(per_s=settings.frames_per_s, burst=settings.frames_burst)
        self._bad_frames = 0
        self._group: asyncio.TaskGroup | None = None
        self._closing = False
        self._before_greeting: list[bytes] | None = []
        self._thread: Thread | None = None
        self.visitor_id = ""
        self.signed: SiteUser | None = None

    async def serve(self) -> None:
        """Talk with the visitor until one of the two goes. What they wrote before that is still handed in."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                try:
                    await self._talk(group)
                finally:
                    self._group = None  # a group that ends takes no more tasks
        except* Exception:
            log.exception("visitor_socket_failed", site=self._site.key)
            await self._close(OUR_FAULT)
        finally:
            self._outgoing.end()
            self._outgoing.cut_after(self._around.settings.close_s)
            self._let_go()

    def _let_go(self) -> None:
        if self._thread is not None:
            self._around.threads.leave(self._thread, self)
            self._thread = None

    async def say(self, frame: bytes) -> bool:
        """Write an encoded frame; what comes before the greeting waits for it. False: it was not taken."""
        if self._before_greeting is not None:
            self._before_greeting.append(frame)
            return not self._closing
        return self._outgoing.write(frame)

    def close_soon(self, code: int) -> None:
        """Begin to close with `code`; returns at once."""
        if self._group is not None and not self._closing:
            self._group.create_task(self._close(code))

    @property
    def site_key(self) -> str:
        """Whose chat this is."""
        return self._site.key

    def come_again(self) -> None:
        """Begin to close with GOING_AWAY; returns at once."""
        self.close_soon(GOING_AWAY)

    def turn_away(self) -> None:
        """The site does not have this page any more: say so, and close with SITE_OFF; returns at once."""
        if self._closing:
            return
        self._outgoing.write(
            encode(ErrorFrame(code="site_off", text="this chat is not offered here any more"))
        )
        self.close_soon(SITE_OFF)

    async def _close(self, code: int) -> None:
        if not self._closing:
            self._closing = True
            self._outgoing.end()
            await self._ws.close(code=code, drain=False)

    def _too_slow(self) -> None:
        self._around.count_bad("too_slow")
        self.close_soon(TOO_SLOW)

    async def _talk(self, group: asyncio.TaskGroup) -> None:
        try:
            async with asyncio.timeout(self._around.settings.hello_within_s):
                hello = await self._first_hello()
        except TimeoutError:
            self._around.count_bad("no_hello")
            await self._close(NO_HELLO)
            return
        if hello is not None and (thread := await self._greeted(hello)) is not None:
            await self._converse(group, hello, thread)

    async def _first_hello(self) -> VisitorHello | None:
        while (next_ := await self._next_frame()) is not None:
            match next_[0]:
                case VisitorHello() as hello:
                    return hello
                case VisitorPing():
                    await self._answer(PongFrame())
                case VisitorMessage(client_msg_id=msg_id):
                    await self._refuse("hello_first", "say hello first", client_msg_id=msg_id[:ID_CHARS])
                case _:
                    await self._refuse("hello_first", "say hello first")
        return None

    async def _greeted(self, hello: VisitorHello) -> Thread | None:
        """The visitor's conversation after they were greeted, None when they must come again."""
        try:
            checked = await self._around.identities.checked(self._site, hello.identity)
            if checked.refused is not None:
                # said before the greeting, which begins anonymously
                await self._refuse(checked.refused.stable_code, str(checked.refused))
            self.signed = checked.user
            greeting = await greet(self._around, self._site, self._address, hello, self)
        except TooMany as exc:
            await self._refuse("too_many", str(exc), wait_s=exc.retry_after_s)
        except Unavailable as exc:
            await self._answer(NackFrame(retry_ms=milliseconds(exc.retry_after_s), code="unavailable"))
        else:
            self._thread = greeting.thread
            await self._say_greeting(greeting)
            await self._prove(greeting.thread)
            return greeting.thread
        await self._close(TRY_LATER)
        return None

    async def _prove(self, thread: Thread) -> None:
        """Whoever reads the open conversation learns whose it is; what opens later says so itself."""
        if self.signed is None or not thread.open:
            return
        visitor = thread.visitor
        try:
            claims = vouched(self._site, self.signed)
            await self._around.signs_in.signed_in(visitor.tenant_id, visitor.id, claims)
        except HubError as error:
            # the next hello tries again
            log.warning("site_user_not_united", site=self._site.key, code=error.stable_code)

    async def _say_greeting(self, greeting: Greeting) -> None:
        waiting, self._before_greeting = self._before_greeting or [], None
        thread = greeting.thread
        await self._answer(greeting.frame)
        if thread.told is not None:
            await self._answer(thread.told)
        for frame in waiting:
            await self.say(frame)
        self._around.news.line_matters_to(thread)
        self._around.thread_held()

    async def _converse(self, group: asyncio.TaskGroup, hello: VisitorHello, thread: Thread) -> None:
        conversation = Conversation(
            self._around, thread, hello, self._address, group, answer=self._answer, refuse=self._refuse
        )
        while (next_ := await self._next_frame()) is not None:
            await conversation.take(*next_)
        self._let_go()
        await conversation.end()

    async def _next_frame(self) -> tuple[VisitorFrame, bytes] | None:
        """The next frame and its bytes, None when there will be no more."""
        while not self._closing:
            message = await self._ws.receive()
            if (delay_s := self._pace.delay_s(self._around.clock.monotonic())) > 0:
                await asyncio.sleep(delay_s)
            match message.type:
                case WSMsgType.TEXT if len(message.data) > self._around.settings.frame_bytes:
                    await self._refuse("too_large", "the frame is too large")
                    await self._close(TOO_LARGE)
                case WSMsgType.TEXT:
                    try:
                        return frame_from(message.data), message.data
                    except Invalid as exc:
                        await self._refuse(exc.stable_code, str(exc))
                case WSMsgType.BINARY:
                    await self._refuse("bad_frame", "frames are text")
                case WSMsgType.PING:
                    self._outgoing.write(message.data, WSMsgType.PONG)
                case WSMsgType.PONG:
                    pass
                case WSMsgType.ERROR:
                    self._count_broken(message.data)
                    return None
                case _:
                    return None
        return None

    def _count_broken(self, error: object) -> None:
        """aiohttp has closed the socket already: a frame was far too large, or broke the protocol."""
        if isinstance(error, WebSocketError):
            self._around.count_bad("too_large" if error.code == TOO_LARGE else "bad_frame")

    async def _answer(self, frame: HubFrame) -> None:
        self._outgoing.write(encode(frame))

    async def _refuse(
        self,
        code: str,
        text: str,
        *,
        client_msg_id: str = "",
        wait_s: float | None = None,
        field: str = "",
    ) -> None:
        self._around.count_bad(code)
        retry_ms = None if wait_s is None else milliseconds(wait_s)
        await self._answer(
            ErrorFrame(code=code, text=text, client_msg_id=client_msg_id, retry_ms=retry_ms, field=field)
        )
        if code == "bad_frame":
            self._bad_frames += 1
            if self._bad_frames >= self._around.settings.bad_frames:
                await self._close(BAD_FRAMES)
