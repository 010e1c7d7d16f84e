"""REGISTER: who registers, and where they are from now on (RFC 3261, 10.3)."""

from hub.channels.sip.legs.ours import Ours
from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.phones.sign_in import SignIn
from hub.channels.sip.phones.whereabouts import Whereabouts
from hub.channels.sip.refusal import Field, Refused
from hub.channels.sip.registrar import contact_fields
from hub.channels.sip.transport.flow import Flow
from hub.channels.sip.uri import SipUri
from hub.domain.errors import Unavailable


class Registrations:
    """Answers REGISTER requests, each of them signed."""

    def __init__(self, sign_in: SignIn, whereabouts: Whereabouts, ours: Ours) -> None:
        self._sign_in = sign_in
        self._whereabouts = whereabouts
        self._ours = ours

    async def answer(self, request: Request, flow: Flow) -> Response:
        """200 with all bindings. Raises Refused: 401, 403 for somebody else's address, 423 and others."""
        user = request.to.uri.username if isinstance(request.to.uri, SipUri) else None
        account = self._sign_in.who(request, flow, user or "")
        if user != account.username:
            raise Refused(403, "the address is somebody else's")
        try:
            bindings = await self._whereabouts.registered(account, request, flow)
        except Unavailable as exc:
            raise Refused(503, "not now", telling=(Field("Retry-After", "10"),)) from exc
        return response_to(
            request.fields,
            200,
            to_tag=account.username[-8:],
            adding=(*contact_fields(bindings, self._whereabouts.now_s()), self._ours.server),
        )
