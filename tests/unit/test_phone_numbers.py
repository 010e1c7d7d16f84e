"""What lines say of who calls, read as numbers: a table of what carriers, exchanges and phones really send."""

import pytest

from hub.domain.errors import Invalid
from hub.phone_numbers import caller_number, dialled_number

MOSCOW, ISTANBUL, BERLIN, LONDON = "+79161234567", "+905321234567", "+493012345678", "+442079460123"

SAID = [
    # Russia: the trunk prefix 8, the code without a plus, brackets
    ("8 (916) 123-45-67", "RU", MOSCOW),
    ("8(916)1234567", "RU", MOSCOW),
    ("89161234567", "RU", MOSCOW),
    ("+79161234567", "RU", MOSCOW),
    ("79161234567", "RU", MOSCOW),
    ("9161234567", "RU", MOSCOW),
    ("+7 916 123-45-67", "RU", MOSCOW),
    ("+7 (916) 123 45 67", "RU", MOSCOW),
    ("007 9161234567", "RU", MOSCOW),
    ("810905321234567", "RU", ISTANBUL),
    ("+7 495 123-45-67", "RU", "+74951234567"),
    ("84951234567", "RU", "+74951234567"),
    ("88005553535", "RU", "+78005553535"),
    # Turkey: the trunk prefix 0
    ("0532 123 45 67", "TR", ISTANBUL),
    ("05321234567", "TR", ISTANBUL),
    ("0(532)1234567", "TR", ISTANBUL),
    ("0 (532) 123 45 67", "TR", ISTANBUL),
    ("5321234567", "TR", ISTANBUL),
    ("905321234567", "TR", ISTANBUL),
    ("+905321234567", "TR", ISTANBUL),
    ("+90 532 123 45 67", "TR", ISTANBUL),
    ("00905321234567", "TR", ISTANBUL),
    ("02121234567", "TR", "+902121234567"),
    ("0212 123 45 67", "TR", "+902121234567"),
    ("4440333", "TR", "+904440333"),
    # elsewhere
    ("030 12345678", "DE", BERLIN),
    ("004930 12345678", "DE", BERLIN),
    ("4930 12345678", "DE", BERLIN),
    ("020 7946 0123", "GB", LONDON),
    ("+44 (0)20 7946 0123", "GB", LONDON),
    ("(212) 555-2368", "US", "+12125552368"),
    ("12125552368", "US", "+12125552368"),
    # a caller from abroad, on each trunk
    ("+493012345678", "TR", BERLIN),
    ("+493012345678", "RU", BERLIN),
    ("00493012345678", "TR", BERLIN),
    ("+905321234567", "RU", ISTANBUL),
    ("+79161234567", "TR", MOSCOW),
    ("79161234567", "TR", MOSCOW),
    # no region: only what says its country
    ("+905321234567", "", ISTANBUL),
    ("00905321234567", "", ISTANBUL),
    ("05321234567", "", ""),
    ("5321234567", "", ""),
    # what stands around a number
    ("sip:+905321234567@carrier.test", "TR", ISTANBUL),
    ("sip:05321234567@10.0.0.1;user=phone", "TR", ISTANBUL),
    ("tel:+90-532-123-45-67", "TR", ISTANBUL),
    ("+905321234567;phone-context=+90", "TR", ISTANBUL),
    ("%2B905321234567", "TR", ISTANBUL),
    ('"05321234567"', "TR", ISTANBUL),
    ("+90\u00a0532\u00a0123\u00a045\u00a067", "TR", ISTANBUL),
    ("0532.123.45.67", "TR", ISTANBUL),
    ("0532/1234567", "TR", ISTANBUL),
    # nobody
    ("", "TR", ""),
    ("   ", "TR", ""),
    ("anonymous", "TR", ""),
    ("Anonymous", "RU", ""),
    ("anonymous@anonymous.invalid", "TR", ""),
    ("sip:anonymous@anonymous.invalid", "TR", ""),
    ("Restricted", "TR", ""),
    ("RESTRICTED", "RU", ""),
    ("unknown", "TR", ""),
    ("Unavailable", "TR", ""),
    ("Private", "US", ""),
    ("Withheld", "GB", ""),
    ("asterisk", "TR", ""),
    ("0", "TR", ""),
    ("0000000000", "TR", ""),
    ("+", "TR", ""),
    # short codes and extensions: kept as they are dialled, and nobody is known by them
    ("112", "TR", "112"),
    ("444", "TR", "444"),
    ("101", "RU", "101"),
    ("2001", "TR", "2001"),
    ("100200", "RU", "100200"),
    # users of SIP that are no numbers
    ("anna", "TR", ""),
    ("anna.k", "RU", ""),
    ("anna@pbx.test", "TR", ""),
    ("ext-2001", "TR", ""),
    ("532a1234567", "TR", ""),
    ("1-800-FLOWERS", "US", ""),
    ("'; DROP TABLE calls", "TR", ""),
    ("+90532123456789012345678", "TR", ""),
    ("12345678901234567890123", "RU", ""),
]


@pytest.mark.parametrize(("said", "region", "number"), SAID)
def test_a_caller_is_read_by_the_region_of_the_line(said: str, region: str, number: str) -> None:
    found = caller_number(said, region=region)
    assert found.number == number
    assert found.is_known == number.startswith("+")


def test_there_are_enough_of_them() -> None:
    assert len(SAID) >= 60


def test_a_number_is_shown_as_people_read_it() -> None:
    assert caller_number("89161234567", region="RU").shown == "+7 916 123-45-67"
    assert caller_number("2001", region="RU").shown == "2001"


@pytest.mark.parametrize(
    ("typed", "number"), [("0532 123 45 67", ISTANBUL), ("112", "112"), ("+79161234567", MOSCOW)]
)
def test_what_an_agent_types_is_a_number(typed: str, number: str) -> None:
    assert dialled_number(typed, region="TR") == number


@pytest.mark.parametrize("typed", ["", "anna", "anna@pbx.test", "anonymous", "sip:05321234567@evil.test"])
def test_what_is_no_number_is_not_dialled(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        dialled_number(typed, region="TR")
    assert (refused.value.field, refused.value.stable_code) == ("number", "bad_phone")
