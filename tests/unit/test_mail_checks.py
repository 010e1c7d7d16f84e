"""What `touchline doctor` and the status page say of an account's queues."""

import asyncio
from dataclasses import replace
from typing import Any, cast

from hub.domain.ids import DEFAULT_TENANT, MailAccountId, QueueId
from hub.domain.mail_account import MailAccount, MailRule, MailSecrets, MailSetup, RuleField
from hub.domain.mail_told import Told
from hub.domain.queue import Queue, QueueRules
from hub.mail_checks import examined, queues_of_account
from hub.ports.mail import MailTried
from hub.ports.status import Health

OWN, BILLING = (Queue(id=QueueId(n), tenant_id=DEFAULT_TENANT, name=n) for n in ("support", "billing"))
RULES = tuple(
    MailRule(looks_at=RuleField.SUBJECT, contains="x", queue_id=one) for one in (None, OWN.id, BILLING.id)
)
ACCOUNT = MailAccount(
    id=MailAccountId("a1"),
    tenant_id=DEFAULT_TENANT,
    name="support",
    address="support@hub.test",
    queue_id=OWN.id,
    setup=MailSetup(rules=RULES),
)


def test_queues_that_take_work_are_no_finding() -> None:
    assert queues_of_account(ACCOUNT, [OWN, BILLING]) == []


def test_a_rule_whose_queue_takes_no_work_is_named_by_its_number() -> None:
    retired = replace(BILLING, rules=QueueRules(retired=True))
    for there, called in (([OWN], "billing"), ([OWN, retired], "billing")):
        (found,) = queues_of_account(ACCOUNT, there)
        assert (found.health, found.code, found.part) == (
            Health.WARN,
            "mail_rule_queue_gone",
            "e-mail support",
        )
        assert found.values == {"account": "support", "queue": called, "rule": 3}
        assert found.remedy


def test_an_account_whose_own_queue_takes_no_work_does_not_work() -> None:
    first, *rules = queues_of_account(ACCOUNT, [replace(OWN, rules=QueueRules(retired=True)), BILLING])
    assert (first.health, first.code) == (Health.FAIL, "mail_queue_gone")
    assert [one.values["rule"] for one in rules] == [2]


async def test_an_account_that_is_silent_hides_none_of_the_others() -> None:
    others = [
        replace(ACCOUNT, id=MailAccountId(f"a{n}"), name=f"box{n}", setup=MailSetup()) for n in range(3)
    ]
    all_asked = asyncio.Event()
    asked: list[str] = []

    class Store:
        async def mail_accounts(self, _: object) -> list[MailAccount]:
            return others

        async def mail_secrets(self, _: object) -> MailSecrets:
            return MailSecrets()

    class Tried:
        async def try_out(self, account: MailAccount, _: object) -> list[MailTried]:
            asked.append(account.name)
            if len(asked) == len(others):
                all_asked.set()
            await all_asked.wait()  # none has an answer before all were asked
            told = Told(code="no_folder", text="said", values={"folder": "INBOX"})
            return [MailTried(part="incoming", ok=account.name != "box1", told=told)]

    store, standings = cast(Any, Store()), cast(Any, Tried())
    found = await examined(store, standings, DEFAULT_TENANT, [OWN])
    assert [(one.part, one.health) for one in found] == [
        ("e-mail box0 incoming", Health.OK),
        ("e-mail box1 incoming", Health.FAIL),
        ("e-mail box2 incoming", Health.OK),
    ]
    assert found[1].values == {
        "account": "box1",
        "part": "incoming",
        "said": "said",
        "told": "no_folder",
        "folder": "INBOX",
    }
