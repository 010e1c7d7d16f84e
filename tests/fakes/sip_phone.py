"""A phone for tests: it registers with digest, by a socket of any kind, and says what it is answered."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from hub.channels.sip.digest_client import Account, Answering, answering
from hub.channels.sip.message import Message, Request, Response, response_to
from hub.channels.sip.parse import message_of
from hub.channels.sip.refusal import Field
from hub.channels.sip.uri import uri_of

Exchange = Callable[[Request], Awaitable[Response]]


class RegisteringPhone:
    """`exchange` sends a request and gives its final answer; `contact` is what is registered."""

    def __init__(
        self,
        exchange: Exchange,
        username: str,
        password: str,
        *,
        via: str,
        contact: str,
        realm: str = "touchline",
    ) -> None:
        self._exchange = exchange
        self._account = Account(username=username, password=password)
        self._aor = f"<sip:{username}@{realm}>"
        self._realm = realm
        self._via = via
        self._contact = contact
        self._call_id = secrets.token_hex(8)
        self._number = 0
        self.answering: Answering | None = None

    def request(self, expires_s: int = 300, contact: str | None = None) -> Request:
        self._number += 1
        fields = [
            Field("Via", f"SIP/2.0/{self._via};branch=z9hG4bK{secrets.token_hex(8)};rport"),
            Field("Max-Forwards", "70"),
            Field("From", f"{self._aor};tag=t1"),
            Field("To", self._aor),
            Field("Call-ID", self._call_id),
            Field("CSeq", f"{self._number} REGISTER"),
            Field("Expires", str(expires_s)),
        ]
        contact = self._contact if contact is None else contact
        if contact:
            fields.append(Field("Contact", contact))
        request = Request(method="REGISTER", uri=uri_of(f"sip:{self._realm}"), fields=tuple(fields))
        if self.answering is None:
            return request
        self.answering, field = self.answering.next(request, self._account, secrets.token_hex(4))
        return request.adding(field.name, field.value)

    async def register(self, expires_s: int = 300, contact: str | None = None) -> Response:
        """Signs in when it is asked to; the answer."""
        answer = await self._exchange(self.request(expires_s, contact))
        if answer.status == 401 and (found := answering(answer, self._account, self.answering)) is not None:
            self.answering = found
            answer = await self._exchange(self.request(expires_s, contact))
        return answer


class UdpSocket(asyncio.DatagramProtocol):
    """A bare socket: what comes is kept in order."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[Message] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.came.put_nowait(message_of(data))

    @property
    def port(self) -> int:
        return int(self.transport.get_extra_info("sockname")[1])

    async def next(self, within_s: float = 5.0) -> Message:
        async with asyncio.timeout(within_s):
            return await self.came.get()

    async def answer(self, within_s: float = 5.0, *, final: bool = False) -> Response:
        """The next response."""
        while True:
            message = await self.next(within_s)
            if isinstance(message, Response) and (message.is_final or not final):
                return message

    async def silence(self, for_s: float) -> list[Message]:
        """What comes in that time, which should be nothing."""
        await asyncio.sleep(for_s)
        found = []
        while not self.came.empty():
            found.append(self.came.get_nowait())
        return found

    def send(self, message: Message | bytes) -> None:
        self.transport.sendto(bytes(message))

    async def exchange(self, request: Request) -> Response:
        self.send(request)
        return await self.answer(final=True)


async def udp_socket(port: int) -> UdpSocket:
    """One that talks to this port of loopback only."""
    _, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        UdpSocket, local_addr=("127.0.0.1", 0), remote_addr=("127.0.0.1", port)
    )
    return protocol


class WsSocket:
    """A browser's socket."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws

    async def next(self, within_s: float = 5.0) -> Message:
        return message_of((await self.ws.receive_str(timeout=within_s)).encode())

    async def send(self, message: Message) -> None:
        await self.ws.send_str(bytes(message).decode())

    async def exchange(self, request: Request) -> Response:
        await self.send(request)
        while True:
            message = await self.next()
            if isinstance(message, Response) and message.is_final:
                return message
            if isinstance(message, Request):
                await self.send(response_to(message.fields, 200, to_tag="b"))


async def ws_socket(client: ClientSession, url: str, origin: str) -> WsSocket:
    return WsSocket(await client.ws_connect(url, protocols=("sip",), origin=origin))
