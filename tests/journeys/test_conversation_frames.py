"""Old snapshot + frames = new snapshot for plans, drafts, mentions, snoozes, and who looks on."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.clients import Frame
from tests.hubs import Floor
from tests.journeys.shift import Shift, on_shift
from tests.live_desk import Window

pytestmark = pytest.mark.timeout(180)

WAIT = timedelta(seconds=1)


@pytest.fixture
async def shift(tmp_path: Path) -> AsyncIterator[Shift]:
    async with on_shift(tmp_path) as shift:
        yield shift


async def test_a_reply_that_is_held_undone_and_held_again(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    planned = f"/api/v1/interactions/{interaction_id}/planned"
    first = await anna.agent.post(planned, {"channel": "webchat", "text": "one moment", "hold_s": 60})
    await anna.heard("planned_changed")
    await shift.all_agree()
    undone = await anna.agent.ask("DELETE", f"{planned}/{first['id']}")
    assert (undone.status, undone.body["text"]) == (200, "one moment")
    await anna.heard("planned_changed", planned=_over(first, "undone"))
    await shift.all_agree()

    await anna.agent.post(planned, {"channel": "webchat", "text": "one second", "hold_s": 0.2})
    sent = await visitor.heard("message")
    assert sent["text"] == "one second"
    await anna.until(lambda: not (anna.desk or {"planned": [1]})["planned"])
    await shift.all_agree()


async def test_a_reply_for_later_that_the_client_makes_pointless(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    planned = f"/api/v1/interactions/{interaction_id}/planned"
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    plan = await anna.agent.post(
        planned,
        {"channel": "webchat", "text": "any news?", "send_at": tomorrow, "unless_client_writes": True},
    )
    await anna.until(lambda: bool(_desk(anna)["planned"]))
    await shift.all_agree()
    await visitor.say("here is the news")
    await anna.until(lambda: not _desk(anna)["planned"])
    over = [f["planned"] for f in anna.frames if f["kind"] == "planned_changed"][-1]
    assert (over["id"], over["state"], over["reason"]) == (plan["id"], "cancelled", "client_wrote")
    await shift.all_agree()


async def test_a_mention_and_its_reading(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    boris = await shift.person("boris")
    _, interaction_id = await shift.given(anna)
    people = {p["name"]: p["id"] for p in (await anna.agent.get("/api/v1/colleagues"))["items"]}
    assert "Anna" not in people
    note = await anna.agent.post(
        f"/api/v1/interactions/{interaction_id}/notes",
        {"text": "@Boris do you know him?", "mentions": [people["Boris"]]},
    )
    mention = (await boris.heard("mentioned"))["mention"]
    assert (mention["touch_id"], mention["author"]) == (note["id"], "Anna")
    await shift.all_agree()
    assert (await boris.agent.ask("GET", f"/api/v1/interactions/{interaction_id}")).status == 200
    await boris.agent.post("/api/v1/agents/me/mentions/read", {"touch_ids": [note["id"]]})
    await boris.heard("mentions_read")
    await shift.all_agree()
    assert _desk(boris)["mentions"] == []


async def test_work_laid_aside_that_returns_at_its_time_and_when_the_client_writes(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    snooze = f"/api/v1/interactions/{interaction_id}/snooze"
    await anna.agent.post(snooze, {"until": _in(timedelta(days=1)), "reason": "waits for the warehouse"})
    await anna.heard("snooze_changed", interaction_id=interaction_id)
    await anna.heard("work_removed", reason="snoozed")
    await shift.all_agree()
    assert (len(_desk(anna)["snoozed"]), _desk(anna)["me"]["load"]) == (1, 0)
    await visitor.say("it has come")
    offer = await anna.offered()
    assert offer["work_item"]["interaction_id"] == interaction_id
    await shift.all_agree()
    assert _desk(anna)["snoozed"] == []
    await anna.agent.accept(offer["reservation_id"])
    await anna.works_on(interaction_id)

    await anna.agent.post(snooze, {"until": _in(WAIT)})
    await anna.until(lambda: not _desk(anna)["work"])
    offer = await anna.offered()
    await shift.all_agree()
    await anna.agent.accept(offer["reservation_id"])
    await anna.works_on(interaction_id)

    await anna.agent.post(snooze, {"until": _in(timedelta(days=1))})
    await anna.until(lambda: not _desk(anna)["work"])
    await anna.agent.post(f"/api/v1/interactions/{interaction_id}/wake")
    await anna.works_on(interaction_id)
    await shift.all_agree()


async def test_who_looks_on_hears_what_passes_and_whoever_types_too_is_shown(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    sofia = await shift.person("sofia")
    visitor, interaction_id = await shift.given(anna)
    for window in (anna, sofia):
        await window.send({"kind": "viewing", "interaction_id": interaction_id})
    await anna.until(lambda: _names(anna, interaction_id) == ["Anna", "Sofia"])
    await sofia.until(lambda: _names(sofia, interaction_id) == ["Anna", "Sofia"])
    await visitor.say("is anybody there?")
    await sofia.heard("touch_added")
    await sofia.send({"kind": "typing", "interaction_id": interaction_id, "typing": True})
    await anna.until(lambda: _desk(anna)["colleagues"].get(interaction_id) == "Sofia")
    await sofia.send({"kind": "viewing", "interaction_id": None})
    await anna.until(lambda: _names(anna, interaction_id) == ["Anna"])
    await shift.all_agree()


async def test_nobody_looks_at_what_they_may_not_read(tmp_path: Path) -> None:
    async with on_shift(tmp_path, Floor(agents=("anna", "boris"), offer_s=60)) as shift:
        anna = await shift.person("anna", "available")
        boris = await shift.person("boris")
        visitor, interaction_id = await shift.given(anna)
        await anna.send({"kind": "viewing", "interaction_id": interaction_id})
        await boris.send({"kind": "viewing", "interaction_id": interaction_id})
        await anna.until(lambda: bool(_names(anna, interaction_id)))
        await visitor.say("a secret")
        await anna.heard("touch_added")
        assert _names(anna, interaction_id) == ["Anna"]
        assert not [f for f in boris.frames if f["kind"] in {"touch_added", "viewers_changed"}]
        await shift.all_agree()


async def test_a_draft_follows_to_the_other_window_and_goes_when_it_is_sent(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    _, interaction_id = await shift.given(anna)
    drafts = f"/api/v1/interactions/{interaction_id}/drafts"
    async with Window(anna.agent) as other:
        body = {"kind": "reply", "channel": "webchat", "text": "it left", "window": "one", "version": 0}
        kept = await anna.agent.ask("PUT", drafts, body)
        assert (kept.body["draft"]["version"], kept.body["replaced_other"]) == (1, False)
        heard = await other.heard("draft_changed")
        assert heard["draft"]["text"] == "it left"
        again = await anna.agent.ask("PUT", drafts, {**body, "text": "no", "window": "two"})
        assert again.body["replaced_other"]
        assert [d["text"] for d in (await anna.agent.get(drafts))["items"]] == ["no"]
        letter = {"subject": "Abo", "cc": [{"address": "boss@exa"}], "html": "<p>no"}
        await anna.agent.ask("PUT", drafts, {**body, "channel": "email", "text": "", "letter": letter})
        await other.until(lambda: any((d["letter"] or {}).get("subject") == "Abo" for d in _drafts(other)))
        await anna.agent.reply(interaction_id, "it left yesterday")
        await other.until(lambda: other.frames[-1]["kind"] == "draft_changed" or _drafted(other) == "")
        assert (await anna.agent.get(drafts))["items"] == []
        await shift.all_agree()


def _drafts(window: Window) -> list[dict[str, Any]]:
    return [f["draft"] for f in window.frames if f["kind"] == "draft_changed"]


def _drafted(window: Window) -> str:
    return str(_drafts(window)[-1]["text"])


def _desk(window: Window) -> dict[str, Any]:
    assert window.desk is not None
    return window.desk


def _names(window: Window, interaction_id: str) -> list[str]:
    return [viewer["name"] for viewer in _desk(window)["viewers"].get(interaction_id, [])]


def _over(plan: Frame, reason: str) -> Frame:
    return {**plan, "state": "cancelled", "reason": reason, "text": "", "attachments": [], "version": 2}


def _in(wait: timedelta) -> str:
    return (datetime.now(UTC) + wait).isoformat()
