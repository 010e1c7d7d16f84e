"""Where a phone is reached: the bindings of one address, and what a REGISTER makes of them (RFC 3261, 10.3).

Who may register is decided before, by `digest_server`. Bindings are values; times are seconds of any one clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hub.channels.sip.headers import NameAddr, expires_of
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.uri import Uri, equivalent


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long a binding lasts, in seconds, and how many one address may have."""

    least_s: int = 60
    most_s: int = 3_600
    default_s: int = 600
    bindings: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One place where the address is reached. `flow` is the connection it came by, None over UDP."""

    contact: NameAddr
    call_id: str
    cseq: int
    until_s: float
    flow: str | None = None

    @property
    def uri(self) -> Uri:
        """What is called: the Contact's address."""
        return self.contact.uri

    @property
    def phone(self) -> tuple[str, str] | None:
        """The phone and its line, if it names both: it is the same one wherever it moves (RFC 5626, 4.2)."""
        instance, line = self.contact.params.get("+sip.instance"), self.contact.params.get("reg-id")
        return (instance, line) if instance and line else None


Bindings = tuple[Binding, ...]


def alive(bindings: Iterable[Binding], now_s: float) -> Bindings:
    """Those that are not over."""
    return tuple(one for one in bindings if one.until_s > now_s)


def without_flow(bindings: Iterable[Binding], flow: str) -> Bindings:
    """Those that are left when a connection is closed: nothing reaches a browser but by its own."""
    return tuple(one for one in bindings if one.flow != flow)


def registered(
    bindings: Bindings, request: Request, now_s: float, *, terms: Terms, flow: str | None = None
) -> Bindings:
    """The bindings after this REGISTER: all that it asks for, or nothing.

    Without a Contact it asks for nothing but the answer. Raises Refused: 400 for a `*` that is not to remove all,
    423 with Min-Expires, 500 for a request that was overtaken, 403 for more bindings than there may be.
    """
    before = alive(bindings, now_s)
    contacts = request.contacts
    if contacts == "*":
        if request.expires_s != 0:
            raise Refused(400, "a star removes all, with Expires: 0", fields=request.fields)
        for one in before:
            _check_order(one, request)
        return ()
    if len(contacts) > 2 * terms.bindings:
        # as many may go as may come; each is compared with all others
        raise Refused(403, "the request names too many places", fields=request.fields)
    asked = [_asked(contact, request, now_s, terms=terms, flow=flow) for contact in contacts]
    kept: list[Binding] = []
    for old in before:
        if any(_is_same_place(old, new) for new in asked):
            _check_order(old, request)
        else:
            kept.append(old)
    for at, new in enumerate(asked):
        # of a place that is named twice the last word counts
        if new.until_s > now_s and not any(_is_same_place(new, later) for later in asked[at + 1 :]):
            kept.append(new)
    if len(kept) > max(terms.bindings, len(before)):
        raise Refused(403, "the address has too many places already", fields=request.fields)
    return tuple(kept)


def _asked(contact: NameAddr, request: Request, now_s: float, *, terms: Terms, flow: str | None) -> Binding:
    return Binding(
        contact=NameAddr(contact.uri, contact.display, contact.params.without("expires")),
        call_id=request.call_id,
        cseq=request.cseq.number,
        until_s=now_s + _lasts_s(contact, request, terms),
        flow=flow,
    )


def _lasts_s(contact: NameAddr, request: Request, terms: Terms) -> int:
    said = contact.params.get("expires")
    lasts_s = expires_of(said) if said is not None else request.expires_s
    if lasts_s is None:
        return terms.default_s
    if 0 < lasts_s < terms.least_s:
        raise Refused(
            423,
            "the binding would be too short",
            fields=request.fields,
            telling=(Field("Min-Expires", str(terms.least_s)),),
        )
    return min(lasts_s, terms.most_s)


def _is_same_place(one: Binding, other: Binding) -> bool:
    return (one.phone is not None and one.phone == other.phone) or equivalent(one.uri, other.uri)


def _check_order(binding: Binding, request: Request) -> None:
    """A request counts when it is of another Call-ID, as after a restart, or later than the last (10.3, 7)."""
    if binding.call_id == request.call_id and request.cseq.number <= binding.cseq:
        raise Refused(500, "the registration was overtaken by a later one", fields=request.fields)


def contact_fields(bindings: Iterable[Binding], now_s: float) -> tuple[Field, ...]:
    """The Contact fields of a 200: every binding, with the seconds that are left to it (10.3, 8)."""
    return tuple(
        Field("Contact", str(_lasting(one.contact, max(1, round(one.until_s - now_s))))) for one in bindings
    )


def _lasting(contact: NameAddr, seconds: int) -> NameAddr:
    return replace(contact, params=contact.params.having("expires", str(seconds)))


def targets(bindings: Iterable[Binding], now_s: float) -> tuple[Binding, ...]:
    """The places to call, the most wanted first, and of equals the newest (10.3; 20.10 for `q`)."""
    return tuple(sorted(alive(bindings, now_s), key=lambda one: (-_wanted(one), -one.until_s)))


def _wanted(binding: Binding) -> float:
    said = binding.contact.params.get("q")
    if said is None:
        return 1.0
    try:
        return _q(said)
    except Malformed:
        return 0.0


def _q(text: str) -> float:
    whole, _, rest = text.partition(".")
    if whole not in ("0", "1") or len(rest) > 3 or not (rest == "" or (rest.isascii() and rest.isdigit())):
        raise Malformed("q is between 0 and 1, with three digits at most")
    return min(1.0, float(f"{whole}.{rest or 0}"))
