"""What a user agent refuses before it acts (RFC 3261, 8.2), and with which fields it says why."""

import pytest

from hub.channels.sip.acceptance import Abilities, check_request, check_response
from hub.channels.sip.message import Request, response_to
from hub.channels.sip.refusal import Field, Refused
from hub.channels.sip.uri import sip_uri, uri_of

ABILITIES = Abilities(methods=("INVITE", "ACK", "CANCEL", "OPTIONS", "REGISTER"), extensions=("timer",))


def request(
    method: str = "INVITE", *fields: tuple[str, str], to: str = "<sip:a@b>", body: bytes = b""
) -> Request:
    standing = (
        ("Via", "SIP/2.0/UDP c;branch=z9hG4bK1"),
        ("From", "<sip:c@d>;tag=1"),
        ("To", to),
        ("Call-ID", "x"),
        ("CSeq", f"1 {method}"),
    )
    return Request(
        method=method,
        uri=sip_uri("a", "b"),
        fields=tuple(Field(*field) for field in (*standing, *fields)),
        body=body,
    )


def refusal(refused_request: Request) -> Refused:
    with pytest.raises(Refused) as refused:
        check_request(refused_request, ABILITIES)
    assert refused.value.fields == refused_request.fields
    return refused.value


SDP = ("Content-Type", "Application/SDP")


@pytest.mark.parametrize(
    "fine",
    [
        request(),
        request("INVITE", SDP, body=b"v=0"),
        request("INVITE", ("Require", "Timer")),
        request("INVITE", ("Accept", "text/plain, application/*;q=0.1")),
        request("OPTIONS", ("Accept", "text/plain")),
        request(
            "INVITE", ("Content-Type", "a/b"), ("Content-Disposition", "x; Handling = Optional"), body=b"x"
        ),
        request("INVITE", SDP, ("Content-Encoding", "identity"), body=b"v=0"),
        request("ACK", ("Require", "nobody")),
        request("CANCEL", ("Require", "nobody")),
        request("INVITE", to="urn:service:sos"),
        request("REGISTER", ("Proxy-Require", "nobody")),
    ],
    ids=str,
)
def test_what_can_be_acted_upon_is_not_refused(fine: Request) -> None:
    check_request(fine, ABILITIES)


@pytest.mark.parametrize(
    ("bad", "status", "telling"),
    [
        (request("BYE"), 405, ("Allow", "INVITE, ACK, CANCEL, OPTIONS, REGISTER")),
        (request("invite"), 501, ("Allow", "INVITE, ACK, CANCEL, OPTIONS, REGISTER")),
        (request("INVITE", ("Require", "timer, a"), ("Require", "b")), 420, ("Unsupported", "a, b")),
        (request("INVITE", ("Content-Type", "a/b"), body=b"x"), 415, ("Accept", "application/sdp")),
        (request("INVITE", body=b"x"), 415, ("Accept", "application/sdp")),
        (request("INVITE", SDP, ("e", "gzip"), body=b"x"), 415, ("Accept-Encoding", "identity")),
        (request("INVITE", ("Accept", "")), 406, None),
        (request("INVITE", ("Accept", "application/sdp;q=0, text/plain")), 406, None),
        (request("INVITE", ("Accept", "sdp")), 400, None),
        (request("REGISTER", to="<tel:+79161234567>"), 400, None),
    ],
    ids=str,
)
def test_what_cannot_be_acted_upon_is_refused_with_the_reason(
    bad: Request, status: int, telling: tuple[str, str] | None
) -> None:
    refused = refusal(bad)
    assert refused.status == status
    assert refused.telling == (() if telling is None else (telling,))


def test_an_address_of_another_scheme_is_not_followed() -> None:
    elsewhere = Request(method="INVITE", uri=uri_of("http://b/"), fields=request().fields)
    assert refusal(elsewhere).status == 416


def test_an_ack_is_never_answered() -> None:
    abilities = Abilities(methods=("INVITE",))
    with pytest.raises(Refused) as refused:
        check_request(request("ACK"), abilities)
    assert refused.value.status is None


def test_an_answer_with_more_than_one_hop_is_for_somebody_else() -> None:
    ours = response_to(request().fields, 200)
    check_response(ours)
    with pytest.raises(Refused) as refused:
        check_response(ours.adding("Via", "SIP/2.0/UDP 255.255.255.255"))
    assert refused.value.status is None
