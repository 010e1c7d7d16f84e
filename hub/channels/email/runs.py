"""Files in letters, put out of the parser's way: the standard library looks at each line of them for what it cannot be.

A long run of full lines of base64 (RFC 2045 section 6.8) holds no header and no boundary, wherever it stands: one such
line instead of it is read in the same way. So the parser gets one, and what it made gets the run back.
"""

import re
import secrets
from email.message import Message
from typing import Any

_LINES = 64
_RUN = re.compile(rb"(?<=\n)(?:[A-Za-z0-9+/]{76}\r?\n){%d,}" % _LINES)


class Shortened:
    """The letter without its runs: `raw`. `restore` puts them back into what was parsed of that."""

    def __init__(self, whole: bytes) -> None:
        self._runs: list[str] = []
        self._mark = secrets.token_hex(
            24
        )  # letters and digits, as a line of base64; nobody who writes knows it
        self._marks = re.compile(self._mark + r"(\d{6})")
        self.raw = _RUN.sub(self._one, whole)

    def _one(self, found: "re.Match[bytes]") -> bytes:
        run = found[0]
        end = b"\r\n" if run.endswith(b"\r\n") else b"\n"
        self._runs.append(run[: -len(end)].decode("ascii"))
        return b"%s%06d%s" % (self._mark.encode(), len(self._runs) - 1, end)

    def restore(self, message: "Message[Any, Any]") -> None:
        """Into every part, and before and behind parts."""
        if not self._runs:
            return
        for part in message.walk():
            if isinstance(part._payload, str):  # type: ignore[attr-defined] # noqa: SLF001 - get_payload decodes
                part._payload = self._whole(part._payload)  # type: ignore[attr-defined] # noqa: SLF001
            if part.preamble:
                part.preamble = self._whole(part.preamble)
            if part.epilogue:
                part.epilogue = self._whole(part.epilogue)

    def _whole(self, text: str) -> str:
        return self._marks.sub(lambda found: self._runs[int(found[1])], text) if self._mark in text else text
