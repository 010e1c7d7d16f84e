"""Whoever wrote or called by themselves is found by the address that they did it from, on every store."""

import pytest
from sqlalchemy import text

from crm_store.search import find_persons
from hub.domain.person import IdentityKind
from hub.domain.touch import Claim, Sender
from tests.contracts.test_migrations import _only
from tests.stores import House

WAYS = {
    "email": (Sender(kind=IdentityKind.EMAIL, value="vip@client.example", name="Vip"), "vip@client.example"),
    "without a name": (Sender(kind=IdentityKind.EMAIL, value="nameless@client.example"), "nameless@cl"),
    "phone": (Sender(kind=IdentityKind.PHONE, value="+905321234567"), "0532 123 45 67"),
}


async def found(house: House, typed: str) -> list[str]:
    async with house.database.snapshot() as wire:
        return list(await find_persons(wire, house.tenant_id, typed, 20))


@pytest.mark.parametrize("way", WAYS)
async def test_who_came_by_themselves_is_found_by_their_address(house: House, way: str) -> None:
    sender, typed = WAYS[way]
    item = await house.came("t1", sender=sender, channel=sender.kind.value, account=f"{sender.kind}:main")
    assert await found(house, typed) == [item.person_id]
    if sender.name:
        assert await found(house, sender.name) == [item.person_id]


async def test_who_is_there_already_is_found_after_the_migration(house: House) -> None:
    sender, typed = WAYS["email"]
    item = await house.came("t1", sender=sender, channel="email", account="email:main")
    claims = (Claim(kind=IdentityKind.PHONE, value="+905321234567", display="", proven=False),)
    other = await house.came("v2", claims=claims)
    async with house.database.transaction() as wire:  # as releases before wrote it
        await wire.execute("DELETE FROM person_tokens WHERE token = 'vip@client.example'")
    assert await found(house, typed) == []
    rows = "SELECT token, words FROM person_tokens WHERE person_id = $1 ORDER BY token"
    before = await house.rows(rows, other.person_id)
    for _ in range(2):
        async with house.database.writing() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '0031'"))
            await connection.run_sync(_only, "0032")
    assert await found(house, typed) == await found(house, "vip vip@client") == [item.person_id]
    assert await house.rows(rows, other.person_id) == before
