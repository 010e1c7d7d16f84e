"""What a line says of who calls, as a number that can be called back: a hint, and no proof of anybody."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

import phonenumbers

from hub.domain.errors import Invalid

_WITHHELD = frozenset(
    {
        "anonymous",
        "private",
        "restricted",
        "unknown",
        "unavailable",
        "withheld",
        "blocked",
        "invalid",
        "hidden",
        "no-number",
        "nonumber",
        "asterisk",
        "sip",
    }
)
"""What exchanges write where a number would be, when the caller does not show it or the line does not know."""

_SEPARATORS = re.compile(r"[\s\-().\u00a0\u2010-\u2015/]")
_DIGITS = re.compile(r"\+?[0-9]+")
_LONGEST_SHORT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNumber:
    """`number` is E.164, or a short code as it is dialled, or empty for nobody. `shown` is how people read it."""

    number: str
    shown: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it is a number by which somebody may be known: a whole one, no short code."""
        return self.number.startswith("+")


NOBODY = CallerNumber(number="")


def caller_number(said: str, *, region: str) -> CallerNumber:
    """What the line said of the caller (the user of From or of P-Asserted-Identity), normalised.

    `region` (ISO 3166) is the trunk's: its national numbers are understood, also with the country's code and no
    plus, as carriers write them; empty: only numbers with + or 00. Whatever is no number is nobody: a name, an
    address of a SIP phone, a withheld number. Never raises.
    """
    text = unquote(said).partition(";")[0].partition("@")[0].strip().strip('"').strip()
    text = re.sub(r"^(?:tel|sips?):", "", text, flags=re.IGNORECASE)
    if not text or text.lower() in _WITHHELD:
        return NOBODY
    digits = _SEPARATORS.sub("", text)
    if not _DIGITS.fullmatch(digits) or not digits.strip("+0"):
        return NOBODY
    if not digits.startswith(("+", "00")) and len(digits) <= _LONGEST_SHORT:
        return CallerNumber(number=digits, shown=digits)
    for candidate, country in _readings(digits, region):
        parsed = _parsed(candidate, country)
        if parsed is not None and phonenumbers.is_valid_number(parsed):
            return _of(parsed)
    parsed = _parsed(digits, region)
    if parsed is not None and phonenumbers.is_possible_number(parsed):
        return _of(parsed)
    return NOBODY


def dialled_number(typed: str, *, region: str) -> str:
    """The number that somebody of ours types to call: E.164, or a short code. Raises Invalid (`bad_phone`)."""
    if "@" in typed or not (found := caller_number(typed, region=region)).number:
        raise Invalid("this is no phone number", field="number", code="bad_phone")
    return found.number


def _readings(digits: str, region: str) -> list[tuple[str, str]]:
    """Ways to read the digits, the likeliest first."""
    if digits.startswith("+"):
        return [(digits, "")]
    if digits.startswith("00"):
        return [(f"+{digits[2:]}", ""), (digits, region)]
    # a national number first: 8 (916) … is Moscow in Russia, and no number of a country whose code begins with 8
    return [(digits, region), (f"+{digits}", "")] if region else []


def _parsed(digits: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region or None)
    except phonenumbers.NumberParseException:
        return None


def _of(parsed: phonenumbers.PhoneNumber) -> CallerNumber:
    return CallerNumber(
        number=str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)),
        shown=str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)),
    )
