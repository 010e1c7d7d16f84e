"""A whole hub that is fed what its channel keeps first, and knows how late its loop is; see `bench.kept`."""

import asyncio
import time
from typing import Any

from bench.fed_hub import FedHub
from bench.harness import percentile
from hub.lifecycle import Jobs
from hub.screenpop.socket import AgentSockets

_TICK_S = 0.01


class KeptHub(FedHub):
    """How late the loop is for a timer of 10 ms is noted all the while."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._late_s: list[float] = []

    def _start(self, jobs: Jobs, sockets: AgentSockets) -> None:
        super()._start(jobs, sockets)
        jobs.start("bench lag", self._watched())

    async def _watched(self) -> None:
        while True:
            due = time.perf_counter() + _TICK_S
            await asyncio.sleep(_TICK_S)
            self._late_s.append(time.perf_counter() - due)

    async def answer(self, question: dict[str, Any]) -> Any:
        """`late`: how late the loop was since it was last asked, in seconds: the 99th percentile and the most."""
        if question["what"] != "late":
            return await super().answer(question)
        late, self._late_s = self._late_s, []
        return (percentile(late, 99), max(late)) if late else (0.0, 0.0)
