"""A delivery report says in words whom a letter did not reach and why, and keeps what the server said."""

import pytest

from hub.channels.email.report_words import report_words
from hub.domain.letter import Bounce, FailedRecipient


def one(status: str = "", reason: str = "", *, permanent: bool = True) -> Bounce:
    return Bounce(
        recipients=(
            FailedRecipient(address="clara@x.test", permanent=permanent, status=status, reason=reason),
        )
    )


@pytest.mark.parametrize(
    ("bounce", "language", "words"),
    [
        (
            one("5.1.1", "550 No such user"),
            "en",
            "Not delivered to clara@x.test: there is no such address; “550 No such user”",
        ),
        (one("5.2.2"), "ru", "Не доставлено: clara@x.test: почтовый ящик переполнен; 5.2.2."),
        (one("5.9.9", "smtp; 550 Go away"), "tr", "Teslim edilemedi: clara@x.test: “smtp; 550 Go away”"),
        (
            one("4.4.1", permanent=False),
            "de",
            "Not delivered to clara@x.test yet: their mail server does not answer; 4.4.1.",
        ),
        (one(), "en", "Not delivered to clara@x.test."),
        (Bounce(), "en", ""),
    ],
)
def test_whom_it_did_not_reach_and_why(bounce: Bounce, language: str, words: str) -> None:
    assert report_words(bounce, language) == words


def test_each_address_has_its_line_and_a_long_list_is_cut() -> None:
    many = tuple(FailedRecipient(address=f"c{n}@x.test", permanent=True) for n in range(30))
    lines = report_words(Bounce(recipients=many), "en").split("\n")
    assert (len(lines), lines[1]) == (20, "Not delivered to c1@x.test.")
