"""Files of exports in a folder: CSV and XLSX written row by row, aside, and renamed when they are whole."""

import asyncio
import contextlib
import csv
import os
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from hub.crm.written_cards import card_of
from hub.domain.errors import NotFound
from hub.domain.spreadsheets import harmless
from hub.insight.exports import Cell, ExportForm, SheetWriter

CHUNK_BYTES = 256 * 1024
LONGEST_CELL = 32_000
"""A cell of a spreadsheet ends at 32,767 characters."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = "%Y-%m-%d %H:%M:%S"
_XLSX_TIME = "yyyy-mm-dd hh:mm:ss"


class FolderExports:
    """ExportFiles of hub/insight/exports.py. The folder belongs to one process alone."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def clear_unfinished(self) -> None:
        """Remove what a process that died left half-written."""
        for path in self._root.glob("*.part"):
            path.unlink(missing_ok=True)

    def writer(self, export_id: str, form: ExportForm, titles: Sequence[str], zone: ZoneInfo) -> SheetWriter:
        """See the port."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(export_id, form)
        if form is ExportForm.XLSX:
            return _Xlsx(path, titles, zone)
        if form is ExportForm.VCARD:
            return _Cards(path, titles)
        return _Csv(path, titles, zone, has_mark=form is ExportForm.CSV_BOM)

    async def read(self, export_id: str, form: ExportForm) -> AsyncIterator[bytes]:
        """See the port."""
        path = self._path(export_id, form)
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError:
            raise NotFound("the file of this export is gone") from None
        with file:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield chunk

    def remove(self, export_id: str) -> None:
        """See the port."""
        for form in ExportForm:
            path = self._path(export_id, form)
            path.unlink(missing_ok=True)
            _aside(path).unlink(missing_ok=True)

    def _path(self, export_id: str, form: ExportForm) -> Path:
        if not _ID.fullmatch(export_id):
            raise NotFound("no such export")
        return self._root / f"{export_id}.{form.suffix}"


class _Csv:
    def __init__(self, path: Path, titles: Sequence[str], zone: ZoneInfo, *, has_mark: bool) -> None:
        self._path, self._zone = path, zone
        encoding = "utf-8-sig" if has_mark else "utf-8"
        self._file = _aside(path).open("w", encoding=encoding, newline="", errors="replace")
        self._rows = csv.writer(self._file)
        self._rows.writerow([harmless(title) for title in titles])

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._rows.writerows([[self._text(cell) for cell in row] for row in rows])

    def close(self) -> int:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return _kept(self._path)

    def drop(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        _aside(self._path).unlink(missing_ok=True)

    def _text(self, cell: Cell) -> str | float | int:
        match cell:
            case None:
                return ""
            case datetime():
                return cell.astimezone(self._zone).strftime(_TIME)
            case str():
                return harmless(cell[:LONGEST_CELL])
            case _:
                return cell


class _Cards:
    """A card a row; `titles` are columns of hub/crm/vcards.py."""

    def __init__(self, path: Path, titles: Sequence[str]) -> None:
        self._path, self._titles = path, titles
        self._file = _aside(path).open("w", encoding="utf-8", newline="", errors="replace")

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._file.writelines(
            card_of({title: str(cell or "") for title, cell in zip(self._titles, row, strict=True)})
            for row in rows
        )

    def close(self) -> int:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return _kept(self._path)

    def drop(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        _aside(self._path).unlink(missing_ok=True)


class _Xlsx:
    def __init__(self, path: Path, titles: Sequence[str], zone: ZoneInfo) -> None:
        self._path, self._zone = path, zone
        # rows go to the disk as they come; no text becomes a formula or a link
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "tmpdir": str(path.parent),
        }
        self._book: Any = Workbook(str(_aside(path)), options)
        self._sheet = self._book.add_worksheet()
        self._time = self._book.add_format({"num_format": _XLSX_TIME})
        bold = self._book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, max(0, len(titles) - 1), 18)
        for column, title in enumerate(titles):
            self._sheet.write_string(0, column, title, bold)
        self._next = 1

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            for column, cell in enumerate(row):
                match cell:
                    case None | "":
                        pass
                    case datetime():
                        local = cell.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
                        self._sheet.write_datetime(self._next, column, local, self._time)
                    case str():
                        self._sheet.write_string(self._next, column, cell[:LONGEST_CELL])
                    case _:
                        self._sheet.write_number(self._next, column, cell)
            self._next += 1

    def close(self) -> int:
        self._book.close()
        with _aside(self._path).open("rb") as file:
            os.fsync(file.fileno())
        return _kept(self._path)

    def drop(self) -> None:
        with contextlib.suppress(Exception):  # closing is what removes its own temporary files
            self._book.close()
        _aside(self._path).unlink(missing_ok=True)


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _kept(path: Path) -> int:
    _aside(path).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path.stat().st_size
