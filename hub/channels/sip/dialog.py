"""What two sides of a call remember of each other (RFC 3261, 12), and the requests that come of it.

A dialog is a value: each step gives the next one. Times, branches and tags are arguments.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from hub.channels.sip.headers import DEFAULT_MAX_FORWARDS, CSeq, NameAddr, Replaces, Via
from hub.channels.sip.message import Message, Request, Response, response_to
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.uri import SipUri, Uri

REFRESHES_TARGET = frozenset({"INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER"})
"""Methods whose Contact says where the other side is from now on (12.2; RFC 3311, 6665, 3515)."""
_OUT_OF_ORDER = ("ACK", "CANCEL")


class DialogId(NamedTuple):
    """What names a dialog, as this side sees it (12). A tag is empty with elements older than RFC 3261."""

    call_id: str
    local_tag: str
    remote_tag: str


def dialog_id(message: Message, *, incoming: bool) -> DialogId:
    """The dialog of a message that came, or that goes out: requests and responses look at it from both ends."""
    from_tag, to_tag = message.from_.tag or "", message.to.tag or ""
    sent_by_us = isinstance(message, Request) != incoming
    return DialogId(message.call_id, *((from_tag, to_tag) if sent_by_us else (to_tag, from_tag)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """One dialog. `local_seq` and `remote_seq` are the last numbers used, None before the first."""

    id: DialogId
    local: NameAddr
    remote: NameAddr
    target: Uri
    """Where the other side is reached."""
    routes: tuple[NameAddr, ...] = ()
    """The proxies on the way to it, the next one first."""
    local_seq: int | None = None
    remote_seq: int | None = None
    is_early: bool = False
    is_caller: bool = False

    def confirmed(self) -> Self:
        """Once a 2xx was sent or has come."""
        return self._now(self.target, self.local_seq, self.remote_seq, is_early=False)

    def _now(self, target: Uri, local_seq: int | None, remote_seq: int | None, *, is_early: bool) -> Self:
        """After a step. `dataclasses.replace` takes three times as long."""
        return type(self)(
            id=self.id,
            local=self.local,
            remote=self.remote,
            target=target,
            routes=self.routes,
            local_seq=local_seq,
            remote_seq=remote_seq,
            is_early=is_early,
            is_caller=self.is_caller,
        )

    def is_replaced_by(self, replaces: Replaces) -> bool:
        """Whether it is the dialog that a Replaces means (RFC 3891, 3)."""
        return self.id == DialogId(replaces.call_id, replaces.to_tag, replaces.from_tag)

    @property
    def as_replaces(self) -> Replaces:
        """The Replaces by which the other side finds this dialog, to be handed to a third one."""
        return Replaces(self.id.call_id, self.id.remote_tag, self.id.local_tag)

    def request(
        self,
        method: str,
        via: Via,
        *fields: Field,
        contact: NameAddr | None = None,
        max_forwards: int = DEFAULT_MAX_FORWARDS,
        body: bytes = b"",
    ) -> tuple[Self, Request]:
        """The next request in the dialog, and the dialog after it (12.2.1.1).

        `via` has a new branch. An ACK or a CANCEL is not made here: see `ack`, and `transaction.cancel_of`.
        """
        if method in _OUT_OF_ORDER:
            raise ValueError("ACK and CANCEL have the number of their INVITE")
        number = 1 if self.local_seq is None else self.local_seq + 1
        contacts = () if contact is None else (Field("Contact", str(contact)),)
        request = self._made(CSeq(number, method), via, max_forwards, (*contacts, *fields), body)
        return self._now(self.target, number, self.remote_seq, is_early=self.is_early), request

    def ack(self, invite: Request, via: Via, *fields: Field, body: bytes = b"") -> Request:
        """The ACK of the 2xx to this INVITE of ours: a new branch, the old number and credentials (13.2.2.4)."""
        credentials = tuple(
            field for field in invite.fields if field.name.lower() in ("authorization", "proxy-authorization")
        )
        cseq = CSeq(invite.cseq.number, "ACK")
        return self._made(cseq, via, DEFAULT_MAX_FORWARDS, (*credentials, *fields), body)

    def _made(
        self, cseq: CSeq, via: Via, max_forwards: int, fields: tuple[Field, ...], body: bytes
    ) -> Request:
        uri, routes = self._way()
        standing = (
            Field("Via", str(via)),
            Field("Max-Forwards", str(max_forwards)),
            *(Field("Route", str(route)) for route in routes),
            Field("From", str(_with_tag(self.local, self.id.local_tag))),
            Field("To", str(_with_tag(self.remote, self.id.remote_tag))),
            Field("Call-ID", self.id.call_id),
            Field("CSeq", str(cseq)),
        )
        return Request(method=cseq.method, uri=uri, fields=(*standing, *fields), body=body)

    def _way(self) -> tuple[Uri, tuple[NameAddr, ...]]:
        """The Request-URI and the Route fields: a strict router wants to be the first and the target last."""
        if not self.routes:
            return self.target, ()
        first = self.routes[0].uri
        if not isinstance(first, SipUri) or first.is_loose_route:
            return self.target, self.routes
        bare = replace(
            first, headers=(), params=tuple(one for one in first.params if one[0].lower() != "method")
        )
        return bare, (*self.routes[1:], NameAddr(self.target))

    def received(self, request: Request) -> Self:
        """The dialog after a request within it (12.2.2), a CANCEL excepted, which is of its INVITE.

        Raises Refused: 500 for a number that was passed already; 400 for a Contact that is not one address.
        """
        number, last = request.cseq.number, self.remote_seq
        if request.method == "ACK":
            return self
        if last is not None and number <= last:
            raise Refused(500, "the request comes after a later one", fields=request.fields)
        try:
            target = _contact(request) if request.method in REFRESHES_TARGET else None
        except Malformed as exc:
            raise Refused(400, str(exc), fields=request.fields) from exc
        return self._now(target or self.target, self.local_seq, number, is_early=self.is_early)

    def answered(self, response: Response) -> Self:
        """The dialog after an answer to a request of ours within it: a 2xx may say where they are now.

        Raises Malformed for a Contact that is not one address.
        """
        if not response.is_success or response.cseq.method not in REFRESHES_TARGET:
            return self
        target = _contact(response)
        return self if target is None else replace(self, target=target)


def callee_dialog(invite: Request, local_tag: str, *, is_early: bool = False) -> Dialog:
    """The dialog of the side that answers (12.1.1). `local_tag` is the tag that our answers have.

    Raises Refused (400) for a request without a Contact to be reached at.
    """
    try:
        target = _contact(invite)
        if target is None:
            raise Malformed("a request for a dialog has a Contact")  # noqa: TRY301
    except Malformed as exc:
        raise Refused(400, str(exc), fields=invite.fields) from exc
    return Dialog(
        id=DialogId(invite.call_id, local_tag, invite.from_.tag or ""),
        local=_without_tag(invite.to),
        remote=_without_tag(invite.from_),
        target=target,
        routes=invite.record_routes,
        remote_seq=invite.cseq.number,
        is_early=is_early,
    )


def caller_dialog(invite: Request, response: Response) -> Dialog | None:
    """The dialog of the side that asks, made by an answer above 100 (12.1.2); one for each To tag.

    None while no dialog comes of it: a 100, no tag, or an early answer without a Contact. Raises Malformed for
    a Contact or a Record-Route that cannot be read, and for a 2xx without a Contact.
    """
    if response.status == 100 or response.status >= 300 or not (response.to.tag or response.is_success):
        return None
    target = _contact(response)
    if target is None:
        if response.is_success:
            raise Malformed("a 2xx that makes a dialog has a Contact")
        return None
    return Dialog(
        id=DialogId(invite.call_id, invite.from_.tag or "", response.to.tag or ""),
        local=_without_tag(invite.from_),
        remote=_without_tag(response.to),
        target=target,
        routes=tuple(reversed(response.record_routes)),
        local_seq=invite.cseq.number,
        is_early=not response.is_success,
        is_caller=True,
    )


def dialog_answer(
    request: Request,
    status: int,
    *,
    local_tag: str,
    contact: NameAddr,
    adding: tuple[Field, ...] = (),
    body: bytes = b"",
    reason: str | None = None,
) -> Response:
    """An answer that makes or keeps a dialog: with our Contact, and every Record-Route as it came (12.1.1)."""
    routes = tuple(Field("Record-Route", value) for value in request.every("record-route"))
    return response_to(
        request.fields,
        status,
        reason=reason,
        to_tag=local_tag,
        adding=(*routes, Field("Contact", str(contact)), *adding),
        body=body,
    )


def _contact(message: Message) -> Uri | None:
    contacts = message.contacts
    if contacts == "*" or len(contacts) > 1:
        raise Malformed("within a dialog Contact is one address")
    return contacts[0].uri if contacts else None


def _with_tag(who: NameAddr, tag: str) -> NameAddr:
    return who.tagged(tag) if tag else who


def _without_tag(who: NameAddr) -> NameAddr:
    return NameAddr(who.uri, who.display, who.params.without("tag")) if who.params.items else who
