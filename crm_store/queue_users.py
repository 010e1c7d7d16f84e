"""Which accounts of mail and which bots of Telegram lead to each queue, by their own queue or by a rule or button."""

import msgspec

from crm_store.driver import Wire
from hub.domain.ids import QueueId, TenantId
from hub.domain.mail_account import MailSetup
from hub.domain.telegram import BotSetup

_mail = msgspec.json.Decoder(MailSetup).decode
_bot = msgspec.json.Decoder(BotSetup).decode

LedBy = dict[QueueId, tuple[str, ...]]
"""Names, in their order, by queue."""


async def mail_accounts_into(wire: Wire, tenant_id: TenantId) -> LedBy:
    """Accounts of mail that are not deleted, switched off or not."""
    found = [
        (name, [queue_id, *(rule.queue_id for rule in _mail(setup).rules)])
        for name, queue_id, setup in await _rows(wire, "mail_accounts", tenant_id)
    ]
    return _by_queue(found)


async def bots_into(wire: Wire, tenant_id: TenantId) -> LedBy:
    """Bots that are not deleted, switched off or not."""
    found = [
        (name, [queue_id, *(button.queue_id for button in _bot(setup).menu.buttons)])
        for name, queue_id, setup in await _rows(wire, "telegram_bots", tenant_id)
    ]
    return _by_queue(found)


async def _rows(wire: Wire, table: str, tenant_id: TenantId) -> list[tuple[str, str, str]]:
    # the name of a deleted one is followed by a blank and its id
    rows = await wire.fetch(
        f"SELECT name, queue_id, setup FROM {table} WHERE tenant_id = $1 AND name NOT LIKE '% %' ORDER BY name",
        tenant_id,
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _by_queue(found: list[tuple[str, list[str | None]]]) -> LedBy:
    led: LedBy = {}
    for name, queues in found:
        for queue_id in dict.fromkeys(QueueId(one) for one in queues if one is not None):
            led[queue_id] = (*led.get(queue_id, ()), name)
    return led
