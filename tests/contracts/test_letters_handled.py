"""A letter that could not be read waits until somebody is done with it, once, and says who that was; on every store."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crm_store.audit import newest_rows
from hub.cluster.embedded.attachments import FolderAttachments
from hub.desk.mail import NOTE_CHARS, LettersShown
from hub.domain.access import Principal, Role
from hub.domain.audit import AuditAction
from hub.domain.errors import Conflict, Forbidden, HubError, Invalid, NotFound
from hub.domain.ids import LetterId, TenantId, UserId
from hub.domain.mail import LetterHead, QuarantinedLetter
from hub.ids import new_id
from tests.contracts.mailing import NOW, MailHouse, letter
from tests.stores import House


class Office:
    """A house of mail, and those who look after what could not be read."""

    def __init__(self, mail: MailHouse, attachments: FolderAttachments) -> None:
        self.mail = mail
        self.shown = LettersShown(mail.views, attachments, mail.house.clock)

    async def came(self, text: str, *, minute: int = 0, unreadable: bool = True) -> LetterId:
        new = letter(text, received_at=NOW + timedelta(minutes=minute))
        await self.mail.letters.keep_letters(self.mail.account, [new], None)
        said = LetterHead(subject=text, unreadable=unreadable, defects=("too_deep",) if unreadable else ())
        await self.mail.house.receive(self.mail.touch(kept=new, head=said))
        return new.id

    async def listed(self, *, handled: bool = False) -> tuple[list[LetterId], int]:
        page = await self.shown.unreadable(self.admin(), before=None, limit=10, handled=handled)
        return [one.id for one in page.letters], page.to_handle

    def admin(self, name: str = "Ada") -> Principal:
        return replace(self.mail.house.somebody(Role.ADMIN), name=name, user_id=UserId(f"user {name}"))

    async def audited(self) -> list[tuple[str, str, str]]:
        async with self.mail.house.store.database.reading() as connection:
            rows = await newest_rows(connection, self.mail.house.tenant_id, before=None, limit=100)
        found = [row.draft for row in reversed(rows) if row.draft.action is AuditAction.HANDLE_LETTER]
        return [(draft.actor, draft.object, draft.reason) for draft in found]


@pytest.fixture
async def office(house: House, tmp_path: Path) -> Office:
    mail = await MailHouse(house).furnished()
    return Office(mail, FolderAttachments(tmp_path))


async def test_a_letter_somebody_is_done_with_leaves_the_list_and_says_who_when_and_why(
    office: Office,
) -> None:
    one, two = await office.came("one"), await office.came("two", minute=1)
    assert await office.listed() == ([two, one], 2)

    done = await office.shown.handle(office.admin(), one, "  Asked the sender\nto write again ")
    assert done.handled is not None
    assert (done.handled.name, done.handled.note) == ("Ada", "Asked the sender to write again")
    assert done.handled.at == office.mail.house.clock.now()
    assert await office.listed() == ([two], 1)
    assert await office.listed(handled=True) == ([one], 1)
    page = await office.shown.unreadable(office.admin(), before=None, limit=10, handled=True)
    assert page.letters == [done]
    assert await office.audited() == [("Ada", one, "handled")]


async def test_saying_it_again_changes_nothing_and_whoever_is_slower_is_told(office: Office) -> None:
    one = await office.came("one")
    first = await office.shown.handle(office.admin(), one, "spam")
    office.mail.house.clock.advance(60)
    assert await office.shown.handle(office.admin(), one, "spam") == first
    for who, note in ((office.admin("Bo"), "spam"), (office.admin(), "no spam")):
        with pytest.raises(Conflict) as slower:
            await office.shown.handle(who, one, note)
        assert slower.value.stable_code == "handled_meanwhile"
    assert await office.audited() == [("Ada", one, "handled")]


async def test_of_many_at_once_one_is_done_with_it(office: Office) -> None:
    one = await office.came("one")

    async def handle(name: str) -> QuarantinedLetter | HubError:
        try:
            return await office.shown.handle(office.admin(name), one, "spam")
        except HubError as error:
            return error

    ended = await asyncio.gather(*(handle(f"n{n}") for n in range(6)))
    assert sum(isinstance(end, QuarantinedLetter) for end in ended) == 1
    assert {end.stable_code for end in ended if isinstance(end, HubError)} == {"handled_meanwhile"}
    assert len(await office.audited()) == 1


async def test_a_letter_is_listed_again_once(office: Office) -> None:
    one = await office.came("one")
    assert (await office.shown.put_back(office.admin(), one)).handled is None
    await office.shown.handle(office.admin(), one, "spam")
    for _ in range(2):
        assert (await office.shown.put_back(office.admin("Bo"), one)).handled is None
    assert await office.listed() == ([one], 1)
    assert await office.listed(handled=True) == ([], 1)
    await office.shown.handle(office.admin("Bo"), one, "read it by hand")
    assert await office.audited() == [
        ("Ada", one, "handled"),
        ("Bo", one, "waits_again"),
        ("Bo", one, "handled"),
    ]


async def test_nobody_is_done_with_a_letter_that_was_read_is_not_there_or_is_of_another_house(
    office: Office,
) -> None:
    read = await office.came("fine", unreadable=False)
    one = await office.came("one")
    stranger = replace(office.admin(), tenant_id=TenantId("another house"))
    for who, letter_id in (
        (office.admin(), read),
        (office.admin(), LetterId(new_id())),
        (stranger, one),
    ):
        with pytest.raises(NotFound):
            await office.shown.handle(who, letter_id, "spam")
        with pytest.raises(NotFound):
            await office.shown.put_back(who, letter_id)
    with pytest.raises(Forbidden):
        await office.shown.handle(office.mail.house.somebody(Role.SUPERVISOR), one, "spam")
    assert await office.listed() == ([one], 1)
    assert await office.audited() == []


@pytest.mark.parametrize("note", ["", " \n", "\u200b\u2060", "\x07"])
async def test_a_note_says_something(office: Office, note: str) -> None:
    one = await office.came("one")
    with pytest.raises(Invalid) as refused:
        await office.shown.handle(office.admin(), one, note)
    assert (refused.value.field, refused.value.stable_code) == ("note", "empty")
    assert await office.listed() == ([one], 1)


async def test_a_note_is_short_and_on_one_line(office: Office) -> None:
    done = await office.shown.handle(office.admin(), await office.came("one"), "a\u202e\n" + "b" * 300)
    assert done.handled is not None
    assert done.handled.note == "a " + "b" * (NOTE_CHARS - 2)
