"""What a hub of a chaos run sees itself, asked by SIGUSR1 (tests/chaos/child.py), against the rows."""

import asyncio
import json
import signal
import time
from typing import Any

from tests.chaos.seen import Found
from tests.chaos.store import StoreReader
from tests.hubs import RunningHub

BOARD_WITHIN_S = 4.0
BOARD = "board.json"

_BOARD = {
    "lines": "SELECT queue_id, id FROM work_items WHERE state = 'queued'"
    " ORDER BY queue_id, urgent_at, first_queued_at, id",
    "held": "SELECT agent_id, id, state FROM work_items WHERE state IN ('offered', 'assigned', 'wrap_up')"
    " ORDER BY agent_id, id",
}


class Boards:
    """Looks at the boards of hubs, and notes in `found` what differs."""

    def __init__(self, reader: StoreReader, found: Found) -> None:
        self._reader = reader
        self._found = found

    async def compare(self, hub: RunningHub) -> None:
        """The router's picture is the rows: the same line in the same order, the same work in hand."""
        until = time.monotonic() + BOARD_WITHIN_S
        while True:
            seen = await self._seen(hub, until)
            seen.pop("telephone", None)
            rows = await self._reader.rows(_BOARD)
            lines: dict[str, list[str]] = {}
            for queue_id, item_id in rows["lines"]:
                lines.setdefault(queue_id, []).append(item_id)
            held: dict[str, dict[str, str]] = {}
            for agent_id, item_id, state in rows["held"]:
                held.setdefault(agent_id, {})[item_id] = state
            if seen == {"lines": lines, "held": held}:
                return
            if time.monotonic() > until:
                self._found.board_differs.append(f"board {seen}, rows {lines} {held}")
                return
            await asyncio.sleep(0.05)

    async def _seen(self, hub: RunningHub, until: float) -> dict[str, Any]:
        """What the hub itself sees; empty when it does not say by then."""
        board = hub.data_dir / BOARD
        board.unlink(missing_ok=True)
        hub.process.send_signal(signal.SIGUSR1)
        while not board.exists() and time.monotonic() < until and hub.lives:
            await asyncio.sleep(0.005)
        return json.loads(board.read_text()) if board.exists() else {}

    async def hung_up(self, hub: RunningHub) -> None:
        """No call, no leg and no sound is left."""
        until = time.monotonic() + BOARD_WITHIN_S
        while True:
            left = (await self._seen(hub, until)).get("telephone", {"board": 1})
            if not any(left.values()):
                return
            if time.monotonic() > until:
                self._found.telephone_left.append(str(left))
                return
            await asyncio.sleep(0.1)
