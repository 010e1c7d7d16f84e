"""An answer in the conversation that is work again because the one before did not arrive, on every store."""

from dataclasses import replace

from crm_store.sending import Sending
from hub.channels.email.channel import SPEC as EMAIL
from hub.cluster.codec import encode
from hub.domain.interaction import Disposition
from hub.domain.touch import Delivery
from hub.outbound.unreached import not_reached
from tests.contracts.letter_desk import FULL, Desk
from tests.contracts.mailing import CLIENT, MailHouse
from tests.stores import House


async def test_what_stood_in_the_thread_before_is_quoted_in_the_work_that_came_back(house: House) -> None:
    desk = await Desk(await MailHouse(house).furnished()).furnished()
    before = desk.touch_id
    failed = await desk.reply(FULL)
    me = desk.house.as_(desk.anna)
    await desk.work.close(me, desk.interaction_id, Disposition(code="resolved"))
    sending = Sending(desk.house.store, encode=encode)
    claimed = await sending.claim("email", desk.house.clock.now(), lease_s=45, limit=999)
    mine = next(one for one in claimed if one.message.touch_id == failed)
    then = not_reached(EMAIL, desk.house.clock)
    await sending.settle_reply(mine, Delivery.FAILED, now=desk.house.clock.now(), not_reached=then)
    ((again, item_id),) = await desk.house.rows(
        "SELECT interaction_id, id FROM work_items WHERE tenant_id = $1 AND state = 'queued'",
        desk.house.tenant_id,
    )
    (offer,) = await desk.house.offer(await desk.house.item(item_id), desk.anna)
    await desk.work.accept(me, offer.id)
    paper = await desk.letters.paper(desk.desktops, me, again, None)
    assert (paper.quote, [one.address for one in paper.proposed.to]) == (before, [CLIENT])
    desk.interaction_id = again
    sent = await desk.reply(replace(FULL, quote=before))
    _, beneath, head, _ = await desk.shown(sent)
    assert "> Where is it?" in beneath
    assert head.references
