"""Letters are kept once, read once, and belong to the threads that they prove; on every store."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.access import Role
from hub.domain.errors import Forbidden, NotFound
from hub.domain.events import InteractionClosed, InteractionOpened, TouchStored
from hub.domain.ids import TouchId
from hub.domain.letter import Authentication, MailAddress, Verdict
from hub.domain.mail import LetterHead, LetterState, LetterWay, MailCursor
from hub.ids import new_id
from hub.ports.mail import DOUBTFUL_TRIES, DOUBTFUL_WAIT_S
from tests.contracts.mailing import CLIENT, NOW, MailHouse, draft, letter
from tests.stores import House


@pytest.fixture
async def mail(house: House) -> MailHouse:
    return await MailHouse(house).furnished()


def place(last_uid: int, uidvalidity: int = 7) -> MailCursor:
    return MailCursor(folder="INBOX", uidvalidity=uidvalidity, last_uid=last_uid)


# --- keeping ---


async def test_a_letter_that_comes_again_is_kept_once(mail: MailHouse) -> None:
    assert await mail.letters.keep_letters(mail.account, [letter(), letter("two")], None) == [True, True]
    assert await mail.letters.keep_letters(mail.account, [letter("two"), letter("three")], None) == [
        False,
        True,
    ]

    assert await mail.house.count("letters") == 3
    assert await mail.letters.hashes_known(mail.account, ["hash of two", "hash of four"]) == {"hash of two"}


async def test_many_who_bring_one_letter_at_once_keep_it_once(mail: MailHouse) -> None:
    one = [mail.letters.keep_letters(mail.account, [letter("same")], None) for _ in range(8)]
    outcomes = [new for answer in await asyncio.gather(*one) for new in answer]

    assert sorted(outcomes) == [False] * 7 + [True]


async def test_the_cursor_moves_with_the_letters_and_never_back(mail: MailHouse) -> None:
    assert await mail.letters.cursor(mail.account, "INBOX") is None
    await mail.letters.keep_letters(mail.account, [letter(way=LetterWay.IMAP, uid=4)], place(4))
    await mail.letters.keep_letters(mail.account, [letter("two", way=LetterWay.IMAP, uid=3)], place(3))
    assert await mail.letters.cursor(mail.account, "INBOX") == place(4)

    await mail.letters.keep_letters(mail.account, [], place(1, uidvalidity=8))
    assert await mail.letters.cursor(mail.account, "INBOX") == place(1, uidvalidity=8)


async def test_a_letter_in_a_new_place_is_the_letter_it_was(mail: MailHouse) -> None:
    await mail.letters.keep_letters(mail.account, [letter(way=LetterWay.IMAP, uid=4)], place(4))
    again = letter(way=LetterWay.IMAP, uid=1)
    assert await mail.letters.keep_letters(mail.account, [again], place(1, uidvalidity=8)) == [False]

    places = await mail.house.rows(
        "SELECT s.uidvalidity, s.uid, s.letter_id FROM letter_sources s JOIN letters l ON l.id = s.letter_id"
        " WHERE l.tenant_id = $1 ORDER BY s.uidvalidity",
        mail.house.tenant_id,
    )
    assert [(p[0], p[1]) for p in places] == [(7, 4), (8, 1)]
    assert places[0][2] == places[1][2]


# --- reading ---


async def test_a_claimed_letter_is_nobody_elses_until_the_lease_ends(mail: MailHouse) -> None:
    await mail.letters.keep_letters(
        mail.account, [letter(envelope_from="", envelope_to=("support@hub.test",))], None
    )
    (kept,) = await mail.letters.claim_letters(mail.house.tenant_id, NOW, lease_s=30, limit=5)
    assert (kept.raw, kept.envelope_from, kept.envelope_to, kept.tries) == (
        b"one",
        "",
        ("support@hub.test",),
        1,
    )
    assert await mail.letters.claim_letters(mail.house.tenant_id, NOW, lease_s=30, limit=5) == []

    later = NOW + timedelta(seconds=31)
    (again,) = await mail.letters.claim_letters(mail.house.tenant_id, later, lease_s=30, limit=5)
    assert (again.id, again.tries) == (kept.id, 2)


async def test_letters_of_a_dead_process_are_free_at_once(mail: MailHouse) -> None:
    await mail.letters.keep_letters(mail.account, [letter()], None)
    (kept,) = await mail.letters.claim_letters(mail.house.tenant_id, NOW, lease_s=30, limit=5)
    await mail.letters.free_letters(mail.house.tenant_id, NOW)
    (again,) = await mail.letters.claim_letters(mail.house.tenant_id, NOW, lease_s=30, limit=5)
    assert (again.id, again.tries) == (kept.id, 2)


async def test_letters_that_two_hubs_died_with_are_read_one_by_one_and_by_a_hub_that_lives(
    mail: MailHouse,
) -> None:
    tenant_id, letters = mail.house.tenant_id, mail.letters
    await letters.keep_letters(mail.account, [letter(str(n)) for n in range(3)], None)
    for _ in range(DOUBTFUL_TRIES):
        assert len(await letters.claim_letters(tenant_id, NOW, lease_s=30, limit=5)) == 3
        await letters.free_letters(tenant_id, NOW)
    await letters.keep_letters(mail.account, [letter(f"new {n}") for n in range(3)], None)

    taken = await letters.claim_letters(tenant_id, NOW, lease_s=300, limit=5)
    assert [kept.tries for kept in taken] == [1, 1, 1]  # what came since waits for nobody
    later = NOW + timedelta(seconds=DOUBTFUL_WAIT_S)
    assert not await letters.claim_letters(tenant_id, later, lease_s=300, limit=5, doubtful=False)
    for _ in range(3):
        (alone,) = await letters.claim_letters(tenant_id, later, lease_s=300, limit=5)
        assert alone.tries == DOUBTFUL_TRIES + 1
    assert not await letters.claim_letters(tenant_id, later, lease_s=300, limit=5)

    await letters.free_letters(tenant_id, later)
    soon = later + timedelta(seconds=4 * DOUBTFUL_WAIT_S)
    before = await letters.claim_letters(tenant_id, soon - timedelta(seconds=1), lease_s=300, limit=5)
    assert [kept.tries for kept in before] == [2, 2, 2]  # those that came in between
    assert len(await letters.claim_letters(tenant_id, soon, lease_s=300, limit=5)) == 1


async def test_letters_claimed_by_many_at_once_are_each_of_one(mail: MailHouse) -> None:
    await mail.letters.keep_letters(mail.account, [letter(str(n)) for n in range(20)], None)
    claims = [mail.letters.claim_letters(mail.house.tenant_id, NOW, lease_s=30, limit=5) for _ in range(6)]
    taken = [kept.id for some in await asyncio.gather(*claims) for kept in some]

    assert len(taken) == len(set(taken))
    assert len(taken) <= 20


@pytest.mark.parametrize("counts", [True, False])
async def test_what_is_put_back_waits_and_costs_a_try_only_if_it_shall(mail: MailHouse, counts: bool) -> None:
    await mail.letters.keep_letters(mail.account, [letter()], None)
    (kept,) = await mail.letters.claim_letters(mail.house.tenant_id, NOW, lease_s=30, limit=5)
    later = NOW + timedelta(seconds=10)
    await mail.letters.release_letter(kept.id, later, counts=counts)
    assert not await mail.letters.claim_letters(mail.house.tenant_id, NOW, lease_s=30, limit=5)
    (again,) = await mail.letters.claim_letters(mail.house.tenant_id, later, lease_s=30, limit=5)
    assert again.tries == (2 if counts else 1)


async def test_the_letter_its_body_and_its_touch_are_one_commit(mail: MailHouse) -> None:
    new = letter()
    await mail.letters.keep_letters(mail.account, [new], None)
    said = LetterHead(
        subject="Help",
        sender=MailAddress(address=CLIENT, name="A client"),
        to=(MailAddress(address="support@hub.test"),),
        message_id="m1@client",
        references=("m0@client",),
        authentication=Authentication(dmarc=Verdict.PASS),
        has_html=True,
        quoted_chars=8,
        defects=("bad_date",),
    )
    (received,) = await mail.house.receive(mail.touch(kept=new, head=said))

    stored = next(e for e in await mail.house.events() if isinstance(e, TouchStored))
    assert stored.touch.letter == said
    maria, here = mail.house.somebody(Role.MANAGER), (received.interaction_id, received.touch_id)
    body = await mail.views.shown_letter(maria, *here)
    assert (body.html, body.quoted) == ("<p>Hello</p>", "> before")
    raw = await mail.views.raw_letter(maria, *here, draft(mail.house.tenant_id))
    assert (raw.id, raw.raw) == (new.id, b"one")
    assert await mail.letters.waiting_letters(mail.house.tenant_id) == (0, None)
    async with mail.house.store.unit(mail.house.tenant_id) as unit:
        rows = await mail.house.rows("SELECT external_id FROM touches WHERE id = $1", received.touch_id)
        touch = await unit.written_before(received.interaction_id, rows[0][0])
    assert touch is not None
    assert touch.letter == said
    assert await mail.letters.last_head(mail.house.tenant_id, mail.account.account, "t1") == said
    assert await mail.letters.last_head(mail.house.tenant_id, mail.account.account, "t2") is None


async def test_an_unreadable_letter_is_in_the_list_of_those(mail: MailHouse) -> None:
    new = letter(envelope_from="bad@example.test")
    await mail.letters.keep_letters(mail.account, [new], None)
    said = LetterHead(subject="Invoice\n 12\u202e", unreadable=True, defects=("too_deep",))
    (received,) = await mail.house.receive(mail.touch(kept=new, head=said))

    admin = mail.house.somebody(Role.ADMIN)
    page = await mail.views.quarantined(admin, before=None, limit=10)
    (listed,) = page.letters
    assert page.to_handle == 1
    assert (listed.id, listed.account, listed.defects) == (new.id, "support", ("too_deep",))
    assert (listed.touch_id, listed.envelope_from) == (received.touch_id, "bad@example.test")
    assert listed.interaction_id == received.interaction_id
    assert listed.subject == "Invoice 12"
    before = await mail.views.quarantined(admin, before=NOW, limit=10)
    assert (before.letters, before.to_handle) == ([], 1)
    with pytest.raises(Forbidden):
        await mail.views.quarantined(mail.house.somebody(Role.SUPERVISOR), before=None, limit=10)


async def test_a_copy_of_our_own_is_settled_without_a_touch(mail: MailHouse) -> None:
    new = letter()
    await mail.letters.keep_letters(mail.account, [new], None)
    await mail.letters.settle_letter(new.id, LetterState.OURS, touch_id=None, defects=[])
    await mail.letters.settle_letter(new.id, LetterState.STORED, touch_id=None, defects=["late"])

    rows = await mail.house.rows("SELECT state, defects FROM letters WHERE id = $1", new.id)
    assert rows[0][0] == "ours"
    assert await mail.letters.claim_letters(mail.house.tenant_id, NOW, lease_s=30, limit=5) == []


# --- who may read ---


async def test_another_tenant_finds_nothing(mail: MailHouse) -> None:
    new = letter()
    await mail.letters.keep_letters(mail.account, [new], None)
    (received,) = await mail.house.receive(mail.touch(kept=new))
    other = mail.house.tenant_id.__class__(new_id())

    assert await mail.letters.threads_of(other, ["m1@client"], CLIENT) == []
    assert not await mail.letters.takes_part(other, mail.account.account, "t1", CLIENT)
    assert await mail.letters.letter_body(other, received.touch_id) is None
    assert await mail.letters.letter_out(other, received.touch_id) is None
    stranger = replace(mail.house.somebody(Role.SUPERVISOR), tenant_id=other)
    here = (received.interaction_id, received.touch_id)
    with pytest.raises(NotFound):
        await mail.views.shown_letter(stranger, *here)
    with pytest.raises(NotFound):
        await mail.views.raw_letter(stranger, *here, draft(other))


async def test_an_agent_reads_the_letters_of_own_conversations_only(mail: MailHouse) -> None:
    new = letter()
    await mail.letters.keep_letters(mail.account, [new], None)
    (received,) = await mail.house.receive(mail.touch(kept=new))
    boris = mail.house.as_(await mail.house.hire("Boris"))
    with pytest.raises(NotFound):
        await mail.views.shown_letter(boris, received.interaction_id, received.touch_id)
    with pytest.raises(NotFound):
        await mail.views.raw_letter(
            boris, received.interaction_id, received.touch_id, draft(mail.house.tenant_id)
        )


# --- what is only kept ---


async def test_what_is_only_kept_opens_and_closes_its_interaction_and_is_no_work(mail: MailHouse) -> None:
    (received,) = await mail.house.receive(mail.touch("I am away", only_kept=True))

    kinds = [type(e) for e in await mail.house.events()]
    assert kinds == [InteractionOpened, TouchStored, InteractionClosed]
    assert await mail.house.open_item(received.interaction_id) is None
    rows = await mail.house.rows(
        "SELECT i.state, s.ended_at FROM interactions i JOIN sessions s ON s.interaction_id = i.id WHERE i.id = $1",
        received.interaction_id,
    )
    assert rows[0][0] == "closed"
    assert rows[0][1] is not None


async def test_what_is_only_kept_joins_an_open_conversation_and_leaves_it_open(mail: MailHouse) -> None:
    (first,) = await mail.house.receive(mail.touch())
    (second,) = await mail.house.receive(mail.touch("I am away", only_kept=True))

    assert second.interaction_id == first.interaction_id
    assert await mail.house.open_item(first.interaction_id) is not None


async def test_only_kept_and_then_work_in_one_batch(mail: MailHouse) -> None:
    first, second = await mail.house.receive(
        mail.touch("I am away", only_kept=True), mail.touch("Back again")
    )

    assert first.interaction_id != second.interaction_id
    assert second.seq > first.seq
    assert await mail.house.open_item(second.interaction_id) is not None


async def test_a_rules_skills_are_asked_for_besides_the_queues(mail: MailHouse) -> None:
    (received,) = await mail.house.receive(mail.touch(skills={"billing": 4}))

    item = await mail.house.open_item(received.interaction_id)
    assert item is not None
    assert item.skills["billing"] == 4


# --- letters that the hub sends by itself ---


async def test_an_address_gets_one_a_day(mail: MailHouse) -> None:
    async def allowed(touch: str, address: str, hours: float) -> bool:
        at = NOW + timedelta(hours=hours)
        return await mail.letters.allow_auto_letter(
            mail.house.tenant_id, TouchId(touch), mail.account.account, "t1", address, at
        )

    assert await allowed("one", CLIENT, 0)
    assert not await allowed("two", CLIENT, 23.9)
    assert await allowed("two", "another@example.test", 23.9)
    assert await allowed("three", CLIENT, 24)
    assert await allowed("three", CLIENT, 24.5)  # the same letter, tried again
    assert await allowed("bot 0", "bot+0@example.test", 25)  # who writes as bot+1, bot+2 … is one
    assert not any([await allowed(f"bot {n}", f"bot+{n}@example.test", 25 + n) for n in range(1, 5)])
    assert not await allowed("bot", "bot@example.test", 26)


async def test_of_many_at_once_one_is_allowed(mail: MailHouse) -> None:
    tries = [
        mail.letters.allow_auto_letter(
            mail.house.tenant_id, TouchId(new_id()), mail.account.account, "t1", CLIENT, NOW
        )
        for _ in range(6)
    ]
    assert sorted(await asyncio.gather(*tries)) == [False] * 5 + [True]


# --- acknowledgements ---


async def test_an_acknowledgement_is_queued_in_the_commit_that_opens_the_conversation(
    mail: MailHouse,
) -> None:
    first, second = await mail.house.receive(
        mail.touch(acknowledgement="We have your letter."), mail.touch("PS", acknowledgement="We have it.")
    )

    rows = await mail.house.rows(
        "SELECT text, delivery, author_id, seq FROM touches WHERE interaction_id = $1 AND direction = 'outbound'",
        first.interaction_id,
    )
    assert [tuple(r[:3]) for r in rows] == [("We have your letter.", "queued", None)]
    assert first.seq < rows[0][3] < second.seq


async def test_what_is_only_kept_is_not_acknowledged(mail: MailHouse) -> None:
    (received,) = await mail.house.receive(mail.touch(only_kept=True, acknowledgement="We have it."))

    assert await mail.house.count("touches") == 1
    del received
