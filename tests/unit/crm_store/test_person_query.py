"""What people type is read as names, addresses or numbers, and persons are ranked by how well they answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_store.person_query import BEGINS, SAME, SOUNDS, fit, readings
from hub.crm.names import MOST_WORDS, phone_tokens


def beginnings(query: str) -> list[list[tuple[str, ...]]]:
    return [[word.beginnings for word in wording] for wording in readings(query)]


def test_each_word_of_a_name_must_be_answered() -> None:
    assert beginnings("Анна  Щербакова") == [[("anna",), ("shcherbakova",)]]


def test_the_same_word_twice_is_one_word() -> None:
    assert beginnings("anna ANNA") == [[("anna",)]]


def test_a_word_with_an_at_sign_is_an_address() -> None:
    assert beginnings("Ivan.P@exa") == [[("ivan.p@exa",)]]
    assert beginnings("anna ivan@x") == [[("anna",), ("ivan@x",)]]


def test_a_dotted_word_may_be_names_or_the_beginning_of_an_address() -> None:
    assert beginnings("ivan.pet") == [[("ivan",), ("pet",)], [("ivan.pet",)]]


@pytest.mark.parametrize(
    "typed",
    [
        "+90 532 123 45 67",
        "0532 1234567",
        "(0532) 123-45-67",
        "00905321234567",
        "5321234567",
        "4567",
        "+90532",
    ],
)
def test_a_number_is_known_by_its_front_its_end_and_its_national_form(typed: str) -> None:
    (wording,) = readings(typed)

    assert fit(wording, phone_tokens("+905321234567")) == BEGINS or typed.startswith(("+90 ", "00"))
    assert fit(wording, phone_tokens("+905321234567")) is not None


def test_the_russian_trunk_eight_is_no_part_of_the_number() -> None:
    (wording,) = readings("8 (912) 345-67-89")

    assert fit(wording, phone_tokens("+79123456789")) is not None
    assert fit(wording, phone_tokens("+79123456780")) is None


def test_the_last_digits_may_stand_beside_a_name() -> None:
    (wording,) = readings("anna 4567")

    assert fit(wording, ["anna", *phone_tokens("+905321234567")]) is not None
    assert fit(wording, ["anna", *phone_tokens("+905321234568")]) is None


def test_the_same_word_answers_best_then_a_beginning_then_the_sound_then_typos() -> None:
    (wording,) = readings("yulia")

    ranks = [fit(wording, [token]) for token in ("yulia", "yuliana", "julia", "ulia", "yuri")]
    assert ranks == [SAME, BEGINS, SOUNDS, SOUNDS + 1, None]


def test_a_person_is_as_good_as_the_sum_of_their_words() -> None:
    (wording,) = readings("yulia petrov")

    assert fit(wording, ["petrov", "julia"]) == SOUNDS
    assert fit(wording, ["petrova", "julia"]) == SOUNDS + BEGINS
    assert fit(wording, ["petrov"]) is None


@pytest.mark.parametrize("query", ["", "   ", "\x00", "😀", "@", "*", "%", "''", "--", "+-()", "\u202e"])
def test_what_holds_no_word_asks_for_nothing(query: str) -> None:
    assert readings(query) == []


@settings(deadline=None)  # the first letter of a script loads its table
@given(st.text(max_size=400))
def test_any_text_gives_few_words_and_never_an_error(query: str) -> None:
    for wording in readings(query):
        assert 0 < len(wording) <= MOST_WORDS
        assert all(beginning for word in wording for beginning in word.beginnings)
