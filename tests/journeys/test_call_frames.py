"""Calls at the desk, through a whole hub with a telephone that only listens: what each step shows, and to whom."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crm_store.store import Store
from hub.call_side import CallSide
from hub.calls.desk import Calls
from hub.domain.agent import Media
from hub.domain.call import Call, CallEnd, RecordingState
from hub.domain.ids import DEFAULT_TENANT, QueueId, ReservationId, UserId
from hub.domain.person import IdentityKind
from hub.domain.touch import InboundTouch, Sender, TouchKind
from hub.ids import new_id
from hub.intake.inbox import Inbox
from hub.ports.clock import Clock
from tests.fakes.lines_out import FakeTelephone
from tests.journeys.shift import Shift, on_shift
from tests.live_desk import Window

pytestmark = pytest.mark.timeout(180)
NUMBER = "+905321234567"


@dataclass(kw_only=True)
class Exchange:
    """The telephone's side of the hub under test."""

    telephone: FakeTelephone
    desk: Calls | None = None
    store: Store | None = None
    clock: Clock | None = None

    def made(self, store: Store, clock: Clock, *args: Any, **options: Any) -> CallSide:
        side = CallSide(store, clock, *args, **{**options, "telephone_of": lambda *_: self.telephone})
        self.desk, self.store, self.clock = side.desk, store, clock
        return side

    @property
    def calls(self) -> Calls:
        assert self.desk is not None
        return self.desk

    async def rings(self, queue_id: str, number: str = NUMBER) -> Call:
        """Somebody calls this queue."""
        assert self.store is not None
        assert self.clock is not None
        thread = new_id()
        touch = InboundTouch(
            tenant_id=DEFAULT_TENANT,
            channel="sip",
            account="sip:trunk",
            external_id=thread,
            thread=thread,
            sender=Sender(kind=IdentityKind.PHONE, value=number),
            queue_id=QueueId(queue_id),
            text="",
            raw=b"INVITE",
            body_sha256=hashlib.sha256(b"INVITE").hexdigest(),
            received_at=self.clock.now(),
            language="en",
            media=Media.VOICE,
            kind=TouchKind.CALL,
        )
        inbox = Inbox(self.store, self.clock, on_batch=lambda *_: None)
        running = asyncio.create_task(inbox.run())
        try:
            received = await inbox.receive(touch)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        return await self.calls.began(
            DEFAULT_TENANT, received, account=touch.account, thread=thread, number=number, dialled="support"
        )


@pytest.fixture
async def exchange(monkeypatch: pytest.MonkeyPatch) -> Exchange:
    exchange = Exchange(telephone=FakeTelephone())
    monkeypatch.setattr("hub.app.CallSide", exchange.made)
    return exchange


@pytest.fixture
async def shift(tmp_path: Path, exchange: Exchange) -> AsyncIterator[Shift]:
    async with on_shift(tmp_path) as shift:
        yield shift


async def _with_a_phone(shift: Shift, login: str, state: str = "available") -> Window:
    window = await shift.person(login, state)
    phone = {"kind": "uri", "uri": f"sip:{login}@phones.test", "auto_answer": True}
    told = (await window.agent.ask("PUT", "/api/v1/agents/me/phone", phone)).body
    assert (told["ready"], told["uri"]) == (True, phone["uri"])
    await window.until(lambda: bool((window.desk or {})["me"]["phone_ready"]))
    return window


def _call(window: Window) -> dict[str, Any]:
    (call,) = (window.desk or {})["calls"]
    return dict(call)


async def _stage(window: Window, stage: str) -> None:
    await window.until(lambda: [c["stage"] for c in (window.desk or {})["calls"]] == [stage])


async def _has_tasks(window: Window, count: int) -> None:
    await window.until(lambda: len((window.desk or {"tasks": [None] * 99})["tasks"]) == count)


async def test_a_call_of_ours_is_on_the_desk_from_dialling_to_its_outcome(
    shift: Shift, exchange: Exchange
) -> None:
    anna = await _with_a_phone(shift, "anna")
    path = "/api/v1/calls"
    begun = await anna.agent.post(path, {"number": "+90 532 123 45 67"})
    assert (begun["number"], begun["stage"], begun["direction"]) == (NUMBER, "waiting", "outbound")
    await _stage(anna, "waiting")
    await shift.all_agree()
    call_id, interaction_id = begun["id"], begun["interaction_id"]
    assert [call.id for call, _ in exchange.telephone.dialled] == [call_id]

    await exchange.calls.ringing(call_id, UserId((anna.desk or {})["me"]["id"]))
    await _stage(anna, "ringing")
    await exchange.calls.client_answered(call_id)
    await _stage(anna, "talking")
    await exchange.calls.recording(call_id, RecordingState.ON)
    await exchange.calls.held(call_id, held=True)
    await anna.until(lambda: _call(anna)["held_since"] is not None)
    assert _call(anna)["recording"] == "on"
    await shift.all_agree()
    refused = await anna.agent.ask(
        "POST", f"/api/v1/interactions/{interaction_id}/close", {"disposition": "resolved"}
    )
    assert (refused.status, refused.body["code"]) == (409, "on_the_line")
    await exchange.calls.held(call_id, held=False)
    await anna.until(lambda: _call(anna)["held_since"] is None)
    await anna.agent.post(f"{path}/{call_id}/hangup", {})
    await exchange.calls.ended(call_id, CallEnd.AGENT_HUNG_UP)
    await anna.until(lambda: not (anna.desk or {"calls": [1]})["calls"])
    row = await anna.works_on(interaction_id)
    await anna.until(lambda: (anna.desk or {})["work"][0]["state"] == "wrap_up")
    await shift.all_agree()
    await anna.agent.close(interaction_id)
    await anna.agent.post(f"/api/v1/work/{row['work_item_id']}/complete", {})
    await anna.until(lambda: not (anna.desk or {"work": [1]})["work"])
    await shift.all_agree()


