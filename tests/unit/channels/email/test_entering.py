"""A letter joins a thread on proof only, and goes to the queue that the account's rules name."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.channels.email.entering import Placed, entered, is_our_own, place_of
from hub.domain.ids import LetterId, MailAccountId, QueueId, TenantId, TouchId
from hub.domain.letter import (
    Authentication,
    Bounce,
    FailedRecipient,
    Letter,
    LetterKind,
    MailAddress,
    Unreadable,
    Verdict,
)
from hub.domain.mail import KeptLetter, LetterWay, message_token
from hub.domain.mail_account import MailAccount, MailRule, MailSetup, RuleField
from hub.domain.subaddresses import subaddress
from tests.fakes.letters import FakeLetters

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY = b"k" * 32
CLIENT, STRANGER, COLLEAGUE = "client@example.test", "stranger@evil.test", "colleague@example.test"
ACCOUNT = MailAccount(
    id=MailAccountId("a1"),
    tenant_id=TenantId("t1"),
    name="support",
    address="support@hub.test",
    queue_id=QueueId("q1"),
    setup=MailSetup(aliases=("help@hub.test",)),
)
TOKEN = message_token(KEY, ACCOUNT.account, "thread-1", "touch-1")
OURS, CLIENTS = f"{TOKEN}@hub.test", "first@example.test"


def kept(**more: Any) -> KeptLetter:
    values: dict[str, Any] = {
        "id": LetterId("l1"),
        "tenant_id": ACCOUNT.tenant_id,
        "account_id": ACCOUNT.id,
        "way": LetterWay.IMAP,
        "content_hash": "c" * 64,
        "received_at": NOW,
        "envelope_from": None,
        "envelope_to": (),
        "size_bytes": 10,
        "raw": b"",
        "raw_sha256": None,
        "tries": 1,
    }
    return KeptLetter(**(values | more))


def letter(sender: str = CLIENT, **more: Any) -> Letter:
    values: dict[str, Any] = {
        "content_sha256": "c" * 64,
        "size_bytes": 10,
        "message_id": "new@example.test",
        "from_": MailAddress(address=sender, name="Somebody"),
        "to": (MailAddress(address="support@hub.test"),),
        "subject": "Re: Help",
        "text": "Hello",
        "language": "en",
    }
    return Letter(**(values | more))


@pytest.fixture
def store() -> FakeLetters:
    """Thread 1: the client wrote with a colleague in copy, and we answered."""
    letters = FakeLetters()
    for address in (CLIENT, COLLEAGUE):
        letters.participants.add((ACCOUNT.account, "thread-1", address))
    letters.ids[CLIENTS] = [(ACCOUNT.account, "thread-1", True)]
    letters.ids[OURS] = [(ACCOUNT.account, "thread-1", True)]
    letters.ids["parent@example.test"] = [(ACCOUNT.account, "thread-1", False)]
    return letters


async def placed(store: FakeLetters, one: Letter, at: KeptLetter | None = None) -> Placed:
    return await place_of(one, at or kept(), ACCOUNT, KEY, store)


# --- what joins ---

PROVED = {
    "an answer to ours": letter(in_reply_to=(OURS,)),
    "ours further up": letter(references=(OURS, "other@example.test"), in_reply_to=("other@example.test",)),
    "a colleague who was in copy": letter(COLLEAGUE, in_reply_to=(OURS,)),
    "an answer to their own": letter(in_reply_to=(CLIENTS,)),
    "a colleague answers the client": letter(COLLEAGUE, references=(CLIENTS,)),
    "the address with a token": letter(to=(MailAddress(address=f"support+{TOKEN}@hub.test"),)),
}


@pytest.mark.parametrize("case", PROVED)
async def test_who_takes_part_and_proves_it_joins(store: FakeLetters, case: str) -> None:
    found = await placed(store, PROVED[case])
    assert (found.thread, found.joined) == ("thread-1", True)


THREAD = "0a1b2c3d4e" * 4
SUBADDRESS = subaddress(KEY, ACCOUNT.account, THREAD, ACCOUNT.address) or ""
WRITTEN_TO: dict[str, tuple[Letter, KeptLetter]] = {
    "To": (letter(to=(MailAddress(address=SUBADDRESS),)), kept()),
    "Cc": (letter(cc=(MailAddress(address=SUBADDRESS),)), kept()),
    "Delivered-To": (letter(delivered_to=(SUBADDRESS,)), kept()),
    "the envelope": (letter(), kept(envelope_to=(SUBADDRESS,))),
    "in capitals": (letter(to=(MailAddress(address=SUBADDRESS.upper()),)), kept()),
}


@pytest.mark.parametrize("case", WRITTEN_TO)
async def test_a_subaddress_proves_its_thread_wherever_it_is_written(store: FakeLetters, case: str) -> None:
    store.participants.add((ACCOUNT.account, THREAD, CLIENT))
    one, at = WRITTEN_TO[case]
    assert (await placed(store, one, at)).thread == THREAD
    assert not (await placed(store, replace(one, from_=MailAddress(address=STRANGER)), at)).joined
    shown_forged = replace(one, authentication=Authentication(dmarc=Verdict.FAIL))
    assert not (await placed(store, shown_forged, at)).joined


def changed(place: int) -> str:
    """The subaddress with another letter at that place of its token."""
    token = len("support+") + place
    return SUBADDRESS[:token] + ("a" if SUBADDRESS[token] != "a" else "b") + SUBADDRESS[token + 1 :]


OTHER_THREAD = subaddress(KEY, ACCOUNT.account, "f" * 40, ACCOUNT.address) or ""
FORGED_ADDRESSES = {
    **{f"letter {place} is another": changed(place) for place in range(48)},
    "another key": subaddress(b"x" * 32, ACCOUNT.account, THREAD, ACCOUNT.address) or "",
    "another account": subaddress(KEY, "email:sales", THREAD, ACCOUNT.address) or "",
    "the mac of another thread": SUBADDRESS[:40] + OTHER_THREAD[40:],
    "cut short": SUBADDRESS[:50] + "@hub.test",
    "without a name": SUBADDRESS[len("support+") :],
    "no token": "support+order12@hub.test",
}


@pytest.mark.parametrize("case", FORGED_ADDRESSES)
async def test_a_forged_subaddress_joins_nothing(store: FakeLetters, case: str) -> None:
    store.participants.add((ACCOUNT.account, THREAD, CLIENT))
    forged = (MailAddress(address=FORGED_ADDRESSES[case]),)
    assert not (await placed(store, letter(to=forged, cc=forged))).joined


def test_a_subaddress_of_ours_takes_no_part_in_a_thread() -> None:
    one = letter(to=(MailAddress(address=SUBADDRESS), MailAddress(address=COLLEAGUE)))
    touch = entered(one, kept(), ACCOUNT, Placed(thread="t", joined=False), ())
    assert touch.letter is not None
    assert touch.letter.participants == (CLIENT, COLLEAGUE)


# --- what does not ---

MAC = TOKEN.rsplit(".", 1)[1]
FORGED_IDS = {
    "ours, by a stranger": OURS,
    "the client's, by a stranger": CLIENTS,
    "another mac": f"tl.thread-1.touch-1.{'0' * 32}@hub.test",
    "another thread": f"tl.thread-2.touch-1.{MAC}@hub.test",
    "another touch": f"tl.thread-1.touch-2.{MAC}@hub.test",
    "another key": message_token(b"x" * 32, ACCOUNT.account, "thread-1", "touch-1") + "@hub.test",
    "another account": message_token(KEY, "email:sales", "thread-1", "touch-1") + "@hub.test",
    "cut short": OURS[:40],
    "in capitals": OURS.upper(),
    "only referred to": "parent@example.test",
    "made up": "nothing@example.test",
    "the interaction's number": "interaction of thread-1@hub.test",
}


@pytest.mark.parametrize("where", ["in_reply_to", "references"])
@pytest.mark.parametrize("case", FORGED_IDS)
async def test_a_stranger_joins_nothing(store: FakeLetters, case: str, where: str) -> None:
    found = await placed(store, letter(STRANGER, **{where: (FORGED_IDS[case],)}))
    assert not found.joined
    assert found.thread != "thread-1"


BY_THE_CLIENT = {
    name: one
    for name, one in FORGED_IDS.items()
    if not name.endswith("a stranger") and name != "only referred to"
}


@pytest.mark.parametrize("case", BY_THE_CLIENT)
async def test_a_forged_id_joins_nothing_even_under_the_clients_name(store: FakeLetters, case: str) -> None:
    assert not (await placed(store, letter(CLIENT, in_reply_to=(BY_THE_CLIENT[case],)))).joined


@pytest.mark.parametrize("case", PROVED)
async def test_no_proof_helps_a_sender_who_is_shown_to_be_forged(store: FakeLetters, case: str) -> None:
    # whoever was in copy has the token too
    forged = replace(PROVED[case], authentication=Authentication(dmarc=Verdict.FAIL))
    assert not (await placed(store, forged)).joined


async def test_an_id_of_the_clients_does_not_join_when_the_sender_is_shown_to_be_forged(
    store: FakeLetters,
) -> None:
    forged = letter(in_reply_to=(CLIENTS,), authentication=Authentication(dmarc=Verdict.FAIL))
    found = await placed(store, forged)
    assert not found.joined
    assert [hint.thread for hint in found.hints] == ["thread-1"]


async def test_a_letter_of_another_account_is_no_way_in(store: FakeLetters) -> None:
    store.ids["theirs@example.test"] = [("email:sales", "thread-9", True)]
    store.participants.add(("email:sales", "thread-9", CLIENT))
    assert not (await placed(store, letter(in_reply_to=("theirs@example.test",)))).joined


async def test_a_letter_without_a_sender_joins_nothing(store: FakeLetters) -> None:
    store.participants.add((ACCOUNT.account, "thread-1", ""))
    nobody = replace(letter(in_reply_to=(CLIENTS,)), from_=None)
    assert not (await placed(store, nobody)).joined


async def test_what_is_pointed_at_without_proof_is_a_hint(store: FakeLetters) -> None:
    found = await placed(store, letter(STRANGER, in_reply_to=(OURS,)))
    assert [hint.interaction_id for hint in found.hints] == ["interaction of thread-1"]
    touch = entered(letter(STRANGER), kept(), ACCOUNT, found, ())
    assert touch.letter is not None
    assert touch.letter.head.may_belong_to == ("interaction of thread-1",)


async def test_the_same_letter_opens_the_same_new_thread(store: FakeLetters) -> None:
    assert await placed(store, letter()) == await placed(store, letter())


# --- whose letter it is ---


def test_a_copy_of_our_own_letter_is_known_by_its_token() -> None:
    assert is_our_own(letter("support@hub.test", message_id=OURS), ACCOUNT, KEY)
    assert is_our_own(letter("help@hub.test", message_id=OURS), ACCOUNT, KEY)
    assert not is_our_own(letter(CLIENT, message_id=OURS), ACCOUNT, KEY)
    assert not is_our_own(letter("support@hub.test"), ACCOUNT, KEY)


# --- what is work ---

JOINED, NEW = Placed(thread="t", joined=True), Placed(thread="t", joined=False)


@pytest.mark.parametrize(
    ("kind", "why", "where", "work"),
    [
        (LetterKind.PERSONAL, "", NEW, True),
        (LetterKind.LIST, "list_id", NEW, True),
        (LetterKind.OWN, "own_address", NEW, True),
        (LetterKind.AUTO_REPLY, "auto_replied", NEW, False),
        (LetterKind.AUTO_REPLY, "auto_replied", JOINED, False),
        (LetterKind.AUTO_REPLY, "auto_generated", NEW, True),
        (LetterKind.AUTO_REPLY, "auto_generated", JOINED, False),
        (LetterKind.BOUNCE, "delivery_status", NEW, False),
        (LetterKind.BOUNCE, "delivery_status", JOINED, False),
        (LetterKind.BOUNCE, "delivery_status", replace(JOINED, failed=TouchId("touch-1")), True),
    ],
)
def test_what_somebody_must_look_at(kind: LetterKind, why: str, where: Placed, work: bool) -> None:
    touch = entered(letter(kind=kind, kind_why=why), kept(), ACCOUNT, where, ())
    assert (touch.queued, touch.only_kept) == (work, not work)


def test_only_people_bring_others_into_a_thread() -> None:
    one = letter(cc=(MailAddress(address=COLLEAGUE), MailAddress(address="help@hub.test")))
    assert entered(one, kept(), ACCOUNT, NEW, ()).letter.participants == (CLIENT, COLLEAGUE)  # type: ignore[union-attr]
    machine = replace(one, kind=LetterKind.AUTO_REPLY)
    assert entered(machine, kept(), ACCOUNT, NEW, ()).letter.participants == ()  # type: ignore[union-attr]


# --- the touch ---


def test_the_touch_says_what_the_letter_says() -> None:
    one = letter(
        references=("a@x.test", "b@x.test"),
        in_reply_to=("b@x.test",),
        quoted="> before",
        signature="-- \nSomebody",
        html="<p>Hello</p>",
        remote_images=2,
        date=NOW,
    )
    touch = entered(one, kept(), ACCOUNT, NEW, ())
    assert touch.letter is not None
    head = touch.letter.head
    assert (touch.text, touch.source_at, touch.external_id) == ("Hello", NOW, "c" * 64)
    assert (touch.sender.value, touch.sender.name, touch.language) == (CLIENT, "Somebody", "en")
    assert head.references == ("a@x.test", "b@x.test")
    assert (head.quoted_chars, head.signature_chars, head.has_html, head.remote_images) == (8, 12, True, 2)
    assert touch.letter.quoted == "-- \nSomebody\n\n> before"


def test_an_unreadable_letter_is_shown_with_its_excerpt() -> None:
    one = letter(text="Subject: x", unreadable_why=Unreadable.TOO_DEEP)
    touch = entered(replace(one, from_=None), kept(), ACCOUNT, NEW, ())
    assert touch.letter is not None
    assert (touch.letter.head.unreadable, touch.letter.head.defects) == (True, ("too_deep",))
    assert (touch.sender.value, touch.queued) == ("", True)


# --- rules ---

RULES = (
    MailRule(
        looks_at=RuleField.SUBJECT, contains="FATURA", queue_id=QueueId("billing"), skills={"billing": 3}
    ),
    MailRule(looks_at=RuleField.TO, contains="help@", language="tr", priority=2),
    MailRule(looks_at=RuleField.FROM, contains="@vip.test", priority=5),
    MailRule(looks_at=RuleField.SUBJECT, contains="счёт", queue_id=QueueId("ru")),
)
RULED = replace(ACCOUNT, setup=replace(ACCOUNT.setup, rules=RULES))


@pytest.mark.parametrize(
    ("one", "envelope", "queue", "skills", "language", "priority"),
    [
        (letter(subject="Fatura sorusu"), (), "billing", {"billing": 3}, "en", 0),
        (letter(to=(MailAddress(address="help@hub.test"),)), (), "q1", {}, "tr", 2),
        (letter(), ("help@hub.test",), "q1", {}, "tr", 2),
        (letter("boss@vip.test"), (), "q1", {}, "en", 5),
        (letter(subject="СЧЁТ 12"), (), "ru", {}, "en", 0),
        (letter(language=""), (), "q1", {}, "en", 0),
    ],
)
def test_the_first_rule_that_fits_decides(
    one: Letter, envelope: tuple[str, ...], queue: str, skills: dict[str, int], language: str, priority: int
) -> None:
    touch = entered(one, kept(envelope_to=envelope), RULED, NEW, ())
    assert (touch.queue_id, touch.skills, touch.language, touch.priority) == (
        queue,
        skills,
        language,
        priority,
    )


# --- who a delivery report is from ---

REPORT = letter(
    "MAILER-DAEMON@mx.test",
    kind=LetterKind.BOUNCE,
    kind_why="delivery_status",
    bounce=Bounce(
        recipients=(FailedRecipient(address=CLIENT, permanent=True, status="5.1.1", reason="550 unknown"),)
    ),
    text="This is the mail system.",
)


def test_a_delivery_report_is_of_its_threads_client_and_says_first_what_happened() -> None:
    touch = entered(REPORT, kept(), ACCOUNT, Placed(thread="t", joined=True, unproved=True), ())
    assert touch.of_thread
    assert touch.text == (
        f"Not delivered to {CLIENT}: there is no such address; “550 unknown”\n\nThis is the mail system."
    )


@pytest.mark.parametrize(
    "one", [REPORT, letter("postmaster@mx.test", kind=LetterKind.AUTO_REPLY, kind_why="postmaster")]
)
def test_a_mail_system_is_nobodys_address(one: Letter) -> None:
    touch = entered(one, kept(), ACCOUNT, Placed(thread="t", joined=False), ())
    assert (touch.sender.value, touch.sender.name, touch.of_thread) == ("", "", False)
    assert touch.letter is not None
    assert touch.letter.head.sender == one.from_


def test_a_person_who_writes_as_postmaster_is_a_client() -> None:
    touch = entered(letter("postmaster@small.test"), kept(), ACCOUNT, Placed(thread="t", joined=False), ())
    assert touch.sender.value == "postmaster@small.test"
