"""The raw pipelines of the benchmarks write rows as wide as the tables are now."""

from collections.abc import Callable

import pytest

from bench.feed import Fed
from bench.floor import address_of
from bench.mail_letters import letter_of
from bench.mail_raw import RawMail, parsed
from bench.raw import RawPipeline, Rows
from bench.telegram_raw import RawTelegram
from bench.telegram_updates import update_of

FED = Fed(number=7, visitor="visitor-7", text="hello")


class _Everybody(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"person {key}"


def _knowing(kind: type[RawPipeline]) -> RawPipeline:
    raw = object.__new__(kind)  # without its processes
    raw.persons, raw.queue_id = _Everybody(), "queue"
    return raw


def _chat(rows: Rows) -> None:
    _knowing(RawPipeline).rows(rows, FED, b"{}", "agent", 1)


def _letter(rows: Rows) -> None:
    raw = _knowing(RawMail)
    assert isinstance(raw, RawMail)
    (letter,) = parsed([letter_of(FED, address_of(7))], "")
    raw._read, raw._account_id = {FED.number: letter}, "account"
    raw.rows(rows, FED, b"", "agent", 1)


def _update(rows: Rows) -> None:
    raw = _knowing(RawTelegram)
    assert isinstance(raw, RawTelegram)
    raw._bot_id = "bot"
    raw.rows(rows, FED, update_of(FED), "agent", 1)


@pytest.mark.parametrize(
    ("kind", "add"),
    [(RawPipeline, _chat), (RawMail, _letter), (RawTelegram, _update)],
    ids=["chat", "letter", "update"],
)
def test_a_row_has_a_value_for_each_column(kind: type[RawPipeline], add: Callable[[Rows], None]) -> None:
    rows: Rows = [[] for _ in kind.tables]
    add(rows)
    for (table, names), made in zip(kind.tables, rows, strict=True):
        assert {len(row) for row in made} <= {len(names)}, table.name
    assert sum(map(len, rows)) >= 8