async def test_a_caller_goes_from_the_line_to_one_agent_and_on_to_another(
    shift: Shift, exchange: Exchange
) -> None:
    anna, boris = await _with_a_phone(shift, "anna"), await shift.person("boris", "available")
    queue_id = (anna.desk or {})["queues"][0]["id"]
    call = await exchange.rings(queue_id)
    offer = await anna.offered()  # Boris has no phone that can be rung
    assert (offer["work_item"]["channel"], offer["work_item"]["call_back"]) == ("sip", "")
    assert [e["rule"] for e in offer["why"]["excluded"]] == ["no_phone"]
    await exchange.calls.ringing(call.id, UserId((anna.desk or {})["me"]["id"]))
    await _stage(anna, "ringing")
    await shift.all_agree()
    await exchange.calls.answered(call.id, ReservationId(offer["reservation_id"]))
    await _stage(anna, "talking")
    await anna.works_on(call.interaction_id)
    assert (boris.desk or {})["calls"] == []
    await shift.all_agree()

    uri = {"kind": "uri", "uri": "+905320000001", "auto_answer": False}
    await boris.agent.ask("PUT", "/api/v1/agents/me/phone", uri)
    boris_id = UserId((boris.desk or {})["me"]["id"])
    await boris.until(lambda: bool((boris.desk or {})["me"]["phone_ready"]))
    await anna.agent.post(f"/api/v1/calls/{call.id}/give", {"to": {"agent_id": boris_id}})
    assert exchange.telephone.asked[-1] == ("give", call.id, f"agent:{boris_id}")
    await exchange.calls.moved(call.id, queue_id=QueueId(queue_id), note="", agent_id=boris_id)
    await anna.until(lambda: not (anna.desk or {"calls": [1]})["calls"])
    again = await boris.offered()
    await exchange.calls.answered(call.id, ReservationId(again["reservation_id"]))
    await _stage(boris, "talking")
    await shift.all_agree()
    await exchange.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    await boris.until(lambda: not (boris.desk or {"calls": [1]})["calls"])
    await boris.until(lambda: (boris.desk or {})["work"][0]["state"] == "wrap_up")
    await shift.all_agree()


async def test_accepting_a_promised_call_at_the_desk_dials_it(shift: Shift, exchange: Exchange) -> None:
    anna = await _with_a_phone(shift, "anna")
    await anna.agent.be("paused", "break")
    call = await exchange.rings((anna.desk or {})["queues"][0]["id"])
    await exchange.calls.wants_callback(call.id, NUMBER)
    await anna.agent.be("available")
    offer = await anna.offered()
    assert offer["work_item"]["call_back"] == NUMBER
    await shift.all_agree()
    assert exchange.telephone.dialled == []
    await anna.agent.accept(offer["reservation_id"])
    await _stage(anna, "waiting")
    begun = _call(anna)
    assert (begun["direction"], begun["number"], begun["interaction_id"]) == (
        "outbound",
        NUMBER,
        call.interaction_id,
    )
    async with asyncio.timeout(10):
        while not exchange.telephone.dialled:
            await asyncio.sleep(0.02)
    assert [c.id for c, _ in exchange.telephone.dialled] == [begun["id"]]
    await exchange.calls.client_answered(begun["id"])
    await _stage(anna, "talking")
    await shift.all_agree()


async def test_a_missed_call_is_on_every_desk_of_the_line_and_the_supervisor_sees_the_others(
    shift: Shift, exchange: Exchange
) -> None:
    anna, boris = await shift.person("anna"), await shift.person("boris")
    sofia = await shift.person("sofia")
    queue_id = (anna.desk or {})["queues"][0]["id"]
    missed, waits = await exchange.rings(queue_id), await exchange.rings(queue_id, "+905320000002")
    listed = (await sofia.agent.get("/api/v1/calls?state=active"))["items"]
    assert [call["id"] for call in listed] == [missed.id, waits.id]
    assert (await anna.agent.ask("GET", "/api/v1/calls")).status == 403
    await exchange.calls.ended(missed.id, CallEnd.CLIENT_LEFT)
    for window in (anna, boris):
        await _has_tasks(window, 1)
    await shift.all_agree()
    (task,) = (anna.desk or {})["tasks"]
    assert (task["owner"]["id"], task["interaction_id"]) == (queue_id, missed.interaction_id)
    await boris.agent.ask("PATCH", f"/api/v1/tasks/{task['id']}", {"version": task["version"], "done": True})
    for window in (anna, boris):
        await _has_tasks(window, 0)
    await shift.all_agree()
