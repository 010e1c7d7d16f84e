"""Which delivery reports are believed, and what becomes of the others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.channels.email.entering import entered, place_of
from hub.channels.email.reports import REPORTED_WITHIN
from hub.domain.ids import TouchId
from hub.domain.letter import (
    Authentication,
    Bounce,
    FailedRecipient,
    Letter,
    LetterKind,
    MailAddress,
    Verdict,
)
from hub.domain.mail import KeptLetter, LetterOut, envelope_token
from hub.domain.mail_account import MailAccount, MailServer
from tests.fakes.letters import FakeLetters
from tests.unit.channels.email.test_entering import (
    ACCOUNT,
    CLIENT,
    COLLEAGUE,
    FORGED_IDS,
    KEY,
    NOW,
    OURS,
    STRANGER,
    kept,
    letter,
    placed,
)

ENVELOPE = envelope_token(KEY, ACCOUNT.account, "thread-1", "touch-1")


def written_to(*people: str) -> FakeLetters:
    """Thread 1: we wrote to these, who take part."""
    letters = FakeLetters()
    for address in people:
        letters.participants.add((ACCOUNT.account, "thread-1", address))
    everybody = frozenset(people)
    letters.out[TouchId("touch-1")] = LetterOut(at=NOW, recipients=everybody, participants=everybody)
    letters.ids[OURS] = [(ACCOUNT.account, "thread-1", True)]
    return letters


@pytest.fixture
def store() -> FakeLetters:
    """We wrote to the client, with a colleague in copy."""
    return written_to(CLIENT, COLLEAGUE)


@pytest.fixture
def alone() -> FakeLetters:
    """We wrote to the client, and nobody else has the letter."""
    return written_to(CLIENT)


def report(
    original: str, *failed: str, permanent: bool = True, envelope: str = "", sender: str = ""
) -> Letter:
    recipients = tuple(
        FailedRecipient(address=a, permanent=permanent, status="5.1.1", reason="no such user") for a in failed
    )
    bounce = Bounce(recipients=recipients, original_message_id=original, envelope_id=envelope)
    return letter(sender or "mailer-daemon@relay.test", kind=LetterKind.BOUNCE, bounce=bounce)


async def failed_by(store: FakeLetters, one: Letter, at: KeptLetter | None = None) -> TouchId | None:
    return (await placed(store, one, at)).failed


# --- what is proved ---


async def test_a_report_joins_by_the_letter_that_did_not_arrive(alone: FakeLetters) -> None:
    one = report(OURS, CLIENT)
    found = await placed(alone, one)
    touch = entered(one, kept(), ACCOUNT, found, ())
    assert (found.thread, found.failed, touch.queued) == ("thread-1", "touch-1", True)
    assert touch.letter is not None
    assert touch.letter.head.kind is LetterKind.BOUNCE


async def test_a_report_that_knows_our_envelope_is_proved_whoever_else_has_the_letter(
    store: FakeLetters,
) -> None:
    assert await failed_by(store, report(OURS, CLIENT, envelope=ENVELOPE)) == "touch-1"


FORGED_ENVELOPES = {
    "none": "",
    "what a Message-ID shows": OURS.partition("@")[0],
    "its own mac": f"tl.touch-1.{OURS.partition('@')[0].rsplit('.', 1)[1]}",
    "another letter's": envelope_token(KEY, ACCOUNT.account, "thread-1", "touch-2"),
    "another thread's": envelope_token(KEY, ACCOUNT.account, "thread-2", "touch-1"),
    "another account's": envelope_token(KEY, "email:sales", "thread-1", "touch-1"),
    "another key": envelope_token(b"x" * 32, ACCOUNT.account, "thread-1", "touch-1"),
    "cut short": ENVELOPE[:-1],
    "letters of no alphabet": "tl.touch-1.\u0660\ud800",
}


@pytest.mark.parametrize("case", FORGED_ENVELOPES)
async def test_whoever_else_has_the_letter_cannot_fail_it(store: FakeLetters, case: str) -> None:
    one = report(OURS, CLIENT, envelope=FORGED_ENVELOPES[case])
    found = await placed(store, one)
    assert (found.thread, found.joined, found.failed, found.unproved) == ("thread-1", True, None, True)


@pytest.mark.parametrize("named", [(CLIENT, COLLEAGUE), (COLLEAGUE, CLIENT), (CLIENT, STRANGER)])
async def test_naming_themselves_as_well_helps_nobody(store: FakeLetters, named: tuple[str, ...]) -> None:
    one = report(OURS, *named, sender="mailer-daemon@copied.test")
    assert await failed_by(store, one) is None


async def test_a_server_of_somebody_else_reports_on_nobody_but_its_own() -> None:
    store = written_to(CLIENT, "copied@copied.test")
    theirs = "mailer-daemon@mx.copied.test"
    for named in ((CLIENT,), (CLIENT, "copied@copied.test")):
        assert await failed_by(store, report(OURS, *named, envelope=ENVELOPE, sender=theirs)) is None
    own = report(OURS, "copied@copied.test", envelope=ENVELOPE, sender=theirs)
    assert await failed_by(store, own) == "touch-1"


def with_server(host: str) -> MailAccount:
    server = MailServer(host=host, port=587)
    return replace(ACCOUNT, setup=replace(ACCOUNT.setup, outgoing=server))


@pytest.mark.parametrize(
    ("account", "sender", "proved"),
    [
        (ACCOUNT, "mailer-daemon@example.test", True),
        (ACCOUNT, "mailer-daemon@mx1.example.test", True),
        (ACCOUNT, "postmaster@hub.test", True),
        (with_server("smtp.relay.test"), "mailer-daemon@relay.test", True),
        (with_server("smtp.gmail.com"), "mailer-daemon@googlemail.com", True),
        (ACCOUNT, "mailer-daemon@googlemail.com", False),
        (ACCOUNT, "mailer-daemon@evilexample.test", False),
        (ACCOUNT, "mailer-daemon@test", False),
        (ACCOUNT, "mailer-daemon@copied.test", False),
    ],
)
async def test_what_our_host_proves_counts_of_those_who_answer_for_the_letter(
    account: MailAccount, sender: str, proved: bool
) -> None:
    store = written_to(CLIENT, "copied@copied.test")
    one = report(OURS, CLIENT, sender=sender)
    shown = replace(one, authentication=Authentication(dmarc=Verdict.PASS))
    found = await place_of(shown, kept(), account, KEY, store)
    assert (found.joined, found.failed is not None) == (True, proved)
    assert await failed_by(store, one) is None  # the name alone proves nothing


async def test_a_report_counts_as_long_as_mail_servers_try(alone: FakeLetters) -> None:
    one = report(OURS, CLIENT, envelope=ENVELOPE)
    last = NOW + REPORTED_WITHIN
    assert await failed_by(alone, one, kept(received_at=last)) == "touch-1"
    late = await placed(alone, one, kept(received_at=last + timedelta(seconds=1)))
    assert (late.joined, late.failed, late.unproved) == (True, None, True)


# --- what becomes of the others ---


async def test_a_report_that_is_not_proved_stands_in_the_conversation_as_automatic_and_is_work(
    store: FakeLetters,
) -> None:
    one = report(OURS, CLIENT)
    touch = entered(one, kept(), ACCOUNT, await placed(store, one), ())
    assert (touch.thread, touch.queued, touch.only_kept) == ("thread-1", True, False)
    assert touch.letter is not None
    assert touch.letter.head.kind is LetterKind.AUTO_REPLY


@pytest.mark.parametrize(
    "one",
    [report(OURS, STRANGER), report(FORGED_IDS["another mac"], CLIENT), report(OURS), report("", CLIENT)],
)
async def test_a_forged_report_fails_nothing(store: FakeLetters, one: Letter) -> None:
    found = await placed(store, one)
    assert (found.joined, found.failed) == (False, None)


async def test_a_report_of_a_letter_that_nobody_tried_to_send_fails_nothing(alone: FakeLetters) -> None:
    alone.out.clear()
    found = await placed(alone, report(OURS, CLIENT))
    assert (found.joined, found.failed) == (False, None)


PLAIN = report(OURS, CLIENT, envelope=ENVELOPE)
UNBELIEVED: dict[str, tuple[Letter, KeptLetter]] = {
    "shown to be forged": (replace(PLAIN, authentication=Authentication(dmarc=Verdict.FAIL)), kept()),
    "by one who takes part": (replace(PLAIN, from_=MailAddress(address=COLLEAGUE)), kept(envelope_from="")),
    "by the other end of their address": (
        replace(PLAIN, from_=MailAddress(address=COLLEAGUE.replace("@", "+x@"))),
        kept(envelope_from=""),
    ),
    "by a person, as the intake saw": (
        replace(PLAIN, from_=MailAddress(address=STRANGER), envelope_sender=""),
        kept(envelope_from=STRANGER),
    ),
    "by a person, as the mail host wrote down": (
        replace(PLAIN, from_=MailAddress(address=STRANGER), envelope_sender=STRANGER),
        kept(),
    ),
}


@pytest.mark.parametrize("case", UNBELIEVED)
async def test_a_report_is_not_believed(store: FakeLetters, case: str) -> None:
    one, at = UNBELIEVED[case]
    found = await placed(store, one, at)
    touch = entered(one, at, ACCOUNT, found, ())
    assert (found.joined, found.failed) == (False, None)
    assert (touch.queued, touch.only_kept) == (False, True)
    assert touch.letter is not None
    assert touch.letter.head.kind is LetterKind.AUTO_REPLY
    assert touch.letter.head.may_belong_to == ("interaction of thread-1",)


@pytest.mark.parametrize(
    ("one", "at"),
    [
        (replace(PLAIN, from_=MailAddress(address=STRANGER), envelope_sender=""), kept()),
        (replace(PLAIN, from_=None), kept()),
        (replace(PLAIN, from_=MailAddress(address=STRANGER)), kept(envelope_from="")),
        (PLAIN, kept(envelope_from="mailer-daemon@example.test")),
        (replace(PLAIN, from_=MailAddress(address=ACCOUNT.address)), kept(envelope_from="")),
    ],
)
async def test_a_report_of_a_mail_system_is_believed(store: FakeLetters, one: Letter, at: KeptLetter) -> None:
    assert await failed_by(store, one, at) == "touch-1"


@pytest.mark.parametrize("people", [(CLIENT,), (CLIENT, COLLEAGUE)])
async def test_that_a_letter_is_late_is_recorded_with_it_and_is_no_work(people: tuple[str, ...]) -> None:
    late = report(OURS, CLIENT, permanent=False)
    found = await placed(written_to(*people), late)
    touch = entered(late, kept(), ACCOUNT, found, ())
    assert (found.thread, found.joined, found.failed) == ("thread-1", True, None)
    assert (touch.queued, touch.only_kept) == (False, True)


async def test_a_report_of_a_letter_we_never_sent_is_no_work(store: FakeLetters) -> None:
    one = report("spam@elsewhere.test", "victim@example.test")
    touch = entered(one, kept(), ACCOUNT, await placed(store, one), ())
    assert (touch.queued, touch.only_kept) == (False, True)
