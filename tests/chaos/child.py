"""The hub of a chaos run: `python -m tests.chaos.child FLOOR`; as in `tests.hubs`, and SIGUSR1 asks for its board.

The answer is `board.json` in the data folder: the line of each queue, and what each agent holds, as the router
sees them.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable

from hub import app
from hub.routing.board import Board
from hub.started import Started
from tests import hubs

BOARD = "board.json"


def pictured(board: Board) -> dict[str, object]:
    """The board as JSON can say it."""
    return {
        "lines": {
            queue_id: ids
            for queue_id in board._queues
            if (ids := [item.id for item in board.waiting(queue_id, sys.maxsize)])
        },
        "held": {
            seat.agent_id: {item_id: state.value for item_id, state in sorted(seat.held.items())}
            for seat in board.floor.seats.values()
            if seat.held
        },
    }


class AskedHub(app.Hub):
    """A hub that answers SIGUSR1."""

    async def run(self, on_ready: Callable[[Started], None], stop: asyncio.Event) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._write_board)
        await super().run(on_ready, stop)

    def _write_board(self) -> None:
        folder = self._settings.data_dir
        (folder / f"{BOARD}.new").write_text(json.dumps(pictured(self._dispatcher.board)))
        (folder / f"{BOARD}.new").replace(folder / BOARD)


def main(argument: str) -> None:
    """See `tests.hubs.main`."""
    app.Hub = AskedHub  # type: ignore[misc]
    hubs.main(argument)


if __name__ == "__main__":
    main(sys.argv[1])
