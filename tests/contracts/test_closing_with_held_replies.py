"""Who closes a conversation sends what is held in it; a reply that is refused for good does not keep it open."""

from datetime import timedelta
from typing import Any

import pytest

from crm_store.talk import Talk
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.desk.later import Later, send_planned
from hub.domain.agent import Agent
from hub.domain.errors import Conflict, Forbidden, HubError, Invalid, NotFound, Unavailable
from hub.domain.interaction import Disposition, InteractionState
from hub.domain.planned import PlannedReply
from hub.domain.work import WorkItem
from tests.stores import House

SOLVED = Disposition(code="resolved")


class Desk:
    """Anna, with a chat in hand in which she plans replies."""

    def __init__(self, house: House, anna: Agent, item: WorkItem) -> None:
        self.house, self.anna, self.item = house, anna, item
        self.later = Later(Talk(house.store), house.clock, {WEBCHAT.name: WEBCHAT.limits})

    async def plan(
        self, text: str, key: str, *, item: WorkItem | None = None, later_by: timedelta | None = None
    ) -> PlannedReply:
        self.house.clock.advance(0.1)
        return await self.later.plan(
            self.house.as_(self.anna),
            (item or self.item).interaction_id,
            channel="webchat",
            text=text,
            files=(),
            hold_s=None if later_by else 5.0,
            send_at=self.house.clock.now() + later_by if later_by else None,
            unless_client_writes=False,
            key=key,
        )

    async def close(self) -> None:
        closed = await self.house.work.close(self.house.as_(self.anna), self.item.interaction_id, SOLVED)
        assert closed.state is InteractionState.CLOSED

    async def plans(self) -> dict[str, tuple[str, str]]:
        rows = await self.house.rows(
            "SELECT external_id, state, reason FROM planned_replies WHERE interaction_id = $1",
            self.item.interaction_id,
        )
        return {row[0].rpartition(":")[2]: (row[1], row[2]) for row in rows}

    async def sent(self) -> list[str]:
        rows = await self.house.rows(
            "SELECT text FROM touches WHERE interaction_id = $1 AND direction = 'outbound' ORDER BY seq",
            self.item.interaction_id,
        )
        return [row[0] for row in rows]


@pytest.fixture
async def desk(house: House) -> Desk:
    anna = await house.hire("Anna", chats=9)
    return Desk(house, anna, await house.given(anna))


def refusing(monkeypatch: pytest.MonkeyPatch, key: str, error: HubError) -> None:
    async def send(unit: Any, interaction: Any, item: Any, plan: PlannedReply, clock: Any) -> Any:
        if plan.external_id.endswith(f":{key}"):
            raise error
        return await send_planned(unit, interaction, item, plan, clock)

    monkeypatch.setattr("hub.desk.later.send_planned", send)


@pytest.mark.parametrize("error", [Invalid("no", code="bad_value"), Forbidden("no"), NotFound("no")])
async def test_a_held_reply_that_is_refused_for_good_fails_and_the_conversation_closes(
    desk: Desk, error: HubError, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("one", "bad", "two"):
        await desk.plan(key, key)
    await desk.plan("tomorrow", "later", later_by=timedelta(days=1))
    refusing(monkeypatch, "bad", error)
    await desk.close()
    assert await desk.plans() == {
        "one": ("sent", ""),
        "bad": ("failed", error.stable_code),
        "two": ("sent", ""),
        "later": ("cancelled", "closed"),
    }
    assert await desk.sent() == ["one", "two"]


async def test_a_store_that_cannot_now_leaves_everything_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.plan("one", "one")
    refusing(monkeypatch, "one", Unavailable("not now"))
    with pytest.raises(Unavailable):
        await desk.close()
    assert await desk.plans() == {"one": ("waiting", "")}
    monkeypatch.undo()
    await desk.close()
    assert await desk.sent() == ["one"]


async def test_what_was_said_under_the_same_key_already_is_not_said_again(desk: Desk) -> None:
    for key, text in (("same", "hello"), ("other", "good day")):
        await desk.house.work.reply(
            desk.house.as_(desk.anna), desk.item.interaction_id, channel="webchat", text="hello", key=key
        )
        await desk.plan(text, key)
    await desk.close()
    assert await desk.plans() == {"same": ("sent", ""), "other": ("failed", "key_used_otherwise")}
    assert await desk.sent() == ["hello", "hello"]


async def test_a_held_reply_that_only_the_store_refuses_fails_by_itself(desk: Desk) -> None:
    # what it would be stored under is taken: of that the store knows at the commit only
    for key in ("one", "bad", "two"):
        await desk.plan(key, key)
    other = await desk.house.given(desk.anna, "v2")
    async with desk.house.database.transaction() as wire:
        await wire.execute(
            "UPDATE touches SET external_id = $1 WHERE interaction_id = $2",
            f"desk:{desk.anna.id}:bad",
            other.interaction_id,
        )
    await desk.close()
    assert await desk.plans() == {"one": ("sent", ""), "bad": ("failed", "raced"), "two": ("sent", "")}
    assert await desk.sent() == ["one", "two"]


async def test_a_close_that_is_wrong_sends_nothing_that_is_held(desk: Desk) -> None:
    await desk.plan("one", "one")
    with pytest.raises(Invalid):
        await desk.house.work.close(
            desk.house.as_(desk.anna), desk.item.interaction_id, Disposition(code="no such")
        )
    boris = await desk.house.hire("Boris")
    with pytest.raises(NotFound):
        await desk.house.work.close(desk.house.as_(boris), desk.item.interaction_id, SOLVED)
    assert await desk.plans() == {"one": ("waiting", "")}
    await desk.close()
    with pytest.raises(Conflict):
        await desk.close()
    assert await desk.sent() == ["one"]
