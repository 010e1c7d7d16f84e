"""A house with a chat and a visitor who was served once: whom agents write to first."""

from typing import Any

from crm_store.person_scope import ClientReach
from crm_store.sites import Sites
from crm_store.starting import ChatWays, Starts
from crm_store.talk import Talk
from crm_store.webchat import Visitors
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.cluster.codec import encode
from hub.desk.later import Later
from hub.desk.starting import FirstWords, Started, Starting
from hub.domain.access import Principal
from hub.domain.agent import Agent
from hub.domain.ids import PersonId
from hub.domain.interaction import Disposition
from hub.domain.person import IdentityKind
from hub.domain.site import SiteSetup
from hub.ports.visitors import Site, Visitor
from tests.stores import House

LIMITS = {WEBCHAT.name: WEBCHAT.limits}


class Office:
    """A house whose site `shop` has a chat, and a visitor `v1` who wrote there once; that conversation is closed."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.key = f"shop-{house.tenant_id[-12:]}"
        self.account = f"webchat:{self.key}"
        self.visitor = f"v1-{house.tenant_id[-12:]}"
        self.starting = Starting(
            Starts(house.store, ClientReach()),
            house.clock,
            {IdentityKind.WEBCHAT: ChatWays(house.store)},
            LIMITS,
            lease_s=15.0,
        )
        self.later = Later(Talk(house.store), house.clock, LIMITS)
        self.person = PersonId("")

    async def furnished(self) -> "Office":
        house = self.house
        await self.site_is(enabled=True)
        await Visitors(house.store, encode=encode).add_visitor(
            Visitor(
                id=self.visitor,
                tenant_id=house.tenant_id,
                site_key=self.key,
                token_sha256=self.visitor,
                language="tr",
                created_at=house.clock.now(),
            )
        )
        self.first = await house.hire("First")
        item = await self.wrote("hello", by=self.first)
        self.person = item.person_id
        await self.close(self.first, item.interaction_id)
        return self

    async def site_is(self, *, enabled: bool) -> None:
        await Sites(self.house.store, encode=encode).put_site(
            Site(
                key=self.key,
                tenant_id=self.house.tenant_id,
                queue_id=self.house.queue.id,
                title="Shop",
                origins=(),
                setup=SiteSetup(enabled=enabled),
            )
        )

    async def wrote(self, text: str, *, by: Agent | None = None) -> Any:
        """The visitor writes; `by` takes the work."""
        item = await self.house.came(self.visitor, text, account=self.account)
        if by is None:
            return item
        (offer,) = await self.house.offer(item, by)
        return await self.house.work.accept(self.house.as_(by), offer.id)

    async def close(self, agent: Agent, interaction_id: Any) -> None:
        await self.house.work.close(self.house.as_(agent), interaction_id, Disposition(code="resolved"))

    async def start(self, who: Principal, **changes: Any) -> Started:
        wanted = {
            "queue_id": self.house.queue.id,
            "channel": "webchat",
            "address": self.visitor,
            "text": "Your parcel has come",
            "hold_s": 5.0,
            "key": None,
            **changes,
        }
        words = FirstWords(**{name: wanted.pop(name) for name in ("queue_id", "text", "hold_s")})
        return await self.starting.start(who, self.person, words, **wanted)

    async def touches(self, interaction_id: Any) -> list[tuple[str, str]]:
        return [
            (r[0], r[1])
            for r in await self.house.rows(
                "SELECT direction, text FROM touches WHERE interaction_id = $1 ORDER BY seq", interaction_id
            )
        ]
