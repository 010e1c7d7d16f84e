"""By which accounts clients who have not written are reached, and by whom."""

from typing import Any

from hub.channels.email.accounts import Accounts
from hub.channels.email.ways import MailWays
from hub.domain.ids import DEFAULT_TENANT, MailAccountId, QueueId
from hub.domain.mail_account import MailAccount, MailRule, MailSecrets, MailServer, MailSetup, RuleField

SERVER = MailServer(host="mx.hub.test", port=587)
RULES = (
    MailRule(looks_at=RuleField.SUBJECT, contains="invoice", queue_id=QueueId("billing")),
    MailRule(looks_at=RuleField.FROM, contains="@vip.test", priority=1),
)


def account(name: str, **more: Any) -> MailAccount:
    values: dict[str, Any] = {"setup": MailSetup(outgoing=SERVER, rules=RULES)}
    return MailAccount(
        id=MailAccountId(name),
        tenant_id=DEFAULT_TENANT,
        name=name,
        address=f"{name}@hub.test",
        queue_id=QueueId(name),
        **(values | more),
    )


class TheseAccounts:
    async def mail_accounts(self, _: object) -> list[MailAccount]:
        return [account("sales"), account("off", enabled=False), account("deaf", setup=MailSetup())]

    async def deleted_mail_accounts(self, _: object) -> list[MailAccount]:
        return []

    async def mail_secrets(self, _: object) -> MailSecrets:
        return MailSecrets()


async def test_an_account_is_for_those_who_serve_a_queue_that_its_letters_come_to() -> None:
    store, nothing = TheseAccounts(), None
    accounts = Accounts(
        store,  # type: ignore[arg-type]
        DEFAULT_TENANT,
        ask_for_token=nothing,  # type: ignore[arg-type]
        changed=lambda: None,
    )
    await accounts.refresh()
    (way,) = await MailWays(accounts).ways(DEFAULT_TENANT, ["client@example.test"])
    assert (way.account, way.queue_id) == ("email:sales", "sales")
    assert way.for_queues == frozenset({QueueId("sales"), QueueId("billing")})
