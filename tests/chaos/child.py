"""The hub of a chaos run: `python -m tests.chaos.child FLOOR`; as in `tests.hubs`, and SIGUSR1 asks for its board.

The answer is `board.json` in the data folder: the line of each queue, and what each agent holds, as the router
sees them.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from functools import partial

from hub import app, carried_calls
from hub.channels.email import smtp
from hub.media.embedded.engine import EmbeddedEngine
from hub.routing.board import Board
from hub.started import Started
from tests import hubs
from tests.chaos.post import mail_times

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
        (folder / f"{BOARD}.new").write_text(json.dumps(self._pictured()))
        (folder / f"{BOARD}.new").replace(folder / BOARD)

    def _pictured(self) -> dict[str, object]:
        line = self._line
        carried = line._carried
        assert carried is not None
        telephone = {
            "calls": carried.switchboard.active,
            "legs": sum(not leg.is_over for leg in line.telephony.user_agent.legs.all()),
            "sounds": carried.engine.load().sessions,
        }
        return {**pictured(self._dispatcher.board), "telephone": telephone}


def main(argument: str) -> None:
    """See `tests.hubs.main`."""
    app.Hub = AskedHub  # type: ignore[misc]
    # within a short run a mail server comes back, and one that is silent is given up
    smtp.WITHIN_S, smtp._STEP_S = smtp.WITHIN_S * mail_times(), smtp._STEP_S * mail_times()
    smtp.BUSY_S, smtp.UNREACHABLE_S = smtp.BUSY_S * mail_times(), smtp.UNREACHABLE_S * mail_times()
    smtp._MENDED_S *= mail_times()
    # nobody calls from a browser here: each life would load what is needed for that
    carried_calls.EmbeddedEngine = partial(EmbeddedEngine, browsers=False)  # type: ignore[attr-defined, assignment]
    hubs.main(argument)


if __name__ == "__main__":
    main(sys.argv[1])
