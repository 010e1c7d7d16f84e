"""Consents and notes in a file are read again as they were written."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crm.card_words import LONGEST_NOTE, DatedConsent, consents_in, is_news, joined_notes
from hub.domain.errors import Invalid
from hub.domain.person import WRITTEN_TO, Purpose
from hub.domain.texts import one_line

CONSENTS = st.builds(
    DatedConsent,
    channel=st.sampled_from(sorted(WRITTEN_TO)),
    purpose=st.sampled_from(Purpose),
    given=st.booleans(),
    at=st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    source=st.text(max_size=200).map(lambda text: one_line(text, 200)),
)


@given(st.lists(CONSENTS, max_size=5, unique=True))
def test_a_consent_is_its_line(said: list[DatedConsent]) -> None:
    assert list(consents_in("\n".join(one.line for one in said))) == said


@pytest.mark.parametrize(
    "line",
    [
        "phone",
        "phone marketing yes",
        "phone marketing perhaps 2026-01-01T00:00:00Z",
        "pigeon marketing yes 2026-01-01T00:00:00Z",
        "phone moonlight yes 2026-01-01T00:00:00Z",
        "phone marketing yes yesterday",
        "phone marketing yes 2026-01-01T00:00:00",
        "phone marketing yes 1999-01-01T00:00:00Z",
        "\n".join(f"phone marketing yes 2026-01-01T00:00:00Z {n}" for n in range(101)),
    ],
)
def test_what_is_no_consent_is_refused(line: str) -> None:
    with pytest.raises(Invalid) as refused:
        consents_in(line)
    assert refused.value.stable_code == "bad_consent"


def test_notes_are_one_text_of_which_the_newest_are_kept_and_which_says_nothing_new() -> None:
    notes = ["a" * 9_000, "b" * 9_000, "c" * 9_000]
    assert joined_notes(notes) == f"{notes[1]}\n{notes[2]}"
    assert len(joined_notes(["d" * 30_000])) == LONGEST_NOTE
    assert not is_news("", [])
    assert is_news("a", [])
    assert not is_news("b", ["a", "b"])
    assert not is_news("a\nb", ["a", "b"])
    assert is_news("b\na", ["a", "b"])
