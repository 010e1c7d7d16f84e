"""Whom an answer goes to, what it is about, and which letters are none."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import Invalid
from hub.domain.ids import TouchId
from hub.domain.letter import Authentication, LetterKind, MailAddress, Verdict
from hub.domain.mail import SUBJECT_CHARS, LetterHead
from hub.domain.touch import Delivery
from hub.domain.written_letter import (
    Proposal,
    SeenLetter,
    WrittenLetter,
    after_bounce,
    answering,
    checked_letter,
    participants_of,
    proposal,
)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLIENT = MailAddress(address="client@example.test", name="A Client")
BOSS = MailAddress(address="boss@example.test", name="Boss")
OURS = MailAddress(address="support@hub.test", name="Support")


def is_ours(address: str) -> bool:
    return address.endswith("@hub.test")


def seen(wrote: MailAddress = CLIENT, *, ours: bool = False, **head: Any) -> SeenLetter:
    values = {"subject": "Help", "sender": wrote, "to": (OURS,), "message_id": "m1@client", **head}
    return SeenLetter(
        touch_id=TouchId("t1"), at=AT, ours=ours, wrote=wrote, text="Hello", head=LetterHead(**values)
    )


def proposed(*letters: SeenLetter, client: str = "first@example.test") -> Proposal:
    return proposal(letters, otherwise=client, is_ours=is_ours)


def test_an_answer_goes_to_who_wrote_last_and_all_others_stand_in_cc_of_an_answer_to_all() -> None:
    third = MailAddress(address="third@example.test")
    last = seen(cc=(BOSS, OURS, CLIENT), to=(OURS, third), references=("m0@client",))
    found = proposed(last, seen(BOSS), client=CLIENT.address)
    assert (found.to, found.everybody, found.subject) == ((CLIENT,), (third, BOSS), "Re: Help")
    assert found.references == ("m0@client", "m1@client")


def test_whoever_answers_somebody_else_to_all_has_the_client_and_who_takes_part() -> None:
    quiet, third = MailAddress(address="quiet@example.test"), MailAddress(address="third@example.test")
    begun = seen(MailAddress(address="first@example.test", name="First"), cc=(third,))
    ours = seen(OURS, ours=True, to=(CLIENT,), bcc=(quiet,))
    away = seen(MailAddress(address="away@example.test"), kind=LetterKind.AUTO_REPLY)
    # to us alone: the client first, then everybody else; machines and Bcc never
    found = proposed(seen(BOSS), away, ours, begun)
    assert found.to == (BOSS,)
    assert [one.address for one in found.everybody] == [
        "first@example.test",
        "client@example.test",
        "third@example.test",
    ]
    assert found.everybody[0].name == "First"
    # they say who else is to have it: those, and the client
    assert [one.address for one in proposed(seen(BOSS, cc=(third,)), ours, begun).everybody] == [
        "first@example.test",
        "third@example.test",
    ]
    # whom the client leaves out is left out
    alone = seen(MailAddress(address="first@example.test"))
    assert proposed(alone, seen(BOSS, cc=(third,)), begun).everybody == ()


def test_what_machines_wrote_is_not_answered() -> None:
    bounce = seen(MailAddress(address="mailer-daemon@mx.test"), kind=LetterKind.BOUNCE)
    away = seen(BOSS, kind=LetterKind.AUTO_REPLY)
    unreadable = seen(BOSS, unreadable=True)
    assert proposed(bounce, away, unreadable, seen()).to == (CLIENT,)


def test_where_nobody_has_written_it_goes_where_our_last_one_went() -> None:
    last = seen(OURS, ours=True, to=(CLIENT,), cc=(BOSS,), subject="Order 7")
    found = proposed(last)
    assert (found.to, found.everybody, found.subject) == ((CLIENT,), (BOSS,), "Re: Order 7")


def test_a_new_thread_proposes_its_address_and_no_subject() -> None:
    found = proposed()
    assert (found.to, found.subject) == ((MailAddress(address="first@example.test"),), "")
    assert proposal([], otherwise="", is_ours=is_ours).to == ()


@pytest.mark.parametrize(
    ("wrote", "reply_to", "dmarc", "to", "offered"),
    [
        # the sender is proved, or it is a form of ours: it is followed
        (CLIENT, "desk@example.test", Verdict.PASS, "desk@example.test", ()),
        (CLIENT, "me@private.test", Verdict.PASS, "me@private.test", ()),
        (OURS, "client@far.test", Verdict.NONE, "client@far.test", ()),
        # elsewhere and unproved: it is offered, and the answer goes to the sender; the same domain is no proof
        (CLIENT, "desk@example.test", Verdict.NONE, "client@example.test", ("desk@example.test",)),
        (CLIENT, "thief@evil.test", Verdict.NONE, "client@example.test", ("thief@evil.test",)),
        (CLIENT, "thief@evil.test", Verdict.FAIL, "client@example.test", ("thief@evil.test",)),
        # back to ourselves: never
        (CLIENT, "sales@hub.test", Verdict.PASS, "client@example.test", ()),
        (OURS, "sales@hub.test", Verdict.PASS, "first@example.test", ()),
    ],
)
def test_where_the_sender_asks_for_answers(
    wrote: MailAddress, reply_to: str, dmarc: Verdict, to: str, offered: tuple[str, ...]
) -> None:
    letter = seen(
        wrote, reply_to=(MailAddress(address=reply_to),), authentication=Authentication(dmarc=dmarc)
    )
    found = proposed(letter)
    assert [one.address for one in found.to] == [to]
    assert tuple(one.address for one in found.reply_to) == offered


def test_everybody_a_letter_goes_to_takes_part_but_ourselves() -> None:
    head = LetterHead(to=(CLIENT, OURS), cc=(BOSS,), bcc=(MailAddress(address="quiet@example.test"),))
    assert participants_of(head, is_ours) == (
        "client@example.test",
        "boss@example.test",
        "quiet@example.test",
    )


@pytest.mark.parametrize(
    ("before", "addresses", "after"),
    [
        ("", ["boss@example.test"], (Delivery.SENT, "recipients_refused: boss@example.test")),
        (
            "recipients_refused: boss@example.test",
            ["client@example.test"],
            (Delivery.FAILED, "bounced: no such user"),
        ),
        ("", ["client@example.test", "boss@example.test"], (Delivery.FAILED, "bounced: no such user")),
        (
            "recipients_refused: boss@example.test",
            ["boss@example.test"],
            (Delivery.SENT, "recipients_refused: boss@example.test"),
        ),
        ("", ["forwarded@elsewhere.test"], None),
        ("", [], None),
    ],
)
def test_a_letter_that_others_have_was_sent(
    before: str, addresses: list[str], after: tuple[Delivery, str] | None
) -> None:
    to = frozenset({"client@example.test", "boss@example.test"})
    assert after_bounce(to, before, addresses, "no such user") == after


def test_a_bounce_without_a_reason_is_one() -> None:
    assert after_bounce(frozenset({"client@example.test"}), "", ["client@example.test"], "") == (
        Delivery.FAILED,
        "bounced",
    )


# --- what is written ---


def test_each_address_is_kept_once_in_small_letters_and_on_one_line() -> None:
    written = WrittenLetter(
        subject="a\r\nBcc: evil@example.test",
        to=(MailAddress(address=" Client@Example.TEST ", name="A\nB"),),
        cc=(CLIENT, BOSS, BOSS),
        bcc=(BOSS,),
    )
    kept = checked_letter(written)
    assert kept.subject == "a Bcc: evil@example.test"
    assert kept.to == (MailAddress(address="client@example.test", name="A B"),)
    assert (kept.cc, kept.bcc) == ((BOSS,), ())


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "nobody",
        "a b@c.test",
        "a@b.test\r\nBcc: c@d.test",
        "a@b.test, c@d.test",
        "<a@b.test>",
        "почта@пример.рф",
        "a@b..test",
        "a@-b.test",
        "x" * 65 + "@b.test",
    ],
)
@pytest.mark.parametrize("name", ["to", "cc", "bcc"])
def test_a_bad_address_names_its_field(bad: str, name: str) -> None:
    values: Any = {name: (CLIENT, MailAddress(address=bad))}
    with pytest.raises(Invalid) as refused:
        checked_letter(WrittenLetter(**values))
    assert (refused.value.stable_code, refused.value.field) == ("bad_address", f"letter.{name}.1")


def test_more_recipients_than_fit_are_refused() -> None:
    def many(name: str, count: int) -> tuple[MailAddress, ...]:
        return tuple(MailAddress(address=f"{name}{n}@example.test") for n in range(count))

    checked_letter(WrittenLetter(to=many("a", 25), cc=many("b", 24), bcc=many("c", 1)))
    with pytest.raises(Invalid) as refused:
        checked_letter(WrittenLetter(to=many("a", 25), cc=many("b", 24), bcc=many("c", 2)))
    assert refused.value.stable_code == "too_many_recipients"


@given(st.text(max_size=600), st.text(max_size=300))
def test_whatever_is_written_stays_on_its_line(subject: str, name: str) -> None:
    kept = checked_letter(WrittenLetter(subject=subject, to=(replace(CLIENT, name=name),)))
    assert len(kept.subject) <= SUBJECT_CHARS
    for words in (kept.subject, kept.to[0].name):
        assert not set(words) & {"\r", "\n", "\0", "\x1b"}


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (WrittenLetter(), False),
        (WrittenLetter(quote=TouchId("t1"), signed=False), False),
        (WrittenLetter(subject=" ", html=" "), False),
        (WrittenLetter(subject="x"), True),
        (WrittenLetter(bcc=(MailAddress(address="half"),)), True),
        (WrittenLetter(html="<p>x"), True),
    ],
)
def test_a_draft_is_worth_keeping_when_somebody_chose_something(written: WrittenLetter, says: bool) -> None:
    assert written.says_something is says


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Help", "Re: Help"),
        ("Re: Help", "Re: Help"),
        ("RE: re[2]: Ynt: Отв: Help", "Re: Help"),
        ("", "Re:"),
        ("Re:", "Re:"),
        ("  Regarding: x", "Re: Regarding: x"),
    ],
)
def test_an_answer_says_re_once(before: str, after: str) -> None:
    assert answering(before) == after
