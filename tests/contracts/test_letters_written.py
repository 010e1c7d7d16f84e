"""Letters that staff write are kept as they will be sent, on every store."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from crm_store.person_scope import ClientReach
from crm_store.starting import Starts
from hub.desk.starting import FirstWords, Starting
from hub.desk.touch_views import letter_view
from hub.domain.access import Role
from hub.domain.drafts import DraftKind
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import QueueId, TenantId, TouchId
from hub.domain.letter import MailAddress
from hub.domain.mail import LetterHead
from hub.domain.person import IdentityKind
from hub.domain.planned import PlannedState
from hub.domain.queue import QueueRules
from hub.domain.reach import Way, WayClosed
from hub.domain.signature import Signature
from hub.domain.touch import Delivery
from hub.domain.written_letter import WrittenLetter
from hub.ids import new_id
from tests.contracts.letter_desk import BOSS, FULL, LIMITS, Desk, FakeWays
from tests.contracts.mailing import CLIENT, MailHouse
from tests.stores import House


@pytest.fixture
async def desk(house: House) -> Desk:
    return await Desk(await MailHouse(house).furnished()).furnished()


async def signed(desk: Desk, **signatures: Signature) -> None:
    """The queue has these signatures."""
    queue = replace(desk.house.queue, rules=QueueRules(signatures=signatures))
    await desk.house.floor.put_queue(queue)


async def test_a_reply_is_kept_as_it_will_be_sent(desk: Desk) -> None:
    await signed(desk, en=Signature(text="{agent.name} of {queue.name}, {house.name}"))
    touch_id = await desk.reply(replace(FULL, quote=desk.touch_id))
    text, beneath, head, html = await desk.shown(touch_id)

    signature = f"Anna Avci of {desk.house.queue.name}, Shop"
    assert text == "It comes"
    assert (head.subject, head.cc, head.bcc) == ("About it", (BOSS,), FULL.bcc)
    assert head.sender == MailAddress(address="support@hub.test")
    assert head.references == ("m1@client",)
    assert beneath.startswith(f"-- \n{signature}\n\nOn ")
    assert beneath.endswith("client@example.test wrote:\n> Where is it?\n> I wait.")
    assert html.startswith("<div><p>It <b>comes</b></p></div><p>-- <br>Anna Avci of ")
    assert html.endswith("<blockquote>Where is it?<br>I wait.</blockquote>")
    assert await desk.participants() == {CLIENT, "boss@example.test", "quiet@example.test"}


async def test_a_reply_of_words_only_goes_to_who_wrote_with_the_signature_and_no_quote(desk: Desk) -> None:
    await signed(desk, en=Signature(text="Support"))
    text, beneath, head, html = await desk.shown(await desk.reply(text="Soon"))
    assert (text, beneath, html) == ("Soon", "-- \nSupport", "")
    assert (head.subject, [one.address for one in head.to]) == ("Re: Help", [CLIENT])


async def test_the_house_may_have_every_answer_quote(desk: Desk) -> None:
    (account,) = desk.out.there
    desk.out.there = [replace(account, setup=replace(account.setup, quotes=True))]
    _, beneath, _, _ = await desk.shown(await desk.reply(text="Soon"))
    assert beneath.endswith("> Where is it?\n> I wait.")
    _, beneath, _, _ = await desk.shown(await desk.reply(WrittenLetter(), text="No quote asked for"))
    assert beneath == ""


@pytest.mark.parametrize(
    ("language", "introduction"),
    [
        ("en", "On March 2, 2026 at 12:00 PM, A client <client@example.test> wrote:"),
        ("ru", "2 марта 2026 г., 12:00, A client <client@example.test> пишет:"),
        ("tr", "2 Mart 2026 12:00 tarihinde A client <client@example.test> şunları yazdı:"),
        ("xx", "On March 2, 2026 at 12:00 PM, A client <client@example.test> wrote:"),
    ],
)
async def test_a_quote_is_introduced_in_the_clients_language(
    desk: Desk, language: str, introduction: str
) -> None:
    said = LetterHead(subject="Help", sender=MailAddress(address=CLIENT, name="A client"))
    desk.interaction_id, touch_id = await desk.has("Hi", head=said, thread="t2", language=language)
    _, beneath, _, _ = await desk.shown(await desk.reply(WrittenLetter(quote=touch_id), text="x"))
    assert beneath.split("\n")[0].replace("\u202f", " ") == introduction


@pytest.mark.parametrize(
    ("letter", "text", "code"),
    [
        (replace(FULL, quote=TouchId(new_id())), "", "no_such_letter"),
        (replace(FULL, cc=(MailAddress(address="x"),)), "", "bad_address"),
        (WrittenLetter(html="<img src='x'>"), "", "empty"),
        (WrittenLetter(subject="x"), " ", "empty"),
    ],
)
async def test_what_is_wrong_with_a_letter_is_said_and_nothing_is_kept(
    desk: Desk, letter: WrittenLetter, text: str, code: str
) -> None:
    before = await desk.house.count("touches")
    for write in (desk.reply, desk.plan):
        with pytest.raises(Invalid) as refused:
            await write(letter, text)
        assert refused.value.stable_code == code
    assert await desk.house.count("touches") == before
    assert await desk.house.count("planned_replies") == 0


async def test_a_letter_by_an_account_that_is_gone_is_not_sent_as_something_else(desk: Desk) -> None:
    desk.out.there = []
    with pytest.raises(Conflict) as refused:
        await desk.reply(FULL)
    assert refused.value.stable_code == "no_account"


async def test_a_note_is_never_quoted(desk: Desk) -> None:
    note = await desk.work.note(desk.house.as_(desk.anna), desk.interaction_id, "secret")
    with pytest.raises(Invalid) as refused:
        await desk.reply(replace(FULL, quote=note.id))
    assert refused.value.stable_code == "no_such_letter"


async def test_a_letter_of_another_conversation_is_never_quoted(desk: Desk) -> None:
    _, other = await desk.has("Something secret", thread="t9")
    with pytest.raises(Invalid) as refused:
        await desk.reply(replace(FULL, quote=other))
    assert refused.value.stable_code == "no_such_letter"


async def test_a_report_of_one_of_several_names_them_and_the_letter_was_sent(desk: Desk) -> None:
    touch_id = await desk.reply(replace(FULL, bcc=()))
    async with desk.house.database.transaction() as wire:
        await wire.execute("UPDATE touches SET delivery = 'sent' WHERE id = $1", touch_id)
    await desk.house.events()

    async def bounced(*addresses: str) -> tuple[Any, ...]:
        await desk.mail.letters.note_bounced(desk.house.tenant_id, touch_id, addresses, "gone")
        state = "SELECT delivery, delivery_detail FROM touches WHERE id = $1"
        return tuple((await desk.house.rows(state, touch_id))[0])

    for _ in range(2):
        assert await bounced("boss@example.test") == ("sent", "recipients_refused: boss@example.test")
    assert len(await desk.house.events()) == 1
    assert await bounced(CLIENT) == ("failed", "bounced: gone")


# --- later ---


async def test_a_held_letter_goes_out_as_it_was_written_and_undone_it_comes_back_whole(desk: Desk) -> None:
    plan = await desk.plan(replace(FULL, quote=desk.touch_id))
    (view,) = await desk.talk.planned_in(desk.house.as_(desk.anna), desk.interaction_id)
    assert view.letter == replace(FULL, quote=desk.touch_id)
    undone = await desk.later.cancel(desk.house.as_(desk.anna), desk.interaction_id, plan.id)
    assert undone.letter is not None
    assert undone.letter.written == view.letter

    again = await desk.plan(FULL)
    desk.house.clock.advance(6)
    assert await desk.later.send_due(desk.house.tenant_id) == 1
    views = await desk.talk.planned_views(desk.house.tenant_id, [again.id, plan.id])
    assert {v.state for v in views.values()} == {PlannedState.SENT, PlannedState.CANCELLED}
    assert [v.letter for v in views.values()] == [None, None]
    rows = await desk.house.rows(
        "SELECT id, delivery FROM touches WHERE interaction_id = $1 AND direction = 'outbound'",
        desk.interaction_id,
    )
    assert [row[1] for row in rows] == [Delivery.QUEUED.value]
    _, _, head, html = await desk.shown(TouchId(rows[0][0]))
    assert (head.subject, head.cc, "<b>comes</b>" in html) == ("About it", (BOSS,), True)


async def test_a_planned_letter_is_changed_whole(desk: Desk) -> None:
    plan = await desk.plan(FULL)
    who, where = desk.house.as_(desk.anna), desk.interaction_id

    async def change(version: int, **more: Any) -> Any:
        values = {"send_at": None, "text": None, "unless_client_writes": None, **more}
        return await desk.later.change(who, where, plan.id, version=version, **values)

    with pytest.raises(Invalid) as refused:
        await change(1, text="other words than its formatting has")
    assert refused.value.stable_code == "letter_required"
    changed = await change(1, letter=replace(FULL, html="<p>It came</p>", cc=()))
    assert (changed.text, changed.letter.made.head.cc) == ("It came", ())
    plain = await change(2, letter=replace(FULL, html=""))
    assert (plain.text, plain.letter.made.html) == ("It came", "")


async def test_a_draft_keeps_what_stands_in_the_fields(desk: Desk) -> None:
    half = WrittenLetter(subject="Abo", to=(MailAddress(address="clie"),), quote=desk.touch_id, signed=False)
    who = desk.house.as_(desk.anna)

    async def keep(letter: WrittenLetter | None, text: str = "") -> None:
        await desk.drafting.keep(
            who,
            desk.interaction_id,
            DraftKind.REPLY,
            channel="email",
            text=text,
            files=(),
            mentions=(),
            window="a",
            version=0,
            letter=letter,
        )

    await keep(half)
    (draft,) = await desk.talk.drafts(who, desk.interaction_id)
    assert draft.letter == half
    await keep(WrittenLetter(quote=desk.touch_id))
    assert await desk.talk.drafts(who, desk.interaction_id) == ()
    await keep(half, "words")
    await desk.reply(text="sent")
    assert await desk.talk.drafts(who, desk.interaction_id) == ()


# --- what a composer begins with ---


async def test_a_composer_is_told_what_the_hub_would_do(desk: Desk) -> None:
    await signed(desk, en=Signature(text="{agent.first_name}", html="<b>{agent.first_name}</b>"))
    who = desk.house.as_(desk.anna)
    paper = await desk.letters.paper(desk.desktops, who, desk.interaction_id, None)
    assert (paper.closed, paper.quote, paper.quotes) == ("", desk.touch_id, False)
    assert paper.signature == Signature(text="Anna", html="<b>Anna</b>")
    assert [one.address for one in paper.proposed.to] == [CLIENT]
    assert paper.quoted.text.endswith("> I wait.")
    with pytest.raises(Invalid):
        await desk.letters.paper(desk.desktops, who, desk.interaction_id, TouchId(new_id()))
    stranger = await desk.house.hire("Stranger", queues=frozenset())
    with pytest.raises(NotFound):
        await desk.letters.paper(desk.desktops, desk.house.as_(stranger), desk.interaction_id, None)


@pytest.mark.parametrize(
    ("changes", "closed"),
    [({"enabled": False}, "account_off"), ({"outgoing": None}, "no_outgoing_server"), (None, "no_account")],
)
async def test_a_composer_is_told_why_nothing_can_be_sent(
    desk: Desk, changes: dict[str, Any] | None, closed: str
) -> None:
    (account,) = desk.out.there
    if changes is None:
        desk.out.there = []
    elif "enabled" in changes:
        desk.out.there = [replace(account, **changes)]
    else:
        desk.out.there = [replace(account, setup=replace(account.setup, **changes))]
    paper = await desk.letters.paper(desk.desktops, desk.house.as_(desk.anna), desk.interaction_id, None)
    assert paper.closed == closed


# --- written first ---


async def test_a_first_letter_begins_a_conversation_in_one_commit(desk: Desk) -> None:
    boris = await desk.house.hire("Boris")
    begun = await desk.start(boris, "New@example.test", key="k1")
    assert (begun.continued, begun.interaction.language) == (False, "tr")
    item = await desk.house.open_item(begun.interaction.id)
    assert item is not None
    assert item.agent_id == boris.id
    rows = await desk.house.rows(
        "SELECT value, person_id FROM identities WHERE tenant_id = $1 AND kind = 'email' AND value = $2",
        desk.house.tenant_id,
        "new@example.test",
    )
    assert [row[1] for row in rows] == [begun.interaction.person_id]

    again = await desk.start(boris, "New@example.test", key="k1")
    assert again.interaction.id == begun.interaction.id
    assert await desk.later.send_due(desk.house.tenant_id) == 1
    assert "new@example.test" in await desk.participants()


async def test_an_address_that_is_known_is_its_clients(desk: Desk) -> None:
    found = await desk.house.rows("SELECT person_id FROM interactions WHERE id = $1", desk.interaction_id)
    boris = await desk.house.hire("Boris")
    begun = await desk.start(boris, CLIENT)
    assert begun.interaction.person_id == found[0][0]
    assert begun.interaction.id != desk.interaction_id


async def test_a_client_who_said_no_is_not_written_to(desk: Desk) -> None:
    found = await desk.house.rows("SELECT person_id FROM interactions WHERE id = $1", desk.interaction_id)
    await desk.house.rows(
        "INSERT INTO consents (id, tenant_id, person_id, channel, purpose, given, at, by_name, source)"
        " VALUES ($1, $2, $3, 'email', 'service', $4, 1, 'Anna', 'said') RETURNING id",
        new_id(),
        desk.house.tenant_id,
        found[0][0],
        False,
    )
    boris = await desk.house.hire("Boris")
    with pytest.raises(Conflict) as refused:
        await desk.start(boris, CLIENT)
    assert refused.value.stable_code == "client_refused"


async def test_a_first_letter_goes_out_by_an_account_of_ones_own_queues_only(desk: Desk) -> None:
    sales = replace(desk.house.queue, id=QueueId(new_id()), name="sales")
    await desk.house.floor.put_queue(sales)
    desk.ways.queues = frozenset({desk.house.queue.id})
    boris = await desk.house.hire("Boris")
    igor = await desk.house.hire("Igor", queues=frozenset({sales.id}))
    assert (await desk.start(boris, "new@example.test")).interaction.queue_id == desk.house.queue.id

    with pytest.raises(Conflict) as closed:
        await desk.start(igor, "other@example.test", queue_id=sales.id)
    assert closed.value.stable_code == "account_of_others"
    with pytest.raises(Invalid) as named:
        await desk.start(igor, "other@example.test", queue_id=sales.id, account=desk.ways.account)
    assert (named.value.field, named.value.stable_code) == ("account", "no_such_account")
    people = await desk.house.rows(
        "SELECT 1 FROM identities WHERE tenant_id = $1 AND value = 'other@example.test'", desk.house.tenant_id
    )
    assert people == []

    sofia = desk.house.somebody(Role.SUPERVISOR, sales.id)
    found = await desk.house.rows("SELECT person_id FROM interactions WHERE id = $1", desk.interaction_id)
    reading = desk.house.somebody(Role.SUPERVISOR, sales.id, desk.house.queue.id)
    (way,) = [one for one in await desk.starting.ways(reading, found[0][0]) if one.way.address == CLIENT]
    assert (way.closed, way.way.account) == (None, desk.ways.account)
    desk.ways.queues = frozenset({QueueId("another")})
    (way,) = [one for one in await desk.starting.ways(reading, found[0][0]) if one.way.address == CLIENT]
    assert (way.closed, way.way.account) == (WayClosed.ACCOUNT_OF_OTHERS, "")
    with pytest.raises(Conflict):
        await desk.starting.write_to(
            sofia, "x@example.test", "", FirstWords(queue_id=sales.id, text="x"), key=None
        )


async def test_writing_to_an_address_opens_no_record_out_of_reach(desk: Desk) -> None:
    ((person_id,),) = await desk.house.rows(
        "SELECT person_id FROM interactions WHERE id = $1", desk.interaction_id
    )
    sales = replace(desk.house.queue, id=QueueId(new_id()), name="sales")
    await desk.house.floor.put_queue(sales)
    igor = await desk.house.hire("Igor", queues=frozenset({sales.id}))
    me = desk.house.as_(igor)
    with pytest.raises(NotFound):
        await Starts(desk.house.store, ClientReach()).client(me, person_id)
    begun = await desk.start(igor, CLIENT, queue_id=sales.id)
    assert begun.interaction.person_id != person_id
    with pytest.raises(NotFound):
        await Starts(desk.house.store, ClientReach()).client(me, person_id)
    # and whose the address is stays as it was
    holders = await desk.house.rows(
        "SELECT person_id FROM identities WHERE tenant_id = $1 AND value = $2", desk.house.tenant_id, CLIENT
    )
    assert holders == [(person_id,)]


@pytest.mark.parametrize("quotes", [True, False])
@pytest.mark.parametrize("is_signed", [True, False])
async def test_what_stands_beneath_is_told_apart(desk: Desk, quotes: bool, is_signed: bool) -> None:
    await signed(desk, en=Signature(text="Anna"))
    quote = desk.touch_id if quotes else None
    _, beneath, head, _ = await desk.shown(
        await desk.reply(WrittenLetter(quote=quote, signed=is_signed), "A")
    )
    view = letter_view(head)
    assert view is not None
    assert (view.quoted, view.signature) == (quotes, is_signed)
    assert ("> Where is it?" in beneath, "Anna" in beneath.split(">")[0]) == (quotes, is_signed)


async def test_the_address_used_last_with_a_client_is_proposed_first_then_that_of_ones_own_queue(
    desk: Desk,
) -> None:
    other = desk.house.a_queue("sales")
    await desk.house.floor.put_queue(other)
    lines = {"email:a": other.id, "email:b": desk.house.queue.id, desk.mail.account.account: other.id}

    class Ways:
        async def ways(self, tenant_id: TenantId, addresses: Sequence[str]) -> list[Way]:
            found = [await FakeWays(account).ways(tenant_id, addresses) for account in lines]
            return [replace(way, queue_id=lines[way.account]) for (way,) in found]

    desk.starting = Starting(
        Starts(desk.house.store, ClientReach()),
        desk.house.clock,
        {IdentityKind.EMAIL: Ways()},
        LIMITS,
        lease_s=15.0,
        letters=desk.letters,
    )
    found = await desk.house.rows("SELECT person_id FROM interactions WHERE id = $1", desk.interaction_id)
    ways = await desk.starting.ways(desk.house.as_(desk.anna), found[0][0])
    mail = [one.way.account for one in ways if one.way.kind is IdentityKind.EMAIL]
    assert mail == [desk.mail.account.account, "email:b", "email:a"]
