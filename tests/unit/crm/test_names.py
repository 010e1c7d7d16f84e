"""Names in three alphabets meet where people expect them to, and nothing typed is an error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.crm.names import (
    LONGEST_WORD,
    MOST_WORDS,
    fold,
    mail_token,
    misspelling,
    phone_tokens,
    sound,
    tokens,
    typo_keys,
)

letters = st.text("abcdefghiklmnoprstuvxyz", min_size=4, max_size=14)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Щербакова", "shcherbakova"),
        ("КУЗНЕЦОВ", "kuznetsov"),
        ("Ёлкин", "elkin"),
        ("Елкин", "elkin"),
        ("Йорк", "york"),
        ("Yıldırım", "yildirim"),
        ("YILDIRIM", "yildirim"),
        ("İSTANBUL", "istanbul"),
        ("istanbul", "istanbul"),
        ("I\u0307stanbul", "istanbul"),
        ("Çağrı Şükür Öztürk", "cagri sukur ozturk"),
        ("O’Connor-Smith", "oconnor smith"),
        ("Жанна д'Арк", "zhanna dark"),
        ("Наталья", "natalya"),
        ("Müller & Söhne", "muller sohne"),
        ("  two\tblanks\n", "two blanks"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
        ("北京", "bei jing"),
        ("№ 118", "no 118"),
        ("a\u200db \u202eRTL\u202c", "ab rtl"),
        ("😀 🎉", ""),
        ("\x00'\"%*();--", ""),
        ("", ""),
    ],
)
def test_case_accents_and_alphabets_make_no_difference(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_a_letter_and_its_accent_may_come_as_one_character_or_as_two() -> None:
    assert fold("Андреи\u0306") == fold("Андрей") == "andrey"
    assert fold("Е\u0308лкин") == fold("Ёлкин")


@settings(deadline=None)  # the first letter of a script loads its table
@given(st.text())
def test_folding_never_fails_and_leaves_plain_words_only(text: str) -> None:
    folded = fold(text)

    assert folded == " ".join(folded.split())
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert fold(folded) == folded


def test_what_is_too_long_is_cut_and_the_rest_left_alone() -> None:
    assert fold("x" * 10_000) == "x" * LONGEST_WORD
    assert fold("long" * 20 + " short").endswith(" short")
    assert len(tokens(" ".join(f"name{number}" for number in range(1_000)))) == MOST_WORDS
    assert fold("abcdef", longest=3) == "abc"


def test_a_name_has_each_of_its_words_once_in_order() -> None:
    assert tokens("Anna Maria anna") == ["anna", "maria"]


@pytest.mark.parametrize(
    "ways",
    [
        ("Ёлкин", "Elkin", "Yolkin", "Jolkin"),
        ("Щербакова", "Shcherbakova", "Scherbakova", "Scherbakowa"),
        ("Кузнецов", "Kuznetsov", "Kuznetzov", "Kuznecov", "Kuznetsow"),
        ("Юлия", "Yuliya", "Yulia", "Iuliia", "Julia"),
        ("Дмитрий", "Dmitriy", "Dmitry", "Dmitri", "Dmitrij"),
        ("Наталья", "Natalya", "Natalia"),
        ("Алексей", "Aleksey", "Alexey", "Alexei"),
        ("Сергеевич", "Sergeevich", "Sergeyevich"),
        ("Хабаров", "Khabarov", "Habarov"),
        ("Чехов", "Chekhov", "Cehov"),
        ("Yıldırım", "Yildirim", "Йылдырым", "Ильдирим"),
        ("Şahin", "Sahin", "Шахин"),
        ("Çelik", "Celik", "Челик"),
        ("Ellen", "Elen"),
    ],
)
def test_the_ways_to_write_one_name_sound_the_same(ways: tuple[str, ...]) -> None:
    assert len({sound(fold(way)) for way in ways}) == 1


@pytest.mark.parametrize(("one", "other"), [("Иван", "Иванов"), ("Ali", "Veli"), ("Şen", "Sezen")])
def test_different_names_sound_different(one: str, other: str) -> None:
    assert sound(fold(one)) != sound(fold(other))


@given(letters, st.data())
def test_one_typo_anywhere_in_four_letters_or_more_leaves_a_common_key(
    word: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typed = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            ]
        )
    )

    assert typo_keys(word) & typo_keys(typed)
    assert misspelling(typed, word) in {0, 1}


@pytest.mark.parametrize(
    ("typed", "meant", "typos"),
    [
        ("ana", "anna", 0),
        ("ali", "ani", None),
        ("olga", "olha", 1),
        ("petrvo", "petrov", 1),
        ("ptervo", "petrov", None),
        ("alksadrov", "aleksandrov", 2),
        ("sherbakova", "shcherbakova", 1),
        ("kuznestov", "kuznetsov", 1),
        ("ivanov", "sidorov", None),
    ],
)
def test_four_letters_forgive_one_typo_and_eight_forgive_two(
    typed: str, meant: str, typos: int | None
) -> None:
    assert misspelling(typed, meant) == typos


def test_a_word_has_few_keys_whatever_its_length() -> None:
    assert typo_keys("can") == {"can"}
    assert typo_keys("chan") == {"chan", "han", "can", "chn", "cha"}
    assert len(typo_keys("qwertyuiopasdfghjklzxcvbnmqwertyuiopasdf")) <= 3 * (LONGEST_WORD + 1)


def test_a_number_is_found_from_its_front_and_from_its_end() -> None:
    assert phone_tokens("+905321234567") == ["+905321234567", "~765432123509"]
    assert phone_tokens("anonymous") == []


def test_an_address_is_kept_as_one_word_without_what_nobody_types() -> None:
    assert mail_token("Ivan.Petrov@Example.ORG") == "ivan.petrov@example.org"
    assert mail_token("a\x00b\ud800@\u202ec.d") == "ab@c.d"
