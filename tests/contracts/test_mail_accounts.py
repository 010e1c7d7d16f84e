"""Accounts of mail and their secrets, on every store."""

from dataclasses import replace
from typing import Any

import pytest

from crm_store.floor_mapping import queue_row
from crm_store.rows.floor import queues
from hub.demo.mail import put_demo_accounts
from hub.desk.mail import MailSettings
from hub.domain.access import Principal, Role
from hub.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hub.domain.ids import DEFAULT_TENANT, MailAccountId, QueueId, TenantId
from hub.domain.mail import MailCursor
from hub.domain.mail_account import (
    AutoAnswer,
    MailRule,
    MailSecrets,
    MailServer,
    MailSetup,
    MailSignIn,
    OAuthSetup,
    RuleField,
    Security,
)
from hub.domain.queue import Queue
from hub.domain.setting_events import MailAccountChanged
from hub.ids import new_id
from hub.sealing import Seal
from tests.contracts.mailing import NOW, SEAL, MailHouse, accounts, draft, letter
from tests.fakes.clock import FakeClock
from tests.stores import House

SERVER = MailServer(host="imap.hub.test", port=993, username="support")
SETUP = MailSetup(
    incoming=SERVER,
    outgoing=MailServer(
        host="127.0.0.1", port=587, security=Security.STARTTLS, sign_in=MailSignIn.OAUTH, username="support"
    ),
    oauth=OAuthSetup(token_url="https://login.hub.test/token", client_id="c1"),
    aliases=("help@hub.test",),
    rules=(MailRule(looks_at=RuleField.SUBJECT, contains="invoice", skills={"billing": 3}, priority=1),),
    signatures={"tr": "Saygılarımızla"},
    auto_answer=AutoAnswer(texts={"ru": "Мы получили ваше письмо."}),
)
SECRETS = MailSecrets(incoming_password="in", refresh_token="r1")


@pytest.fixture
async def mail(house: House) -> MailHouse:
    return await MailHouse(house).furnished()


async def test_an_account_is_read_as_it_was_put_and_everybody_is_told(mail: MailHouse) -> None:
    put = await mail.accounts.put_mail_account(
        replace(mail.account, setup=SETUP), seen_version=1, secrets=SECRETS, audit=draft(mail.house.tenant_id)
    )

    assert await mail.accounts.mail_accounts(mail.house.tenant_id) == [put]
    assert (put.version, put.account) == (2, "email:support")
    assert put.own_addresses == {"support@hub.test", "help@hub.test"}
    assert await mail.accounts.mail_secrets(put) == SECRETS
    (told,) = await mail.house.events()
    assert told == MailAccountChanged(tenant_id=mail.house.tenant_id, account_id=put.id)


async def test_secrets_are_sealed_and_an_empty_one_leaves_what_there_is(mail: MailHouse) -> None:
    put = await mail.accounts.put_mail_account(
        mail.account, seen_version=1, secrets=SECRETS, audit=draft(mail.house.tenant_id)
    )
    put = await mail.accounts.put_mail_account(
        put, seen_version=2, secrets=MailSecrets(refresh_token="r2"), audit=draft(mail.house.tenant_id)
    )
    put = await mail.accounts.put_mail_account(
        put, seen_version=3, secrets=None, audit=draft(mail.house.tenant_id)
    )

    assert await mail.accounts.mail_secrets(put) == replace(SECRETS, refresh_token="r2")
    rows = await mail.house.rows("SELECT sealed FROM mail_accounts WHERE id = $1", put.id)
    assert b"r2" not in bytes(rows[0][0])
    with pytest.raises(Unavailable):
        await accounts(mail.house, Seal(b"x" * 32)).mail_secrets(put)


async def test_who_saw_an_older_one_is_refused(mail: MailHouse) -> None:
    audit = draft(mail.house.tenant_id)
    await mail.accounts.put_mail_account(mail.account, seen_version=1, secrets=None, audit=audit)
    with pytest.raises(Conflict) as refused:
        await mail.accounts.put_mail_account(mail.account, seen_version=1, secrets=None, audit=audit)

    assert refused.value.stable_code == "changed_meanwhile"
    with pytest.raises(NotFound):
        await mail.accounts.put_mail_account(
            replace(mail.account, id=MailAccountId(new_id())), seen_version=3, secrets=None, audit=audit
        )


async def test_a_deleted_account_has_no_secret_and_no_server_and_its_letters_stay(mail: MailHouse) -> None:
    put = await mail.accounts.put_mail_account(
        replace(mail.account, setup=SETUP), seen_version=1, secrets=SECRETS, audit=draft(mail.house.tenant_id)
    )
    await mail.letters.keep_letters(
        put, [letter("one", uid=1)], MailCursor(folder="INBOX", uidvalidity=1, last_uid=1, before_uid=0)
    )
    await mail.house.events()
    await mail.accounts.delete_mail_account(put.tenant_id, put.id, audit=draft(put.tenant_id))

    assert await mail.accounts.mail_accounts(put.tenant_id) == []
    (left,) = await mail.accounts.deleted_mail_accounts(put.tenant_id)
    kept = MailSetup(aliases=SETUP.aliases, rules=SETUP.rules)
    assert left == replace(put, enabled=False, setup=kept, version=3)
    rows = await mail.house.rows("SELECT sealed FROM mail_accounts WHERE id = $1", put.id)
    assert rows[0][0] is None
    assert await mail.letters.cursor(put, "INBOX") is None
    (claimed,) = await mail.letters.claim_letters(put.tenant_id, NOW, lease_s=60, limit=5)
    assert claimed.account_id == put.id
    (told,) = await mail.house.events()
    assert told == MailAccountChanged(tenant_id=put.tenant_id, account_id=put.id)


