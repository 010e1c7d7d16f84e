"""The agents of a chaos run: in whatever order the hub's words come, what it says they have is brought to its end."""

import asyncio
from pathlib import Path

import pytest

from tests.chaos import agents
from tests.chaos.agents import AgentPeer
from tests.chaos.ledger import Ledger
from tests.chaos.world import World
from tests.clients import Answer, Frame

ROW: Frame = {"work_item_id": "w", "interaction_id": "i", "channel": "email", "state": "assigned"}
REFUSED = Answer(404, {"code": "not_found"}, {})


class Anna(AgentPeer):
    """She has one letter to answer. Her hub says `frames` while it is asked to take her reply, and then `to_reply`."""

    def __init__(self, ledger: Ledger, frames: list[Frame], to_reply: Answer) -> None:
        super().__init__(World(seed=1, url="http://127.0.0.1:1", ledger=ledger), "anna")
        self._world.calm.set()  # she closes what she has answered
        self.asked: list[str] = []
        self._frames = frames
        self._to_reply = to_reply

    async def _insist(self, method: str, path: str, body: object = None, *, key: str = "") -> Answer:
        asked = f"{method} {path.partition('?')[0].rpartition('/')[2]}"
        self.asked.append(asked)
        if asked == "GET touches":
            is_first = self.asked.count(asked) == 1
            letters = [{"seq": 3, "direction": "inbound"}] if is_first else []
            return Answer(200, {"items": letters, "next": None}, {})
        if asked == "POST touches":
            for frame in self._frames:
                self._heard({"seq": 1, "stream": "", **frame})
            return self._to_reply
        return Answer(200, {}, {})

    async def plays(self) -> list[str]:
        """What she asks of the hub once she has the work."""
        async with asyncio.timeout(10), asyncio.TaskGroup() as self._group:
            self._take_up(ROW)
        return self.asked


def snapshot(*work: Frame) -> Frame:
    return {"kind": "snapshot", "desk": {"offers": [], "work": list(work), "me": {"wish": "available"}}}


def changed(state: str) -> Frame:
    return {"kind": "work_changed", "work": {**ROW, "state": state}}


TAKEN = Answer(201, {"id": "t", "seq": 4}, {})
TO_THE_END = ["GET touches", "POST touches", "GET touches", "POST close"]
NO_FURTHER = ["GET touches", "POST touches"]


@pytest.mark.parametrize(
    ("frames", "to_reply", "asked"),
    [
        pytest.param([], TAKEN, TO_THE_END, id="nothing"),
        pytest.param([snapshot(), changed("assigned")], TAKEN, TO_THE_END, id="older snapshot"),
        pytest.param([snapshot(), snapshot(ROW)], REFUSED, TO_THE_END, id="back"),
        pytest.param([snapshot()], TAKEN, NO_FURTHER, id="gone"),
        pytest.param([changed("assigned"), changed("wrap_up")], TAKEN, NO_FURTHER, id="closed"),
        pytest.param([], REFUSED, NO_FURTHER, id="refused"),
    ],
)
async def test_what_the_hub_says_one_has_is_brought_to_its_end_and_nothing_else(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    frames: list[Frame],
    to_reply: Answer,
    asked: list[str],
) -> None:
    monkeypatch.setattr(agents, "HELD", 0.0)
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        anna = Anna(ledger, frames, to_reply)
        assert await anna.plays() == asked
