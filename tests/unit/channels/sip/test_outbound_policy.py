"""What agents may call by a trunk."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from hub.channels.sip.outbound_policy import (
    Denial,
    NotCalled,
    OutboundBook,
    OutboundRules,
    allowed,
    is_night,
    rules_of,
)
from hub.channels.sip.trunk_settings import OutboundSettings
from hub.domain.ids import UserId

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = OutboundRules(countries=frozenset({"DE", "TR"}))
ANNA, BORIS = UserId("anna"), UserId("boris")


def denied(typed: str, rules: OutboundRules = RULES, *, region: str = "DE", at: datetime = NOON) -> Denial:
    with pytest.raises(NotCalled) as refused:
        allowed(typed, region, rules, at)
    return refused.value.denial


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("030 1234567", "+49301234567"),
        ("+90 532 123 45 67", "+905321234567"),
        ("0090 532 123 45 67", "+905321234567"),
        ("0800 1234567", "+498001234567"),
    ],
)
def test_numbers_of_the_countries_are_called_as_they_were_judged(typed: str, number: str) -> None:
    assert allowed(typed, "DE", RULES, NOON).number == number


@pytest.mark.parametrize(
    ("typed", "denial"),
    [
        ("+1 876 922 1234", Denial.COUNTRY),
        ("001 876 922 1234", Denial.COUNTRY),
        ("+1 212 555 2368", Denial.COUNTRY),
        ("+881 6 12345678", Denial.COUNTRY),
        ("+883 510 001234567", Denial.COUNTRY),
        ("+44 7624 123456", Denial.COUNTRY),
        ("+252 61 2345678", Denial.COUNTRY),
        ("0900 1234567", Denial.PREMIUM),
        ("+49 900 1234567", Denial.PREMIUM),
        ("0137 1234567", Denial.PREMIUM),
        ("+90 900 123 45 67", Denial.PREMIUM),
        ("118118", Denial.SHORT),
        ("110", Denial.SHORT),
        ("11833", Denial.SHORT),
        ("*21*09001234567#", Denial.NO_NUMBER),
        ("0900 1234567,,,1", Denial.NO_NUMBER),
        ("anna", Denial.NO_NUMBER),
        ("sip:+49301234567@evil.test", Denial.NO_NUMBER),
        ("", Denial.NO_NUMBER),
    ],
)
def test_what_is_not_called(typed: str, denial: Denial) -> None:
    assert denied(typed) is denial


def test_without_countries_only_the_trunks_own_is_called() -> None:
    rules = OutboundRules()
    assert allowed("030 1234567", "DE", rules, NOON).region == "DE"
    assert denied("+90 532 123 45 67", rules) is Denial.COUNTRY
    assert denied("+49 30 1234567", rules, region="") is Denial.COUNTRY


def test_listed_numbers_are_called_although_they_are_short_dear_or_abroad() -> None:
    rules = replace(RULES, listed=("110", "+49900*", "+12125552368"))
    assert allowed("110", "DE", rules, NOON).number == "110"
    assert allowed("0900 1234567", "DE", rules, NOON).number == "+499001234567"
    assert allowed("+1 212 555 2368", "DE", rules, NOON).number == "+12125552368"
    assert denied("+1 212 555 2369", rules) is Denial.COUNTRY
    assert denied("1100", rules) is Denial.SHORT


def test_what_is_never_called_is_not_although_it_is_listed() -> None:
    rules = replace(RULES, listed=("+4930*",), never=("+49301234567",))
    assert denied("030 1234567", rules) is Denial.NEVER
    assert allowed("030 1234568", "DE", rules, NOON).number == "+49301234568"


def test_at_night_by_the_clock_of_the_house_nobody_is_called() -> None:
    rules = replace(RULES, night=(time(22), time(6)), zone=ZoneInfo("Europe/Istanbul"))
    assert allowed("030 1234567", "DE", rules, datetime(2026, 3, 2, 18, 59, tzinfo=UTC)).region == "DE"
    assert denied("030 1234567", rules, at=datetime(2026, 3, 2, 19, 0, tzinfo=UTC)) is Denial.NIGHT
    assert denied("030 1234567", rules, at=datetime(2026, 3, 3, 2, 59, tzinfo=UTC)) is Denial.NIGHT
    assert allowed("030 1234567", "DE", rules, datetime(2026, 3, 3, 3, 0, tzinfo=UTC)).region == "DE"


@pytest.mark.parametrize(
    ("begins", "ends", "at", "is_so"),
    [
        (22, 6, 22, True), (22, 6, 0, True), (22, 6, 6, False), (22, 6, 12, False),
        (1, 5, 1, True), (1, 5, 4, True), (1, 5, 5, False), (1, 5, 23, False), (7, 7, 7, False),
    ],
)  # fmt: skip
def test_a_night_may_go_over_midnight(begins: int, ends: int, at: int, is_so: bool) -> None:
    assert is_night((time(begins), time(ends)), time(at)) is is_so


def begin(book: OutboundBook, name: str, agent: UserId = ANNA, *, now_s: float = 0.0) -> None:
    book.begin(name, agent, "030 1234567", "DE", now=NOON, now_s=now_s)


def begin_denied(book: OutboundBook, name: str, agent: UserId = ANNA, *, now_s: float = 0.0) -> Denial:
    with pytest.raises(NotCalled) as refused:
        begin(book, name, agent, now_s=now_s)
    return refused.value.denial


def test_an_agent_begins_so_many_calls_within_an_hour() -> None:
    book = OutboundBook(replace(RULES, agent_calls_per_hour=2))
    for n, now_s in enumerate((0.0, 100.0)):
        begin(book, f"c{n}", now_s=now_s)
        book.over(f"c{n}")
    assert begin_denied(book, "c3", now_s=3_599.9) is Denial.AGENT_HOURLY
    begin(book, "c4", BORIS, now_s=3_599.9)
    begin(book, "c5", now_s=3_600.0)


def test_an_agent_has_so_many_calls_at_a_time() -> None:
    book = OutboundBook(replace(RULES, agent_calls=1))
    begin(book, "c1")
    assert begin_denied(book, "c2") is Denial.AGENT_TOGETHER
    book.over("c1")
    book.over("c1")
    begin(book, "c2")


def test_all_agents_have_so_many_calls_at_a_time() -> None:
    book = OutboundBook(replace(RULES, calls=1))
    begin(book, "c1")
    assert begin_denied(book, "c2", BORIS) is Denial.ALL_TOGETHER


def test_a_call_that_is_denied_counts_for_nothing() -> None:
    book = OutboundBook(replace(RULES, agent_calls=1, agent_calls_per_hour=1))
    with pytest.raises(NotCalled):
        book.begin("c1", ANNA, "0900 1234567", "DE", now=NOON, now_s=0.0)
    assert not book.under_way()
    begin(book, "c2")
    assert book.under_way() == {"c2": ANNA}


def test_the_rules_are_those_of_the_settings() -> None:
    settings = OutboundSettings(countries=("de",), listed=("110",), night="22:00-06:30", calls=7)
    rules = rules_of(settings, "Europe/Berlin")
    assert rules.countries == {"DE"}
    assert rules.listed == ("110",)
    assert rules.night == (time(22), time(6, 30))
    assert rules.calls == 7
    assert rules.zone == ZoneInfo("Europe/Berlin")
