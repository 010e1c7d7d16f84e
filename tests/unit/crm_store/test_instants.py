"""Instants as both databases keep them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_store.instants import from_us, to_us


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_to_the_microsecond(at: datetime) -> None:
    assert from_us(to_us(at)) == at


def test_the_count_begins_in_1970_and_runs_backwards_before() -> None:
    assert to_us(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert to_us(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1
    assert to_us(datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)) == 1_772_442_000_000_001


def test_the_zone_does_not_matter_and_must_be_there() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert to_us(at.astimezone(timezone(timedelta(hours=3)))) == to_us(at)
    with pytest.raises(ValueError, match="time zone"):
        to_us(at.replace(tzinfo=None))


def test_what_comes_back_is_aware_and_in_utc() -> None:
    assert from_us(0).tzinfo is UTC
