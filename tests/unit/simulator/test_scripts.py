"""The texts of simulated conversations."""

import random

import pytest

from hub.demo.floor import OUTCOMES, SITE_OF_TOPIC
from hub.simulator.names import NAMES, mail_address
from hub.simulator.scripts import LANGUAGES, all_scripts, parsed

BLOCK = "# a comment\n\n== support · resolved\n> Hello\n> It is {order}\n< Hi\n> Thanks\n"


def test_a_block_is_a_topic_an_outcome_and_lines_of_either_side() -> None:
    (script,) = parsed("en", BLOCK)

    assert (script.language, script.topic, script.outcome) == ("en", "support", "resolved")
    assert [line.by_client for line in script.lines] == [True, True, False, True]


def test_what_the_client_writes_in_a_row_is_one_turn() -> None:
    (script,) = parsed("en", BLOCK)

    assert script.client_turns() == (("Hello", "It is {order}"), ("Thanks",))


@pytest.mark.parametrize("text", ["> no heading\n", "== a · b\nno mark\n"])
def test_a_line_that_is_none_is_refused_with_its_place(text) -> None:
    with pytest.raises(ValueError, match=r"en\.txt:\d: "):
        list(parsed("en", text))


def test_the_same_seed_fills_in_the_same_things() -> None:
    (script,) = parsed("en", BLOCK)

    filled = script.filled(random.Random(1))

    assert filled == script.filled(random.Random(1))
    assert "{" not in "".join(line.text for line in filled.lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_twelve_conversations_of_several_turns_on_both_topics(language) -> None:
    scripts = [script for script in all_scripts() if script.language == language]

    assert len(scripts) >= 12
    assert {script.topic for script in scripts} == {"sales", "support"}
    assert all(len(script.client_turns()) >= 2 for script in scripts)


def test_topics_are_queues_of_the_demo_and_outcomes_are_its_outcomes() -> None:
    assert {script.topic for script in all_scripts()} == SITE_OF_TOPIC.keys()
    assert {script.outcome for script in all_scripts()} <= {outcome.code for outcome in OUTCOMES}


def test_the_client_begins_every_conversation_and_no_place_is_left_unfilled() -> None:
    for script in all_scripts():
        assert script.lines[0].by_client
        assert not any("{" in line.text for line in script.filled(random.Random(1)).lines)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Ben O'Connor", "ben.oconnor@mail.example"),
        ("Gülşen Kılıç", "gulsen.kilic@mail.example"),
        ("Лев Черепанов", "lev.cherepanov@mail.example"),
    ],
)
def test_an_address_is_the_name_in_plain_letters(name, address) -> None:
    assert mail_address(name) == address


def test_every_name_has_an_address_of_its_own() -> None:
    names = [name for group in NAMES.values() for name in group]

    assert len({mail_address(name) for name in names}) == len(names) == 42
