"""The desk of a console's window: the frames it hears, applied as agent_console/web/src/live/apply.ts applies them."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from websockets.exceptions import ConnectionClosed

from tests.clients import Agent, Frame, FrameSocket, open_agent_socket

LINE_CHARACTERS = 140
HOUSE = ("dispositions", "pause_reasons", "pauses")
"""What administrators let agents choose."""

SETTLES_WITHIN_S = 15.0
PING_EVERY_S = 2.0

Desk = dict[str, Any]


def apply(desk: Desk | None, frame: Frame) -> Desk | None:
    """The desk after `frame`; without a desk only a snapshot or a resync makes one."""
    kind = frame["kind"]
    if kind in {"snapshot", "resync"}:
        return {**frame["desk"], "typing": {}, "colleagues": {}, "viewers": {}}
    if desk is None:
        return None
    match kind:
        case "me_changed":
            return {**desk, "me": frame["me"]}
        case "reservation_offered":
            offer = {name: value for name, value in frame.items() if name not in {"kind", "seq"}}
            offers = [o for o in desk["offers"] if o["reservation_id"] != offer["reservation_id"]]
            return _with_card({**desk, "offers": [*offers, offer]}, frame["card"])
        case "reservation_ended":
            offers = [o for o in desk["offers"] if o["reservation_id"] != frame["reservation_id"]]
            return {**desk, "offers": offers}
        case "work_changed":
            return _work_changed(desk, frame["work"])
        case "work_removed":
            work = [w for w in desk["work"] if w["work_item_id"] != frame["work_item_id"]]
            gone = [w["interaction_id"] for w in desk["work"] if w["work_item_id"] == frame["work_item_id"]]
            typing = {i: who for i, who in desk["typing"].items() if i not in gone}
            return {**desk, "work": work, "typing": typing}
        case "touch_added":
            return _touched(desk, frame["touch"])
        case "delivery_changed":
            return {**desk, "work": [_came_further(w, frame) for w in desk["work"]]}
        case "typing" if not frame["by_client"]:
            colleagues = {i: who for i, who in desk["colleagues"].items() if i != frame["interaction_id"]}
            if frame["typing"]:
                colleagues[frame["interaction_id"]] = frame["name"]
            return {**desk, "colleagues": colleagues}
        case "typing":
            typing = {i: who for i, who in desk["typing"].items() if i != frame["interaction_id"]}
            if frame["typing"]:
                typing[frame["interaction_id"]] = (frame["by_client"], frame["name"])
            return {**desk, "typing": typing}
        case "queues_changed":
            return {**desk, "queues": frame["queues"], "waiting": frame["waiting"]}
        case "notice_added":
            kept = [n for n in desk["notices"] if n["id"] != frame["notice"]["id"]]
            return {**desk, "notices": [*kept, frame["notice"]]}
        case "notice_gone":
            return {**desk, "notices": [n for n in desk["notices"] if n["id"] != frame["notice_id"]]}
        case "consult_changed":
            others = [c for c in desk["consults"] if c["id"] != frame["consult"]["id"]]
            going_on = [frame["consult"]] if frame["consult"]["ended_at"] is None else []
            return {**desk, "consults": [*others, *going_on]}
        case "card_changed":
            return _with_card(desk, frame["card"])
        case "client_moved":
            offers = [
                {**o, "card": {**o["card"], "about": frame["about"]}}
                if o["card"]["person_id"] == frame["person_id"]
                else o
                for o in desk["offers"]
            ]
            return {**desk, "offers": offers}
        case "planned_changed":
            plan = frame["planned"]
            plans = [p for p in desk["planned"] if p["id"] != plan["id"]]
            return {
                **desk,
                "planned": [*plans, plan] if plan["state"] in {"waiting", "failed"} else plans,
            }
        case "mentioned":
            others = [m for m in desk["mentions"] if m["touch_id"] != frame["mention"]["touch_id"]]
            return {**desk, "mentions": [frame["mention"], *others]}
        case "mentions_read":
            return {
                **desk,
                "mentions": [m for m in desk["mentions"] if m["touch_id"] not in frame["touch_ids"]],
            }
        case "snooze_changed":
            snoozed = [s for s in desk["snoozed"] if s["interaction_id"] != frame["interaction_id"]]
            return {**desk, "snoozed": [*snoozed, frame["snooze"]] if frame["snooze"] else snoozed}
        case "viewers_changed":
            return {**desk, "viewers": {**desk["viewers"], frame["interaction_id"]: frame["viewers"]}}
        case "client_left":
            return {**desk, "work": [_of_it(w, frame, unanswered_since=None) for w in desk["work"]]}
        case "house_changed":
            return {**desk, **{name: frame[name] for name in HOUSE}}
        case "call_changed":
            return _call_changed(desk, frame["call"])
        case "tasks_changed":
            return {**desk, "tasks": frame["tasks"]}
        case _:
            return desk


def _work_changed(desk: Desk, work: Frame) -> Desk:
    known = next((w for w in desk["work"] if w["work_item_id"] == work["work_item_id"]), None)
    if known is None:
        return {**desk, "work": [*desk["work"], work]}
    if known["version"] > work["version"]:
        return desk
    typing = desk["typing"]
    if work["state"] != "assigned":
        typing = {i: who for i, who in typing.items() if i != work["interaction_id"]}
    return {**desk, "typing": typing, "work": [work if w is known else w for w in desk["work"]]}


def _call_changed(desk: Desk, call: Frame) -> Desk:
    calls = desk.get("calls", [])
    known = next((c for c in calls if c["id"] == call["id"]), None)
    if known is not None and known["version"] > call["version"]:
        return desk
    if call["stage"] == "ended" or call["agent"] is None or call["agent"]["id"] != desk["me"]["id"]:
        return {**desk, "calls": [c for c in calls if c["id"] != call["id"]]}
    if known is None:
        return {**desk, "calls": [*calls, call]}
    return {**desk, "calls": [call if c is known else c for c in calls]}


def _touched(desk: Desk, touch: Frame) -> Desk:
    rows = [
        _row_touched(w, touch) if w["interaction_id"] == touch["interaction_id"] else w for w in desk["work"]
    ]
    typing = desk["typing"]
    if touch["direction"] == "inbound":
        typing = {i: who for i, who in typing.items() if i != touch["interaction_id"]}
    return {**desk, "work": rows, "typing": typing}


def _of_it(row: Frame, frame: Frame, **new: object) -> Frame:
    return {**row, **new} if row["interaction_id"] == frame["interaction_id"] else row


def _came_further(row: Frame, frame: Frame) -> Frame:
    last = row["last_touch"] or {"seq": None}
    is_it = last["seq"] == frame["touch_seq"]
    return _of_it(row, frame, last_touch={**last, "delivery": frame["delivery"]}) if is_it else row


def _row_touched(row: Frame, touch: Frame) -> Frame:
    newest = row["last_touch"]["seq"] if row["last_touch"] else 0
    if touch["direction"] == "internal" or touch["seq"] <= newest:
        return row
    is_from_client = touch["direction"] == "inbound"
    is_by_itself = touch["direction"] == "outbound" and not touch["author"]
    since = row["unanswered_since"] if is_from_client or is_by_itself else None
    if is_from_client and (touch.get("letter") or {}).get("kind") not in ("auto_reply", "bounce"):
        since = since or touch["at"]
    return {
        **row,
        "last_touch": {
            "seq": touch["seq"],
            "direction": touch["direction"],
            "at": touch["at"],
            "text": touch["text"][:LINE_CHARACTERS],
            "files": [file["name"] for file in touch["attachments"]],
            "author": touch["author"],
            "delivery": touch["delivery"],
        },
        "unanswered_since": since,
        "unread": row["unread"] + is_from_client,
    }


def _with_card(desk: Desk, card: Frame) -> Desk:
    who = card["person_id"]

    def named(rows: list[Frame], name: str) -> list[Frame]:
        return [
            {**row, "person": {"id": who, "name": name}}
            if row.get("person") and row["person"]["id"] == who
            else row
            for row in rows
        ]

    offers = [{**o, "card": card} if o["card"]["person_id"] == who else o for o in desk["offers"]]
    shown: Desk = {
        part: named(desk[part], card["name"] if part == "calls" else _called(card))
        for part in ("work", "mentions", "snoozed", "consults", "tasks", "notices", "calls")
        if part in desk
    }
    return {**desk, "offers": offers, **shown}


def _called(card: Frame) -> str:
    """As the hub calls them in rows: by name, else by the first address that tells people anything."""
    for one in card["identities"]:
        tells = one["kind"] in {"email", "phone"} or (one["kind"] == "telegram" and one["display"])
        if not card["name"] and one["confidence"] == "known" and tells:
            return str(one["display"] or one["value"])
    return str(card["name"])


def read(desk: Desk, interaction_id: str, seq: int) -> Desk:
    """The desk after this agent has read everything up to `seq`, as the window counts by itself."""
    rows = [
        {**w, "unread": 0}
        if w["interaction_id"] == interaction_id and (w["last_touch"] or {"seq": 0})["seq"] <= seq
        else w
        for w in desk["work"]
    ]
    return {**desk, "work": rows}


def comparable(desk: Desk) -> Desk:
    """What two desks of one moment have in common.

    Left out is what says when it was looked at: the server's time, how long work had waited and how fast its card
    came, the estimate of waiting (it changes by itself), the version of an agent whose lease was renewed, and since
    when somebody is offline who is no agent.
    Offers, work, plans, mentions and snoozes have no order of their own.
    """
    offers = {}
    for offer in desk["offers"]:
        kept = {name: value for name, value in offer.items() if name != "latency_ms"}
        item = {name: value for name, value in offer["work_item"].items() if name != "waited_s"}
        offers[offer["reservation_id"]] = {**kept, "work_item": item}
    moments = {"version"} if desk["me"]["version"] else {"version", "since"}
    return {
        "me": {name: value for name, value in desk["me"].items() if name not in moments},
        "queues": [{n: v for n, v in q.items() if n != "ewt_s"} for q in desk["queues"]],
        "waiting": desk["waiting"],
        "offers": offers,
        "work": {work["work_item_id"]: work for work in desk["work"]},
        "planned": {plan["id"]: plan for plan in desk["planned"]},
        "mentions": {mention["touch_id"]: mention for mention in desk["mentions"]},
        "snoozed": {snooze["interaction_id"]: snooze for snooze in desk["snoozed"]},
        **{name: desk[name] for name in HOUSE},
        "notices": {notice["id"]: notice for notice in desk.get("notices", ())},
        "consults": {consult["id"]: consult for consult in desk.get("consults", ())},
        "tasks": desk.get("tasks", []),
        "calls": {call["id"]: call for call in desk.get("calls", ())},
    }


class Window:
    """One window of an agent's console that applies what it hears, and complains of a gap in the numbers."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.desk: Desk | None = None
        self.frames: list[Frame] = []
        self.story: list[Frame] = []
        """What happened at this window, in the form of tests/samples/live (see tests/live_samples.py)."""
        self.seq: int | None = None
        self.stream = ""
        self._heard = asyncio.Event()
        self._socket: FrameSocket | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def open(self) -> str:
        """Connect, from where it was; the kind of the first frame."""
        self._socket = await open_agent_socket(self.agent.url, self.agent.cookie, origin=self.agent.url)
        await self._socket.send({"kind": "hello", "last_seq": self.seq, "stream": self.stream})
        first = await self._socket.next()
        self._hear(first)
        self._tasks = [
            asyncio.create_task(self._read(self._socket)),
            asyncio.create_task(self._ping(self._socket)),
        ]
        await self.until(lambda: any(f["kind"] in {"snapshot", "resync", "replayed"} for f in self.frames))
        return str(first["kind"])

    async def close(self, *, cut: bool = False) -> None:
        """Close in order, or cut the line."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._socket is not None:
            if cut:
                self._socket.cut()
            else:
                await self._socket.close()
        self._socket, self._tasks = None, []

    async def send(self, frame: Frame) -> None:
        """Say something to the hub."""
        assert self._socket is not None
        await self._socket.send(frame)

    async def _read(self, socket: FrameSocket) -> None:
        with suppress(ConnectionClosed, TimeoutError):
            while True:
                self._hear(await socket.next(3600))

    async def _ping(self, socket: FrameSocket) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(PING_EVERY_S)
                await socket.send({"kind": "ping"})

    def _hear(self, frame: Frame) -> None:
        self.frames.append(frame)
        match frame["kind"]:
            case "snapshot" | "resync":
                self.seq, self.stream = frame["seq"], frame["stream"]
            case "tick" | "replayed" | "signed_out" | "floor_snapshot" | "floor_changed":
                assert frame["seq"] == self.seq, f"missed something before {frame}"
            case _:
                assert self.seq is not None
                assert frame["seq"] == self.seq + 1, f"a gap after {self.seq}: {frame}"
                self.seq = frame["seq"]
        self.desk = apply(self.desk, frame)
        self.story.append({"frame": frame})
        self._heard.set()

    def has_read(self, interaction_id: str, seq: int) -> None:
        """This agent has read everything up to `seq` here."""
        assert self.desk is not None
        self.desk = read(self.desk, interaction_id, seq)
        self.story.append({"read": {"interaction_id": interaction_id, "seq": seq}})

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what frames will bring."""
        async with asyncio.timeout(SETTLES_WITHIN_S):
            while not is_so():
                self._heard.clear()
                await self._heard.wait()

    async def heard(self, kind: str, **fields: object) -> Frame:
        """The newest frame of that kind with these fields, as soon as there is one."""

        def matching() -> list[Frame]:
            return [f for f in self.frames if f["kind"] == kind and fields.items() <= f.items()]

        await self.until(lambda: bool(matching()))
        return matching()[-1]

    async def offered(self) -> Frame:
        """The offer on the desk, as soon as there is one."""
        await self.until(lambda: bool(self.desk and self.desk["offers"]))
        assert self.desk is not None
        offer: Frame = self.desk["offers"][0]
        return offer

    async def works_on(self, interaction_id: str) -> Frame:
        """The row of that conversation, as soon as it is in the list."""

        def row() -> Frame | None:
            assert self.desk is not None
            return next((w for w in self.desk["work"] if w["interaction_id"] == interaction_id), None)

        await self.until(lambda: row() is not None)
        found = row()
        assert found is not None
        return found

    async def is_as_a_new_one(self) -> None:
        """Raises AssertionError unless this desk becomes equal to a new window's, which shows the store."""
        mine: Desk = {}
        theirs: Desk = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLES_WITHIN_S):
                while True:
                    fresh = await self._of_a_new_window()
                    assert self.desk is not None
                    mine, theirs = comparable(self.desk), comparable(fresh)
                    if mine == theirs:
                        self.story.append({"agrees_with": fresh})
                        return
                    await asyncio.sleep(0.2)
        different = {name: (mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]}
        raise AssertionError(f"by frames, and by a snapshot: {json.dumps(different, indent=1)}")

    async def _of_a_new_window(self) -> Desk:
        socket = await open_agent_socket(self.agent.url, self.agent.cookie, origin=self.agent.url)
        try:
            await socket.send({"kind": "hello", "last_seq": None, "stream": ""})
            while (frame := await socket.next())["kind"] != "snapshot":
                pass
        finally:
            await socket.close()
        desk: Desk = frame["desk"]
        return desk
