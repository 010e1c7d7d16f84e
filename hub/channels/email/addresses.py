"""The one parser of address headers (RFC 5322 §3.4): who is meant, or that it cannot be said without guessing.

A header is read from its first to its last character. Where two programs could read it differently, as in
`<alice@bank.test>bob@evil.test` (CVE-2019-16056, CVE-2023-27043), nobody is found.
"""

import re
import unicodedata
from dataclasses import dataclass

from hub.channels.email import limits
from hub.channels.email.charsets import header_text
from hub.domain.letter import MailAddress
from hub.domain.person import IdentityKind, normalised
from hub.domain.texts import one_line

_TOKEN = re.compile(r'([<>,;:])|([^\s"<>,;:()]+)|(\s+)|(.)', re.DOTALL)
_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}")
_DOMAIN = re.compile(
    r"(?:[^\s@<>()\[\]\\,;:\".]{1,63}\.)*[^\s@<>()\[\]\\,;:\".]{1,63}|\[[0-9A-Za-z.:]{2,60}\]"
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNSEEN = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressees:
    """Who a header names. `whole` is False when there was something in it that could not be read one way only.

    `misleading`: a name looks like another address than the one that it belongs to.
    """

    found: tuple[MailAddress, ...] = ()
    whole: bool = True
    misleading: bool = False


@dataclass(slots=True)
class _Mailbox:
    """What is known of the mailbox under the pen. `after`: its angle brackets are closed."""

    words: list[str]
    address: list[str] | None = None
    after: bool = False
    broken: bool = False


def read_addresses(value: str, charset: str = "") -> Addressees:
    """The mailboxes of an address header, groups opened, in their order, each address once. Never raises.

    `value` is as the standard library keeps it (surrogates for bytes that are no ASCII).
    """
    text = _eight_bit_decoded(value, charset)
    boxes, whole = _mailboxes(text)
    found: dict[str, MailAddress] = {}
    misleading = False
    for box in boxes:
        read = None if box.broken else _address_of(box)
        if read is None:
            whole = False
            continue
        address, words = read
        name = _shown(" ".join(words))
        misleading = misleading or ("@" in name and address not in name.lower())
        found.setdefault(address, MailAddress(address=address, name="" if name.lower() == address else name))
    if not whole and (only := _only_reading(text)):
        return Addressees(found=(only,), whole=False, misleading=misleading)
    # what stands beside something unreadable may be a piece of it: `"bank.test" <x@y>, z` may be one name
    return Addressees(found=tuple(found.values()) if whole else (), whole=whole, misleading=misleading)


def read_address(text: str) -> str | None:
    """The normal form of one bare address, or None."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    if local.startswith(".") or local.endswith(".") or ".." in local or not f"{local}{domain}".isprintable():
        return None
    try:
        return normalised(IdentityKind.EMAIL, f"{local}@{domain}")
    except ValueError:
        return None


def _eight_bit_decoded(value: str, charset: str) -> str:
    """Bytes that are no ASCII made readable; encoded words stay, as what they hide is a name and never an address."""
    if value.isascii():
        return value
    return header_text(value.replace("=?", "=\x1a?"), charset)[0].replace("=\x1a?", "=?")


def _mailboxes(text: str) -> tuple[list[_Mailbox], bool]:
    boxes: list[_Mailbox] = []
    box = _Mailbox([])
    whole, in_group, touching = True, False, False

    def end() -> None:
        nonlocal box
        if box.words or box.address is not None or box.broken:
            box.broken = box.broken or (box.address is not None and not box.after)
            boxes.append(box)
        box = _Mailbox([])

    for quoted, mark, word, blank, odd in _tokens(text):
        if blank:
            touching = False
            continue
        open_angle = box.address is not None and not box.after
        if mark == "<":
            box.broken = box.broken or box.address is not None
            box.address = box.address if box.address is not None else []
        elif mark == ">":
            box.broken = box.broken or not open_angle
            box.after = True
        elif mark == "," or (mark == ";" and not in_group):
            # some programs part addresses by semicolons; inside angle brackets both are a route or a trick
            if open_angle:
                box.broken = True
            end()
        elif mark == ";":
            end()
            in_group = False
        elif mark == ":":
            if open_angle or in_group or box.address is not None:
                box.broken = True
            else:
                box, in_group = _Mailbox([]), True
        elif odd or box.after:
            box.broken = True
        elif open_angle and box.address is not None:
            box.broken = box.broken or (bool(box.address) and not touching)
            box.address.append(_unquoted(quoted) if word is None else word)
        elif touching and box.words and word is not None and word.startswith("@"):
            box.words[-1] = _unquoted(box.words[-1]) + word
        else:
            box.words.append(_unquoted(quoted) if word is None else word)
        touching = mark is None
    whole = whole and not in_group
    end()
    return boxes, whole


def _tokens(text: str) -> list[tuple[str | None, str | None, str | None, str | None, str | None]]:
    """(quoted, mark, word, blank, anything else); comments are left out, however they are nested."""
    out: list[tuple[str | None, str | None, str | None, str | None, str | None]] = []
    at = 0
    while at < len(text):
        if text[at] == "(":
            at, closed = _after_comment(text, at)
            out.append((None, None, None, " ", None) if closed else (None, None, None, None, "("))
        elif text[at] == '"':
            begins = at + 1
            at, closed = _after_quotes(text, begins)
            out.append(
                (text[begins : at - 1], None, None, None, None) if closed else (None, None, None, None, '"')
            )
        elif found := _TOKEN.match(text, at):
            out.append((None, found[1], found[2], found[3], found[4]))
            at = found.end()
    return out


def _after_quotes(text: str, at: int) -> tuple[int, bool]:
    while at < len(text):
        if text[at] == '"':
            return at + 1, True
        at += 2 if text[at] == "\\" else 1
    return len(text), False


def _after_comment(text: str, at: int) -> tuple[int, bool]:
    depth = 0
    while at < len(text):
        one = text[at]
        if one == "\\":
            at += 1
        elif one == "(":
            depth += 1
        elif one == ")":
            depth -= 1
            if not depth:
                return at + 1, True
        at += 1
    return len(text), False


def _address_of(box: _Mailbox) -> tuple[str, list[str]] | None:
    if box.address is not None:
        address = read_address("".join(box.address))
        return (address, box.words) if address else None
    address = read_address(box.words[0]) if len(box.words) == 1 else None
    return (address, []) if address else None


def _only_reading(text: str) -> MailAddress | None:
    """The sender of `Petrov, Ivan <ivan@x.test>`: a comma that should be quoted, and only one address in sight."""
    # an encoded word may hide an address: then there are two in sight
    if header_text(text)[0].count("@") != 1 or text.count("<") != 1 or not text.rstrip().endswith(">"):
        return None
    name, _, rest = text.partition("<")
    address = read_address(rest.rstrip().removesuffix(">"))
    return MailAddress(address=address, name=_shown(name.replace('"', ""))) if address else None


def _unquoted(quoted: str | None) -> str:
    """Without escapes. `"anna"@x.test` is anna@x.test (RFC 5322 §3.4.1); what only quotes make an address is none."""
    return _ESCAPED.sub(r"\1", quoted or "")


def _shown(name: str) -> str:
    """A name as it may be shown: decoded, on one line, nothing unseen in it."""
    text = unicodedata.normalize("NFC", header_text(name)[0]).translate(_UNSEEN)
    return one_line(text, limits.NAME_CHARS).strip("\"' ")
