"""What must hold for plans, drafts and snoozes in every store."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from crm_store.talk import Talk
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.desk.drafting import Drafting
from hub.desk.later import Later, send_planned
from hub.desk.snoozes import Snoozes
from hub.domain.agent import Agent
from hub.domain.drafts import DraftKind
from hub.domain.errors import Conflict, Forbidden, HubError, Invalid, NotFound, Unavailable
from hub.domain.planned import MOST_WAITING, PlannedReply
from hub.domain.work import WorkItem, WorkState
from tests.stores import House

MINUTE = timedelta(minutes=1)


async def _plan(
    house: House, later: Later, agent: Agent, item: WorkItem, key: str = "k", send_at: datetime | None = None
) -> PlannedReply:
    return await later.plan(
        house.as_(agent),
        item.interaction_id,
        channel="webchat",
        text="yes",
        files=(),
        hold_s=5.0,
        send_at=send_at,
        unless_client_writes=False,
        key=key,
    )


async def test_a_held_reply_becomes_one_touch_once_its_time_has_come(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    later = Later(Talk(house.store), house.clock, {WEBCHAT.name: WEBCHAT.limits})
    plan = await _plan(house, later, anna, item)
    assert (await _plan(house, later, anna, item)).id == plan.id
    assert await later.send_due(house.tenant_id) == 0
    house.clock.advance(6)
    assert await later.send_due(house.tenant_id) == 1
    assert await later.send_due(house.tenant_id) == 0
    rows = await house.rows(
        "SELECT text FROM touches WHERE interaction_id = $1 AND direction = 'outbound'", item.interaction_id
    )
    assert [row[0] for row in rows] == ["yes"]
    with pytest.raises(Conflict):
        await later.cancel(house.as_(anna), item.interaction_id, plan.id)


@pytest.mark.parametrize("error", [Invalid("no", code="bad_value"), Forbidden("no"), NotFound("no")])
async def test_a_reply_that_is_refused_for_good_fails_and_holds_no_other_up(
    house: House, error: HubError, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    later = Later(Talk(house.store), house.clock, {WEBCHAT.name: WEBCHAT.limits})
    bad = await _plan(house, later, anna, item, key="bad")
    house.clock.advance(0.1)
    good = await _plan(house, later, anna, item, key="good")
    house.clock.advance(6)
    tried = _refusing(monkeypatch, bad, error)
    assert await later.send_due(house.tenant_id) == 2
    assert await later.send_due(house.tenant_id) == 0
    assert tried == [bad.id, good.id]
    rows = await house.rows(
        "SELECT id, state, reason FROM planned_replies WHERE interaction_id = $1 ORDER BY send_at",
        item.interaction_id,
    )
    assert [tuple(row) for row in rows] == [(bad.id, "failed", error.stable_code), (good.id, "sent", "")]


async def test_a_reply_that_cannot_be_sent_now_rests_the_longer_the_oftener(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    later = Later(Talk(house.store), house.clock, {WEBCHAT.name: WEBCHAT.limits})
    plan = await _plan(house, later, anna, item)
    tried = _refusing(monkeypatch, plan, Unavailable("not now"))
    house.clock.advance(6)
    for _ in range(70):
        assert await later.send_due(house.tenant_id) == 0
        house.clock.advance(0.1)
    assert len(tried) == 3
    monkeypatch.undo()
    house.clock.advance(60)
    assert await later.send_due(house.tenant_id) == 1


def _refusing(monkeypatch: pytest.MonkeyPatch, bad: PlannedReply, error: HubError) -> list[str]:
    """The sending of `bad` is refused; which were tried."""
    tried: list[str] = []

    async def send(unit: Any, interaction: Any, item: Any, plan: PlannedReply, clock: Any) -> Any:
        tried.append(plan.id)
        if plan.id == bad.id:
            raise error
        return await send_planned(unit, interaction, item, plan, clock)

    monkeypatch.setattr("hub.desk.later.send_planned", send)
    return tried


async def test_an_undone_reply_is_never_sent_and_a_close_sends_what_is_held(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    later = Later(Talk(house.store), house.clock, {WEBCHAT.name: WEBCHAT.limits})
    plan = await _plan(house, later, anna, item)
    assert (await later.cancel(house.as_(anna), item.interaction_id, plan.id)).text == "yes"
    house.clock.advance(60)
    assert await later.send_due(house.tenant_id) == 0
    with pytest.raises(Invalid):
        await _plan(house, later, anna, item, key="past", send_at=house.clock.now() - MINUTE)


async def test_so_many_replies_wait_in_a_conversation_and_no_more(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    later = Later(Talk(house.store), house.clock, {WEBCHAT.name: WEBCHAT.limits})
    plans = [await _plan(house, later, anna, item, key=f"k{n}") for n in range(MOST_WAITING)]
    with pytest.raises(Conflict) as refused:
        await _plan(house, later, anna, item, key="one more")
    assert refused.value.stable_code == "too_many_planned"
    await later.cancel(house.as_(anna), item.interaction_id, plans[0].id)
    await _plan(house, later, anna, item, key="one more")


async def test_work_laid_aside_frees_its_agent_and_returns_to_them_first(house: House) -> None:
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    item = await house.given(anna)
    snoozes = Snoozes(Talk(house.store), house.clock)
    with pytest.raises(NotFound):
        await snoozes.snooze(house.as_(boris), item.interaction_id, house.clock.now() + MINUTE, "")
    await snoozes.snooze(house.as_(anna), item.interaction_id, house.clock.now() + MINUTE, "waits")
    assert (await house.item(item.id)).state is WorkState.COMPLETED
    assert await snoozes.wake_due(house.tenant_id) == 0
    house.clock.advance(61)
    assert await snoozes.wake_due(house.tenant_id) == 1
    again = await house.open_item(item.interaction_id)
    assert again is not None
    assert (again.state, again.preferred_agent_id) == (WorkState.QUEUED, anna.id)
    assert await house.count("snoozes") == 0


async def test_the_newest_draft_wins_and_an_empty_one_is_none(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    talk = Talk(house.store)
    drafting = Drafting(talk, talk, house.clock)

    async def keep(text: str, window: str, version: int) -> bool:
        _, replaced = await drafting.keep(
            house.as_(anna),
            item.interaction_id,
            DraftKind.REPLY,
            channel="webchat",
            text=text,
            files=(),
            mentions=(),
            window=window,
            version=version,
        )
        return replaced

    assert not await keep("one", "a", 0)
    assert await keep("two", "b", 0)
    assert [d.text for d in await talk.drafts(house.as_(anna), item.interaction_id)] == ["two"]
    await keep("", "b", 2)
    assert await talk.drafts(house.as_(anna), item.interaction_id) == ()
