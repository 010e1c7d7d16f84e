"""Headers of letters that we write: built from text that anybody may have chosen, and never more than we meant.

The standard library is not asked: before 3.12.4 its policies turn an encoded line end within a Subject into a header
of its own (CVE-2024-6923). Nothing that reaches the wire here holds a character beyond printable ASCII.
"""

import base64
import re
from collections.abc import Iterable, Sequence

from hub.domain.letter import MailAddress
from hub.domain.mail_account import is_address
from hub.domain.texts import one_line

LINE_CHARS = 76
_WORD_BYTES = 45
"""Bytes of UTF-8 in one encoded word: 60 of base64, and 75 with what stands around (RFC 2047 section 2)."""
_ID = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,200}@[\x21-\x3b\x3d\x3f-\x7e]{1,100}")
_SEPARATORS = dict.fromkeys((0x2028, 0x2029), " ")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+")


def safe(text: str, limit: int) -> str:
    """Text for a header: on one line, without controls, cut to `limit` characters."""
    return one_line(encodable(text).translate(_SEPARATORS), limit)


def encodable(text: str) -> str:
    """The text with `?` for what is no character at all (half of a surrogate pair)."""
    return text.encode("utf-8", "replace").decode("utf-8")


def words(text: str) -> str:
    """Unstructured text as it goes over the wire: plain ASCII as it is, anything else in encoded words. What only looks
    like an encoded word is encoded too, so that nobody decodes it."""
    if _PLAIN.fullmatch(text) and "=?" not in text:
        return text
    return " ".join(f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in _pieces(text))


def address(one: MailAddress) -> str:
    """A mailbox with its name (RFC 5322 section 3.4). Raises ValueError for what is no plain ASCII address."""
    if not is_address(one.address) or not one.address.isascii():
        raise ValueError("not an address that can be written to")
    name = safe(one.name, 200)
    if not name:
        return one.address
    if _ATOMS.fullmatch(name) and "=?" not in name:
        return f"{name} <{one.address}>"
    if _PLAIN.fullmatch(name) and "=?" not in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{one.address}>'
    return f"{words(name)} <{one.address}>"


def ids(found: Iterable[str]) -> list[str]:
    """Those of the ids that are ones, with their brackets."""
    return [f"<{one}>" for one in found if _ID.fullmatch(one)]


def field(name: str, parts: Sequence[str], *, between: str = "") -> bytes:
    """One header with its line end, folded between its parts where it would become long; what is one part is folded at
    its blanks."""
    pieces = [f"{part}{between if n + 1 < len(parts) else ''}" for n, part in enumerate(parts)]
    if not between:
        pieces = [word for piece in pieces for word in piece.split(" ")]
    lines, line = [], f"{name}:"
    for piece in pieces:
        if len(line) + 1 + len(piece) > LINE_CHARS and line.strip() and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {piece}"
    lines.append(line)
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def names_in(block: bytes) -> list[str]:
    """The names of the headers in a block, in order, in lower case; a line that is no header shows as itself."""
    names = []
    for line in re.split(rb"\r\n|\r|\n", block):
        if not line or line[:1] in b" \t":
            continue
        name, colon, _ = line.partition(b":")
        names.append((name if colon else line).decode("ascii", "replace").lower())
    return names


def _pieces(text: str) -> list[bytes]:
    pieces, piece = [], b""
    for char in text:
        encoded = char.encode()
        if len(piece) + len(encoded) > _WORD_BYTES:
            pieces.append(piece)
            piece = b""
        piece += encoded
    return [*pieces, piece]