async def test_what_is_deleted_cannot_be_deleted_or_changed_and_its_name_is_free(mail: MailHouse) -> None:
    audit = draft(mail.house.tenant_id)
    await mail.accounts.delete_mail_account(mail.account.tenant_id, mail.account.id, audit=audit)

    with pytest.raises(NotFound):
        await mail.accounts.delete_mail_account(mail.account.tenant_id, mail.account.id, audit=audit)
    with pytest.raises(NotFound):
        await mail.accounts.put_mail_account(mail.account, seen_version=2, secrets=None, audit=audit)
    again = replace(mail.account, id=MailAccountId(new_id()))
    put = await mail.accounts.put_mail_account(again, seen_version=0, secrets=None, audit=audit)
    assert await mail.accounts.mail_accounts(put.tenant_id) == [put]


async def test_an_account_of_another_house_cannot_be_deleted(mail: MailHouse) -> None:
    with pytest.raises(NotFound):
        await mail.accounts.delete_mail_account(
            TenantId("another"), mail.account.id, audit=draft(mail.house.tenant_id)
        )
    assert await mail.accounts.mail_accounts(mail.house.tenant_id) == [mail.account]


async def test_the_demos_accounts_are_put_once_and_know_where_its_servers_are_now(mail: MailHouse) -> None:
    made = [Queue(id=QueueId(new_id()), tenant_id=DEFAULT_TENANT, name=name) for name in ("sales", "support")]
    async with mail.house.database.transaction() as wire:
        await wire.insert(queues, [queue_row(queue) for queue in made])
    for outside_port, port in ((2600, 1430), (2601, 1431)):
        await put_demo_accounts(
            mail.house.store,
            mail.house.clock,
            SEAL,
            outside_port=outside_port,
            mailbox=MailServer(host="127.0.0.1", port=port, security=Security.NONE, username="box"),
            password=f"of {port}",
        )

    sales, support = await mail.accounts.mail_accounts(DEFAULT_TENANT)
    assert (sales.address, support.address) == ("sales@demo.test", "support@demo.test")
    assert sales.setup.incoming is not None
    assert sales.setup.incoming.port == 1431
    assert await mail.accounts.mail_secrets(sales) == MailSecrets(incoming_password="of 1431")
    assert support.setup.incoming is None
    assert {one.setup.outgoing.port for one in (sales, support) if one.setup.outgoing} == {2601}


@pytest.mark.parametrize(
    ("setup", "given", "missing"),
    [
        ({}, {}, ""),
        ({"signatures": {"en": "Bye"}}, {}, ""),
        ({"incoming": replace(SERVER, host="other.test")}, {}, "incoming_password"),
        ({"incoming": replace(SERVER, port=994)}, {}, "incoming_password"),
        ({"incoming": replace(SERVER, host="other.test")}, {"incoming_password": "again"}, ""),
        ({"incoming": replace(SERVER, host="other.test", sign_in=MailSignIn.NONE)}, {}, ""),
        ({"incoming": None}, {}, ""),
        ({"outgoing": replace(SERVER, host="other.test")}, {}, "incoming_password"),
        ({"outgoing": replace(SERVER, host="other.test")}, {"outgoing_password": "own"}, ""),
        ({"outgoing": MailServer(host="x.test", port=1, sign_in=MailSignIn.OAUTH, username="x")}, {}, "refresh_token"),
        ({"oauth": OAuthSetup(token_url="https://x.test/token", client_id="c1")}, {}, "refresh_token"),
    ],
)  # fmt: skip
async def test_a_kept_secret_is_not_shown_to_another_server(
    mail: MailHouse, setup: dict[str, Any], given: dict[str, str], missing: str
) -> None:
    put = await mail.accounts.put_mail_account(
        replace(mail.account, setup=SETUP), seen_version=1, secrets=SECRETS, audit=draft(mail.house.tenant_id)
    )
    settings = MailSettings(mail.accounts, None, FakeClock(NOW))  # type: ignore[arg-type] # nobody asks
    admin = Principal(tenant_id=mail.house.tenant_id, name="admin", roles=frozenset({Role.ADMIN}))
    new = replace(put, setup=replace(SETUP, **setup))
    if not missing:
        changed = await settings.change(admin, new, 2, MailSecrets(**given))
        assert changed.account.version == 3
        return
    with pytest.raises(Invalid) as refused:
        await settings.change(admin, new, 2, MailSecrets(**given))
    assert (refused.value.stable_code, refused.value.field) == ("secret_required", f"secrets.{missing}")
    assert await mail.accounts.mail_accounts(mail.house.tenant_id) == [put]
