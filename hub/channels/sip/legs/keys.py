"""Keys that come by INFO (RFC 6086, and the two bodies that phones really send)."""

from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Refused

_KEYS = "0123456789*#ABCD"
_NUMBERS = {"10": "*", "11": "#"}


def keys_of(info: Request) -> str:
    """The keys of an INFO, empty for one that says nothing. Raises Refused (400) for what is no key."""
    kind = info.content_type
    if not info.body or kind is None:
        return ""
    text = info.body.decode("utf-8", "replace")
    match kind.word:
        case "application/dtmf-relay":
            said = next(
                (
                    value.strip()
                    for name, equals, value in (line.partition("=") for line in text.splitlines())
                    if equals and name.strip().lower() == "signal"
                ),
                "",
            )
        case "application/dtmf":
            said = text.strip()
        case _:
            return ""
    key = _NUMBERS.get(said, said.upper())
    if len(key) != 1 or key not in _KEYS:
        raise Refused(400, "it names no key", fields=info.fields)
    return key
