"""Secrets of sites: two at most, sealed, each change in the audit log and told to running chats."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from crm_store.site_secrets import SqlSiteSecrets
from crm_store.webchat import Visitors
from hub.cluster.codec import encode
from hub.desk.site_secrets import SiteSecrets
from hub.domain.access import Role
from hub.domain.errors import Conflict, Forbidden, NotFound, Unavailable
from hub.domain.ids import TenantId
from hub.domain.setting_events import SiteChanged
from hub.domain.site_identity import TokenRefused
from hub.ids import new_id
from hub.ports.visitors import Site
from hub.sealing import Seal
from tests.site_tokens import token
from tests.stores import House

KEY = b"k" * 32


class Shop:
    """A site with its secrets, as its administrator has them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.key = f"shop-{new_id()}"
        self.store = SqlSiteSecrets(house.store, encode=encode, seal=Seal(KEY))
        self.secrets = SiteSecrets(self.store, house.clock, most=timedelta(hours=24))
        self.admin = house.somebody(Role.ADMIN)

    async def make(self) -> tuple[str, str]:
        """A new secret: its id and what it is."""
        new = await self.secrets.make(self.admin, self.key)
        self.house.clock.advance(1)
        return new.secret.id, new.told


@pytest.fixture
async def shop(house: House) -> Shop:
    made = Shop(house)
    await Visitors(house.store, encode=encode).put_site(
        Site(key=made.key, tenant_id=house.tenant_id, queue_id=house.queue.id, title="Shop", origins=())
    )
    await house.events()
    return made


async def audited(house: House, key: str) -> list[str]:
    rows = await house.rows(
        "SELECT reason FROM audit_log WHERE tenant_id = $1 AND action = 'change_site' AND object = $2 ORDER BY number",
        house.tenant_id,
        key,
    )
    return [row[0] for row in rows]


async def test_a_secret_takes_the_place_of_another(house: House, shop: Shop) -> None:
    first_id, first = await shop.make()
    second_id, second = await shop.make()
    assert [one.id for one in await shop.secrets.all(shop.admin, shop.key)] == [second_id, first_id]
    with pytest.raises(Conflict) as refused:
        await shop.make()
    assert refused.value.stable_code == "two_secrets"
    await shop.secrets.remove(shop.admin, shop.key, first_id)
    assert [one.secret for one in await shop.store.secrets(shop.key)] == [second]
    assert await shop.store.secret_ids(shop.key) == {second_id}
    assert await audited(house, shop.key) == ["secret_added", "secret_added", "secret_removed"]
    told = [e for e in await house.events() if isinstance(e, SiteChanged)]
    assert [e.site_key for e in told] == [shop.key] * 3
    assert first != second


async def test_it_lies_sealed(house: House, shop: Shop) -> None:
    _, told = await shop.make()
    ((sealed, hint),) = await house.rows(
        "SELECT sealed, hint FROM site_secrets WHERE site_key = $1", shop.key
    )
    assert told.encode() not in bytes(sealed)
    assert hint == told[-4:]
    elsewhere = SqlSiteSecrets(house.store, encode=encode, seal=Seal(b"x" * 32))
    with pytest.raises(Unavailable) as refused:
        await elsewhere.secrets(shop.key)
    assert refused.value.stable_code == "wrong_secret_key"


async def test_when_it_was_used_is_shown(house: House, shop: Shop) -> None:
    secret_id, _ = await shop.make()
    await shop.store.note_used(secret_id, house.clock.now())
    assert [one.used_at for one in await shop.store.secrets(shop.key)] == [house.clock.now()]


async def test_of_several_made_at_once_there_are_two(shop: Shop) -> None:
    made = await asyncio.gather(*(shop.make() for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in made) == 3
    assert len(await shop.store.secrets(shop.key)) == 2


async def test_those_of_another_house_are_not_there(house: House, shop: Shop) -> None:
    secret_id, _ = await shop.make()
    admin = replace(house.somebody(Role.ADMIN), tenant_id=TenantId(new_id()))
    for what in (
        shop.secrets.all(admin, shop.key),
        shop.secrets.make(admin, shop.key),
        shop.secrets.remove(admin, shop.key, secret_id),
        shop.secrets.tried(admin, shop.key, "a.b.c"),
    ):
        with pytest.raises(NotFound):
            await what


async def test_only_who_may_configure_has_to_do_with_them(house: House, shop: Shop) -> None:
    sofia = house.somebody(Role.SUPERVISOR, house.queue.id)
    for what in (
        shop.secrets.all(sofia, shop.key),
        shop.secrets.make(sofia, shop.key),
        shop.secrets.remove(sofia, shop.key, "x"),
        shop.secrets.tried(sofia, shop.key, "a.b.c"),
    ):
        with pytest.raises(Forbidden):
            await what


async def test_a_token_is_tried_and_nothing_comes_of_it(house: House, shop: Shop) -> None:
    secret_id, told = await shop.make()
    soon = house.clock.now().timestamp() + 60
    user, secret = await shop.secrets.tried(shop.admin, shop.key, token(told, "4711", soon))
    assert (user.user, secret.id) == ("4711", secret_id)
    assert [one.used_at for one in await shop.store.secrets(shop.key)] == [None]
    with pytest.raises(TokenRefused) as refused:
        await shop.secrets.tried(shop.admin, shop.key, token("guessed", "4711", soon))
    assert refused.value.stable_code == "identity_forged"
