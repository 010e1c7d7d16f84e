"""Numbers as lines and people write them."""

import pytest

from hub.channels.sip.numbers import Tariff, caller_number, dialled, e164
from hub.channels.sip.uri import uri_of


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("0532 123 45 67", "TR", "+905321234567"),
        ("+7 916 123-45-67", "", "+79161234567"),
        ("+7 916 123-45-67", "TR", "+79161234567"),
        ("00905321234567", "DE", "+905321234567"),
        ("030 1234567", "DE", "+49301234567"),
        ("9161234567", "RU", "+79161234567"),
        ("0532 123 45 67", "", None),
        ("112", "DE", None),
        ("anonymous", "DE", None),
        ("", "DE", None),
        ("+4930123456,,,,1234", "DE", None),
        ("+49 30 123456 ext. 7", "DE", None),
        ("1-800-FLOWERS", "US", None),
        ("٠٣٠١٢٣٤٥٦٧", "DE", None),
    ],
)
def test_a_number_has_one_form(written: str, region: str, number: str | None) -> None:
    assert e164(written, region) == number


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("sip:+905321234567@carrier.test;user=phone", "+905321234567"),
        ("sip:05321234567@carrier.test", "+905321234567"),
        ("sip:5321234567;phone-context=+90@carrier.test", "+905321234567"),
        ("tel:+90-532-123-45-67", "+905321234567"),
        ("sip:anonymous@anonymous.invalid", ""),
        ("sip:Anonymous@10.0.0.1", ""),
        ("sip:restricted@carrier.test", ""),
        ("sip:carrier.test", ""),
        ("sip:112@carrier.test", "112"),
        ("sip:1453@carrier.test", "1453"),
        ("sip:anna@example.test", ""),
        ("mailto:anna@example.test", ""),
    ],
)
def test_who_calls_by_a_turkish_line(address: str, number: str) -> None:
    assert caller_number(uri_of(address), "TR") == number


@pytest.mark.parametrize(
    ("typed", "number", "region", "tariff"),
    [
        ("030 1234567", "+49301234567", "DE", Tariff.USUAL),
        ("0151 12345678", "+4915112345678", "DE", Tariff.USUAL),
        ("0800 1234567", "+498001234567", "DE", Tariff.USUAL),
        ("0900 1234567", "+499001234567", "DE", Tariff.PREMIUM),
        ("0180 5 123456", "+491805123456", "DE", Tariff.PREMIUM),
        ("+1 876 922 1234", "+18769221234", "JM", Tariff.USUAL),
        ("+1 212 555 2368", "+12125552368", "US", Tariff.USUAL),
        ("+44 7624 123456", "+447624123456", "IM", Tariff.USUAL),
        ("+881 6 12345678", "+881612345678", "", Tariff.USUAL),
        ("110", "110", "DE", Tariff.SHORT),
        ("115", "115", "DE", Tariff.SHORT),
        ("+49 999 99999999", "+4999999999999", "", Tariff.UNKNOWN),
    ],
)
def test_what_a_number_is(typed: str, number: str, region: str, tariff: Tariff) -> None:
    found = dialled(typed, "DE")
    assert found is not None
    assert (found.number, found.tariff) == (number, tariff)
    assert found.region == region or (tariff is Tariff.UNKNOWN)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "anna", "sip:+4930123456@x", "*21*0900123#", "030123456p99", "030123456;ext=7", "+", "1", "1" * 41,
     "030 1234567\r\nRoute: <sip:evil>", "٠٣٠١٢٣٤٥٦٧"],
)  # fmt: skip
def test_what_is_no_number_to_call(typed: str) -> None:
    assert dialled(typed, "DE") is None
