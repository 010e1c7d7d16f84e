"""How long a reply waits for an account that is not there."""

from types import SimpleNamespace
from typing import Any

import pytest

from hub.channels.email.accounts import Accounts
from hub.channels.email.channel import EMail
from hub.domain.errors import ChannelUnavailable
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.mail_account import MailAccount


class NoAccounts:
    async def mail_accounts(self, _: object) -> list[MailAccount]:
        return []

    async def deleted_mail_accounts(self, _: object) -> list[MailAccount]:
        return []


async def test_a_hub_that_begins_waits_a_second_for_its_accounts_and_no_minute() -> None:
    nothing: Any = None
    store: Any = NoAccounts()
    accounts = Accounts(store, DEFAULT_TENANT, ask_for_token=nothing, changed=lambda: None)
    channel = EMail(
        tenant_id=DEFAULT_TENANT,
        accounts=accounts,
        letters=nothing,
        attachments=nothing,
        clock=nothing,
        key=b"",
        run=nothing,
        sent=nothing,
    )
    message: Any = SimpleNamespace(account="email:support")

    with pytest.raises(ChannelUnavailable) as early:
        await channel.send(message)
    await accounts.refresh()
    with pytest.raises(ChannelUnavailable) as late:
        await channel.send(message)

    assert (early.value.retry_after_s, late.value.retry_after_s) == (1.0, 60.0)
