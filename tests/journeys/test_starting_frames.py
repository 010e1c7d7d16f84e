"""Writing to a client first: the desk shows it at once, the visitor hears it, and it is one conversation."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Visitor
from tests.journeys.shift import Shift, on_shift
from tests.live_desk import Window

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def shift(tmp_path: Path) -> AsyncIterator[Shift]:
    async with on_shift(tmp_path) as shift:
        yield shift


async def _served(shift: Shift, window: Window) -> tuple[Visitor, str, str]:
    """A visitor who was served once, and whose conversation is over: the visitor, the person, the interaction."""
    visitor, interaction_id = await shift.given(window)
    person_id = (await window.works_on(interaction_id))["person"]["id"]
    work_item_id = (await window.works_on(interaction_id))["work_item_id"]
    await window.agent.close(interaction_id)
    await visitor.heard("closed")
    await window.agent.post(f"/api/v1/work/{work_item_id}/complete", {})
    await window.until(lambda: not (window.desk or {"work": [1]})["work"])
    return visitor, person_id, interaction_id


async def _way(window: Window, person_id: str) -> Any:
    ways = (await window.agent.get(f"/api/v1/persons/{person_id}/ways"))["items"]
    return next(way for way in ways if way["kind"] == "webchat")


async def _body(window: Window, way: Any, text: str, **changes: Any) -> dict[str, Any]:
    assert window.desk is not None
    return {
        "queue_id": window.desk["queues"][0]["id"],
        "channel": way["channel"],
        "address": way["address"],
        "text": text,
        **changes,
    }


async def test_who_writes_first_has_it_on_the_desk_and_the_visitor_answers_into_it(shift: Shift) -> None:
    anna, boris = await shift.person("anna", "available"), await shift.person("boris")
    visitor, person_id, before = await _served(shift, anna)
    way = await _way(anna, person_id)
    assert (way["closed"], way["continues"]) == ("", False)
    path = f"/api/v1/persons/{person_id}/interactions"
    body = await _body(anna, way, "Your kettle is here", hold_s=0.5)
    begun = await anna.agent.post(path, body)
    assert begun["continued"] is False
    interaction_id = begun["interaction_id"]
    assert interaction_id != before
    row = await anna.works_on(interaction_id)
    assert (row["state"], row["person"]["id"]) == ("assigned", person_id)
    await shift.all_agree()
    assert (await visitor.heard("agent"))["name"] == "Anna"
    assert (await visitor.heard("message"))["text"] == "Your kettle is here"
    await anna.until(lambda: not (anna.desk or {"planned": [1]})["planned"])
    await shift.all_agree()

    refused = await boris.agent.ask("POST", path, body)
    assert (refused.status, refused.body["code"]) == (409, "colleague_has_it")
    await visitor.say("Thank you!")
    await anna.until(lambda: (anna.desk or {})["work"][0]["unread"] == 1)
    assert [w["interaction_id"] for w in (anna.desk or {})["work"]] == [interaction_id]
    await shift.all_agree()
    again = await anna.agent.post(path, await _body(anna, way, "With pleasure"))
    assert (again["continued"], again["interaction_id"]) == (True, interaction_id)
    assert (await visitor.heard("message"))["text"] == "With pleasure"
    await anna.until(lambda: not (anna.desk or {"planned": [1]})["planned"])
    await shift.all_agree()


async def test_the_same_request_again_is_the_same_beginning(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    _, person_id, _ = await _served(shift, anna)
    body = await _body(anna, await _way(anna, person_id), "Your kettle is here")
    path = f"/api/v1/persons/{person_id}/interactions"
    first = await anna.agent.ask("POST", path, body, key="the-same")
    second = await anna.agent.ask("POST", path, body, key="the-same")
    assert (first.status, second.status) == (201, 201)
    assert first.body["interaction_id"] == second.body["interaction_id"]
    assert first.body["planned"]["id"] == second.body["planned"]["id"]


async def test_a_visitor_who_was_away_finds_it_on_return(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, person_id, _ = await _served(shift, anna)
    token = visitor.session
    await visitor.close()
    way = await _way(anna, person_id)
    begun = await anna.agent.post(
        f"/api/v1/persons/{person_id}/interactions", await _body(anna, way, "Are you there?")
    )
    await anna.until(lambda: not (anna.desk or {"planned": [1]})["planned"])
    back = await Visitor.come(shift.url, session=token)
    shift.stack.push_async_callback(back.close)
    hello = back.greeting
    assert (hello["open"], hello["agent"]) == (True, "Anna")
    said = [m["text"] for m in hello["history"] if m["from"] == "agent"]
    if "Are you there?" not in said:
        assert (await back.heard("message"))["text"] == "Are you there?"
    await back.say("Yes!")
    await anna.until(lambda: (row_of(anna, begun["interaction_id"]) or {}).get("unread") == 1)


def row_of(window: Window, interaction_id: str) -> Any:
    """The row of that conversation, if it is there."""
    rows = (window.desk or {"work": []})["work"]
    return next((row for row in rows if row["interaction_id"] == interaction_id), None)
