"""What trunks ask of the user agent: requests outside a call, keep-alives, and where a name leads."""

from hub.channels.sip.asking import Unanswered
from hub.channels.sip.message import Request, Response
from hub.channels.sip.stack import Stack
from hub.channels.sip.transport.flow import Flow, SendFailed, Unreachable
from hub.channels.sip.transport.names import places
from hub.channels.sip.transport.transports import Transports
from hub.channels.sip.uri import SipUri
from hub.channels.sip.way import Hop

_KEEP_ALIVE = b"\r\n\r\n"


class AsksOver:
    """`Asks` by these transports."""

    def __init__(self, stack: Stack, ways: Transports) -> None:
        self._stack = stack
        self._ways = ways

    async def ask(self, request: Request, hop: Hop) -> Response:
        """See the port."""
        flow = await self._flow(hop)
        # what its sender could not know: by which transport it goes, and so where we are reached
        response = await self._stack.ask(request.adding_first("Via", self._stack.via(flow)), flow)
        if not response.fields:
            raise Unanswered("nobody answered" if response.status == 408 else "it could not be sent")
        return response

    async def nudge(self, hop: Hop) -> None:
        """See the port."""
        flow = await self._flow(hop)
        try:
            flow.send(_KEEP_ALIVE)
        except SendFailed as exc:
            raise Unanswered("there is no way") from exc

    async def places(self, hop: Hop) -> tuple[tuple[str, int], ...]:
        """See the port."""
        try:
            found = await places(hop, self._ways.resolver)
        except Unreachable:
            return ()
        return tuple((one.address, one.port) for one in found)

    async def reached_at(self, hop: Hop) -> tuple[str, int]:
        """See the port."""
        uri = self._ways.contact(await self._flow(hop)).uri
        assert isinstance(uri, SipUri)
        assert uri.port is not None
        return uri.host.strip("[]"), uri.port

    async def _flow(self, hop: Hop) -> Flow:
        try:
            return await self._ways.reach(hop)
        except Unreachable as exc:
            raise Unanswered("there is no way") from exc
