"""A supervisor's floor over the agent's socket, and what they do on it, in a whole hub."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest

from tests.clients import Frame
from tests.journeys.shift import Shift, on_shift
from tests.live_desk import Window
from tests.live_floor import Board, floor_is_as_a_new_one, floor_of, floor_until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def shift(tmp_path: Path) -> AsyncIterator[Shift]:
    async with on_shift(tmp_path) as shift:
        yield shift


async def watching(shift: Shift, login: str = "sofia") -> Window:
    """Somebody who looks at the floor."""
    window = await shift.person(login)
    await window.send({"kind": "watch_floor", "on": True})
    await window.heard("floor_snapshot")
    return window


def row(floor: Board, name: str = "support") -> Frame:
    found: Frame = next(q for q in floor["queues"] if q["name"] == name)
    return found


def consults_heard(window: Window) -> list[Frame]:
    return [f for f in window.frames if f["kind"] == "consult_changed"]


async def as_the_api_says(window: Window, floor: Board) -> None:
    """The wallboard of the API, computed from the store, has the same figures."""
    board = await window.agent.get("/api/v1/wallboard")
    names = (
        "id",
        "waiting",
        "oldest_at",
        "staffed",
        "available",
        "offered",
        "answered",
        "abandoned",
        "service_level",
    )
    assert [{n: q[n] for n in names} for q in board["queues"]] == [
        {n: q[n] for n in names} for q in floor["queues"]
    ]
    for ours, theirs in zip(floor["queues"], board["queues"], strict=True):
        for name in ("asa_s", "aht_s"):
            assert ours[name] == (
                theirs[name] if theirs[name] is None else pytest.approx(theirs[name], abs=0.002)
            )
    stands = {a["id"]: (a["state"], a["load"], a["since"]) for a in board["agents"]}
    assert {a["id"]: (a["state"], a["load"], a["since"]) for a in floor["agents"]} == stands


async def test_the_floor_by_frames_is_the_floor_of_a_new_window_and_of_the_store(shift: Shift) -> None:
    sofia, anna = await watching(shift), await shift.person("anna")
    waits = await shift.visitor()
    await waits.say("hello")
    floor = await floor_until(sofia, lambda f: row(f)["waiting"] == 1)
    assert (row(floor)["available"], row(floor)["oldest_at"] is not None) == (0, True)
    await as_the_api_says(sofia, await floor_is_as_a_new_one(sofia))

    await anna.agent.be("available")
    offer = await anna.offered()
    await floor_until(sofia, lambda f: any(a["state"] == "reserved" for a in f["agents"]))
    await anna.agent.accept(offer["reservation_id"])
    interaction_id = offer["work_item"]["interaction_id"]
    await floor_until(sofia, lambda f: row(f)["answered"] == 1)
    leaves = await shift.visitor()
    await anna.agent.be("paused", "lunch")
    await leaves.say("I will not wait")
    await floor_until(sofia, lambda f: row(f)["waiting"] == 1)
    await leaves.send({"t": "leave"})
    await floor_until(sofia, lambda f: row(f)["abandoned"] == 1)
    await anna.agent.post(f"/api/v1/interactions/{interaction_id}/close", {"disposition": "resolved"})
    work = anna.desk["work"][0]["work_item_id"] if anna.desk else ""
    await anna.agent.post(f"/api/v1/work/{work}/complete")
    floor = await floor_until(sofia, lambda f: row(f)["aht_s"] is not None)
    floor = await floor_is_as_a_new_one(sofia)
    await as_the_api_says(sofia, floor)
    assert sum(q["offered"] for q in floor["quarters"] if q["queue_id"] == row(floor)["id"]) == 2
    assert [a["pause_reason"] for a in floor["agents"] if a["name"] == "Anna"] == ["lunch"]


async def test_a_manager_sees_the_floor_and_an_agent_does_not(shift: Shift) -> None:
    maria = await watching(shift, "maria")
    anna = await shift.person("anna")
    await anna.send({"kind": "watch_floor", "on": True})
    await (await shift.visitor()).say("hello")
    await floor_until(maria, lambda f: row(f)["waiting"] == 1)
    await anna.heard("queues_changed")
    assert not [f for f in anna.frames if f["kind"].startswith("floor")]
    await maria.send({"kind": "watch_floor", "on": False})
    await maria.heard("tick")
    heard = len(maria.frames)
    await (await shift.visitor()).say("hello")
    await anna.until(lambda: bool(anna.desk and sum(q["waiting"] for q in anna.desk["queues"]) == 2))
    assert not [f for f in maria.frames[heard:] if f["kind"].startswith("floor")]


async def test_many_things_in_a_second_are_two_frames_and_only_what_changed(shift: Shift) -> None:
    sofia = await watching(shift)
    began, visitors = monotonic(), [await shift.visitor() for _ in range(12)]
    for visitor in visitors:
        await visitor.say("hello")
        await asyncio.sleep(0.1)
    await floor_until(sofia, lambda f: row(f)["waiting"] == 12)
    took_s = monotonic() - began
    changed = [f for f in sofia.frames if f["kind"] == "floor_changed"]
    assert len(changed) <= 2 * took_s + 2
    assert [b["revision"] - a["revision"] for a, b in pairwise(changed)] == [1] * (len(changed) - 1)
    with_queues = [f for f in changed if f["queues"]]
    assert {q["name"] for f in with_queues for q in f["queues"]} <= {"support", "sales"}
    assert with_queues[-1]["agents"] == []


async def test_what_a_supervisor_does_is_seen_at_every_desk(shift: Shift) -> None:
    sofia, anna = await watching(shift), await shift.person("anna")
    boris = await shift.person("boris", "available")
    await boris.agent.be("paused", "meeting")
    await anna.agent.be("available")
    _, interaction_id = await shift.given(anna)
    at = f"/api/v1/supervise/interactions/{interaction_id}"
    agents = {a["name"]: a["id"] for a in (floor_of(sofia) or {})["agents"]}

    refused = await sofia.agent.ask("POST", f"{at}/reassign", {"agent_id": agents["Boris"]})
    assert (refused.status, refused.body["code"]) == (409, "agent_paused")
    await sofia.agent.post(
        f"{at}/reassign", {"agent_id": agents["Boris"], "override": True, "note": "he knows"}
    )
    await boris.works_on(interaction_id)
    removed = await anna.heard("work_removed")
    assert removed["reason"] == "reassigned"
    given = await boris.heard("notice_added")
    assert (given["notice"]["kind"], given["notice"]["by"], given["notice"]["text"]) == (
        "given",
        "Sofia",
        "he knows",
    )
    taken = await anna.heard("notice_added")
    assert (taken["notice"]["kind"], taken["notice"]["detail"]) == ("taken", "Boris")
    await shift.all_agree()

    await sofia.agent.post(f"{at}/take-over")
    await sofia.works_on(interaction_id)
    await sofia.agent.post(
        f"/api/v1/interactions/{interaction_id}/touches", {"channel": "webchat", "text": "It is me"}
    )
    await shift.all_agree()
    await sofia.agent.post(f"{at}/return", {"reason": "anna is back"})
    await anna.offered()
    await shift.all_agree()

    her = f"/api/v1/supervise/agents/{agents['Anna']}"
    await sofia.agent.post(f"{her}/state", {"state": "paused", "reason": "training"})
    await anna.heard("notice_added")
    await sofia.agent.post(f"{her}/messages", {"text": "call me"})
    await anna.until(lambda: bool(anna.desk and len(anna.desk["notices"]) == 3))
    assert anna.desk is not None
    for notice in list(anna.desk["notices"]):
        await anna.agent.post(f"/api/v1/notices/{notice['id']}/read")
    await anna.until(lambda: bool(anna.desk and not anna.desk["notices"]))
    await shift.all_agree()
    await floor_is_as_a_new_one(sofia)


async def test_waiting_work_is_moved_and_pulled_out_and_the_client_is_told(shift: Shift) -> None:
    sofia, anna = await watching(shift), await shift.person("anna")
    first, second = await shift.visitor(), await shift.visitor()
    await first.say("first")
    await second.say("second")
    await anna.until(lambda: bool(anna.desk and len(anna.desk["waiting"]) == 2))
    work = (await sofia.agent.get("/api/v1/floor/work"))["items"]
    assert [(w["place"], w["state"]) for w in work] == [(1, "queued"), (2, "queued")]
    await sofia.agent.post(
        f"/api/v1/supervise/interactions/{work[1]['interaction_id']}/prioritise",
        {"first": True, "reason": "vip"},
    )
    moved = (await sofia.agent.get("/api/v1/floor/work?state=waiting"))["items"]
    assert [w["work_item_id"] for w in moved] == [work[1]["work_item_id"], work[0]["work_item_id"]]
    await sofia.agent.post(
        f"/api/v1/supervise/interactions/{work[0]['interaction_id']}/pull-out", {"reason": "spam"}
    )
    await first.heard("closed")
    floor = await floor_until(sofia, lambda f: row(f)["waiting"] == 1)
    assert row(floor)["abandoned"] == 0
    await shift.all_agree()
    await floor_is_as_a_new_one(sofia)


async def test_an_alarm_is_raised_seen_by_all_acknowledged_and_in_the_history(shift: Shift) -> None:
    sofia, maria = await watching(shift), await watching(shift, "maria")
    queue_id = row(floor_of(sofia) or {})["id"]
    at = f"/api/v1/supervise/queues/{queue_id}/alarm-rules"
    rules = await sofia.agent.ask("PUT", at, {"waiting_over": 0, "nobody_available": True})
    assert rules.body["version"] == 1
    late = await sofia.agent.ask("PUT", at, {"waiting_over": 5})
    assert (late.status, late.body["code"]) == (409, "changed_meanwhile")
    visitor = await shift.visitor()
    await visitor.say("hello")
    floor: Board = {}
    for window in (sofia, maria):
        floor = await floor_until(window, lambda f: len(f["alarms"]) == 2)
        assert {a["kind"] for a in floor["alarms"]} == {"waiting", "nobody"}
    alarm = floor["alarms"][0]["id"]
    assert (await maria.agent.ask("POST", f"/api/v1/supervise/alarms/{alarm}/ack")).status == 403
    await sofia.agent.post(f"/api/v1/supervise/alarms/{alarm}/ack")
    await floor_until(maria, lambda f: any(a["acked_by"] == "Sofia" for a in f["alarms"]))
    history = await maria.agent.get("/api/v1/floor/alarms")
    assert [a["id"] for a in history["items"]][-1] == alarm or len(history["items"]) == 2
    await floor_is_as_a_new_one(sofia)


async def test_work_handed_to_an_agent_is_offered_to_them_and_else_waits(shift: Shift) -> None:
    anna, boris = await shift.person("anna", "available"), await shift.person("boris")
    _, interaction_id = await shift.given(anna)
    at = f"/api/v1/interactions/{interaction_id}/transfer-to-agent"
    people = {c["name"]: c for c in (await anna.agent.get("/api/v1/handing/agents"))["items"]}
    assert (people["Boris"]["is_there"], "Anna" in people) == (False, False)
    away = await anna.agent.ask("POST", at, {"agent_id": people["Boris"]["id"], "note": "yours"})
    assert (away.status, away.body["code"]) == (409, "agent_away")
    await boris.agent.be("available")
    await anna.agent.be("paused", "lunch")
    await anna.agent.post(at, {"agent_id": people["Boris"]["id"], "note": "he knows the order"})
    offer = await boris.offered()
    assert (offer["why"]["reason"], offer["why"]["by"]) == ("handed_over", "Anna")
    await anna.heard("work_removed", reason="transferred")
    await shift.all_agree()
    await boris.agent.post(f"/api/v1/reservations/{offer['reservation_id']}/decline", {"reason": "busy"})
    await boris.until(
        lambda: (
            any(f["kind"] == "reservation_offered" for f in boris.frames[-6:])
            or bool(boris.desk and boris.desk["waiting"])
        )
    )
    await shift.all_agree()


async def test_a_colleague_is_asked_sees_it_answers_with_a_note_and_becomes_the_owner(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    boris = await shift.person("boris", "available")
    at = f"/api/v1/interactions/{interaction_id}"
    assert (await boris.agent.ask("GET", at)).status == 404
    boris_id = (await anna.agent.get("/api/v1/handing/agents"))["items"][0]["id"]
    await anna.agent.post(f"{at}/consults", {"agent_id": boris_id, "question": "May I refund this?"})
    asked = await boris.heard("consult_changed")
    assert (asked["consult"]["question"], asked["consult"]["asked_by"]["name"]) == (
        "May I refund this?",
        "Anna",
    )
    assert (await boris.agent.ask("GET", f"{at}/touches")).status == 200
    await visitor.say("are you there?")
    await boris.heard("touch_added")
    await boris.agent.post(f"{at}/notes", {"text": "Yes, up to 50."})
    await anna.until(
        lambda: any(f["kind"] == "touch_added" and "up to 50" in f["touch"]["text"] for f in anna.frames)
    )
    assert (
        await boris.agent.ask("POST", f"{at}/touches", {"channel": "webchat", "text": "hi"})
    ).status == 404
    await shift.all_agree()
    consult = asked["consult"]["id"]
    await anna.agent.post(f"/api/v1/consults/{consult}/hand-over")
    await boris.works_on(interaction_id)
    await anna.heard("work_removed", reason="consulted")
    await boris.until(lambda: consults_heard(boris)[-1]["consult"]["reason"] == "handed_over")
    await shift.all_agree()


async def test_a_consult_that_ended_shows_nothing_more(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    _, interaction_id = await shift.given(anna)
    boris = await shift.person("boris", "available")
    boris_id = (await anna.agent.get("/api/v1/handing/agents"))["items"][0]["id"]
    at = f"/api/v1/interactions/{interaction_id}"
    await anna.agent.post(f"{at}/consults", {"agent_id": boris_id, "question": "?"})
    asked = await boris.heard("consult_changed")
    await boris.agent.post(f"/api/v1/consults/{asked['consult']['id']}/end")
    await anna.until(lambda: consults_heard(anna)[-1]["consult"]["reason"] == "left")
    assert (await boris.agent.ask("GET", f"{at}/touches")).status == 404
    await shift.all_agree()
