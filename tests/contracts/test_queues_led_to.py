"""A queue that letters or messages of Telegram are led to is not taken out of service; on every store."""

from dataclasses import replace

import pytest

from crm_store.house import SqlHouse
from hub.cluster.codec import encode
from hub.desk.administer import Administration
from hub.domain.access import Principal, Role
from hub.domain.errors import Conflict, Invalid
from hub.domain.ids import MailAccountId
from hub.domain.mail_account import MailRule, MailSetup, RuleField
from hub.domain.queue import Queue
from hub.domain.telegram import BotMenu, BotSecrets, BotSetup, MenuButton
from hub.ids import new_id
from tests.contracts.mailing import MailHouse, draft
from tests.contracts.test_store_telegram import a_bot, audit, bots_of
from tests.stores import House


class Office:
    def __init__(self, house: House) -> None:
        self.house = house
        self.store = SqlHouse(house.store, house.clock, encode=encode)
        self.administration = Administration(self.store, house.clock)
        self.me = Principal(tenant_id=house.tenant_id, name="Ada", roles=frozenset({Role.ADMIN}))

    async def queue(self, name: str) -> Queue:
        return await self.administration.add_queue(self.me, self.house.a_queue(name))

    async def why_not(self, queue: Queue) -> str:
        """What the hub says to whoever retires it; empty: it is retired."""
        try:
            await self.administration.retire_queue(self.me, queue.id, queue.version)
        except Conflict as refused:
            return f"{refused.stable_code}: {refused}"
        return ""


@pytest.fixture
def office(house: House) -> Office:
    return Office(house)


async def test_accounts_and_their_rules_keep_a_queue_and_are_named(office: Office, house: House) -> None:
    own, of_rule, free = (
        await office.queue("own"),
        await office.queue("of a rule"),
        await office.queue("free"),
    )
    mail = MailHouse(house)
    rule = MailRule(looks_at=RuleField.SUBJECT, contains="order", queue_id=of_rule.id)
    twice = MailSetup(rules=(rule, replace(rule, contains="bill"), replace(rule, queue_id=None)))
    mail.account = replace(mail.account, queue_id=own.id, setup=twice)
    await mail.furnished()
    off = replace(
        mail.account,
        id=MailAccountId(new_id()),
        name="archive",
        address="archive@hub.test",
        enabled=False,
        queue_id=of_rule.id,
        setup=MailSetup(),
    )
    await mail.accounts.put_mail_account(off, seen_version=0, secrets=None, audit=draft(house.tenant_id))

    assert await office.why_not(own) == "queue_led_to: give another queue first to the mail account support"
    named = "queue_led_to: give another queue first to the mail account archive, the mail account support"
    assert await office.why_not(of_rule) == named
    uses = (await office.administration.queues(office.me))[1]
    assert uses.mail_accounts == {own.id: ("support",), of_rule.id: ("archive", "support")}
    assert await office.why_not(free) == ""

    # what is deleted leads nowhere
    for account in (mail.account, off):
        await mail.accounts.delete_mail_account(house.tenant_id, account.id, audit=draft(house.tenant_id))
    assert await office.why_not(of_rule) == ""
    assert await office.why_not(own) == ""


async def test_bots_and_the_buttons_of_their_menus_keep_a_queue_and_are_named(
    office: Office, house: House
) -> None:
    own, of_button = await office.queue("own"), await office.queue("of a button")
    menu = BotMenu(
        text={"tr": "Ne için?"},
        buttons=(
            MenuButton(labels={"tr": "Fatura"}, queue_id=of_button.id),
            MenuButton(labels={"tr": "Diğer"}),
        ),
    )
    bot = a_bot(house, queue_id=own.id, setup=BotSetup(language="tr", menu=menu))
    secrets = BotSecrets(token="1:a")
    await bots_of(house).put_telegram_bot(bot, seen_version=0, secrets=secrets, audit=audit(house))

    for queue in (own, of_button):
        assert await office.why_not(queue) == "queue_led_to: give another queue first to the bot shop"
    uses = (await office.administration.queues(office.me))[1]
    assert uses.telegram_bots == {own.id: ("shop",), of_button.id: ("shop",)}

    bare = replace(bot, setup=replace(bot.setup, menu=BotMenu()))
    await bots_of(house).put_telegram_bot(bare, seen_version=1, secrets=BotSecrets(), audit=audit(house))
    assert await office.why_not(of_button) == ""
    assert await office.why_not(own) != ""


async def test_a_bot_is_led_to_no_queue_out_of_service_and_one_that_was_is_not_held_back(
    office: Office, house: House
) -> None:
    queue = await office.queue("own")
    bot = a_bot(house, queue_id=queue.id)
    bots, secrets = bots_of(house), BotSecrets(token="1:a")
    await bots.put_telegram_bot(bot, seen_version=0, secrets=secrets, audit=audit(house))
    # as a hub of before allowed
    gone = replace(queue, rules=replace(queue.rules, retired=True), version=queue.version + 1)
    await house.floor.put_queue(gone)

    changed = replace(bot, enabled=False)
    await bots.put_telegram_bot(changed, seen_version=1, secrets=BotSecrets(), audit=audit(house))
    menu = BotMenu(text={"tr": "Ne için?"}, buttons=(MenuButton(labels={"tr": "Fatura"}, queue_id=queue.id),))
    elsewhere = replace(changed, queue_id=house.queue.id)
    await bots.put_telegram_bot(elsewhere, seen_version=2, secrets=BotSecrets(), audit=audit(house))
    for wrong, field in (
        (replace(elsewhere, queue_id=queue.id), "queue_id"),
        (replace(elsewhere, setup=replace(bot.setup, menu=menu)), "setup.menu.buttons.0.queue_id"),
    ):
        with pytest.raises(Invalid) as refused:
            await bots.put_telegram_bot(wrong, seen_version=3, secrets=BotSecrets(), audit=audit(house))
        assert (refused.value.stable_code, refused.value.field) == ("no_such_queue", field)


async def test_a_queue_of_another_house_is_kept_by_nothing_of_ours(office: Office, house: House) -> None:
    queue = await office.queue("own")
    mail = MailHouse(house)
    mail.account = replace(mail.account, queue_id=queue.id)
    await mail.furnished()
    stranger = House(database=house.database, clock=house.clock)
    uses = await office.store.queue_uses(stranger.tenant_id)
    assert (uses.mail_accounts, uses.telegram_bots) == ({}, {})
