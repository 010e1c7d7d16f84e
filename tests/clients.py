"""An agent and a visitor as tests play them: REST through aiohttp, frames through websockets, JSON as it is.

What they hear is kept in order; `heard` waits for the next frame of a kind and forgets what came before it.
"""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from tests.hubs import PASSWORD, SITE

Frame = dict[str, Any]

WITHIN_S = 10.0
"""How long tests wait for what must come."""

_numbers = itertools.count(1)


class Silent(AssertionError):
    """What a test waited for did not come; the text lists what did."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered."""

    status: int
    body: Any
    headers: Mapping[str, str]


class FrameSocket:
    """One WebSocket; frames are told apart by the field `kind_field`."""

    kind_field = "kind"

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._waiting: deque[Frame] = deque()

    async def send(self, frame: Frame | str) -> None:
        """Send a frame, or text as it is."""
        await self.connection.send(frame if isinstance(frame, str) else json.dumps(frame))

    async def next(self, within_s: float = WITHIN_S) -> Frame:
        """The next frame, whatever it is. Raises TimeoutError and ConnectionClosed."""
        if self._waiting:
            return self._waiting.popleft()
        async with asyncio.timeout(within_s):
            frame: Frame = json.loads(await self.connection.recv())
        return frame

    async def heard(self, kind: str, within_s: float = WITHIN_S, **fields: object) -> Frame:
        """The next frame of that kind whose fields have these values. Raises Silent."""
        passed: list[str] = []
        try:
            async with asyncio.timeout(within_s):
                while True:
                    frame = await self.next(within_s)
                    if frame[self.kind_field] == kind and fields.items() <= frame.items():
                        return frame
                    passed.append(json.dumps(frame)[:200])
        except (TimeoutError, ConnectionClosed) as error:
            raise Silent(f"no {kind} {fields or ''}: {error!r}; heard {passed}") from error

    async def heard_one_of(self, *kinds: str, within_s: float = WITHIN_S) -> Frame:
        """The next frame of one of these kinds. Raises TimeoutError and ConnectionClosed."""
        while True:
            frame = await self.next(within_s)
            if frame[self.kind_field] in kinds:
                return frame

    async def quiet(self, kind: str, for_s: float) -> bool:
        """Whether no frame of that kind comes for so long; the others are kept."""
        kept: list[Frame] = []
        try:
            async with asyncio.timeout(for_s):
                while True:
                    frame = await self.next(for_s)
                    kept.append(frame)
                    if frame[self.kind_field] == kind:
                        return False
        except TimeoutError:
            return True
        finally:
            self._waiting.extend(kept)

    async def close_code(self, within_s: float = WITHIN_S) -> int:
        """Read on until the hub closes; the code. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while True:
                try:
                    await self.connection.recv()
                except ConnectionClosed as closed:
                    return closed.rcvd.code if closed.rcvd else 1006

    async def close(self) -> None:
        """Close in order."""
        await self.connection.close()

    def cut(self) -> None:
        """Break the connection without a word."""
        self.connection.transport.abort()


class Agent:
    """Somebody at the console: signs in when entered (unless `signs_in` is False), leaves at the end."""

    def __init__(self, url: str, login: str, password: str = PASSWORD, *, signs_in: bool = True) -> None:
        self.url = url
        self.login = login
        self.password = password
        self.signs_in = signs_in
        self.csrf = ""
        self.me: Frame = {}
        self.desk: Frame = {}
        self._socket: FrameSocket | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=WITHIN_S)
        )
        try:
            if self.signs_in:
                await self.sign_in()
        except BaseException:
            await self._http.close()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self._http.close()

    @property
    def socket(self) -> FrameSocket:
        """The console's socket, once it is open."""
        assert self._socket is not None, "connect first"
        return self._socket

    @property
    def cookie(self) -> str:
        """The Cookie header of this sign-in."""
        return "; ".join(f"{cookie.key}={cookie.value}" for cookie in self._http.cookie_jar)

    async def sign_in(self) -> None:
        """Begin a sign-in. Raises AssertionError when it is refused."""
        answer = await self.ask("POST", "/api/v1/session", {"login": self.login, "password": self.password})
        assert answer.status == 200, answer
        self.csrf, self.me = answer.body["csrf"], answer.body["user"]

    async def connect(self, last_seq: int | None = None, stream: str = "") -> Frame:
        """Open the console's socket; the first frame of the desk (snapshot, resync or replayed)."""
        self._socket = await open_agent_socket(self.url, self.cookie, origin=self.url)
        await self.socket.send({"kind": "hello", "last_seq": last_seq, "stream": stream})
        frame = await self.socket.next()
        self.desk = frame.get("desk", self.desk)
        return frame

    async def heard(self, kind: str, within_s: float = WITHIN_S, **fields: object) -> Frame:
        """See FrameSocket."""
        return await self.socket.heard(kind, within_s, **fields)

    # --- the API ---

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request as the console makes it; `body` may be bytes."""
        sent = {"Origin": self.url, "X-CSRF-Token": self.csrf, **({"Idempotency-Key": key} if key else {})}
        data: bytes | None = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        async with self._http.request(
            method, f"{self.url}{path}", data=data, headers={**sent, **(headers or {})}
        ) as response:
            raw = await response.read()
        is_json = "json" in response.headers.get("Content-Type", "")
        return Answer(response.status, json.loads(raw) if raw and is_json else raw, response.headers)

    async def get(self, path: str) -> Any:
        """What is under `path`. Raises AssertionError when it is refused."""
        answer = await self.ask("GET", path)
        assert answer.status == 200, answer
        return answer.body

    async def post(self, path: str, body: object = None, *, key: str = "") -> Any:
        """Do something. Raises AssertionError when it is refused."""
        answer = await self.ask("POST", path, body, key=key)
        assert answer.status in {200, 201}, answer
        return answer.body

    async def be(self, state: str, reason: str = "") -> Frame:
        """Become available, paused or offline; the agent as they are now."""
        me: Frame = await self.post("/api/v1/agents/me/state", {"state": state, "reason": reason})
        return me

    async def offered(self, within_s: float = WITHIN_S) -> Frame:
        """The next offer."""
        return await self.heard("reservation_offered", within_s)

    async def accept(self, reservation_id: str) -> Frame:
        """Take offered work; the interaction."""
        interaction: Frame = await self.post(f"/api/v1/reservations/{reservation_id}/accept")
        return interaction

    async def reply(self, interaction_id: str, text: str, *, key: str = "") -> Frame:
        """Answer the client; the touch."""
        path = f"/api/v1/interactions/{interaction_id}/touches"
        touch: Frame = await self.post(path, {"channel": "webchat", "text": text}, key=key)
        return touch

    async def close(self, interaction_id: str, disposition: str = "resolved", note: str = "") -> Frame:
        """Record the outcome and close; the interaction."""
        path = f"/api/v1/interactions/{interaction_id}/close"
        interaction: Frame = await self.post(path, {"disposition": disposition, "note": note})
        return interaction


class Visitor(FrameSocket):
    """A web site's visitor on one connection."""

    kind_field = "t"

    def __init__(self, connection: ClientConnection) -> None:
        super().__init__(connection)
        self.session = ""
        self.greeting: Frame = {}

    @classmethod
    async def come(
        cls, url: str, *, session: str | None = None, last_seq: int | None = None, lang: str = "en"
    ) -> Self:
        """Connect and be greeted; with `session` as somebody who was here before."""
        visitor = cls(await open_visitor_socket(url, origin=url))
        await visitor.send({"t": "hello", "session": session, "lang": lang, "last_seq": last_seq})
        visitor.greeting = await visitor.heard("hello")
        visitor.session = visitor.greeting["session"]
        return visitor

    async def write(self, text: str, msg_id: str = "") -> str:
        """Send a message without waiting; its id."""
        msg_id = msg_id or f"m{next(_numbers)}"
        await self.send({"t": "message", "client_msg_id": msg_id, "text": text})
        return msg_id

    async def say(self, text: str, msg_id: str = "", within_s: float = WITHIN_S) -> Frame:
        """Send a message and wait until it is durable; the acknowledgement."""
        msg_id = await self.write(text, msg_id)
        return await self.heard("ack", within_s, client_msg_id=msg_id)


async def open_agent_socket(url: str, cookie: str, *, origin: str | None, **options: Any) -> FrameSocket:
    """`/ws/agent` without a hello; `options` are those of websockets. Raises InvalidStatus when the hub refuses."""
    return FrameSocket(
        await connect(
            f"ws{url.removeprefix('http')}/ws/agent",
            origin=None if origin is None else Origin(origin),
            additional_headers={"Cookie": cookie} if cookie else {},
            compression=None,
            proxy=None,
            max_size=None,
            close_timeout=2.0,
            **options,
        )
    )


async def open_visitor_socket(
    url: str, *, origin: str | None, site: str = SITE, **options: Any
) -> ClientConnection:
    """`/ws/chat` without a hello; `options` are those of websockets. Raises InvalidStatus when the hub refuses."""
    return await connect(
        f"ws{url.removeprefix('http')}/ws/chat?site={site}",
        origin=None if origin is None else Origin(origin),
        compression=None,
        proxy=None,
        max_size=None,
        close_timeout=2.0,
        **options,
    )
