"""Whatever a client does on three channels, and whichever nodes hear of it: one open interaction, and numbers that go
on in every thread."""

import asyncio
from collections import defaultdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.ids import IdentityId, PersonId
from hub.domain.person import Identity, IdentityKind, Person
from hub.domain.touch import InboundTouch, Sender
from hub.domain.work import WorkState
from hub.ids import new_id
from hub.steps import close_by_itself, end_pass
from tests.contracts.test_across_channels import MAIL, TELEGRAM
from tests.stores import House

CHANNELS: dict[str, tuple[IdentityKind, dict[str, Any]]] = {
    "webchat": (IdentityKind.WEBCHAT, {}),
    "telegram": (IdentityKind.TELEGRAM, TELEGRAM),
    "email": (IdentityKind.EMAIL, MAIL),
}
writing = st.lists(st.sampled_from(sorted(CHANNELS)), min_size=1, max_size=6)
history = st.lists(st.one_of(writing, st.sampled_from(["leave", "close", "wait"])), max_size=8)


class Client:
    """Somebody who is known on every channel by the same name."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.id = PersonId(new_id())
        self.name = f"client-{self.id}"
        self.newest: dict[str, int] = defaultdict(int)

    async def known(self) -> None:
        now, tenant_id = self.house.clock.now(), self.house.tenant_id
        async with self.house.store.unit(tenant_id) as unit:
            unit.add_person(Person(id=self.id, tenant_id=tenant_id, created_at=now), [])
            for kind, _ in CHANNELS.values():
                unit.add_identity(
                    Identity(
                        id=IdentityId(new_id()),
                        tenant_id=tenant_id,
                        person_id=self.id,
                        kind=kind,
                        value=self.name,
                        created_at=now,
                    )
                )

    def says(self, channel: str) -> InboundTouch:
        kind, changes = CHANNELS[channel]
        sender = Sender(kind=kind, value=self.name)
        return self.house.message("words", self.name, **{**changes, "sender": sender})

    async def writes(self, channels: list[str], *, nodes: int) -> None:
        """All at once, shared out among so many nodes; within a channel the order is theirs."""
        shares: list[list[str]] = [[] for _ in range(nodes)]
        for channel in channels:
            shares[sorted(CHANNELS).index(channel) % nodes].append(channel)
        made = [[self.says(channel) for channel in share] for share in shares]
        came = await asyncio.gather(*(self.house.receive(*touches) for touches in made if touches))
        for share, received in zip([s for s in shares if s], came, strict=True):
            for channel, one in zip(share, received, strict=True):
                assert one.seq > self.newest[channel], channel
                self.newest[channel] = one.seq
        assert len({one.interaction_id for received in came for one in received}) == 1

    async def opened(self) -> list[str]:
        rows = await self.house.rows(
            "SELECT id FROM interactions WHERE person_id = $1 AND state = 'open'", self.id
        )
        return [row[0] for row in rows]

    async def is_closed(self) -> None:
        for interaction_id in await self.opened():
            async with self.house.store.unit(self.house.tenant_id) as unit:
                interaction = (await unit.interactions([interaction_id]))[interaction_id]  # type: ignore[list-item,index]
                item = await unit.open_item(interaction.id)
                now = self.house.clock.now()
                if item is not None:
                    _, interaction = await end_pass(
                        unit, interaction, item, WorkState.CANCELLED, now, reason="test"
                    )
                await close_by_itself(unit, interaction, now)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=history, nodes=st.integers(1, 3))
async def test_one_client_has_one_open_interaction_and_numbers_that_go_on(
    house: House, steps: list[list[str] | str], nodes: int
) -> None:
    client = Client(house)
    await client.known()
    for step in steps:
        if isinstance(step, list):
            await client.writes(step, nodes=nodes)
            assert len(await client.opened()) == 1
        elif step == "leave":
            await house.left(client.name)
        elif step == "close":
            await client.is_closed()
        else:
            house.clock.advance(2 * 86_400)
        assert len(await client.opened()) <= 1
    seqs = [
        tuple(row)
        for row in await house.rows(
            "SELECT t.interaction_id, t.seq FROM touches t JOIN interactions i ON i.id = t.interaction_id"
            " WHERE i.person_id = $1",
            client.id,
        )
    ]
    assert len(set(seqs)) == len(seqs)
