"""The widget's list of calling codes is the one that numbers are checked with, and what it sends is understood."""

import re
from pathlib import Path

import phonenumbers
import pytest

from hub.channels.webchat.forms import phone_number

LIST = Path(__file__).resolve().parents[4] / "hub/channels/webchat/widget/src/more/calling.ts"
NOWHERE = "001"
"""A code of services, of no country."""


def _of_the_widget() -> list[tuple[str, int]]:
    text = LIST.read_text(encoding="utf-8").partition("export const CODES =")[2].partition(";")[0]
    return [(m[1], int(m[2])) for m in re.finditer(r"\b([A-Z]{2})([0-9]{1,3})\b", text)]


def _of_the_library() -> list[tuple[str, int]]:
    codes = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items())
    return [(region, code) for code, regions in codes for region in regions if region != NOWHERE]


def test_the_widget_knows_every_country_and_the_foremost_of_those_that_share_a_code() -> None:
    assert _of_the_widget() == _of_the_library()


@pytest.mark.parametrize(("region", "code"), _of_the_library(), ids=str)
def test_a_number_as_people_of_a_country_write_it_is_understood_after_its_code(
    region: str, code: int
) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert phone_number(f"+{code} {national}", "") == e164
