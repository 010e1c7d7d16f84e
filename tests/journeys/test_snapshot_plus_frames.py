"""For every command: an older snapshot and the frames after it are the newer snapshot, on every desk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.settings import RoutingSettings
from tests.clients import Frame, Visitor
from tests.hubs import Floor
from tests.journeys.shift import Shift, on_shift
from tests.live_desk import Window

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def shift(tmp_path: Path) -> AsyncIterator[Shift]:
    async with on_shift(tmp_path) as shift:
        yield shift


# --- one's own state ---


async def test_a_change_of_state(shift: Shift) -> None:
    anna = await shift.person("anna")
    await shift.person("boris", "available")
    for state, reason in (("available", ""), ("paused", "lunch"), ("paused", "meeting"), ("offline", "")):
        await anna.agent.be(state, reason)
        await shift.all_agree()
        assert anna.desk is not None
        assert (anna.desk["me"]["wish"], anna.desk["me"]["pause_reason"]) == (state, reason)
    assert anna.desk is not None
    assert [q["staffed"] for q in anna.desk["queues"]] == [1, 1]


# --- offers ---


async def test_a_visitor_who_waits_while_nobody_is_there(shift: Shift) -> None:
    anna = await shift.person("anna")
    for n in range(3):
        await (await shift.visitor()).say(f"hello {n}")
    await shift.all_agree()
    assert anna.desk is not None
    assert [w["place"] for w in anna.desk["waiting"]] == [1, 2, 3]
    assert sorted(q["waiting"] for q in anna.desk["queues"]) == [0, 3]


async def test_an_offer_that_is_accepted(shift: Shift) -> None:
    anna, _ = await shift.person("anna", "available"), await shift.person("boris")
    await (await shift.visitor()).say("hello")
    offer = await anna.offered()
    await shift.all_agree()
    await anna.agent.accept(offer["reservation_id"])
    ended = await anna.heard("reservation_ended", reservation_id=offer["reservation_id"])
    assert ended["state"] == "accepted"
    await shift.all_agree()
    assert anna.desk is not None
    assert len(anna.desk["work"]) == 1


async def test_an_offer_that_is_declined_goes_to_the_next(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    await (await shift.visitor()).say("hello")
    offer = await anna.offered()
    boris = await shift.person("boris", "available")
    await anna.agent.post(f"/api/v1/reservations/{offer['reservation_id']}/decline", {"reason": "busy"})
    ended = await anna.heard("reservation_ended", reservation_id=offer["reservation_id"])
    assert (ended["state"], ended["reason"]) == ("declined", "busy")
    await shift.all_agree()
    assert anna.desk is not None
    assert boris.desk is not None
    assert len(anna.desk["offers"]) + len(boris.desk["offers"]) == 1


async def test_an_offer_that_expires_and_pauses_its_agent(tmp_path: Path) -> None:
    floor = Floor(agents=("anna", "boris"), offer_s=1, missed_limit=1)
    async with on_shift(tmp_path, floor) as shift:
        anna = await shift.person("anna", "available")
        await shift.person("boris")
        await (await shift.visitor()).say("hello")
        ended = await anna.heard("reservation_ended", state="expired")
        assert ended["reason"] == "no_answer"
        await shift.all_agree()
        assert anna.desk is not None
        assert (anna.desk["me"]["wish"], anna.desk["me"]["pause_reason"]) == ("paused", "missed_offers")


async def test_a_visitor_who_leaves_in_the_line_under_offer_and_in_conversation(shift: Shift) -> None:
    anna = await shift.person("anna")
    boris = await shift.person("boris")
    visitor = await shift.visitor()
    await visitor.say("hello")
    await shift.all_agree()
    await visitor.send({"t": "leave"})
    await visitor.heard("closed")
    await shift.all_agree()

    await anna.agent.be("available")
    await visitor.say("me again")
    offer = await anna.offered()
    await visitor.send({"t": "leave"})
    ended = await anna.heard("reservation_ended", reservation_id=offer["reservation_id"])
    assert (ended["state"], ended["reason"]) == ("withdrawn", "client_left")
    await shift.all_agree()

    visitor, interaction_id = await shift.given(anna)
    await visitor.send({"t": "leave"})
    assert (await anna.works_on(interaction_id))["unanswered_since"]
    left = await anna.heard("client_left", interaction_id=interaction_id)
    await shift.all_agree()
    assert (await anna.works_on(interaction_id))["unanswered_since"] is None
    timeline = await anna.agent.get(f"/api/v1/persons/{left['person_id']}/timeline")
    assert [e["agent"] for e in timeline["items"] if e["kind"] == "client_left"] == ["Anna"]
    assert await anna.works_on(interaction_id)
    assert boris.desk is not None
    assert boris.desk["work"] == []


# --- a conversation ---


async def test_messages_of_both_sides_and_what_becomes_of_a_reply(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    await visitor.say("are you there?")
    await visitor.say("y" * 300)
    await shift.all_agree()
    row = await anna.works_on(interaction_id)
    assert (row["unread"], len(row["last_touch"]["text"])) == (3, 140)

    reply = await anna.agent.reply(interaction_id, "good day")
    await anna.heard("delivery_changed", touch_id=reply["id"], delivery="sent")
    await shift.all_agree()
    row = await anna.works_on(interaction_id)
    assert (row["unanswered_since"], row["last_touch"]["direction"]) == (None, "outbound")
    await visitor.send({"t": "got", "seq": reply["seq"]})
    await anna.heard("delivery_changed", touch_id=reply["id"], delivery="delivered")
    await shift.all_agree()


async def test_what_was_read(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    ack = await visitor.say("one more")
    await anna.until(lambda: _unread(anna) == 2)
    await anna.agent.post(f"/api/v1/interactions/{interaction_id}/read", {"seq": ack["seq"]})
    anna.has_read(interaction_id, ack["seq"])
    await shift.all_agree()
    await visitor.say("and one more")
    await shift.all_agree()
    assert _unread(anna) == 1


async def test_a_note_before_and_after_the_close(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    _, interaction_id = await shift.given(anna)
    notes = f"/api/v1/interactions/{interaction_id}/notes"
    await anna.agent.post(notes, {"text": "a difficult one"})
    await anna.heard("touch_added")
    await shift.all_agree()
    await anna.agent.close(interaction_id)
    await anna.agent.post(notes, {"text": "not so difficult"})
    await shift.all_agree()


async def test_a_close_its_wrap_up_and_the_end_of_it(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    _, interaction_id = await shift.given(anna)
    await anna.agent.close(interaction_id)
    await anna.until(lambda: _row(anna, interaction_id)["state"] == "wrap_up")
    await shift.all_agree()
    row = await anna.works_on(interaction_id)
    assert row["ends_at"] is not None
    await anna.agent.post(f"/api/v1/work/{row['work_item_id']}/complete")
    await anna.heard("work_removed", work_item_id=row["work_item_id"], reason="done")
    await shift.all_agree()
    assert anna.desk is not None
    assert (anna.desk["work"], anna.desk["me"]["state"]) == ([], "available")


async def test_a_wrap_up_whose_time_is_up(tmp_path: Path) -> None:
    async with on_shift(tmp_path, Floor(agents=("anna", "boris"), offer_s=60, wrap_up_s=1)) as shift:
        anna = await shift.person("anna", "available")
        _, interaction_id = await shift.given(anna)
        await anna.agent.close(interaction_id)
        await anna.heard("work_removed", reason="time_up")
        await shift.all_agree()


async def test_a_client_who_comes_again_after_the_close(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    await anna.agent.close(interaction_id)
    await visitor.say("one more thing")
    offer = await anna.offered()
    await shift.all_agree()
    assert offer["work_item"]["interaction_id"] != interaction_id
    await anna.agent.accept(offer["reservation_id"])
    await shift.all_agree()
    assert anna.desk is not None
    assert len(anna.desk["work"]) == 2


async def test_work_handed_on_with_a_note(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    boris = await shift.person("boris", "available")
    await anna.agent.be("paused", "lunch")
    queues = (await anna.agent.get("/api/v1/queues"))["items"]
    sales = next(q["id"] for q in queues if q["name"] == "sales")
    await anna.agent.post(
        f"/api/v1/interactions/{interaction_id}/transfer", {"queue_id": sales, "note": "he wants to buy"}
    )
    offer = await boris.offered()
    await shift.all_agree()
    await boris.agent.accept(offer["reservation_id"])
    await visitor.say("who are you?")
    await boris.until(lambda: _row(boris, interaction_id)["unread"] == 2)
    await shift.all_agree()
    assert anna.desk is not None
    assert anna.desk["work"] == []


async def test_a_supervisor_who_writes_into_an_agents_conversation(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    sofia = await shift.person("sofia")
    visitor, interaction_id = await shift.given(anna)
    await sofia.agent.post(f"/api/v1/interactions/{interaction_id}/notes", {"text": "offer him a discount"})
    note = await anna.heard("touch_added")
    assert note["touch"]["author"] == "Sofia"
    await sofia.agent.reply(interaction_id, "I am Anna's supervisor")
    await anna.until(lambda: _row(anna, interaction_id)["last_touch"]["direction"] == "outbound")
    await shift.all_agree()
    await visitor.say("a pleasure")
    await anna.until(lambda: _row(anna, interaction_id)["last_touch"]["direction"] == "inbound")
    await shift.all_agree()
    await sofia.agent.close(interaction_id)
    await anna.until(lambda: _row(anna, interaction_id)["state"] == "wrap_up")
    await shift.all_agree()


async def test_who_types_is_shown_to_the_agent_until_the_message_comes(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    await visitor.send({"t": "typing", "typing": True})
    await anna.until(lambda: bool(anna.desk and anna.desk["typing"].get(interaction_id)))
    await visitor.say("here I am")
    await anna.until(lambda: bool(anna.desk and not anna.desk["typing"]))
    await shift.all_agree()


# --- windows ---


async def test_two_windows_of_one_agent_show_the_same(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    async with Window(anna.agent) as other:
        _, interaction_id = await shift.given(anna)
        await other.works_on(interaction_id)
        await anna.agent.reply(interaction_id, "good day")
        await anna.is_as_a_new_one()
        await other.is_as_a_new_one()


async def test_a_console_that_was_away_for_a_moment_gets_what_it_missed(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, _ = await shift.given(anna)
    for cut in (True, False):
        await anna.close(cut=cut)
        await visitor.say("are you there?")
        await (await shift.visitor()).say("somebody else")
        assert await anna.open() not in {"snapshot", "resync"}
        await shift.all_agree()
    assert [f["kind"] for f in anna.frames].count("replayed") == 2


async def test_a_console_whose_frames_are_gone_gets_everything_anew(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    await shift.given(anna)
    await anna.close()
    anna.stream = "another"
    assert await anna.open() == "resync"
    await shift.all_agree()


async def test_the_work_of_an_agent_who_is_lost_goes_back_and_returns_to_somebody(tmp_path: Path) -> None:
    routing = RoutingSettings(avoid_s=0, presence_lease_s=6, grace_s=1)
    async with on_shift(tmp_path, routing=routing) as shift:
        anna = await shift.person("anna", "available")
        visitor, interaction_id = await shift.given(anna)
        boris = await shift.person("boris", "available")
        await anna.close(cut=True)
        offer = await boris.offered()
        assert offer["work_item"]["interaction_id"] == interaction_id
        assert await anna.open() != "snapshot"
        await anna.heard("work_removed", reason="agent_lost")
        await shift.all_agree()
        await boris.agent.accept(offer["reservation_id"])
        await visitor.say("hello?")
        await shift.all_agree()
        assert anna.desk is not None
        assert (anna.desk["work"], anna.desk["me"]["wish"]) == ([], "offline")


# --- all at once ---


async def test_many_things_at_once(shift: Shift) -> None:
    windows = [await shift.person(login, "available") for login in ("anna", "boris")]
    visitors = [await shift.visitor() for _ in range(8)]

    async def talks(visitor: Visitor, n: int) -> None:
        for m in range(3):
            await visitor.say(f"visitor {n}, message {m}")
            await asyncio.sleep(0.05 * n)
        if n % 4 == 3:
            await visitor.send({"t": "leave"})

    async def serves(window: Window) -> None:
        for turn in range(6):
            await asyncio.sleep(0.15)
            assert window.desk is not None
            for offer in list(window.desk["offers"]):
                path = f"/api/v1/reservations/{offer['reservation_id']}"
                answer = "decline" if turn % 3 == 2 else "accept"
                await window.agent.ask("POST", f"{path}/{answer}", {} if answer == "decline" else None)
            for row in list(window.desk["work"]):
                path = f"/api/v1/interactions/{row['interaction_id']}"
                if row["state"] == "assigned" and turn % 2:
                    await window.agent.ask("POST", f"{path}/touches", {"channel": "webchat", "text": "yes"})
                elif row["state"] == "assigned" and turn > 3:
                    await window.agent.ask("POST", f"{path}/close", {"disposition": "resolved"})
                elif row["state"] == "wrap_up":
                    await window.agent.ask("POST", f"/api/v1/work/{row['work_item_id']}/complete")

    await asyncio.gather(*map(talks, visitors, range(8)), *map(serves, windows))
    await shift.all_agree()
    assert sum(len(window.frames) for window in windows) > 50


def _row(window: Window, interaction_id: str) -> Frame:
    assert window.desk is not None
    row: Frame = next(w for w in window.desk["work"] if w["interaction_id"] == interaction_id)
    return row


def _unread(window: Window) -> int:
    assert window.desk is not None
    return sum(w["unread"] for w in window.desk["work"])
