"""No letter is acknowledged before it is kept, and what is kept becomes a touch, once, whatever goes wrong."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.channels.email.excerpt import unreadable_letter
from hub.channels.email.keeping import IN_ROW_BYTES
from hub.channels.email.limits import RAW_BYTES
from hub.channels.email.ours import Ours
from hub.domain.errors import Invalid, Unavailable
from hub.domain.ids import QueueId, TouchId
from hub.domain.letter import Bounce, FailedRecipient, Letter, LetterKind, LetterPart, MailAddress, Unreadable
from hub.domain.mail import LetterOut, LetterState, LetterWay, MailCursor, message_token
from tests.fakes.mailroom import ACCOUNT, KEY, NOW, FakeReader, MailRoom, brought


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[MailRoom]:
    async with MailRoom(tmp_path).open() as room:
        yield room


# --- keeping ---


async def test_letters_that_come_together_share_a_commit(tmp_path: Path) -> None:
    room = MailRoom(tmp_path)
    keeps = asyncio.gather(*(room.keeping.keep(ACCOUNT, brought(str(n))) for n in range(20)))
    await asyncio.sleep(0)
    job = asyncio.ensure_future(room.keeping.run())
    assert await keeps == [True] * 20
    assert len(room.store.commits) == 1
    assert await room.keeping.keep(ACCOUNT, brought("3")) is False
    job.cancel()


async def test_a_device_that_says_the_same_again_later_is_heard_again(room: MailRoom) -> None:
    raw = b"ALARM in hall 1\n"
    at = NOW.replace(minute=10)
    some = [brought(raw=raw, received_at=at + timedelta(minutes=n)) for n in (0, 5, 60)]
    assert [await room.keeping.keep(ACCOUNT, one) for one in some] == [True, False, True]


async def test_a_mailbox_that_brings_what_has_neither_date_nor_id_again_brings_the_same(
    room: MailRoom,
) -> None:
    raw = b"ALARM in hall 1\n"
    some = [brought(raw=raw, uid=n, received_at=NOW + timedelta(hours=n)) for n in (1, 2)]
    for n, one in enumerate(some):
        cursor = MailCursor(folder="INBOX", uidvalidity=n, last_uid=1)
        assert await room.keeping.keep_from(ACCOUNT, [one], cursor) == 1 - n


async def test_a_store_that_cannot_keep_is_told_to_whoever_brought_it(room: MailRoom) -> None:
    room.store.fails.append(Unavailable("the disk is full", code="store_unavailable"))
    with pytest.raises(Unavailable):
        await room.keeping.keep(ACCOUNT, brought())
    assert not room.store.kept
    assert await room.keeping.keep(ACCOUNT, brought())


async def test_a_letter_that_cannot_be_kept_costs_no_other(tmp_path: Path) -> None:
    room = MailRoom(tmp_path)
    keep_letters = room.store.keep_letters

    async def strict(account: Any, letters: Any, cursor: Any) -> Any:
        if any(letter.envelope_from == "bad" for letter in letters):
            raise Invalid("a character that the store cannot keep", code="bad_value")
        return await keep_letters(account, letters, cursor)

    room.store.keep_letters = strict  # type: ignore[method-assign]
    some = [brought("a"), brought("b", envelope_from="bad"), brought("c")]
    keeps = asyncio.gather(*(room.keeping.keep(ACCOUNT, one) for one in some), return_exceptions=True)
    await asyncio.sleep(0)
    job = asyncio.ensure_future(room.keeping.run())
    outcomes = await keeps
    job.cancel()
    assert [outcomes[0], outcomes[2]] == [True, True]
    assert isinstance(outcomes[1], Invalid)
    assert len(room.store.kept) == 2


async def test_a_fault_of_ours_is_no_acknowledgement_either(room: MailRoom) -> None:
    room.store.fails.append(RuntimeError("a bug"))
    with pytest.raises(Unavailable) as refused:
        await room.keeping.keep(ACCOUNT, brought())
    assert refused.value.stable_code == "store_fault"


async def test_what_waits_when_the_hub_stops_is_not_acknowledged(tmp_path: Path) -> None:
    room = MailRoom(tmp_path)
    gate = asyncio.Event()
    keep_letters = room.store.keep_letters

    async def slow(*given: Any) -> Any:
        await gate.wait()
        return await keep_letters(*given)

    room.store.keep_letters = slow  # type: ignore[assignment,method-assign]
    job = asyncio.ensure_future(room.keeping.run())
    keeps = [asyncio.ensure_future(room.keeping.keep(ACCOUNT, brought(str(n)))) for n in range(100)]
    await asyncio.sleep(0.05)
    job.cancel()

    outcomes = await asyncio.gather(*keeps, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert not room.store.kept


async def test_a_large_letter_lies_among_the_attachments_and_comes_back_whole(room: MailRoom) -> None:
    text = "x" * (IN_ROW_BYTES + 10)
    assert await room.keeping.keep(ACCOUNT, brought(text))
    (kept,) = room.store.kept.values()
    assert (kept.raw, kept.size_bytes > IN_ROW_BYTES) == (None, True)

    await room.until(lambda: bool(room.inbox.touches))
    assert room.inbox.touches[0].text == text


async def test_a_letter_beyond_the_limit_is_refused(room: MailRoom) -> None:
    with pytest.raises(Invalid) as refused:
        await room.keeping.keep(ACCOUNT, brought(raw=b"x" * (RAW_BYTES + 1)))
    assert refused.value.stable_code == "too_large"


async def test_a_mailbox_and_its_cursor_are_one_commit(room: MailRoom) -> None:
    cursor = MailCursor(folder="INBOX", uidvalidity=1, last_uid=2)
    some = [brought("a", way=LetterWay.IMAP, uid=1), brought("b", way=LetterWay.IMAP, uid=2)]
    assert await room.keeping.keep_from(ACCOUNT, some, cursor) == 2
    assert await room.keeping.keep_from(ACCOUNT, some, cursor) == 0
    assert await room.store.cursor(ACCOUNT, "INBOX") == cursor


# --- reading ---


async def test_a_kept_letter_becomes_a_touch(room: MailRoom) -> None:
    await room.keeping.keep(ACCOUNT, brought("Merhaba"))
    await room.until(lambda: room.told == ["stored"])

    (touch,) = room.inbox.touches
    assert (touch.text, touch.channel, touch.queue_id) == ("Merhaba", "email", "q1")
    assert touch.acknowledgement == "Mektubunuzu aldık."
    assert room.reader.asked == [Ours(addresses=("support@hub.test",), trusted_host="")]


@pytest.mark.parametrize(
    "sender",
    [
        "sales@hub.test",
        "no-reply@shop.test",
        "NoReply+17@shop.test",
        "do-not-reply@shop.test",
        "donotreply@shop.test",
        "Postmaster@shop.test",
        "owner-talk@lists.test",
        "talk-bounces@lists.test",
        "talk-bounces+client=hub.test@lists.test",
        "talk-request@lists.test",
        "bounce-77@news.test",
        "bounces@news.test",
    ],
)
async def test_where_nobody_reads_nothing_is_acknowledged(room: MailRoom, sender: str) -> None:
    room.ours.add("sales@hub.test")
    room.reader.read_of = lambda raw: FakeReader.plain(raw, from_=MailAddress(address=sender))
    await room.keeping.keep(ACCOUNT, brought())
    await room.until(lambda: room.told == ["stored"])
    assert room.inbox.touches[0].acknowledgement == ""


@pytest.mark.parametrize(
    "sender", ["noreen@shop.test", "bouncer@club.test", "rooted@x.test", "owner@shop.test"]
)
async def test_who_is_only_called_like_a_machine_is_acknowledged(room: MailRoom, sender: str) -> None:
    room.reader.read_of = lambda raw: FakeReader.plain(raw, from_=MailAddress(address=sender))
    await room.keeping.keep(ACCOUNT, brought())
    await room.until(lambda: room.told == ["stored"])
    assert room.inbox.touches[0].acknowledgement


async def test_an_inbox_that_cannot_is_asked_again_without_a_try_counted(room: MailRoom) -> None:
    room.inbox.failing = Unavailable("the store is away")
    await room.keeping.keep(ACCOUNT, brought())
    for tries in range(1, 6):
        await room.until(lambda t=tries: room.told.count("waits") == t)  # type: ignore[misc]
        room.later(5)
    room.inbox.failing = None
    await room.until(lambda: "stored" in room.told)
    assert max(room.store.tries.values()) == 1


async def test_letters_that_always_take_too_long_wait_longer_each_time_and_hold_up_no_other(
    room: MailRoom,
) -> None:
    def slow(raw: bytes) -> Letter:
        if b"slow" in raw:
            raise TimeoutError
        return FakeReader.plain(raw)

    room.reader.read_of = slow
    for n in range(40):  # more than are read at once
        await room.keeping.keep(ACCOUNT, brought(f"slow {n}"))
    await room.until(lambda: room.told.count("waits") == 40)
    await room.keeping.keep(ACCOUNT, brought("quick"))
    await room.until(lambda: "stored" in room.told)  # though forty older ones wait
    assert room.inbox.touches[0].text == "quick"
    room.later(9.9)
    assert room.told.count("waits") == 40
    room.later(0.1)
    await room.until(lambda: room.told.count("waits") == 80)
    room.later(40)
    await room.until(lambda: room.told.count("waits") > 80)  # from here on one at a time
    assert max(room.store.tries.values()) == 3


async def test_a_letter_that_breaks_us_is_shown_unreadable_after_five_tries(room: MailRoom) -> None:
    def breaks(_: bytes) -> Letter:
        raise RuntimeError("a bug")

    room.reader.read_of = breaks
    await room.keeping.keep(ACCOUNT, brought())
    for tries in range(1, 6):
        await room.until(lambda t=tries: room.told.count("broke") == t)  # type: ignore[misc]
        room.clock.advance(61)
        room.incoming.wake()
    await room.until(lambda: "unreadable" in room.told)

    (touch,) = room.inbox.touches
    assert touch.letter is not None
    assert (touch.letter.head.unreadable, touch.letter.head.defects[0]) == (True, "broken")
    assert touch.acknowledgement == ""


async def test_a_letter_whose_beginning_cannot_be_stored_either_is_stored_bare(room: MailRoom) -> None:
    receive: Callable[[Any], Awaitable[Any]] = room.inbox.receive

    async def strict(touch: Any) -> Any:
        if touch.text:
            raise Invalid("a character that the store cannot keep", code="bad_value")
        return await receive(touch)

    room.inbox.receive = strict  # type: ignore[method-assign]
    await room.keeping.keep(ACCOUNT, brought())
    for tries in range(1, 11):
        await room.until(lambda t=tries: room.told.count("broke") == t)  # type: ignore[misc]
        room.clock.advance(61)
        room.incoming.wake()
    await room.until(lambda: "unreadable" in room.told)

    (touch,) = room.inbox.touches
    assert touch.letter is not None
    assert (touch.letter.head.sender, touch.letter.head.subject) == (None, "")


async def test_a_bad_letter_delays_no_good_one(room: MailRoom) -> None:
    def of(raw: bytes) -> Letter:
        if b"bomb" in raw:
            return unreadable_letter(raw, Unreadable.TOO_COSTLY)
        return FakeReader.plain(raw)

    room.reader.read_of = of
    for n in range(10):
        await room.keeping.keep(ACCOUNT, brought(f"bomb {n}"))
        await room.keeping.keep(ACCOUNT, brought(f"good {n}"))
    await room.until(lambda: len(room.told) == 20)
    assert (room.told.count("stored"), room.told.count("unreadable")) == (10, 10)


async def test_a_copy_of_ours_is_no_touch(room: MailRoom) -> None:
    token = message_token(KEY, ACCOUNT.account, "t", "touch-1")
    room.reader.read_of = lambda raw: FakeReader.plain(
        raw, from_=MailAddress(address="support@hub.test"), message_id=f"{token}@hub.test"
    )
    await room.keeping.keep(ACCOUNT, brought())
    await room.until(lambda: room.told == ["ours"])
    assert not room.inbox.touches
    assert list(room.store.states.values()) == [LetterState.OURS]


async def test_parts_are_kept_in_their_order(room: MailRoom) -> None:
    content = {hashlib.sha256(one).hexdigest(): one for one in (b"first", b"second")}
    parts = tuple(
        LetterPart(name=n, media_type="text/plain", declared_type="text/plain", size_bytes=6, sha256=s)
        for n, s in zip(("1.txt", "2.txt"), reversed(content), strict=True)
    )
    room.reader.read_of = lambda raw: FakeReader.plain(raw, parts=parts, contents=content)
    await room.keeping.keep(ACCOUNT, brought())
    await room.until(lambda: bool(room.inbox.touches))
    assert [file.name for file in room.inbox.touches[0].attachments] == ["1.txt", "2.txt"]


async def test_a_rule_whose_queue_is_gone_does_not_lose_the_letter(room: MailRoom) -> None:
    receive: Callable[[Any], Awaitable[Any]] = room.inbox.receive

    async def refusing(touch: Any) -> Any:
        if touch.queue_id == "gone":
            raise Invalid("there is no such queue", code="no_such_queue")
        return await receive(touch)

    room.inbox.receive = refusing  # type: ignore[method-assign]
    await room.keeping.keep(ACCOUNT, brought("gone"))
    await room.until(lambda: room.told == ["rule_queue_gone", "stored"])
    assert room.inbox.touches[0].queue_id == "q1"


async def test_the_letters_of_a_queue_that_was_retired_go_to_the_accounts_own(room: MailRoom) -> None:
    await room.keeping.keep(ACCOUNT, brought("gone"))
    await room.until(lambda: room.told == ["stored"])
    room.retired.add(QueueId("gone"))
    await room.keeping.keep(ACCOUNT, brought("gone again"))
    await room.until(lambda: room.told == ["stored", "rule_queue_gone", "stored"])
    room.retired.add(ACCOUNT.queue_id)  # there is no other
    await room.keeping.keep(ACCOUNT, brought("hello"))
    await room.until(lambda: len(room.told) == 4)
    assert [touch.queue_id for touch in room.inbox.touches] == ["gone", "q1", "q1"]
    assert room.told[-1] == "stored"


async def test_a_bounce_fails_its_letter_even_if_the_hub_must_read_it_again(room: MailRoom) -> None:
    token = message_token(KEY, ACCOUNT.account, "t", "touch-1")
    people = frozenset({"client@example.test"})
    room.store.out[TouchId("touch-1")] = LetterOut(at=NOW, recipients=people, participants=people)
    failed = FailedRecipient(address="client@example.test", permanent=True, reason="no such user")
    room.reader.read_of = lambda raw: FakeReader.plain(
        raw,
        from_=MailAddress(address="mailer-daemon@example.test"),
        kind=LetterKind.BOUNCE,
        bounce=Bounce(recipients=(failed,), original_message_id=f"{token}@hub.test"),
    )
    room.inbox.failing = Unavailable("the store is away")
    await room.keeping.keep(ACCOUNT, brought())
    await room.until(lambda: "waits" in room.told)
    assert room.store.bounced[0] == ("touch-1", "no such user")
    room.inbox.failing = None
    room.later(5)
    await room.until(lambda: "stored" in room.told)
