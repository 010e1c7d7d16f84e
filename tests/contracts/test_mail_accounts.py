"""Accounts of mail and their secrets, on every store."""

import asyncio
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
    MailAccount,
    MailRule,
    MailSecrets,
    MailServer,
    MailSetup,
    MailSignIn,
    OAuthSetup,
    RuleField,
    Security,
)
from hub.domain.queue import Queue, QueueRules
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


@pytest.mark.parametrize("same", ["name", "address"])
async def test_names_and_addresses_are_of_one_account(mail: MailHouse, same: str) -> None:
    other = MailAccount(
        id=MailAccountId(new_id()),
        tenant_id=mail.house.tenant_id,
        name="support" if same == "name" else "sales",
        address="support@hub.test" if same == "address" else "sales@hub.test",
        queue_id=mail.house.queue.id,
    )
    with pytest.raises(Conflict) as refused:
        await mail.accounts.put_mail_account(
            other, seen_version=0, secrets=None, audit=draft(mail.house.tenant_id)
        )
    assert refused.value.stable_code == "name_taken"


@pytest.mark.parametrize("same", ["name", "address", "alias", "alias of the other"])
async def test_of_two_first_accounts_that_are_added_at_once_one_is_refused(house: House, same: str) -> None:
    store = accounts(house)

    def account(name: str, address: str, alias: str) -> MailAccount:
        return MailAccount(
            id=MailAccountId(new_id()),
            tenant_id=house.tenant_id,
            name=name,
            address=address,
            queue_id=house.queue.id,
            setup=MailSetup(aliases=(alias,)),
        )

    one = account("support", "support@hub.test", "help@hub.test")
    other = account(
        "support" if same == "name" else "sales",
        "support@hub.test" if same == "address" else "sales@hub.test",
        {"alias": "help@hub.test", "alias of the other": "support@hub.test"}.get(same, "buy@hub.test"),
    )

    async def added(which: MailAccount) -> str:
        try:
            await store.put_mail_account(which, seen_version=0, secrets=None, audit=draft(house.tenant_id))
        except (Conflict, Invalid) as error:
            return error.stable_code
        return ""

    refused = "account_address_taken" if same.startswith("alias") else "name_taken"
    assert sorted(await asyncio.gather(added(one), added(other))) == ["", refused]
    assert len(await store.mail_accounts(house.tenant_id)) == 1


WRONG = [
    ("name", {"name": "Support desk"}),
    ("address", {"address": "support"}),
    ("address", {"address": "a@b@c.test"}),
    ("address", {"address": "a\r\nBcc: x@y.test"}),
    ("queue_id", {"queue_id": QueueId("nowhere")}),
    ("incoming.host", {"setup": MailSetup(incoming=replace(SERVER, host="imap hub"))}),
    ("incoming.port", {"setup": MailSetup(incoming=replace(SERVER, port=0))}),
    ("outgoing.username", {"setup": MailSetup(outgoing=replace(SERVER, username=" "))}),
    ("incoming.sign_in", {"setup": MailSetup(incoming=replace(SERVER, sign_in=MailSignIn.OAUTH))}),
    ("oauth.token_url", {"setup": MailSetup(oauth=OAuthSetup(token_url="http://x.test", client_id="c"))}),
    ("folder", {"setup": MailSetup(incoming=SERVER, folder=" ")}),
    ("read_folder", {"setup": MailSetup(read_folder="INBOX")}),
    ("aliases", {"setup": MailSetup(aliases=("x",))}),
    ("language", {"setup": MailSetup(language="English")}),
    ("signatures", {"setup": MailSetup(signatures={"en": "x" * 5000})}),
    ("auto_answer", {"setup": MailSetup(auto_answer=AutoAnswer(texts={"english": "x"}))}),
    ("rules", {"setup": MailSetup(rules=(MailRule(looks_at=RuleField.TO, contains=" "),))}),
    ("rules", {"setup": MailSetup(rules=(MailRule(looks_at=RuleField.TO, contains="x", skills={"a": 11}),))}),
    ("rules", {"setup": MailSetup(rules=(MailRule(looks_at=RuleField.TO, contains="x", priority=99),))}),
    ("name", {"name": "renamed"}),
    ("address", {"address": "поддержка@hub.test"}),
    ("address", {"address": "support@почта.test"}),
    ("read_folder", {"setup": MailSetup(incoming=SERVER, folder="INBOX", read_folder="inbox")}),
    ("subaddress", {"address": "sixteen-letters-@hub.test", "setup": MailSetup(subaddress=True)}),
    ("incoming.security", {"setup": MailSetup(incoming=replace(SERVER, security=Security.NONE))}),
    (
        "outgoing.security",
        {"setup": MailSetup(outgoing=replace(SERVER, host="192.0.2.1", security=Security.NONE))},
    ),
    (
        "outgoing.security",
        {"setup": MailSetup(outgoing=replace(SERVER, host="mailpit", security=Security.NONE))},
    ),
    ("outgoing.security", {"setup": MailSetup(outgoing=replace(SERVER, host="::2", security=Security.NONE))}),
    *[
        ("outgoing.host", {"setup": MailSetup(outgoing=replace(SERVER, host=host))})
        for host in ("::::::", "a..b", "-a.test", "1.2.3", "300.0.0.1", "a_b", "[10.0.0.1]", "x" * 64)
    ],
    *[
        ("oauth.token_url", {"setup": MailSetup(oauth=OAuthSetup(token_url=url, client_id="c"))})
        for url in (
            "https://",
            "https:///token",
            "https://a..b/",
            "https://a.test:99999/",
            "https://a b.test/",
        )
    ],
    *[
        ("trusted_host", {"setup": MailSetup(trusted_host=host)})
        for host in ("a b; c", "mx..hub.test", "::1", "a\r\n")
    ],
    ("signatures", {"setup": MailSetup(signatures={"en": "Best, {agent.nmae}"})}),
    ("signatures", {"setup": MailSetup(signatures={"en": "a\0b"})}),
    ("auto_answer", {"setup": MailSetup(auto_answer=AutoAnswer(texts={"en": "a\x1bb"}))}),
    ("display_name", {"setup": MailSetup(display_name="a\r\nBcc: x@y.test")}),
    ("display_name", {"setup": MailSetup(display_name="a\u202eb")}),
    ("display_name", {"setup": MailSetup(display_name="a\ud800b")}),
    ("folder", {"setup": MailSetup(incoming=SERVER, folder="INBOX\r\nx DELETE y")}),
    ("read_folder", {"setup": MailSetup(incoming=SERVER, read_folder="a\0")}),
    ("incoming.username", {"setup": MailSetup(incoming=replace(SERVER, username="a\nb"))}),
    ("outgoing.certificate", {"setup": MailSetup(outgoing=replace(SERVER, certificate="/etc/\0"))}),
    (
        "oauth.scope",
        {"setup": MailSetup(oauth=OAuthSetup(token_url="https://x.test", client_id="c", scope="\0"))},
    ),
    ("oauth.client_id", {"setup": MailSetup(oauth=OAuthSetup(token_url="https://x.test", client_id="\n"))}),
    ("rules", {"setup": MailSetup(rules=(MailRule(looks_at=RuleField.TO, contains="x\0"),))}),
    (
        "rules",
        {"setup": MailSetup(rules=(MailRule(looks_at=RuleField.TO, contains="x", skills={"a\n": 1}),))},
    ),
]


