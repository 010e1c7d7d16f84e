"""What is wrong with an account of mail, or of another account already, is refused with its field, on every store."""

import asyncio
from dataclasses import replace

import pytest

from hub.desk.mail import MailSettings
from hub.domain.access import Principal, Role
from hub.domain.errors import Conflict, Invalid
from hub.domain.ids import MailAccountId, QueueId, TenantId
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
from hub.ids import new_id
from hub.ports.mail import MailTried
from tests.contracts.mailing import NOW, MailHouse, accounts, draft
from tests.fakes.clock import FakeClock
from tests.stores import House

SERVER = MailServer(host="imap.hub.test", port=993, username="support")


@pytest.fixture
async def mail(house: House) -> MailHouse:
    return await MailHouse(house).furnished()


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


async def test_trying_out_shows_no_server_an_empty_password_in_place_of_the_kept_one(mail: MailHouse) -> None:
    class Tried:
        def __init__(self) -> None:
            self.shown: list[tuple[bool, str, str]] = []

        async def try_out(self, one: MailAccount, given: MailSecrets) -> list[MailTried]:
            reads = one.setup.incoming is not None
            self.shown.append((reads, given.incoming_password, given.outgoing_password))
            return []

    standings = Tried()
    settings = MailSettings(mail.accounts, standings, FakeClock(NOW))  # type: ignore[arg-type] # as far as asked
    admin = Principal(tenant_id=mail.house.tenant_id, name="admin", roles=frozenset({Role.ADMIN}))
    both = replace(mail.account, setup=MailSetup(incoming=SERVER, outgoing=replace(SERVER, port=587)))
    kept = await settings.change(admin, both, 1, MailSecrets(incoming_password="in", outgoing_password="out"))
    other = replace(kept.account, setup=replace(both.setup, incoming=replace(SERVER, port=143)))

    (untried,) = await settings.try_out(admin, other, MailSecrets())
    assert (untried.part, untried.ok, untried.told.code) == ("incoming", False, "other_server")
    assert "type it again" in untried.told.text
    await settings.try_out(admin, other, MailSecrets(incoming_password="again"))
    await settings.try_out(admin, kept.account, MailSecrets())
    assert standings.shown == [
        (False, "in", "out"),  # the server for sending is as it was, and has what was kept for it
        (True, "again", "out"),
        (True, "in", "out"),
    ]
