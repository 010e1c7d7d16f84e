"""What a user agent looks at before it acts upon a sound message (RFC 3261, 8.1.3.3 and 8.2)."""

from dataclasses import dataclass

from hub.channels.sip.message import Request, Response
from hub.channels.sip.names import METHODS
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.uri import OtherUri, SipUri

SDP = "application/sdp"
_WITHOUT_EXTENSIONS = ("ACK", "CANCEL")
_TAKES_SDP_BACK = ("INVITE", "UPDATE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What this side can do: methods as they are written, the rest in small letters."""

    methods: tuple[str, ...]
    extensions: tuple[str, ...] = ()
    media_types: tuple[str, ...] = (SDP,)


def check_request(request: Request, abilities: Abilities) -> None:
    """Raises Refused for a request that this side cannot act upon, whatever it is about.

    405 or 501 with Allow, 416, 400 for a registration of what is no SIP address and for a field that cannot be
    read, 420 with Unsupported, 415 with Accept, 406; None for an ACK, which nobody answers.
    """
    try:
        _check(request, abilities)
    except Malformed as exc:
        raise _refused(request, 400, str(exc)) from exc


def _check(request: Request, abilities: Abilities) -> None:
    method = request.method
    if method not in abilities.methods:
        allow = Field("Allow", ", ".join(abilities.methods))
        known = method in METHODS
        raise _refused(
            request, 405 if known else 501, "the method is not " + ("allowed" if known else "known"), allow
        )
    if isinstance(request.uri, OtherUri):
        raise _refused(request, 416, "the scheme of the Request-URI is not followed here")
    if method == "REGISTER" and not isinstance(request.to.uri, SipUri):
        raise _refused(request, 400, "what is registered is a sip or sips address")
    required = request.require
    unsupported = required and [one for one in required if one.lower() not in abilities.extensions]
    if unsupported and method not in _WITHOUT_EXTENSIONS:
        raise _refused(request, 420, "an extension is required", Field("Unsupported", ", ".join(unsupported)))
    _check_body(request, abilities)
    accepted = request.accept
    if method in _TAKES_SDP_BACK and accepted is not None:
        wanted = {one.word for one in accepted if one.params.get("q") not in ("0", "0.0", "0.00", "0.000")}
        if not wanted & {SDP, "application/*", "*/*"}:
            raise _refused(request, 406, "the answer would be SDP, which is not accepted")


def _check_body(request: Request, abilities: Abilities) -> None:
    if not request.body:
        return
    for value in request.every("content-disposition"):
        if "handling=optional" in value.replace(" ", "").lower():
            return
    if [one for one in request.every("content-encoding") if one.lower() not in ("", "identity")]:
        raise _refused(request, 415, "the body is encoded", Field("Accept-Encoding", "identity"))
    media_type = request.content_type
    if media_type is None or media_type.word not in abilities.media_types:
        raise _refused(
            request,
            415,
            "the body is of a type that is not read here",
            Field("Accept", ", ".join(abilities.media_types)),
        )


def check_response(response: Response) -> None:
    """Raises Refused, with no status, for an answer that is not for us: one with more than one Via."""
    if len(response.vias) > 1:
        raise Refused(None, "the answer is for somebody else", fields=response.fields)


def _refused(request: Request, status: int, reason: str, *telling: Field) -> Refused:
    return Refused(
        None if request.method == "ACK" else status, reason, fields=request.fields, telling=telling
    )
