"""`/ws/agent`: one window of the console, from its hello to its close."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec
import structlog
from aiohttp import WSMsgType, web

from hub.domain.access import Permission, Principal, Scope
from hub.domain.errors import HubError, NotSignedIn
from hub.domain.events import Typing, Viewing
from hub.domain.ids import InteractionId, PersonId, QueueId, UserId
from hub.ids import new_id
from hub.outgoing import Outgoing, Socket
from hub.ports.bus import EventBus
from hub.ports.clock import Clock
from hub.screenpop.floor import FloorFeed
from hub.screenpop.frames import (
    Command,
    Hello,
    Ping,
    Replayed,
    Resync,
    SignedOut,
    Snapshot,
    Tick,
    TypingCommand,
    ViewingCommand,
    WatchFloor,
)
from hub.screenpop.pusher import Pusher
from hub.screenpop.sessions import Stream, Streams, encode, numbered
from hub.screenpop.snapshot import Snapshots
from hub.screenpop.windows import Windows

log = structlog.get_logger(__name__)

BAD_FRAME = 4003
NO_HELLO = 4002
SIGNED_OUT = 4001
TOO_SLOW = 4008
GOING_AWAY = 1012
OUR_FAULT = 1011

_HELLO_WITHIN_S = 5.0
_FRAME_BYTES = 4096
_SILENT_AFTER_S = 60.0
_TICK_EVERY_S = 5.0

_decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


class AgentSockets:
    """The windows of this node; `serve` is the aiohttp handler."""

    def __init__(
        self,
        streams: Streams,
        windows: Windows,
        pusher: Pusher,
        snapshots: Snapshots,
        floor: FloorFeed,
        bus: EventBus,
        clock: Clock,
        *,
        authenticate: Callable[[web.Request], Awaitable[Principal]],
        renew_sign_in: Callable[[Principal], Awaitable[None]],
        may_read: Callable[[Principal, InteractionId], Awaitable[None]],
        backlog_bytes: int,
        backlog_s: float,
        on_too_slow: Callable[[], None],
    ) -> None:
        self.streams = streams
        self.windows = windows
        self.pusher = pusher
        self.snapshots = snapshots
        self.floor = floor
        self.bus = bus
        self.clock = clock
        self.authenticate = authenticate
        self.renew_sign_in = renew_sign_in
        self.may_read = may_read
        self.backlog_bytes = backlog_bytes
        self.backlog_s = backlog_s
        self.on_too_slow = on_too_slow
        self._open: set[AgentSocket] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Let the window in (cookie and exact Origin) and serve it until it goes."""
        principal = await self.authenticate(request)
        principal.require(Permission.OPEN_CONSOLE)
        ws: Socket = web.WebSocketResponse(
            compress=False,
            max_msg_size=_FRAME_BYTES,
            heartbeat=25.0,
            autoping=True,
            decode_text=False,
        )
        await ws.prepare(request)
        if (transport := request.transport) is None:
            return ws  # gone already
        socket = AgentSocket(self, ws, transport, principal, lambda: self.authenticate(request))
        self._open.add(socket)
        try:
            await socket.serve()
        finally:
            self._open.discard(socket)
        return ws

    async def tick(self) -> None:
        """Tell every window that it is up to date, or that it missed something."""
        now = self.clock.now()
        for stream in self.streams.present():
            frame = stream.numbered(Tick(seq=0, server_time=now))
            for reader in stream.readers:
                reader.write(frame)
        self.streams.forget_old()

    async def close_all(self) -> None:
        """The hub is going down: the windows come back by themselves."""
        for socket in list(self._open):
            socket.close_soon(GOING_AWAY)


