"""What is kept of a text somebody typed: no characters that nobody sees and that mislead whoever reads."""

import re

_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)])
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_UNSEEN = dict.fromkeys([0x061C, 0x200B, 0x200E, 0x200F, *range(0x2060, 0x2065), 0xFEFF])
_BLANKS = "\u200b\u200c\u200d\u2060\ufeff"

_MISLEADS_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MISLEADS_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def is_clean_line(text: str) -> bool:
    """Whether a value of one line has no line end, no other control and nothing that turns its direction."""
    return _MISLEADS_IN_LINE.search(text) is None


def is_clean_text(text: str) -> bool:
    """Whether a text of several lines has of control characters only line ends and tabs."""
    return _MISLEADS_IN_TEXT.search(text.replace("\r\n", "\n")) is None


def without_controls(text: str) -> str:
    """`text` with line feeds for line ends, and of C0, DEL and C1 characters only line feed and tab."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def written_text(text: str) -> str:
    """A message or a note as it is kept; empty when there is nothing to be seen in it."""
    kept = without_controls(text).strip()
    return kept if kept.strip(_BLANKS + " \n\t") else ""


def plainly(text: str) -> str:
    """`text` without what turns its direction (as `one_line` drops it) and without characters that show nothing. The
    joiners (U+200C, U+200D) stay: words are spelt with them."""
    return text.translate(_DIRECTIONS).translate(_UNSEEN)


def one_line(text: str, limit: int) -> str:
    """A name, a reason or an address: on one line, cut to `limit` characters, and in the direction it is read.

    Overrides of the direction (U+202A to U+202E, U+2066 to U+2069) are dropped: they turn what stands beside.
    """
    return " ".join(without_controls(text).translate(_DIRECTIONS).split())[:limit].rstrip()
