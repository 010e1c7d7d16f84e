"""Letters of ours that did not arrive, on every store."""

from dataclasses import replace

import pytest

from crm_store.sending import Sending
from hub.cluster.codec import encode
from hub.domain.events import DeliveryChanged
from hub.domain.ids import TouchId
from hub.domain.interaction import Disposition
from hub.domain.person import IdentityKind
from hub.domain.touch import Delivery, Sender
from tests.contracts.mailing import CLIENT, NOW, MailHouse
from tests.stores import House


@pytest.fixture
async def mail(house: House) -> MailHouse:
    return await MailHouse(house).furnished()


async def written(mail: MailHouse) -> TouchId:
    """A letter of ours that waits to be sent."""
    (received,) = await mail.house.receive(mail.touch(acknowledgement="We have it."))
    rows = await mail.house.rows(
        "SELECT id FROM touches WHERE interaction_id = $1 AND direction = 'outbound'", received.interaction_id
    )
    await mail.house.events()
    return TouchId(rows[0][0])


async def becomes(mail: MailHouse, touch_id: TouchId, delivery: str) -> None:
    async with mail.house.database.transaction() as wire:
        await wire.execute("UPDATE touches SET delivery = $1 WHERE id = $2", delivery, touch_id)


async def bounces(mail: MailHouse, touch_id: TouchId) -> None:
    await mail.letters.note_bounced(mail.house.tenant_id, touch_id, [CLIENT], "no such user")


async def state(mail: MailHouse, touch_id: TouchId) -> tuple[str, str]:
    (row,) = await mail.house.rows("SELECT delivery, delivery_detail FROM touches WHERE id = $1", touch_id)
    return row[0], row[1]


@pytest.mark.parametrize("before", ["sent", "uncertain", "sending"])
async def test_a_bounce_fails_the_letter_and_tells_its_agent_once(mail: MailHouse, before: str) -> None:
    touch_id = await written(mail)
    await becomes(mail, touch_id, before)
    for _ in range(2):
        await bounces(mail, touch_id)

    assert await state(mail, touch_id) == ("failed", "bounced: no such user")
    (told,) = await mail.house.events()
    assert isinstance(told, DeliveryChanged)
    assert (told.touch_id, told.delivery, told.detail) == (touch_id, Delivery.FAILED, "bounced: no such user")


async def test_what_was_not_sent_cannot_have_bounced(mail: MailHouse) -> None:
    touch_id = await written(mail)
    await bounces(mail, touch_id)
    assert await state(mail, touch_id) == ("queued", "")


async def test_a_letter_that_may_have_gone_out_says_whom_to_and_who_takes_part(mail: MailHouse) -> None:
    touch_id = await written(mail)
    tenant_id, friend = mail.house.tenant_id, "friend@example.test"
    (theirs,) = await mail.house.receive(mail.touch(participants=(CLIENT, friend)))
    assert await mail.letters.letter_out(tenant_id, touch_id) is None  # nobody has tried to send it
    for delivery in ("sending", "sent", "uncertain", "failed"):
        await becomes(mail, touch_id, delivery)
        out = await mail.letters.letter_out(tenant_id, touch_id)
        assert out is not None
        assert out.recipients == {CLIENT}
        assert out.participants == {CLIENT, friend}
        assert out.at == mail.house.clock.now()
    assert await mail.letters.letter_out(tenant_id, theirs.touch_id) is None  # nothing of ours


async def test_a_bounce_decides_a_letter_that_waits_for_another_attempt(mail: MailHouse) -> None:
    touch_id = await written(mail)
    async with mail.house.database.transaction() as wire:  # 451 after the letter was taken all the same
        await wire.execute("UPDATE touches SET attempt = 1, retry_at = 1 WHERE id = $1", touch_id)
    await bounces(mail, touch_id)

    assert await state(mail, touch_id) == ("failed", "bounced: no such user")
    sending = Sending(mail.house.store, encode=encode)
    claimed = await sending.claim("email", mail.house.clock.now(), lease_s=45, limit=999)
    assert touch_id not in {one.message.touch_id for one in claimed}


async def test_a_bounce_of_somebody_it_did_not_go_to_changes_nothing(mail: MailHouse) -> None:
    touch_id = await written(mail)
    await becomes(mail, touch_id, "sent")
    for others in (["forwarded@elsewhere.test"], []):
        await mail.letters.note_bounced(mail.house.tenant_id, touch_id, others, "no such user")
    assert await state(mail, touch_id) == ("sent", "")
    assert await mail.house.events() == []


@pytest.mark.parametrize("later", [Delivery.SENT, Delivery.UNCERTAIN])
async def test_a_bounce_that_is_faster_than_the_word_that_it_was_sent_counts(
    mail: MailHouse, later: Delivery
) -> None:
    touch_id = await written(mail)
    sending = Sending(mail.house.store, encode=encode)
    mine = [
        one
        for one in await sending.claim("email", mail.house.clock.now(), lease_s=45, limit=999)
        if one.message.touch_id == touch_id
    ]
    await bounces(mail, touch_id)
    assert not await sending.settle_reply(mine[0], later, now=NOW, provider_id="x")
    assert await state(mail, touch_id) == ("failed", "bounced: no such user")
    await sending.lapsed(mail.house.clock.now(), repeatable=[])
    assert (await state(mail, touch_id))[0] == "failed"


NOBODY = Sender(kind=IdentityKind.EMAIL, value="")


async def test_a_report_after_the_close_is_work_of_the_client_of_its_thread(mail: MailHouse) -> None:
    house = mail.house
    anna = await house.hire("Anna")
    (first,) = await house.receive(mail.touch(language="tr"))
    item = await house.open_item(first.interaction_id)
    assert item is not None
    (offer,) = await house.offer(item, anna)
    await house.work.accept(house.as_(anna), offer.id)
    other = house.a_queue("other")
    await house.floor.put_queue(other)
    await house.work.close(house.as_(anna), first.interaction_id, Disposition(code="resolved"))
    before = await house.count("persons")

    report = replace(
        mail.touch("Not delivered", language="en"), sender=NOBODY, of_thread=True, queue_id=other.id
    )
    (received,) = await house.receive(report)
    again = await house.open_item(received.interaction_id)
    assert again is not None
    assert received.interaction_id != first.interaction_id
    assert (again.person_id, again.queue_id, again.language) == (item.person_id, house.queue.id, "tr")
    assert await house.count("persons") == before
    async with house.store.unit(house.tenant_id) as unit:
        (session,) = await unit.open_sessions(received.interaction_id)
    assert session.address == CLIENT


async def test_a_report_of_no_thread_of_ours_makes_no_client_with_an_address(mail: MailHouse) -> None:
    report = replace(mail.touch("Not delivered", thread="elsewhere"), sender=NOBODY, of_thread=False)
    (received,) = await mail.house.receive(report)
    rows = await mail.house.rows(
        "SELECT d.value FROM interactions i JOIN identities d ON d.person_id = i.person_id WHERE i.id = $1",
        received.interaction_id,
    )
    assert list(rows) == []
