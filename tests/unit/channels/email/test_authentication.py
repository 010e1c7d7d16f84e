"""Whose word is taken for who a sender is: that of the host in the settings, and only on top."""

import pytest

from hub.channels.email.letters import read_letter
from hub.channels.email.ours import Ours
from hub.domain.letter import Authentication, Defect, Letter, Verdict

PASS, FAIL, NONE, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.NONE, Verdict.UNKNOWN
ALL_PASS = (
    "mx.hub.test; spf=pass smtp.mailfrom=anna@client.test; dkim=pass header.d=client.test;"
    " dmarc=pass header.from=client.test"
)
GMAILS = (
    "mx.hub.test;\r\n dkim=pass (2048-bit key)\r\n header.i=@client.test header.b=ab/cd;"
    " dmarc=pass (p=NONE sp=NONE) header.from=client.test"
)


def read(*results: str, host: str = "mx.hub.test", sender: str = "Anna <anna@client.test>") -> Letter:
    headers = "".join(f"Authentication-Results: {one}\r\n" for one in results)
    return read_letter(f"{headers}From: {sender}\r\n\r\nx".encode(), Ours(trusted_host=host))


@pytest.mark.parametrize(
    ("results", "spf", "dkim", "dmarc"),
    [
        (ALL_PASS, PASS, PASS, PASS),
        ("MX.hub.test; spf=fail smtp.mailfrom=x.test; dkim=none; dmarc=fail header.from=client.test", FAIL, NONE, FAIL),
        ("mx.hub.test; spf=softfail smtp.mailfrom=x.test", FAIL, UNKNOWN, UNKNOWN),
        ("mx.hub.test; spf=neutral; dkim=temperror; dmarc=permerror", NONE, UNKNOWN, UNKNOWN),
        ("mx.hub.test 1; none", UNKNOWN, UNKNOWN, UNKNOWN),
        ("mx.hub.test; dkim=fail header.d=x.test; dkim=pass header.d=client.test", UNKNOWN, PASS, UNKNOWN),
        ("mx.hub.test; dmarc=pass header.from=bank.test", UNKNOWN, UNKNOWN, UNKNOWN),
        (GMAILS, UNKNOWN, PASS, PASS),
    ],
)  # fmt: skip
def test_the_verdicts_of_our_host_are_taken(
    results: str, spf: Verdict, dkim: Verdict, dmarc: Verdict
) -> None:
    found = read(results).authentication

    assert (found.spf, found.dkim, found.dmarc) == (spf, dkim, dmarc)


def test_the_domains_that_passed_are_named_the_senders_own_first() -> None:
    found = read(
        "mx.hub.test; dkim=pass header.d=sender.test; dkim=pass header.d=client.test; spf=pass smtp.mailfrom=b@x.test"
    )

    assert found.authentication.dkim_domain == "client.test"
    assert found.authentication.spf_domain == "x.test"


FORGED = [
    ("another host", ("evil.test; dmarc=pass header.from=client.test",)),
    ("another host on top", ("other.test; none", ALL_PASS)),
    ("a longer name", ("mx.hub.test.evil.test; dmarc=pass",)),
    ("a name in a comment", ("(mx.hub.test) evil.test; dmarc=pass header.from=client.test",)),
    ("no name", ("dmarc=pass header.from=client.test",)),
    ("empty", ("",)),
    ("a name alone", ("mx.hub.test",)),
]


@pytest.mark.parametrize(("what", "results"), FORGED, ids=[one[0] for one in FORGED])
def test_nobody_elses_word_is(what: str, results: tuple[str, ...]) -> None:
    assert read(*results).authentication == Authentication()


def test_what_is_below_ours_is_not_looked_at() -> None:
    found = read("mx.hub.test; dmarc=fail header.from=client.test", ALL_PASS).authentication

    assert (found.dmarc, found.spf) == (FAIL, UNKNOWN)


def test_without_a_host_in_the_settings_nothing_is_believed() -> None:
    assert read(ALL_PASS, host="").authentication == Authentication()


def test_results_that_cannot_be_read_are_a_defect() -> None:
    found = read("mx.hub.test; dmarc=pass ((((")

    assert found.authentication == Authentication()
    assert Defect.BAD_AUTHENTICATION in found.defects


@pytest.mark.parametrize(
    "sender", ["a@client.test, b@client.test", "a@client.test\r\nFrom: b@client.test", "odd", ""]
)
def test_of_which_of_several_senders_it_speaks_nobody_can_tell(sender: str) -> None:
    assert read(ALL_PASS, sender=sender).authentication.dmarc is UNKNOWN
