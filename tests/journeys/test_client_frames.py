"""Edits of a card, merges and tasks: frames make of an older desk what a new window shows; two at once on one card."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clients import Frame
from tests.journeys.shift import Shift, on_shift
from tests.live_desk import Window

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def shift(tmp_path: Path) -> AsyncIterator[Shift]:
    async with on_shift(tmp_path) as shift:
        yield shift


async def _card(window: Window, interaction_id: str) -> Frame:
    answer: Frame = await window.agent.get(f"/api/v1/interactions/{interaction_id}/card")
    assert answer["may_edit"] is True
    card: Frame = answer["card"]
    return card


def _offered(window: Window) -> Frame:
    """The card that is being offered."""
    assert window.desk is not None
    card: Frame = window.desk["offers"][0]["card"]
    return card


async def test_a_card_that_is_edited_while_its_work_is_held_and_offered(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    visitor, interaction_id = await shift.given(anna)
    card = await _card(anna, interaction_id)
    path = f"/api/v1/persons/{card['person_id']}"
    edited = await anna.agent.ask(
        "PATCH", path, {"version": card["version"], "name": "Ayşe Yılmaz", "tier": "gold", "tags": ["VIP"]}
    )
    assert edited.status == 200, edited
    heard = await anna.heard("card_changed")
    assert (heard["card"]["name"], heard["card"]["tier"], heard["card"]["tags"]) == (
        "Ayşe Yılmaz",
        "gold",
        ["VIP"],
    )
    assert (await anna.works_on(interaction_id))["person"]["name"] == "Ayşe Yılmaz"
    await shift.all_agree()

    # the same client is in the line again: whoever is asked sees what is said, and what is edited meanwhile
    await anna.agent.close(interaction_id)
    await visitor.say("one more thing")
    await anna.offered()
    await visitor.say("and another")
    await anna.until(lambda: _offered(anna)["recent"][0]["text"] == "and another")
    await anna.agent.ask("PATCH", path, {"version": edited.body["card"]["version"], "language": "tr"})
    await anna.until(lambda: _offered(anna)["language"] == "tr")
    await shift.all_agree()


async def test_two_at_once_on_one_card_and_the_slower_is_told(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    maria = await shift.person("maria")
    _, interaction_id = await shift.given(anna)
    card = await _card(anna, interaction_id)
    path = f"/api/v1/persons/{card['person_id']}"
    edits = [
        window.agent.ask("PATCH", path, {"version": card["version"], "name": name})
        for window, name in ((anna, "Ольга Смирнова"), (maria, "Olga Smirnova"))
    ]
    answers = await asyncio.gather(*edits)
    assert sorted(a.status for a in answers) == [200, 409]
    lost = next(a for a in answers if a.status == 409)
    assert lost.body["code"] == "changed_meanwhile"
    won = next(a for a in answers if a.status == 200).body["card"]
    heard = await anna.heard("card_changed")
    assert heard["card"]["name"] == won["name"]
    await shift.all_agree()
    # who looks again may save again
    again = await maria.agent.ask("PATCH", path, {"version": won["version"], "name": "Olga S."})
    assert again.status == 200
    history = await maria.agent.get(f"{path}/timeline")
    changes = [
        (e["agent"], e["what"], e["was"], e["now"]) for e in history["items"] if e["kind"] == "card_changed"
    ]
    assert changes[0] == ("Maria", "name", won["name"], "Olga S.")


async def test_who_only_looks_at_a_card_is_told_of_its_changes_too(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    maria, admin = await shift.person("maria"), await shift.person("admin")
    _, interaction_id = await shift.given(anna)
    card = await _card(anna, interaction_id)
    for window in (maria, admin):
        await window.send({"kind": "viewing", "interaction_id": None, "person_id": card["person_id"]})
        await window.heard("tick")
    path = f"/api/v1/persons/{card['person_id']}"
    await anna.agent.ask("PATCH", path, {"version": card["version"], "name": "Olga"})
    assert (await maria.heard("card_changed"))["card"]["name"] == "Olga"
    await anna.heard("card_changed")
    await shift.all_agree()
    assert not [f for f in admin.frames if f["kind"] == "card_changed"], "an administrator reads no clients"


async def test_two_records_of_one_person_are_merged_and_taken_apart_again(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    first, one = await shift.given(anna, "my kettle leaks")
    second, other = await shift.given(anna, "it is me again, from my phone")
    kept, merged = await _card(anna, one), await _card(anna, other)
    assert kept["person_id"] != merged["person_id"]
    done = await anna.agent.post(
        f"/api/v1/persons/{kept['person_id']}/merges", {"other_id": merged["person_id"]}
    )
    assert (done["card"]["interactions"], len(done["card"]["identities"])) == (2, 2)
    await anna.until(lambda: {w["person"]["id"] for w in (anna.desk or {})["work"]} == {kept["person_id"]})
    await shift.all_agree()
    moved = await anna.agent.get(f"/api/v1/persons/{merged['person_id']}")
    assert moved["id"] == kept["person_id"]

    # what comes while they are one
    await second.say("hello?")
    await anna.agent.close(other)
    await second.say("a new conversation")
    offer = await anna.offered()
    assert offer["card"]["person_id"] == kept["person_id"]
    await shift.all_agree()
    merge_id = done["card"]["merges"][0]["id"]
    undone = await anna.agent.post(f"/api/v1/merges/{merge_id}/undo")
    assert (undone["card"]["interactions"], undone["card"]["merges"]) == (1, [])
    await anna.until(lambda: _offered(anna)["person_id"] == merged["person_id"])
    await shift.all_agree()
    assert (await anna.agent.get(f"/api/v1/persons/{merged['person_id']}/card"))["card"]["interactions"] == 2
    await first.say("and I am still here")
    await shift.all_agree()


async def test_tasks_come_to_the_desk_of_whom_they_are_given_to(shift: Shift) -> None:
    anna, boris = await shift.person("anna", "available"), await shift.person("boris")
    _, interaction_id = await shift.given(anna)
    assert boris.desk is not None
    task = await anna.agent.post(
        "/api/v1/tasks",
        {
            "title": "Call back",
            "owner_id": boris.desk["me"]["id"],
            "due_at": "2030-01-01T09:00:00Z",
            "interaction_id": interaction_id,
        },
    )
    heard = await boris.heard("tasks_changed")
    assert [(t["title"], t["given_by"]) for t in heard["tasks"]] == [("Call back", "Anna")]
    told = (await boris.heard("notice_added"))["notice"]
    assert (told["kind"], told["by"], told["text"]) == ("task", "Anna", "Call back")
    assert (await anna.heard("card_changed"))["card"]["open_tasks"] == 1
    await shift.all_agree()
    done = await boris.agent.ask("PATCH", f"/api/v1/tasks/{task['id']}", {"version": 1, "done": True})
    assert done.status == 200, done
    await boris.heard("tasks_changed", tasks=[])
    await anna.until(
        lambda: [f for f in anna.frames if f["kind"] == "card_changed"][-1]["card"]["open_tasks"] == 0
    )
    await shift.all_agree()


async def test_a_case_that_is_changed_is_told_to_whoever_sees_the_card(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    maria = await shift.person("maria")
    _, interaction_id = await shift.given(anna)
    person_id = (await _card(anna, interaction_id))["person_id"]
    await maria.send({"kind": "viewing", "interaction_id": None, "person_id": person_id})
    await maria.heard("tick")
    case = await anna.agent.post(
        f"/api/v1/persons/{person_id}/cases",
        {"subject": "The kettle leaks", "interaction_id": interaction_id},
    )
    await maria.until(lambda: _newest_card(maria).get("open_cases") == 1)
    path = f"/api/v1/cases/{case['id']}"
    changed = await maria.agent.ask(
        "PATCH", path, {"version": 1, "subject": "The lid leaks", "status": "pending"}
    )
    assert changed.status == 200, changed
    await anna.until(lambda: [c["subject"] for c in _newest_card(anna).get("cases", [])] == ["The lid leaks"])
    late = await anna.agent.ask("PATCH", path, {"version": 1, "public_status": "sent"})
    assert (late.status, late.body["code"]) == (409, "changed_meanwhile")
    closed = await anna.agent.ask("PATCH", path, {"version": 2, "status": "closed"})
    assert closed.status == 200, closed
    await maria.until(lambda: _newest_card(maria)["open_cases"] == 0)
    await shift.all_agree()
    history = await maria.agent.get(f"{path}/history")
    assert [(f["by"], f["kind"]) for f in history["items"]][-1] == ("Anna", "card_case_opened")
    assert history["items"][0]["kind"] == "card_case_closed"


def _newest_card(window: Window) -> Frame:
    """The card as this window was told last; empty before."""
    told = [f["card"] for f in window.frames if f["kind"] == "card_changed"]
    return told[-1] if told else {}


async def test_where_the_client_is_follows_on_the_card_while_they_wait_and_are_served(shift: Shift) -> None:
    anna = await shift.person("anna", "available")
    maria = await shift.person("maria")
    visitor = await shift.visitor()
    await visitor.send({"t": "page", "page": "https://shop.example/before", "title": "Before"})
    await visitor.say("hello")
    offer = await anna.offered()
    person_id, interaction_id = offer["card"]["person_id"], offer["work_item"]["interaction_id"]
    assert offer["card"]["about"]["title"] == "Before"
    await asyncio.sleep(2.1)  # a page in two seconds
    await visitor.send({"t": "page", "page": "https://shop.example/tea", "title": "Tea"})
    moved = await anna.heard("client_moved")
    assert (moved["person_id"], moved["about"]["title"]) == (person_id, "Tea")
    assert _offered(anna)["about"]["page"] == "https://shop.example/tea"
    await shift.all_agree()

    await anna.agent.accept(offer["reservation_id"])
    await anna.works_on(interaction_id)
    await maria.send({"kind": "viewing", "interaction_id": None, "person_id": person_id})
    await maria.heard("tick")
    await asyncio.sleep(2.1)
    await visitor.send({"t": "page", "page": "https://shop.example/kettles", "title": "Kettles"})
    about = moved["about"] | {"page": "https://shop.example/kettles", "title": "Kettles"}
    for window in (anna, maria):
        await window.heard("client_moved", about=about)
    assert (await _card(anna, interaction_id))["about"] == about
    await shift.all_agree()


async def test_what_the_client_thought_comes_to_whoever_served_them(shift: Shift) -> None:
    anna, boris = await shift.person("anna", "available"), await shift.person("boris")
    visitor, interaction_id = await shift.given(anna)
    await anna.agent.close(interaction_id)
    await visitor.heard("closed")
    await visitor.send({"t": "rate", "conversation": interaction_id, "score": 5, "comment": "Quick!"})
    await visitor.heard("rated")
    told = await anna.heard("client_rated", interaction_id=interaction_id)
    assert (told["score"], told["comment"]) == (5, "Quick!")
    await visitor.send({"t": "rate", "conversation": interaction_id, "score": 4})
    assert (await anna.heard("client_rated", score=4))["comment"] == ""
    await shift.all_agree()
    assert not [f for f in boris.frames if f["kind"] == "client_rated"], "nobody else is told"
