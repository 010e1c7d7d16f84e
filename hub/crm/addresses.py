"""An address as somebody types it, in the one form by which two spellings of it are equal."""

import re
from functools import lru_cache

import phonenumbers

from hub.domain.errors import Invalid
from hub.domain.person import IdentityKind, normalised

_TELEGRAM = re.compile(r"[0-9]{3,20}|@?[A-Za-z][A-Za-z0-9_]{3,31}")


def address_of(kind: IdentityKind, typed: str, *, region: str) -> str:
    """The normal form of `typed`: a phone number in E.164, a mail address in small letters, a Telegram id or name,
    the key of a site with the id it knows its user by after a colon.

    `region` (ISO 3166, such as `TR`) is whose national numbers are understood; empty: numbers begin with +.
    Raises Invalid (`bad_phone`, `phone_needs_country`, `bad_email`, `bad_address`) naming `value`.
    """
    try:
        if kind is IdentityKind.PHONE:
            return _phone(typed, region)
        if kind is IdentityKind.TELEGRAM:
            return _telegram(typed)
        return normalised(kind, typed)
    except ValueError:
        code = "bad_email" if kind is IdentityKind.EMAIL else "bad_address"
        raise Invalid("this is no such address", field="value", code=code) from None


# a row of a file is checked and read: what takes a tenth of a millisecond is done once
@lru_cache(maxsize=1_024)
def _phone(typed: str, region: str) -> str:
    try:
        number = phonenumbers.parse(typed, region or None)
    except phonenumbers.NumberParseException as error:
        is_national = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        if is_national and not typed.strip().startswith(("+", "00")):
            raise Invalid(
                "begin with + and the country's number", field="value", code="phone_needs_country"
            ) from None
        raise Invalid("this is no phone number", field="value", code="bad_phone") from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise Invalid("this is no phone number", field="value", code="bad_phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _telegram(typed: str) -> str:
    text = typed.strip()
    if not _TELEGRAM.fullmatch(text):
        raise ValueError("no id and no name")
    return text.removeprefix("@").lower()


def shown_address(kind: IdentityKind, value: str) -> str:
    """The address as people like to read it."""
    if kind is IdentityKind.PHONE:
        try:
            number = phonenumbers.parse(value)
        except phonenumbers.NumberParseException:
            return value
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if kind is IdentityKind.TELEGRAM and not value.isdigit():
        return f"@{value}"
    if kind is IdentityKind.SITE:
        return value.partition(":")[2]
    return value
