"""How the messages of RFC 4475 are put together, byte for byte where the test is about bytes."""

from dataclasses import dataclass
from typing import Literal

Verdict = int | Literal["accepted", "discarded"]
"""What the RFC wants done: the status of the answer, or no answer at all, or that the message is acted upon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Torture:
    """One message: its section, its name in the RFC, its bytes, and what is to become of it.

    Where the RFC leaves a choice, `verdict` is ours.
    """

    section: str
    name: str
    raw: bytes
    verdict: Verdict


def head(*lines: str | bytes) -> bytes:
    """Lines with their ends, and the empty line."""
    raw = [line if isinstance(line, bytes) else line.encode() for line in lines]
    return b"\r\n".join([*raw, b"", b""])


def sdp(address: str, session_address: str = "", *, times: str = "0 0") -> bytes:
    """The description that most of the messages carry: audio in two formats and a video."""
    lines = (
        "v=0",
        f"o=mhandley 29739 7272939 IN IP4 {address}",
        "s=-",
        f"c=IN IP4 {session_address or address}",
        f"t={times}",
        "m=audio 49217 RTP/AVP 0 12",
        "m=video 3227 RTP/AVP 31",
        "a=rtpmap:31 LPC",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def with_sdp(*lines: str | bytes, body: bytes) -> bytes:
    """A message whose last two fields describe its body."""
    return head(*lines, "Content-Type: application/sdp", f"Content-Length: {len(body)}") + body
