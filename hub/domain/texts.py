"""What is kept of a text somebody typed: no characters that nobody sees and that mislead whoever reads."""

_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)])
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_BLANKS = "\u200b\u200c\u200d\u2060\ufeff"


def without_controls(text: str) -> str:
    """`text` with line feeds for line ends, and of C0, DEL and C1 characters only line feed and tab."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def written_text(text: str) -> str:
    """A message or a note as it is kept; empty when there is nothing to be seen in it."""
    kept = without_controls(text).strip()
    return kept if kept.strip(_BLANKS + " \n\t") else ""


def one_line(text: str, limit: int) -> str:
    """A name, a reason or an address: on one line, cut to `limit` characters, and in the direction it is read.

    Overrides of the direction (U+202A to U+202E, U+2066 to U+2069) are dropped: they turn what stands beside.
    """
    return " ".join(without_controls(text).translate(_DIRECTIONS).split())[:limit].rstrip()
