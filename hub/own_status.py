"""What this process knows about itself: since when it runs, its sockets and channels, its disk, its event loop."""

import asyncio
import shutil
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from hub.ports.clock import Clock
from hub.ports.status import ChannelState, NodeFigures

_LAGS_KEPT = 240
"""A minute of them, as often as the lag is measured."""


class OwnStatus:
    """`NodeStatus` of hub/ports/status.py; `lagged` is to be told each measured lag, in seconds."""

    def __init__(
        self,
        clock: Clock,
        *,
        version: str,
        data_dir: Path,
        sockets: Mapping[str, Callable[[], int]],
        channels: Callable[[], Mapping[str, ChannelState]],
    ) -> None:
        self._version = version
        self._data_dir = data_dir
        self._sockets = sockets
        self._channels = channels
        self._started_at = clock.now()
        self._lags_s: deque[float] = deque(maxlen=_LAGS_KEPT)

    def lagged(self, seconds: float) -> None:
        """The event loop woke a sleeper so much too late."""
        self._lags_s.append(seconds)

    async def figures(self) -> NodeFigures:
        """See the port."""
        disk = await asyncio.to_thread(shutil.disk_usage, self._data_dir)
        lags = self._lags_s or (0.0,)
        return NodeFigures(
            version=self._version,
            started_at=self._started_at,
            disk_free_bytes=disk.free,
            disk_total_bytes=disk.total,
            lag_worst_ms=round(max(lags) * 1000, 1),
            lag_usual_ms=round(median(lags) * 1000, 1),
            sockets={kind: count() for kind, count in self._sockets.items()},
            channels=self._channels(),
        )
