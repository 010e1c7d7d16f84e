"""Message ids lead to the threads they belong to, and to nobody else's; on every store."""

import asyncio

import pytest

from hub.domain.errors import Invalid
from hub.domain.mail import LetterHead
from hub.ids import new_id
from tests.contracts.mailing import CLIENT, MailHouse
from tests.stores import House


@pytest.fixture
async def mail(house: House) -> MailHouse:
    return await MailHouse(house).furnished()


async def test_a_message_id_leads_to_its_thread_and_says_who_takes_part(mail: MailHouse) -> None:
    said = LetterHead(message_id="m1@client", references=("m0@client",))
    (received,) = await mail.house.receive(
        mail.touch(head=said, participants=(CLIENT, "friend@example.test"))
    )

    tenant = mail.house.tenant_id
    (seen,) = await mail.letters.threads_of(tenant, ["nobody@client", "m1@client"], CLIENT)
    assert (seen.thread, seen.interaction_id, seen.seen, seen.takes_part) == (
        "t1",
        received.interaction_id,
        True,
        True,
    )
    (unseen,) = await mail.letters.threads_of(tenant, ["m0@client"], "stranger@example.test")
    assert (unseen.seen, unseen.takes_part) == (False, False)
    assert await mail.letters.threads_of(tenant, ["m9@client"], CLIENT) == []
    assert await mail.letters.takes_part(tenant, mail.account.account, "t1", "friend@example.test")
    assert not await mail.letters.takes_part(tenant, mail.account.account, "t2", CLIENT)


async def test_the_nearest_id_comes_first(mail: MailHouse) -> None:
    for n in (1, 2):
        await mail.house.receive(mail.touch(head=LetterHead(message_id=f"m{n}@client"), thread=f"t{n}"))

    found = await mail.letters.threads_of(mail.house.tenant_id, ["m2@client", "m1@client"], CLIENT)
    assert [seen.thread for seen in found] == ["t1", "t2"]


async def test_who_takes_part_does_so_though_the_nearest_letter_was_never_ours(mail: MailHouse) -> None:
    """A client answers somebody's letter that we do not have, twice: both name it, and a letter of theirs before it."""
    ids = ("m1@client", "m2@boss")
    for head in (LetterHead(message_id="m1@client"), LetterHead(message_id="m3@client", references=ids)):
        await mail.house.receive(mail.touch(head=head))
    await mail.house.receive(mail.touch(head=LetterHead(message_id="m4@client"), thread="t4"))

    tenant = mail.house.tenant_id
    (found,) = await mail.letters.threads_of(tenant, ids, CLIENT)
    assert (found.thread, found.seen, found.takes_part) == ("t1", True, True)
    nearest_first = await mail.letters.threads_of(tenant, ("m4@client", *ids), CLIENT)
    assert [(one.thread, one.takes_part) for one in nearest_first] == [("t1", True), ("t4", True)]
    (stranger,) = await mail.letters.threads_of(tenant, ids, "stranger@example.test")
    assert (stranger.thread, stranger.takes_part) == ("t1", False)


@pytest.mark.parametrize(
    "odd", ["a\x00b", "\ud800", '"]}', "\\", "'", "\\u0000", "NULL", "", "x" * 100_000, "\U0001f600"]
)
async def test_an_odd_id_costs_no_letter_of_the_same_moment_its_thread(mail: MailHouse, odd: str) -> None:
    await mail.house.receive(mail.touch(head=LetterHead(message_id="m1@client")))
    tenant = mail.house.tenant_id
    whose: list[tuple[list[str], str]] = [
        (["m1@client"], CLIENT),
        ([odd], CLIENT),
        (["m1@client"], "stranger@example.test"),
        ([], odd),
    ]
    asked = (mail.letters.threads_of(tenant, ids, address) for ids, address in whose)
    one, of_odd, stranger, by_odd = await asyncio.gather(*asked, return_exceptions=True)
    assert not isinstance(one, BaseException)
    assert not isinstance(stranger, BaseException)
    assert [(seen.thread, seen.takes_part) for seen in (*one, *stranger)] == [("t1", True), ("t1", False)]
    for outcome in (of_odd, by_odd):
        assert outcome == [] or isinstance(outcome, Invalid)


async def test_of_many_threads_that_name_one_id_the_sender_s_own_is_found_and_few_others(
    mail: MailHouse,
) -> None:
    tenant = mail.house.tenant_id
    await mail.house.receive(mail.touch(head=LetterHead(message_id="round@house"), participants=(CLIENT,)))
    for n in range(40):
        answer = LetterHead(message_id=f"a{n}@client", references=("round@house", "other@house"))
        forged = LetterHead(message_id="round@house")
        await mail.house.receive(mail.touch(head=answer, thread=f"a{n}", participants=()))
        await mail.house.receive(mail.touch(head=forged, thread=f"f{n}", participants=("x@example.test",)))

    found = await mail.letters.threads_of(tenant, ["other@house", "round@house"], CLIENT)
    assert [one.thread for one in found if one.takes_part] == ["t1"]
    assert len(found) < 40
    hints = await mail.letters.threads_of(tenant, ["other@house"], CLIENT)
    assert {one.thread for one in hints} <= {f"a{n}" for n in range(30, 40)}


async def test_letters_that_ask_together_are_told_what_each_is_told_alone(mail: MailHouse) -> None:
    """Nobody takes part in a thread because somebody who does writes at the same moment."""
    tenant, other = mail.house.tenant_id, mail.house.tenant_id.__class__(new_id())
    for n in range(6):
        head = LetterHead(message_id=f"m{n}@client", references=("round@house",))
        who = (CLIENT,) if n % 2 else ("friend@example.test",)
        await mail.house.receive(mail.touch(head=head, thread=f"t{n}", participants=who))
    asked = [
        (whose, ids, address)
        for whose in (tenant, other)
        for address in (CLIENT, "friend@example.test", "stranger@example.test", "")
        for ids in (
            ["m1@client"],
            ["m0@client", "m3@client"],
            ["round@house"],
            ["m9@client", "m2@client"],
            [],
        )
    ]
    alone = [await mail.letters.threads_of(*one) for one in asked]
    assert await asyncio.gather(*(mail.letters.threads_of(*one) for one in asked)) == alone
    assert [one.takes_part for one in alone[0]] == [True]
    assert [one.takes_part for one in alone[5]] == [False]


async def test_an_unseen_parent_that_comes_later_is_seen_from_then_on(mail: MailHouse) -> None:
    tenant = mail.house.tenant_id
    await mail.house.receive(mail.touch(head=LetterHead(message_id="m2@client", references=("m1@client",))))
    await mail.house.receive(mail.touch(head=LetterHead(message_id="m1@client")))
    await mail.house.receive(mail.touch(head=LetterHead(message_id="m3@client", references=("m1@client",))))

    (seen,) = await mail.letters.threads_of(tenant, ["m1@client"], CLIENT)
    assert seen.seen
