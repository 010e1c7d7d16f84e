"""Accounts of phones and their bindings, on every store."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from crm_store.phones import SqlPhones
from crm_store.rows.access import users
from crm_store.rows.phones import phone_accounts
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.call import PhoneKind
from hub.domain.errors import NotFound
from hub.domain.ids import UserId
from hub.domain.phone import PhoneAccount, phone_username
from hub.ids import new_id
from hub.ports.phones import KeptBinding
from hub.sealing import Seal
from tests.stores import House

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEAL = Seal(b"k" * 32)


def phones(house: House, seal: Seal = SEAL) -> SqlPhones:
    database = house.database
    return SqlPhones(reading=database.reading, writing=database.writing, seal=seal)


async def somebody(house: House) -> UserId:
    agent_id = UserId(new_id())
    async with house.database.writing() as connection:
        await connection.execute(
            insert(users).values(
                id=agent_id,
                tenant_id=house.tenant_id,
                login=agent_id,
                name="Anna",
                roles='["agent"]',
                queues="[]",
                disabled=False,
                version=1,
                password_hash="",
            )
        )
    return agent_id


async def set_disabled(house: House, agent_id: UserId, *, disabled: bool) -> None:
    async with house.database.writing() as connection:
        await connection.execute(update(users).where(users.c.id == agent_id).values(disabled=disabled))


async def test_the_accounts_of_a_disabled_user_are_none_and_come_back_with_them(house: House) -> None:
    store, agent_id = phones(house), await somebody(house)
    await store.put_phone_account(account(house, agent_id), None)
    await set_disabled(house, agent_id, disabled=True)
    assert list(await store.phone_accounts(house.tenant_id)) == []
    with pytest.raises(NotFound):
        await store.put_phone_account(account(house, agent_id, "s2"), None)
    await set_disabled(house, agent_id, disabled=False)
    assert [one.secrets["MD5"] for one in await store.phone_accounts(house.tenant_id)] == ["s1"]


def account(
    house: House, agent_id: UserId, secret: str = "s1", kind: PhoneKind = PhoneKind.REGISTERED
) -> PhoneAccount:
    return PhoneAccount(
        tenant_id=house.tenant_id,
        agent_id=agent_id,
        kind=kind,
        username=phone_username(agent_id, kind),
        realm="touchline",
        secrets={"MD5": secret, "SHA-256": secret * 2},
        made_at=NOW,
        expires_at=NOW + timedelta(hours=1) if kind is PhoneKind.BROWSER else None,
    )


def binding(port: int) -> KeptBinding:
    return KeptBinding(
        contact=f"<sip:a@192.0.2.1:{port}>",
        call_id="c1",
        cseq=4_000_000_000,
        until=NOW + timedelta(seconds=port),
        flow=f"udp:192.0.2.1:{port}",
    )


async def test_an_account_is_kept_sealed_and_a_new_secret_takes_its_place(house: House) -> None:
    kept, agent = phones(house), await somebody(house)
    draft = AuditDraft(tenant_id=house.tenant_id, at=NOW, action=AuditAction.SET_PHONE_ACCOUNT, object=agent)
    await kept.put_phone_account(account(house, agent), draft)
    browser = account(house, agent, kind=PhoneKind.BROWSER)
    await kept.put_phone_account(browser, None)
    renewed = account(house, agent, "s2")
    await kept.put_phone_account(renewed, draft)
    found = sorted(await kept.phone_accounts(house.tenant_id), key=lambda one: one.kind)
    assert found == [browser, renewed]
    async with house.database.reading() as connection:
        sealed = (await connection.execute(select(phone_accounts.c.sealed))).scalars().all()
    assert not any(b"s2" in bytes(one) for one in sealed)
    assert await phones(house, Seal(b"x" * 32)).phone_accounts(house.tenant_id) == []


async def test_nobody_has_an_account_who_is_not_there(house: House) -> None:
    with pytest.raises(NotFound):
        await phones(house).put_phone_account(account(house, UserId("nobody")), None)


async def test_where_phones_are_is_kept_until_it_changes_or_the_secret_does(house: House) -> None:
    kept, agent = phones(house), await somebody(house)
    one = account(house, agent)
    await kept.put_phone_account(one, None)
    await kept.put_bindings(house.tenant_id, one.username, [binding(5060), binding(5070)])
    assert await kept.kept_bindings(house.tenant_id) == {one.username: (binding(5060), binding(5070))}
    await kept.put_bindings(house.tenant_id, one.username, [binding(5080)])
    await kept.put_bindings(house.tenant_id, "nobody", [binding(5080)])
    assert await kept.kept_bindings(house.tenant_id) == {one.username: (binding(5080),)}
    await kept.put_phone_account(account(house, agent, "s2"), None)
    assert await kept.kept_bindings(house.tenant_id) == {}
