"""Telephone numbers as lines and people write them, in the one form by which two spellings are equal (E.164).

What a line says of a caller is a hint. Known here is the numbering of countries; a number that cannot be one is
kept as it came, in digits.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from hub import phone_numbers as house_numbers
from hub.channels.sip.uri import OtherUri, SipUri, TelUri, Uri

_WRITTEN = re.compile(r"\+?[0-9 ()./\-\u00a0]{1,40}")
_SEPARATORS = re.compile(r"[ ()./\-\u00a0]")


class Tariff(StrEnum):
    """What a call to a number costs, as far as its country says."""

    USUAL = "usual"
    """Fixed lines, mobiles, numbers that are free to call."""
    PREMIUM = "premium"
    """Dearer than a call: premium and shared cost, personal numbers, paging and the like."""
    SHORT = "short"
    """A short number of the country, emergency numbers among them."""
    UNKNOWN = "unknown"
    """No number that the country has given out, as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """A number that somebody wants to call. `number` is what is judged and what is sent, nothing else: E.164, or the
    digits of a short number. `region` is the country (ISO 3166), empty where it is none's, as a satellite's."""

    number: str
    region: str
    tariff: Tariff


_USUAL = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.VOIP,
    }
)


def e164(text: str, region: str) -> str | None:
    """The number in E.164, read by the country of the line (`DE`; empty: none); None for what is no full number."""
    written = text.strip()
    if _WRITTEN.fullmatch(written) is None:
        return None
    parsed = _parsed(written, region)
    if parsed is None or not _is_full(parsed, written, region):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def caller_number(uri: Uri, region: str) -> str:
    """Who calls, by the address a line gave: E.164 where it is a number, the digits of a short one, empty for
    somebody who withheld it or has none. See `hub.phone_numbers`."""
    return house_numbers.caller_number(user_of(uri), region=region).number


def user_of(uri: Uri) -> str:
    """The number or name in an address, without the parameters of a number (RFC 3261, 19.1.6)."""
    match uri:
        case SipUri():
            return (uri.username or "").partition(";")[0]
        case TelUri():
            return uri.digits
        case OtherUri():
            return ""


def dialled(text: str, region: str) -> Dialled | None:
    """What somebody typed, as a number to call from a line of this country; None for what is none.

    Letters, pauses, extensions and service codes are none: they could make another number of one that was judged.
    """
    written = text.strip()
    if _WRITTEN.fullmatch(written) is None:
        return None
    digits = _SEPARATORS.sub("", written)
    parsed = _parsed(written, region)
    if parsed is not None and _is_full(parsed, written, region):
        return _judged(parsed)
    if digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 8:
        return Dialled(number=digits, region=region, tariff=Tariff.SHORT)
    return None


def _is_full(parsed: phonenumbers.PhoneNumber, written: str, region: str) -> bool:
    """Whether it has the length of a number, and is no short one that looks like the number of a neighbour."""
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return False
    if phonenumbers.is_valid_number(parsed) or written.startswith(("+", "00")):
        return True
    return not phonenumbers.is_possible_short_number_for_region(parsed, region)


def _judged(parsed: phonenumbers.PhoneNumber) -> Dialled:
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(parsed) or ""
    if not phonenumbers.is_valid_number(parsed):
        tariff = Tariff.UNKNOWN
    elif phonenumbers.number_type(parsed) in _USUAL:
        tariff = Tariff.USUAL
    else:
        tariff = Tariff.PREMIUM
    return Dialled(number=number, region=region if region != "001" else "", tariff=tariff)


def _parsed(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    return None if parsed.extension else parsed
