"""A page of the console with its phone, by a real WebSocket, and SIP written by hand."""

from collections.abc import Awaitable, Callable

from aiohttp import ClientSession

from hub.channels.sip.dialog import Dialog, callee_dialog, dialog_answer
from hub.channels.sip.headers import name_addr_of, via_of
from hub.channels.sip.message import Message, Request, Response
from hub.channels.sip.refusal import Field
from tests.fakes.sip_network import SDP
from tests.fakes.sip_phone import RegisteringPhone, WsSocket, ws_socket

WITH_SDP = (Field("Content-Type", "application/sdp"),)


class Page:
    """A page of the console with its phone: the sockets change, the phone does not."""

    def __init__(
        self,
        url: str,
        client: ClientSession,
        username: str,
        password: str,
        name: str,
        *,
        origin: str = "http://127.0.0.1",
    ) -> None:
        self._url = url
        self._client = client
        self._origin = origin
        self._credentials = (username, password)
        self.contact = f"<sip:{name}@x.invalid;transport=ws>"
        self.here = name_addr_of(self.contact)
        self.socket: WsSocket
        self.dialog: Dialog

    async def connect(self) -> None:
        """Another socket, and register by it."""
        await self.open_socket()
        phone = RegisteringPhone(
            self.socket.exchange, *self._credentials, via="WS x.invalid", contact=self.contact
        )
        assert (await phone.register()).status == 200

    async def open_socket(self) -> None:
        """Another socket, and nothing is said by it."""
        self.socket = await ws_socket(self._client, self._url, self._origin)

    async def request(self, method: str) -> Request:
        """The next request of that method that comes by the socket of now."""
        return await _first(self.socket, lambda one: isinstance(one, Request) and one.method == method)  # type: ignore[return-value]

    async def pick_up(self, answered: Callable[[bytes], Awaitable[bytes]] | None = None) -> None:
        """Answer the call that rings; `answered` makes the description."""
        invite = await self.request("INVITE")
        sdp = SDP if answered is None else await answered(invite.body)
        answer = dialog_answer(invite, 200, local_tag="b", contact=self.here, adding=WITH_SDP, body=sdp)
        await self.socket.send(answer)
        await self.request("ACK")
        self.dialog = callee_dialog(invite, "b")

    async def renegotiates(self) -> Response:
        """A re-INVITE of its own, as JsSIP makes one to begin ICE anew."""
        self.dialog, invite = self.dialog.request(
            "INVITE", via_of("SIP/2.0/WS x.invalid;branch=z9hG4bKre"), *WITH_SDP, contact=self.here, body=SDP
        )
        await self.socket.send(invite)
        answer = await _first(self.socket, lambda one: isinstance(one, Response) and one.is_final)
        assert isinstance(answer, Response)
        await self.socket.send(self.dialog.ack(invite, via_of("SIP/2.0/WS x.invalid;branch=z9hG4bKack")))
        return answer


async def _first(socket: WsSocket, is_it: object) -> Message:
    while True:
        message = await socket.next()
        if is_it(message):  # type: ignore[operator]
            return message