@pytest.mark.parametrize(("field", "changes"), WRONG)
async def test_what_is_wrong_is_refused_with_its_field(
    mail: MailHouse, field: str, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        await mail.accounts.put_mail_account(
            replace(mail.account, **changes),  # type: ignore[arg-type]
            seen_version=1,
            secrets=None,
            audit=draft(mail.house.tenant_id),
        )
    assert refused.value.field == field
    assert (await mail.accounts.mail_accounts(mail.house.tenant_id))[0].version == 1


def ruled(*queue_ids: QueueId | None) -> MailSetup:
    rules = (MailRule(looks_at=RuleField.SUBJECT, contains="x", queue_id=one) for one in queue_ids)
    return MailSetup(rules=tuple(rules))


async def second_queue(mail: MailHouse, *, retired: bool = False) -> Queue:
    queue = Queue(id=QueueId(new_id()), tenant_id=mail.house.tenant_id, name=f"billing {new_id()}")
    await mail.house.floor.put_queue(replace(queue, rules=QueueRules(retired=retired)))
    return queue


@pytest.mark.parametrize("case", ["missing", "retired", "of another house"])
async def test_a_rule_or_an_account_with_a_queue_that_takes_no_work_is_refused(
    mail: MailHouse, case: str
) -> None:
    there = await second_queue(mail)
    if case == "retired":
        wrong = (await second_queue(mail, retired=True)).id
    elif case == "missing":
        wrong = QueueId("nowhere")
    else:
        stranger = Queue(id=QueueId(new_id()), tenant_id=TenantId(new_id()), name="theirs")
        await mail.house.floor.put_queue(stranger)
        wrong = stranger.id
    audit = draft(mail.house.tenant_id)
    for field, account in (
        ("queue_id", replace(mail.account, queue_id=wrong)),
        ("rules", replace(mail.account, setup=ruled(None, there.id, wrong))),
    ):
        for seen, one in ((1, account), (0, _another(account))):
            with pytest.raises(Invalid) as refused:
                await mail.accounts.put_mail_account(one, seen_version=seen, secrets=None, audit=audit)
            assert (refused.value.field, refused.value.stable_code) == (field, "no_such_queue")
    fine = replace(mail.account, setup=ruled(None, there.id))
    put = await mail.accounts.put_mail_account(fine, seen_version=1, secrets=None, audit=audit)
    assert put.setup == fine.setup


def _another(account: MailAccount) -> MailAccount:
    return replace(account, id=MailAccountId(new_id()), name="other", address="other@hub.test")


async def test_a_queue_that_was_retired_since_hinders_no_change_but_of_the_queues(mail: MailHouse) -> None:
    billing = await second_queue(mail)
    audit = draft(mail.house.tenant_id)
    put = await mail.accounts.put_mail_account(
        replace(mail.account, setup=ruled(billing.id)), seen_version=1, secrets=None, audit=audit
    )
    await mail.house.floor.put_queue(replace(billing, rules=QueueRules(retired=True)))
    named = replace(put, setup=replace(put.setup, display_name="Support"))
    put = await mail.accounts.put_mail_account(named, seen_version=2, secrets=None, audit=audit)
    assert put.setup.display_name == "Support"
    with pytest.raises(Invalid) as refused:
        await mail.accounts.put_mail_account(
            replace(put, setup=ruled(None, billing.id)), seen_version=3, secrets=None, audit=audit
        )
    assert refused.value.field == "rules"


async def test_an_account_keeps_its_name_and_says_so(mail: MailHouse) -> None:
    settings = MailSettings(mail.accounts, None, FakeClock(NOW))  # type: ignore[arg-type] # nobody asks
    admin = Principal(tenant_id=mail.house.tenant_id, name="admin", roles=frozenset({Role.ADMIN}))
    renamed = replace(mail.account, name="renamed", setup=MailSetup(display_name="Support"))
    with pytest.raises(Invalid) as refused:
        await settings.change(admin, renamed, 1, MailSecrets())
    assert (refused.value.field, refused.value.stable_code) == ("name", "name_fixed")
    assert await mail.accounts.mail_accounts(mail.house.tenant_id) == [mail.account]
    same = await settings.change(admin, replace(renamed, name="support"), 1, MailSecrets())
    assert (same.account.name, same.account.setup.display_name) == ("support", "Support")


async def test_what_only_looks_odd_is_kept_and_an_acknowledgement_without_words_is_not(
    mail: MailHouse,
) -> None:
    setup = MailSetup(
        incoming=MailServer(host="LOCALHOST", port=143, security=Security.NONE, username="ü"),
        outgoing=MailServer(host="[::1]", port=25, security=Security.NONE, sign_in=MailSignIn.NONE),
        oauth=OAuthSetup(token_url="https://login.hub.test:8443/t?x=1", client_id="c"),
        read_folder="Inbox/Прочитано",
        trusted_host="mx1.hub.test",
        display_name="Поддержка ☎ O’Neill",
        signatures={"en": "{agent.name}\r\n\t{house.name}\nbye"},
        auto_answer=AutoAnswer(texts={"en": " \n", "ru": "Спасибо"}),
        subaddress=True,
        aliases=("help@hub.test",),
    )
    account = replace(mail.account, address="fifteen-letters@hub.test", setup=setup)
    put = await mail.accounts.put_mail_account(
        account, seen_version=1, secrets=None, audit=draft(mail.house.tenant_id)
    )
    assert put.setup == replace(setup, auto_answer=AutoAnswer(texts={"ru": "Спасибо"}))
    assert await mail.accounts.mail_accounts(mail.house.tenant_id) == [put]


@pytest.mark.parametrize(
    ("address", "aliases", "field"),
    [
        ("help@hub.test", (), "address"),
        ("sales@hub.test", ("Support@hub.test",), "aliases"),
        ("sales@hub.test", ("x@hub.test", "HELP@hub.test"), "aliases"),
        ("support+vip@hub.test", ("x@hub.test",), ""),
    ],
)
async def test_an_address_or_an_alias_is_of_one_account(
    mail: MailHouse, address: str, aliases: tuple[str, ...], field: str
) -> None:
    audit = draft(mail.house.tenant_id)
    first = replace(mail.account, setup=MailSetup(aliases=("help@hub.test",)))
    await mail.accounts.put_mail_account(first, seen_version=1, secrets=None, audit=audit)
    other = MailAccount(
        id=MailAccountId(new_id()),
        tenant_id=mail.house.tenant_id,
        name="sales",
        address=address,
        queue_id=mail.house.queue.id,
        setup=MailSetup(aliases=aliases),
    )
    if field:
        with pytest.raises(Invalid) as refused:
            await mail.accounts.put_mail_account(other, seen_version=0, secrets=None, audit=audit)
        assert (refused.value.stable_code, refused.value.field) == ("account_address_taken", field)
        await mail.accounts.delete_mail_account(first.tenant_id, first.id, audit=audit)
    assert (
        await mail.accounts.put_mail_account(other, seen_version=0, secrets=None, audit=audit)
    ).version == 1


async def test_a_password_that_no_sign_in_can_carry_is_refused(mail: MailHouse) -> None:
    settings = MailSettings(mail.accounts, None, FakeClock(NOW))  # type: ignore[arg-type] # nobody asks
    admin = Principal(tenant_id=mail.house.tenant_id, name="admin", roles=frozenset({Role.ADMIN}))
    with pytest.raises(Invalid) as refused:
        await settings.change(admin, mail.account, 1, MailSecrets(incoming_password="a\r\nx LOGOUT"))
    assert (refused.value.stable_code, refused.value.field) == (
        "control_characters",
        "secrets.incoming_password",
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
