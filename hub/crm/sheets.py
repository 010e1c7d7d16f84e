"""Rows of a CSV file as people have them: charset and separator are found out, and a bad row spoils no other."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, Final

from hub.domain.errors import Invalid
from hub.domain.spreadsheets import as_typed

MOST_COLUMNS = 200
MOST_ROWS = 200_000
LONGEST_CELL = 32_000
ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "cp1251", "cp1254")
DELIMITERS: Final = (";", ",", "\t", "|")

_SAMPLE_BYTES = 256 * 1024
_PIECE_BYTES = 1024 * 1024
_LOOKED_AT_ROWS = 30
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a file is to be read. `delimiter` is empty for one that is no CSV; `columns` are its headings."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """A row as it came, numbered from 1 without the headings; `problem` is a stable word, empty for a sound one."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


def encoding_of(file: BinaryIO) -> str:
    """The charset of the whole file: by its mark, by what UTF-8 allows, else whether it looks Cyrillic or Turkish."""
    file.seek(0)
    sample = file.read(_SAMPLE_BYTES)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if two_bytes := _of_two_bytes(sample[:2_000]):
        return two_bytes
    if _is_utf8(file):
        return "utf-8"
    # Cyrillic words are all high bytes; of a Turkish word a letter or two are
    high = [n for n, byte in enumerate(sample) if byte >= 0x80]
    beside = sum(b - a == 1 for a, b in pairwise(high))
    return "cp1251" if beside * 2 > len(high) else "cp1254"


def _of_two_bytes(head: bytes) -> str:
    """UTF-16 without a mark, or nothing. Many zeroes alone prove none, a short file has as many by a stray one: line
    ends have theirs, too."""
    if head.count(0) * 20 <= len(head):
        return ""
    pairs = [head[place : place + 2] for place in range(0, len(head) - 1, 2)]
    found, name = max((pairs.count(b"\n\0"), "utf-16-le"), (pairs.count(b"\0\n"), "utf-16-be"))
    if b"\n" not in head:
        return "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"
    return name if found * 2 > head.count(b"\n") else ""


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(_PIECE_BYTES):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def shape_of(file: BinaryIO, *, encoding: str = "", delimiter: str = "") -> Shape:
    """How to read this CSV; what is given is taken as given.

    Raises Invalid (`empty_file`, `too_many_columns`, `unknown_choice`).
    """
    if encoding not in {"", *ENCODINGS} or delimiter not in {"", *DELIMITERS}:
        raise Invalid("there is no such charset or separator", field="encoding", code="unknown_choice")
    encoding = encoding or encoding_of(file)
    file.seek(0)
    sample = file.read(_SAMPLE_BYTES).decode(encoding, "replace").removeprefix("\ufeff")
    delimiter = delimiter or max(DELIMITERS, key=lambda one: _parts_well(sample, one))
    headings = next(
        (row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row), []
    )
    columns = tuple(" ".join(cell.replace("\0", "").split())[:200] for cell in headings)
    if not any(columns):
        raise Invalid("this file has no headings in its first row", field="file", code="empty_file")
    if len(columns) > MOST_COLUMNS:
        raise Invalid(f"a file has at most {MOST_COLUMNS} columns", field="file", code="too_many_columns")
    return Shape(encoding=encoding, delimiter=delimiter, columns=columns)


def _parts_well(sample: str, delimiter: str) -> tuple[int, int]:
    """Rows as wide as the headings, and how wide those are."""
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) >= _LOOKED_AT_ROWS:
                break
    except csv.Error:
        pass
    if not widths or widths[0] < 2:
        return 0, 0
    return widths.count(widths[0]), widths[0]


def csv_rows(file: BinaryIO, shape: Shape) -> Iterator[RawRow]:
    """The rows after the headings, blank lines left out. The file is read as it is asked for, never whole."""
    file.seek(0)
    text = io.TextIOWrapper(
        io.BufferedReader(_Kept(file)), encoding=shape.encoding, errors="replace", newline=""
    )
    reader = csv.reader(text, delimiter=shape.delimiter)
    number, has_headings = 0, False
    while True:
        try:
            cells = next(reader, None)
            problem = ""
        except csv.Error:  # a quote that never ends, or a cell beyond all measure
            cells, problem = [""], "bad_quotes"
        if cells is None:
            return
        if not cells:
            continue
        if not has_headings:
            has_headings = True
            continue
        number += 1
        yield _row(number, cells, len(shape.columns), problem)


def _row(number: int, cells: Sequence[str], width: int, problem: str) -> RawRow:
    if any(len(cell) > LONGEST_CELL for cell in cells):
        problem = problem or "cell_too_long"
        cells = [cell[:LONGEST_CELL] for cell in cells]
    if any(cell.strip() for cell in cells[width:]):
        problem = problem or "too_many_cells"
    elif not any(cell.strip() for cell in cells):
        problem = problem or "empty_row"
    elif any("\ufffd" in cell for cell in cells):
        problem = problem or "bad_encoding"
    elif any("\0" in cell for cell in cells):
        problem = problem or "zero_byte"
    kept = [as_typed(cell.replace("\0", "")) for cell in cells[:MOST_COLUMNS]]
    return RawRow(number=number, cells=tuple(kept + [""] * (width - len(kept))), problem=problem)


class _Kept(io.RawIOBase):
    """A file that stays open when the text around it is dropped, from where it stands."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = file.tell()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # narrower than any buffer
        self._file.seek(self._at)
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
