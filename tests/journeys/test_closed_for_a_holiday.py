"""An administrator closes a queue for a holiday and a chat arrives: told at once, kept in line, answered after it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.settings import RoutingSettings
from tests.clients import Agent, Visitor
from tests.hubs import Floor
from tests.journeys.inside import hub_inside

EVERY_DAY = [[{"from_min": 0, "to_min": 1440}]] * 7
CLOSED = {"en": "We are closed for the holiday.", "ru": "У нас выходной."}


async def put(admin: Agent, path: str, body: Any) -> Any:
    answer = await admin.ask("PUT", f"/api/v1/floor/{path}", body)
    assert answer.status == 200, answer
    return answer.body


async def queue(admin: Agent, name: str) -> Any:
    return next(q for q in (await admin.get("/api/v1/floor/queues"))["items"] if q["name"] == name)


async def test_a_queue_closed_for_a_holiday_tells_the_client_and_offers_the_work_when_it_opens(
    tmp_path: Path,
) -> None:
    async with (
        hub_inside(tmp_path, Floor(agents=("anna",)), RoutingSettings()) as url,
        Agent(url, "admin") as admin,
        Agent(url, "anna") as anna,
    ):
        await anna.connect()
        await anna.be("available")
        calendar = {"name": "Shop", "zone": "UTC", "week": EVERY_DAY}
        hours = await admin.post("/api/v1/floor/calendars", calendar)
        support = await queue(admin, "support")
        rules = {
            "name": "support",
            "languages": support["languages"],
            "calendar_id": hours["id"],
            "when_closed": "answer",
            "closed_texts": CLOSED,
        }
        await put(admin, f"queues/{support['id']}", {"version": support["version"], "queue": rules})
        assert (await queue(admin, "support"))["is_open"]

        days = [{"on": datetime.now(UTC).date().isoformat(), "name": "Founders' day"}]
        shut = await put(
            admin, f"calendars/{hours['id']}", {"version": 1, "calendar": {**calendar, "days": days}}
        )
        assert (shut["is_open"], shut["queues"]) == (False, ["support"])
        closed = await queue(admin, "support")
        assert (closed["is_open"], closed["next_opening_at"] is None) == (False, False)

        visitor = await Visitor.come(url)
        await visitor.say("Is anybody there?")
        told = await visitor.heard("message", text=CLOSED["en"])
        assert told["seq"] > 0
        assert (await queue(admin, "support"))["waiting"] == 1

        await put(admin, f"calendars/{hours['id']}", {"version": 2, "calendar": calendar})
        offer = await anna.offered()
        assert offer["work_item"]["queue"] == "support"
        await visitor.close()


async def test_what_administrators_let_agents_choose_is_on_their_desks_at_once(tmp_path: Path) -> None:
    async with (
        hub_inside(tmp_path, Floor(agents=("anna",)), RoutingSettings()) as url,
        Agent(url, "admin") as admin,
        Agent(url, "anna") as anna,
    ):
        await anna.connect()
        pauses = await admin.get("/api/v1/floor/pauses")
        prayer = {"code": "prayer", "names": {"tr": "Namaz"}, "paid": True, "retired": False}
        await put(admin, "pauses", {"seen": pauses["revision"], "items": [prayer, *pauses["items"]]})
        frame = await anna.heard("house_changed")
        assert frame["pauses"][0] == prayer
        assert frame["pause_reasons"][0] == "prayer"
        assert [o["code"] for o in frame["dispositions"]] == ["resolved", "complaint"]
        assert (await anna.be("paused", "prayer"))["pause_reason"] == "prayer"


async def test_an_agent_is_offered_what_a_new_skill_lets_them_take_without_a_new_sign_in(
    tmp_path: Path,
) -> None:
    async with (
        hub_inside(tmp_path, Floor(agents=("anna",)), RoutingSettings()) as url,
        Agent(url, "admin") as admin,
        Agent(url, "anna") as anna,
    ):
        await anna.connect()
        await anna.be("available")
        support = await queue(admin, "support")
        rules = {"name": "support", "skills": {"law": 5}}
        await put(admin, f"queues/{support['id']}", {"version": support["version"], "queue": rules})
        visitor = await Visitor.come(url)
        await visitor.say("May I return it?")
        matrix = await admin.get("/api/v1/floor/staffing")
        assert matrix["skills"] == ["lang:en", "lang:ru", "lang:tr", "law"]
        change = {
            "agent_id": matrix["agents"][0]["id"],
            "what": "skill",
            "key": "law",
            "before": 0,
            "after": 7,
        }
        assert await anna.socket.quiet("reservation_offered", 1.5)
        await admin.post("/api/v1/floor/staffing", {"changes": [change]})
        offer = await anna.offered()
        assert offer["why"]["reason"] == "only_one"
        await visitor.close()
