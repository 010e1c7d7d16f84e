"""Log lines that cannot be written."""

import errno
import json
import sys
from io import StringIO

import pytest
import structlog

from hub.log import configure_log


class FullDisk(StringIO):
    """Standard error on a disk without room."""

    full = True

    def flush(self) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")


class LimitedFile(FullDisk):
    """Standard error in a file that may not grow."""

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.EFBIG, "File too large")
        return super().write(text)


@pytest.mark.parametrize("stream", [FullDisk, LimitedFile])
def test_a_line_that_cannot_be_written_is_counted_and_nobody_fails(
    stream: type[FullDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = stream()
    monkeypatch.setattr(sys, "stderr", disk)
    try:
        configure_log(level="info", as_json=True)
        log = structlog.get_logger()
        log.error("first")
        log.error("second")
        disk.full = False
        log.error("third")
        log.error("fourth")
    finally:
        structlog.reset_defaults()
    third, fourth = [json.loads(line) for line in disk.getvalue().splitlines() if '"event": "' in line][-2:]
    assert (third["event"], third["lines_lost"]) == ("third", 2)
    assert (fourth["event"], fourth.get("lines_lost")) == ("fourth", None)
