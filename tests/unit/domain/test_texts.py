"""What is kept of what people type."""

import pytest

from hub.domain.texts import one_line, plainly, written_text


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00", "\x1b\x07", "\u200b", " \ufeff\u2060 "])
def test_nothing_to_be_seen_is_nothing(text: str) -> None:
    assert written_text(text) == ""


def test_a_message_keeps_its_lines_and_loses_what_terminals_obey() -> None:
    assert written_text("  one\r\ntwo\x1b[2J\tthree \x9b ") == "one\ntwo[2J\tthree"


def test_joined_emoji_stay_joined() -> None:
    assert written_text("👩\u200d🔧") == "👩\u200d🔧"


def test_a_name_cannot_turn_what_stands_beside_it() -> None:
    assert one_line("Weber\u202elive\u2066\u2069", 80) == "Weberlive"


def test_what_nobody_sees_and_what_turns_the_text_goes_and_joined_letters_stay() -> None:
    assert plainly("\u202egnp.\u202c in\u200bvoice\u200f\u2066\u2069\ufeff\u2060") == "gnp. invoice"
    assert plainly("\u0645\u06cc\u200c\u062e, 👩\u200d🔧") == "\u0645\u06cc\u200c\u062e, 👩\u200d🔧"


def test_a_name_is_one_line_of_so_many_characters() -> None:
    assert one_line(" Anna \n\t Maria ", 9) == "Anna Mari"
