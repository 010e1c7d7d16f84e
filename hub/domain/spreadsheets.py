"""Texts in cells of spreadsheets: none of them is computed, and each can be read again as it was."""

import re
from typing import Final

_SIGNS: Final = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""Beginnings that a spreadsheet takes for a formula, in their full width too."""

_FORMULA: Final = re.compile(f"[ ']*[{_SIGNS}\t\r\n]")
"""Apostrophes in front count too: what we put there must be told from what stood there before."""

_CELL_OF_OTHERS: Final = re.compile(f"(?<=[;\r\n])(?=[ \t']*[{_SIGNS}])")
"""Where a text goes on with a formula for a spreadsheet to which the comma is no separator and our quotes are
therefore none: where people write 1,5 it ends a cell at a semicolon, and a row at the end of a line."""

_OURS: Final = re.compile(f"(?<=[;\r\n])'(?=[ \t']*[{_SIGNS}])")


def harmless(text: str) -> str:
    """A text that no spreadsheet computes: an apostrophe before what might begin a formula."""
    begins = len(text) - len(text.lstrip())
    kept = text[:begins] + _CELL_OF_OTHERS.sub("'", text[begins:])
    return f"'{kept}" if _FORMULA.match(kept) else kept


def as_typed(cell: str) -> str:
    """The text that `harmless` made this cell of; of any other cell, without the apostrophe before a formula."""
    text = cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
    begins = len(text) - len(text.lstrip())
    return text[:begins] + _OURS.sub("", text[begins:])