class AgentSocket:
    """One window. Frames are pushed without waiting; a reader that is too slow is closed with 4008."""

    def __init__(
        self,
        house: AgentSockets,
        ws: Socket,
        transport: asyncio.Transport,
        principal: Principal,
        still_signed_in: Callable[[], Awaitable[Principal]],
    ) -> None:
        self._house = house
        self._still_signed_in = still_signed_in
        self._ws = ws
        self._principal = principal
        self._closing = False
        self._stream: Stream | None = None
        self._id = new_id()
        self._viewing: InteractionId | None = None
        self._card: PersonId | None = None
        self._group: asyncio.TaskGroup | None = None
        self._outgoing = Outgoing(
            transport,
            backlog_bytes=house.backlog_bytes,
            backlog_s=house.backlog_s,
            too_slow=self._too_slow,
        )

    @property
    def principal(self) -> Principal:
        """Whose window it is."""
        return self._principal

    def show_queues(self, queues: frozenset[QueueId]) -> None:
        """These are the queues of its agent from now on."""
        self._principal = replace(self._principal, queues=queues)

    @property
    def card(self) -> PersonId | None:
        """Whose card is on the screen, as the console says."""
        return self._card

    def close_signed_out(self, reason: str) -> None:
        """The sign-in ended: say so, and close."""
        if self._stream is not None:
            self._outgoing.write(self._stream.numbered(SignedOut(seq=0, reason=reason)))
        self.close_soon(SIGNED_OUT)

    def close_soon(self, code: int) -> None:
        """Begin to close with `code`; returns at once."""
        if self._group is not None:
            self._group.create_task(self._close_within_a_second(code))

    def _too_slow(self) -> None:
        self._house.on_too_slow()
        self.close_soon(TOO_SLOW)

    async def serve(self) -> None:
        """Until either side goes."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                try:
                    await self._talk()
                finally:
                    self._group = None  # a group that ends takes no more tasks
        except* Exception:
            log.exception("agent_socket_failed", user_id=self._principal.user_id)
            await self._close(OUR_FAULT)
        finally:
            self._outgoing.end()
            self._looks_at(None)
            self._house.windows.closed(self)
            self._house.floor.unwatch(self)
            if self._stream is not None:
                self._house.streams.detach(self._stream, self._outgoing)

    async def _close_within_a_second(self, code: int) -> None:
        self._outgoing.cut_after(1.0)
        await self._close(code)

    async def _close(self, code: int) -> None:
        if not self._closing:
            self._closing = True
            self._outgoing.end()
            await self._ws.close(code=code, drain=False)

    async def _talk(self) -> None:
        try:
            async with asyncio.timeout(_HELLO_WITHIN_S):
                hello = await self._next()
        except TimeoutError:
            await self._close(NO_HELLO)
            return
        if not isinstance(hello, Hello):
            await self._close(NO_HELLO if hello is None else BAD_FRAME)
            return
        try:
            await self._greet(hello)
        except NotSignedIn:
            self._outgoing.hold()  # what was kept for this window is not for it any more
            self._outgoing.release()
            self.close_signed_out("revoked")
        while True:
            try:
                async with asyncio.timeout(_SILENT_AFTER_S):
                    command = await self._next()
            except TimeoutError:
                await self._close(NO_HELLO)
                return
            match command:
                case None:
                    return
                case Ping():
                    await self._pinged()
                case TypingCommand():
                    self._typing(command)
                case ViewingCommand():
                    await self._views(command)
                case WatchFloor():
                    self._watch_floor(command)
                case Hello():
                    await self._close(BAD_FRAME)
                    return

    async def _next(self) -> Command | None:
        while True:
            message = await self._ws.receive()
            if message.type is WSMsgType.TEXT:
                try:
                    return _decoder.decode(message.data)
                except msgspec.MsgspecError:
                    await self._close(BAD_FRAME)
                    return None
            elif message.type is WSMsgType.BINARY:
                await self._close(BAD_FRAME)
                return None
            else:
                return None

    async def _greet(self, hello: Hello) -> None:
        house, p = self._house, self._principal
        assert p.user_id is not None
        stream = house.streams.of(p.tenant_id, p.user_id)
        missed = None if hello.last_seq is None else stream.since(hello.last_seq, hello.stream)
        upto = stream.seq
        # listens before the snapshot is taken: nothing falls between
        self._outgoing.hold()
        house.streams.attach(stream, self._outgoing)
        self._stream = stream
        house.windows.opened(
            self
        )  # from here on a sign-out closes it; one that came before the hello is found now
        await self._still_signed_in()
        await house.windows.renew()
        if missed is not None:
            self._outgoing.release(*missed, encode(Replayed(seq=upto, stream=stream.name)))
        else:
            # what was pushed up to here is in the snapshot; what comes from here on follows it
            upto = stream.seq
            self._outgoing.hold()
            desk = await house.snapshots.desk(p)
            for row in desk.work:
                house.pusher.note_holder(InteractionId(row.interaction_id), p.user_id)
            for consult in desk.consults:
                house.pusher.note_asked(InteractionId(consult.interaction_id), UserId(consult.colleague.id))
            house.pusher.note_offers(p.user_id, desk.offers)
            house.windows.told(p.user_id, desk.me)
            kind = Snapshot if hello.last_seq is None else Resync
            self._outgoing.release(encode(kind(seq=upto, stream=stream.name, desk=desk)))
        house.windows.lines_changed()

    async def _pinged(self) -> None:
        self._house.windows.heard_from(self)
        if self._stream is not None:
            self._outgoing.write(self._stream.numbered(Tick(seq=0, server_time=self._house.clock.now())))
        try:
            await self._house.renew_sign_in(self._principal)
        except NotSignedIn:
            self.close_signed_out("expired")
        except HubError:
            log.warning(
                "sign_in_not_renewed", user_id=self._principal.user_id
            )  # the store is away: try again

    def _watch_floor(self, command: WatchFloor) -> None:
        if not command.on:
            self._house.floor.unwatch(self)
        elif not self._house.floor.watch(self, self._principal.acting(Permission.READ_WALLBOARD)):
            log.info(
                "floor_not_shown", user_id=self._principal.user_id
            )  # not with this role: nothing is sent

    def show(self, frame: bytes) -> None:
        """A frame of the floor, encoded with seq 0: it goes out under the newest number of the line."""
        if self._stream is not None:
            self._outgoing.write(numbered(frame, self._stream.seq))

    def _typing(self, command: TypingCommand) -> None:
        interaction_id, p = InteractionId(command.interaction_id), self._principal
        holds = self._house.pusher.holder(interaction_id) == p.user_id
        # who looks on and may answer for the team types too; anybody else's conversation: nobody is told
        helps = self._viewing == interaction_id and p.scope(Permission.REPLY) > Scope.OWN
        if holds or helps:
            self._house.bus.tell(
                Typing(
                    tenant_id=p.tenant_id,
                    interaction_id=interaction_id,
                    by_client=False,
                    agent_id=p.user_id,
                    name=p.name,
                    typing=command.typing,
                )
            )

    async def _views(self, command: ViewingCommand) -> None:
        """Whoever may not read it does not look at it, whatever their console says."""
        interaction_id = InteractionId(command.interaction_id) if command.interaction_id else None
        if interaction_id is not None:
            try:
                reader = self._principal.acting(Permission.READ_INTERACTION)
                await self._house.may_read(reader, interaction_id)
            except HubError:
                interaction_id = None
        self._card = PersonId(command.person_id) if command.person_id else None
        self._looks_at(interaction_id)

    def _looks_at(self, interaction_id: InteractionId | None) -> None:
        before, self._viewing = self._viewing, interaction_id
        if before is not None and before != interaction_id:
            self._tell_viewing(before, viewing=False)
        if interaction_id is not None:
            self._tell_viewing(interaction_id, viewing=True)

    def _tell_viewing(self, interaction_id: InteractionId, *, viewing: bool) -> None:
        p = self._principal
        assert p.user_id is not None
        self._house.bus.tell(
            Viewing(
                tenant_id=p.tenant_id,
                interaction_id=interaction_id,
                user_id=p.user_id,
                name=p.name,
                window=self._id,
                viewing=viewing,
            )
        )
