"""One call's messages, for the tests of transactions and dialogs."""

from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.refusal import Field
from hub.channels.sip.uri import uri_of

CALLER = name_addr_of('"Alice" <sip:alice@atlanta.example>;tag=a1')
CALLEE = name_addr_of("<sip:bob@biloxi.example>")
HERE = name_addr_of("<sip:bob@192.0.2.4>")


def request(
    method: str = "INVITE", *fields: tuple[str, str], branch: str = "z9hG4bK1", number: int = 1
) -> Request:
    """A request of Alice's to Bob."""
    return Request(
        method=method,
        uri=uri_of("sip:bob@biloxi.example"),
        fields=(
            Field("Via", f"SIP/2.0/UDP pc33.atlanta.example;branch={branch}"),
            Field("Max-Forwards", "70"),
            Field("From", str(CALLER)),
            Field("To", str(CALLEE)),
            Field("Call-ID", "a84b4c76"),
            Field("CSeq", f"{number} {method}"),
            *(Field(*field) for field in fields),
        ),
    )


def answer(to: Request, status: int, *fields: tuple[str, str], tag: str = "b1") -> Response:
    """Bob's answer."""
    return response_to(
        to.fields,
        status,
        to_tag=None if status == 100 else tag,
        adding=tuple(Field(*field) for field in fields),
    )
