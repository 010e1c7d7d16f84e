"""Bytes to text: what a letter says of its charset is tried first, then what the bytes look like."""

import base64
import binascii
import codecs
import quopri
import re

from hub.channels.email import limits
from hub.domain.letter import Defect
from hub.domain.texts import one_line

_CANDIDATES = ["utf_8", "cp1251", "koi8_r", "cp1254", "iso8859_9"]
_LOOKED_AT_BYTES = 64 * 1024
_NOT_FOR_MAIL = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
"""Codecs of Python that no mail program writes; some of them take time that grows with the square of the length."""
_READ_AS = {
    "iso8859-1": "cp1252",
    "latin_1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-9": "cp1254",
}
"""What mail programs that say the one really write (as browsers read them: encoding.spec.whatwg.org)."""
_SAYS_NOTHING = frozenset({"", "unknown-8bit", "x-unknown", "unknown", "default", "binary", "8bit", "none"})
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"[ \t\r\n]+")


def decoded(raw: bytes, declared: str) -> tuple[str, Defect | None]:
    """`raw` as text, without surrogates and NUL, and what was wrong with `declared`. Never raises."""
    name = declared.strip().strip("'\"").lower()
    codec = _codec(name)
    if codec is not None and not (codec == "ascii" and not raw.isascii()):
        try:
            return _clean(raw.decode(codec)), None
        except (UnicodeError, ValueError):
            text = raw.decode(codec, "replace")
            # cut in the middle of a character, or with a wrong byte, it is still in the charset it names
            beyond_ascii = sum(one > "\x7f" for one in text)
            if text.count("\ufffd") * 3 <= beyond_ascii:
                return _clean(text), Defect.BAD_ENCODING
    if codec is None and name not in _SAYS_NOTHING:
        return guessed(raw), Defect.UNKNOWN_CHARSET
    return guessed(raw), None if raw.isascii() else Defect.GUESSED_CHARSET


def guessed(raw: bytes) -> str:
    """`raw` as text by what it looks like: UTF-8, else the likeliest of the Cyrillic and Turkish charsets."""
    try:
        return _clean(raw.decode("utf-8-sig"))
    except UnicodeError:
        pass
    from charset_normalizer import from_bytes

    try:
        best = from_bytes(raw[:_LOOKED_AT_BYTES], cp_isolation=_CANDIDATES).best()
    except (UnicodeError, ValueError, LookupError):
        best = None
    return _clean(raw.decode(best.encoding if best else "cp1252", "replace"))


def header_text(value: str, charset: str = "") -> tuple[str, bool]:
    """A header as people read it (RFC 2047), and whether all of it could be decoded.

    `value` is as the standard library keeps it: bytes that are no ASCII are surrogates. Those are UTF-8, or `charset`,
    or guessed. Neighbouring words in one charset are decoded together: many programs cut characters in two.
    """
    text, whole = _eight_bit(value, charset)
    if "=?" not in text:
        return text, whole
    out: list[str] = []
    pending: list[bytes] = []
    pending_charset = ""
    at = 0

    def flush() -> None:
        nonlocal whole
        if pending:
            words, wrong = decoded(b"".join(pending), pending_charset)
            whole = whole and wrong is None
            out.append(words)
            pending.clear()

    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        if between and not (pending and _BETWEEN.fullmatch(between)):
            flush()
            out.append(between)
        name = word[1].partition("*")[0].lower()
        if name != pending_charset:
            flush()
        pending_charset = name
        body = _word_bytes(word[2], word[3])
        whole = whole and body is not None
        pending.append(body if body is not None else word[3].encode("utf-8", "replace"))
        at = word.end()
    flush()
    out.append(text[at:])
    return "".join(out), whole


def header_id(value: str) -> str:
    """What stands between the angle brackets of an id, without blanks and controls: those may hide in an encoded word,
    and would begin another header where the id is written again."""
    return "".join(one_line(header_text(value)[0], limits.ID_CHARS).split())


def _word_bytes(encoding: str, body: str) -> bytes | None:
    try:
        if encoding in "qQ":
            return quopri.decodestring(body.replace("_", "=20").encode("utf-8"))
        compact = re.sub(r"[^A-Za-z0-9+/]", "", body)
        return base64.b64decode(compact + "=" * (-len(compact) % 4))
    except (binascii.Error, ValueError):
        return None


def _eight_bit(value: str, charset: str) -> tuple[str, bool]:
    if value.isascii():
        return value, True
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return _clean(raw.decode("utf-8")), True
    except UnicodeError:
        if charset and _codec(charset.lower()) not in {None, "ascii", "utf-8"}:
            return decoded(raw, charset)[0], False
        return guessed(raw), False


def _codec(name: str) -> str | None:
    if name in _SAYS_NOTHING or len(name) > 40 or not name.isascii():
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # the attribute that bytes.decode() itself looks at: hex, zlib and rot13 are codecs too
    if not getattr(found, "_is_text_encoding", True) or found.name.replace("-", "_") in _NOT_FOR_MAIL:
        return None
    return _READ_AS.get(found.name, found.name)


def _clean(text: str) -> str:
    """Without what no store takes: NUL, and halves of characters (UTF-7 can name them)."""
    return text.replace("\0", "").removeprefix("\ufeff").encode("utf-8", "replace").decode("utf-8")
