"""Files of imports in a folder: written aside, made durable, then renamed; gone when their import has ended."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from hub.crm.imports import ImportForm
from hub.crm.sheets import MOST_ROWS, RawRow, Shape, csv_rows, shape_of
from hub.crm.vcards import is_vcard, vcard_rows, vcard_shape
from hub.domain.errors import Invalid, NotFound, Unavailable

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class FolderImports:
    """ImportFiles of hub/crm/imports.py. The folder belongs to one process alone."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def clear_unfinished(self) -> None:
        """Remove what a process that died left half-written."""
        for path in self._root.glob("*.part"):
            path.unlink(missing_ok=True)

    async def keep(self, import_id: str, chunks: AsyncIterator[bytes], *, limit_bytes: int) -> int:
        """See the port."""
        path = self._path(import_id)
        aside = path.with_suffix(".part")
        size_bytes = 0
        try:
            await asyncio.to_thread(self._root.mkdir, 0o700, True, True)
            file = await asyncio.to_thread(aside.open, "wb")
            with file:
                async for chunk in chunks:
                    size_bytes += len(chunk)
                    if size_bytes > limit_bytes:
                        raise Invalid(f"the file is larger than {limit_bytes} bytes", code="too_large")
                    await asyncio.to_thread(file.write, chunk)
                await asyncio.to_thread(_flushed, file)
            await asyncio.to_thread(_renamed, aside, path)
        except OSError as error:
            raise Unavailable("the file cannot be kept now", code="disk") from error
        finally:
            aside.unlink(missing_ok=True)
        return size_bytes

    def shape(self, import_id: str, *, encoding: str, delimiter: str) -> tuple[ImportForm, Shape, int]:
        """See the port."""
        with self._opened(import_id) as file:
            if is_vcard(file):
                form, shape = ImportForm.VCARD, vcard_shape(file)
            else:
                form, shape = ImportForm.CSV, shape_of(file, encoding=encoding, delimiter=delimiter)
        count = 0
        for _ in self.rows(import_id, form, shape):
            count += 1
            if count > MOST_ROWS:
                raise Invalid(f"a file has at most {MOST_ROWS} rows", field="file", code="too_many_rows")
        if not count:
            raise Invalid("there is no row in this file", field="file", code="empty_file")
        return form, shape, count

    def rows(self, import_id: str, form: ImportForm, shape: Shape) -> Iterator[RawRow]:
        """See the port."""
        with self._opened(import_id) as file:
            yield from csv_rows(file, shape) if form is ImportForm.CSV else vcard_rows(file, shape)

    def kept(self, before: datetime) -> Sequence[str]:
        """See the port."""
        limit = before.timestamp()
        return [path.stem for path in self._root.glob("*.in") if path.stat().st_mtime < limit]

    def remove(self, import_id: str) -> None:
        """See the port."""
        self._path(import_id).unlink(missing_ok=True)

    def _opened(self, import_id: str) -> BinaryIO:
        try:
            return self._path(import_id).open("rb")
        except FileNotFoundError:
            raise NotFound("the file of this import is gone") from None

    def _path(self, import_id: str) -> Path:
        if not _ID.fullmatch(import_id):
            raise NotFound("no such import")
        return self._root / f"{import_id}.in"


def _flushed(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _renamed(aside: Path, path: Path) -> None:
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
