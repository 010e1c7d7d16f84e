"""What `touchline simulate --letters` says of its letters, and of what is wrong."""

from collections import Counter

import pytest

from hub.cli.failures import WRONG_USE, Failed
from hub.cli.simulate import Wanted, _writers, letter_reason_for, summary
from hub.simulator.client import Tally
from hub.simulator.letters import LetterTally


def wanted(smtp: str = "", *, letters: float = 1.0) -> Wanted:
    return Wanted(
        url="",
        site="",
        rate_per_s=1.0,
        for_s=1.0,
        seed=1,
        agents=0,
        patience_s=1.0,
        letters_per_min=letters,
        smtp=smtp,
    )


def test_letters_are_counted_once() -> None:
    letters = LetterTally(came=4, refusals=Counter({0: 1, 550: 2}))
    line = summary(Tally(), None, None, letters).splitlines()[-1]
    assert line == "letters   4 taken, 3 not taken"


@pytest.mark.parametrize(
    ("status", "advice"),
    [(0, "HUB_SMTP_INTAKE__ENABLED"), (550, "--to"), (451, "trusted_addresses"), (599, "log")],
)
def test_a_refusal_says_where_why_and_what_to_do(status: int, advice: str) -> None:
    said = letter_reason_for(status, 6, "127.0.0.1:2525")
    assert said.startswith(f"6 letters were not taken at 127.0.0.1:2525 ({status or 'no answer'}): ")
    assert advice in said


def test_letters_go_where_they_are_told_to_or_where_the_settings_say() -> None:
    def place(smtp: str) -> tuple[str, int]:
        writers = _writers(wanted(smtp), 2525)
        assert writers is not None
        return writers.host, writers.port

    assert place("") == ("127.0.0.1", 2525)
    assert place("mx.hub.test:25") == ("mx.hub.test", 25)
    assert place("[::1]:2525") == ("::1", 2525)
    assert _writers(wanted(letters=0.0), 2525) is None


@pytest.mark.parametrize(
    ("smtp", "port"), [("", 0), ("2525", 2525), ("host:", 2525), ("host:0", 2525), ("host:99999", 2525)]
)
def test_a_place_that_is_none_is_wrong_use(smtp: str, port: int) -> None:
    with pytest.raises(Failed) as refused:
        _writers(wanted(smtp), port)
    assert refused.value.code == WRONG_USE
