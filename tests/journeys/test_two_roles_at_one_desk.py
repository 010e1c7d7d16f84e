"""Who supervises one queue and serves another supervises nothing in the other: not by the API, not by the socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clients import Agent
from tests.journeys.shift import Shift, on_shift
from tests.live_desk import Window

pytestmark = pytest.mark.timeout(120)

_FIRST, _PASSWORD = "a first word for lena", "lena's own long word"


@pytest.fixture
async def shift(tmp_path: Path) -> AsyncIterator[Shift]:
    async with on_shift(tmp_path) as shift:
        yield shift


async def lena_at_her_desk(shift: Shift) -> Window:
    """She supervises `sales` and serves `support`."""
    async with Agent(shift.url, "admin") as admin:
        queues = {q["name"]: q["id"] for q in (await admin.get("/api/v1/queues"))["items"]}
        teams = [
            {"role": "supervisor", "queue_ids": [queues["sales"]]},
            {"role": "agent", "queue_ids": [queues["support"]]},
        ]
        await admin.post(
            "/api/v1/users", {"login": "lena", "name": "Lena", "teams": teams, "password": _FIRST}
        )
    async with Agent(shift.url, "lena", _FIRST) as lena:
        await lena.ask("POST", "/api/v1/me/password", {"old": _FIRST, "password": _PASSWORD})
    agent = await shift.stack.enter_async_context(Agent(shift.url, "lena", _PASSWORD))
    return await shift.stack.enter_async_context(Window(agent))


async def test_the_floor_she_watches_is_of_the_queue_she_supervises(shift: Shift) -> None:
    lena = await lena_at_her_desk(shift)
    await lena.send({"kind": "watch_floor", "on": True})
    floor = (await lena.heard("floor_snapshot"))["floor"]
    board = await lena.agent.get("/api/v1/wallboard")
    assert [q["name"] for q in floor["queues"]] == [q["name"] for q in board["queues"]] == ["sales"]


async def test_she_looks_into_no_conversation_of_the_queue_she_only_serves(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    lena = await lena_at_her_desk(shift)
    assert (await lena.agent.ask("GET", f"/api/v1/interactions/{interaction_id}")).status == 404
    await lena.send({"kind": "viewing", "interaction_id": interaction_id, "person_id": None})
    await lena.send({"kind": "ping"})
    await lena.heard("tick")
    await visitor.say("my card number is a secret")
    await anna.until(lambda: any("secret" in str(f) for f in anna.frames if f["kind"] == "touch_added"))
    await lena.send({"kind": "ping"})
    await lena.heard("tick")
    assert not [f for f in (*anna.frames, *lena.frames) if f["kind"] == "viewers_changed"]
    assert not [f for f in lena.frames if f["kind"] == "touch_added"]


async def test_a_queue_she_serves_no_more_is_gone_from_her_desk_and_from_what_she_may_read(
    shift: Shift,
) -> None:
    lena = await lena_at_her_desk(shift)
    assert lena.desk is not None
    assert [q["name"] for q in lena.desk["queues"]] == ["sales", "support"]
    async with Agent(shift.url, "admin") as admin:
        queues = {q["name"]: q["id"] for q in (await admin.get("/api/v1/queues"))["items"]}
        cell = {
            "agent_id": lena.agent.me["id"],
            "what": "queue",
            "key": queues["support"],
            "before": 1,
            "after": 0,
        }
        await admin.post("/api/v1/floor/staffing", {"changes": [cell]})
    await lena.until(lambda: [q["name"] for q in (lena.desk or {})["queues"]] == ["sales"])
    assert [q["name"] for q in (await lena.agent.get("/api/v1/queues"))["items"]] == ["sales"]
