"""Codes of the second factor are those of RFC 6238, count once, and forgive a step of skew."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.domain import totp

SECRET = b"12345678901234567890"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = totp.step_at(NOW)


@pytest.mark.parametrize(
    ("at_s", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_the_last_six_digits_of_the_vectors_of_rfc_6238(at_s: int, code: str) -> None:
    assert totp.code_of(SECRET, totp.step_at(datetime.fromtimestamp(at_s, UTC))) == code


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_step_of_skew_is_forgiven_and_two_are_not(steps: int, counts: bool) -> None:
    code = totp.code_of(SECRET, HERE + steps)
    assert totp.matching_step(SECRET, code, NOW, after=0) == (HERE + steps if counts else None)


def test_a_code_is_worth_nothing_once_its_step_or_a_later_one_was_used() -> None:
    code = totp.code_of(SECRET, HERE)
    assert totp.matching_step(SECRET, code, NOW, after=HERE) is None
    assert totp.matching_step(SECRET, code, NOW + timedelta(seconds=20), after=HERE + 1) is None


def test_recovery_codes_are_ten_different_ones_that_may_be_typed_with_spaces_and_capitals() -> None:
    numbers = iter(range(10))
    codes = totp.new_recovery_codes(lambda size: next(numbers).to_bytes(size, "big"))

    assert len(set(codes)) == 10
    for code in codes:
        assert totp.is_recovery_code(totp.normalised_code(f" {code.upper().replace('-', ' ')} "))
        assert not totp.is_code(totp.normalised_code(code))


def test_the_address_for_the_authenticator_names_house_and_login() -> None:
    uri = totp.key_uri(SECRET, issuer="Touchline", login="анна@x")
    assert uri.startswith(
        "otpauth://totp/Touchline:%D0%B0%D0%BD%D0%BD%D0%B0%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    )
