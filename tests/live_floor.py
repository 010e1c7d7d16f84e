"""The wallboard of a console's window, kept as agent_console/web/src/live/floor.ts keeps it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.clients import Agent, Frame, open_agent_socket
from tests.live_desk import SETTLES_WITHIN_S, Window

Board = dict[str, Any]


def apply_floor(floor: Board | None, frame: Frame) -> Board | None:
    """The floor after `frame`; None when something was missed."""
    if frame["kind"] == "floor_snapshot":
        return {**frame["floor"], "revision": frame["revision"]}
    if floor is None or frame["revision"] != floor["revision"] + 1:
        return None
    return {
        **floor,
        "revision": frame["revision"],
        "queues": _replaced(floor["queues"], frame["queues"], "id"),
        "agents": _replaced(floor["agents"], frame["agents"], "id"),
        "quarters": _replaced(floor["quarters"], frame["quarters"], "queue_id", "at"),
        "alarms": floor["alarms"] if frame["alarms"] is None else frame["alarms"],
        "pop": frame["pop"] or floor["pop"],
        "at": frame["at"],
    }


def _replaced(rows: list[Frame], news: list[Frame], *names: str) -> list[Frame]:
    known = {tuple(row[n] for n in names): row for row in rows}
    return list({**known, **{tuple(row[n] for n in names): row for row in news}}.values())


def comparable(floor: Board) -> Board:
    """What two floors of one moment have in common: not the moment, nor the estimate, which changes by itself."""
    return {
        "queues": {q["id"]: {n: v for n, v in q.items() if n != "ewt_s"} for q in floor["queues"]},
        "agents": {a["id"]: a for a in floor["agents"]},
        "quarters": {(q["queue_id"], q["at"]): q for q in floor["quarters"]},
        "alarms": floor["alarms"],
        "pop": floor["pop"],
        "day": (floor["from_at"], floor["to_at"]),
    }


def floor_of(window: Window) -> Board | None:
    """The floor that this window shows after all it heard."""
    floor: Board | None = None
    for frame in window.frames:
        if frame["kind"] in {"floor_snapshot", "floor_changed"}:
            floor = apply_floor(floor, frame)
            assert floor is not None, "a revision was missed"
    return floor


async def floor_until(window: Window, is_so: Callable[[Board], bool]) -> Board:
    """The window's floor, as soon as it is so."""

    def shown() -> bool:
        floor = floor_of(window)
        return floor is not None and is_so(floor)

    await window.until(shown)
    floor = floor_of(window)
    assert floor is not None
    return floor


async def floor_of_a_new_window(agent: Agent) -> Board:
    """What a window that begins to watch now is shown."""
    socket = await open_agent_socket(agent.url, agent.cookie, origin=agent.url)
    try:
        await socket.send({"kind": "hello", "last_seq": None, "stream": ""})
        await socket.send({"kind": "watch_floor", "on": True})
        frame = await socket.heard("floor_snapshot")
    finally:
        await socket.close()
    return {**frame["floor"], "revision": frame["revision"]}


async def floor_is_as_a_new_one(window: Window) -> Board:
    """Raises AssertionError unless this window's floor becomes equal to a new window's; the floor."""
    mine: Board = {}
    theirs: Board = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLES_WITHIN_S):
            while True:
                fresh = await floor_of_a_new_window(window.agent)
                floor = floor_of(window)
                assert floor is not None
                mine, theirs = comparable(floor), comparable(fresh)
                if mine == theirs:
                    window.story.append({"floor_agrees_with": fresh})
                    return floor
                await asyncio.sleep(0.2)
    raise AssertionError({name: (mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]})
