"""Which delivery reports are believed, and what becomes of the others."""

from dataclasses import replace

import pytest

from hub.channels.email.entering import entered
from hub.domain.letter import (
    Authentication,
    Bounce,
    FailedRecipient,
    Letter,
    LetterKind,
    MailAddress,
    Verdict,
)
from hub.domain.mail import KeptLetter
from tests.fakes.letters import FakeLetters
from tests.unit.channels.email.test_entering import (
    ACCOUNT,
    CLIENT,
    COLLEAGUE,
    FORGED_IDS,
    OURS,
    STRANGER,
    kept,
    letter,
    placed,
)


@pytest.fixture
def store() -> FakeLetters:
    """Thread 1: we wrote to the client, with a colleague in copy."""
    letters = FakeLetters()
    for address in (CLIENT, COLLEAGUE):
        letters.participants.add((ACCOUNT.account, "thread-1", address))
    letters.ids[OURS] = [(ACCOUNT.account, "thread-1", True)]
    return letters


def report(original: str, *failed: str, permanent: bool = True) -> Letter:
    recipients = tuple(
        FailedRecipient(address=a, permanent=permanent, status="5.1.1", reason="no such user") for a in failed
    )
    bounce = Bounce(recipients=recipients, original_message_id=original)
    return letter("mailer-daemon@example.test", kind=LetterKind.BOUNCE, bounce=bounce)


async def test_a_report_joins_by_the_letter_that_did_not_arrive(store: FakeLetters) -> None:
    found = await placed(store, report(OURS, CLIENT))
    assert (found.thread, found.failed) == ("thread-1", "touch-1")
    assert entered(report(OURS, CLIENT), kept(), ACCOUNT, found, ()).queued


@pytest.mark.parametrize(
    "one",
    [report(OURS, STRANGER), report(FORGED_IDS["another mac"], CLIENT), report(OURS), report("", CLIENT)],
)
async def test_a_forged_report_fails_nothing(store: FakeLetters, one: Letter) -> None:
    found = await placed(store, one)
    assert (found.joined, found.failed) == (False, None)


PLAIN = report(OURS, CLIENT)
UNBELIEVED: dict[str, tuple[Letter, KeptLetter]] = {
    "shown to be forged": (replace(PLAIN, authentication=Authentication(dmarc=Verdict.FAIL)), kept()),
    "by one who takes part": (replace(PLAIN, from_=MailAddress(address=COLLEAGUE)), kept(envelope_from="")),
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
    assert (await placed(store, one, at)).failed == "touch-1"


async def test_that_a_letter_is_late_is_recorded_with_it_and_is_no_work(store: FakeLetters) -> None:
    late = report(OURS, CLIENT, permanent=False)
    found = await placed(store, late)
    touch = entered(late, kept(), ACCOUNT, found, ())
    assert (found.thread, found.joined, found.failed) == ("thread-1", True, None)
    assert (touch.queued, touch.only_kept) == (False, True)


async def test_a_report_of_a_letter_we_never_sent_is_no_work(store: FakeLetters) -> None:
    one = report("spam@elsewhere.test", "victim@example.test")
    touch = entered(one, kept(), ACCOUNT, await placed(store, one), ())
    assert (touch.queued, touch.only_kept) == (False, True)
