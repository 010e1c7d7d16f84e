"""A hub whose telephone has other times, for storms: `python -m tests.quick_telephone TIMES FLOOR`; as in `tests.hubs`,
and SIGUSR1 asks what its telephone carries.

TIMES is `rfc` or `quick` (ten times as fast as RFC 3261). The answer is `telephone.json` in the data folder.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from functools import partial
from signal import SIGUSR1

from hub import app, carried_calls
from hub.channels.sip import channel
from hub.channels.sip.user_agent import SipUserAgent
from hub.media.embedded.engine import EmbeddedEngine
from hub.started import Started
from tests import hubs
from tests.servers.answering import QUICK

CARRIED = "telephone.json"


class AskedHub(app.Hub):
    """A hub that answers SIGUSR1."""

    async def run(self, on_ready: Callable[[Started], None], stop: asyncio.Event) -> None:
        asyncio.get_running_loop().add_signal_handler(SIGUSR1, self._write)
        await super().run(on_ready, stop)

    def _write(self) -> None:
        line = self._line
        carried = line._carried
        assert carried is not None
        counts = line.guard.counts
        said = {
            "calls": carried.switchboard.active,
            "legs": sum(not leg.is_over for leg in line.telephony.user_agent.legs.all()),
            "sounds": carried.engine.load().sessions,
            "from_banned": counts.from_banned,
            "over_rate": counts.over_rate,
            "locks": counts.locks,
        }
        folder = self._settings.data_dir
        (folder / f"{CARRIED}.new").write_text(json.dumps(said))
        (folder / f"{CARRIED}.new").replace(folder / CARRIED)


async def carried_by(hub: hubs.RunningHub) -> dict[str, int]:
    """What a hub of this kind says that its telephone carries, and whom its guard kept out."""
    answer = hub.data_dir / CARRIED
    answer.unlink(missing_ok=True)
    hub.process.send_signal(SIGUSR1)
    async with asyncio.timeout(10):
        while not answer.exists():
            await asyncio.sleep(0.02)
    said: dict[str, int] = json.loads(answer.read_text())
    return said


def main(times: str, argument: str) -> None:
    """See `tests.hubs.main`."""
    app.Hub = AskedHub  # type: ignore[misc]
    if times == "quick":
        channel.SipUserAgent = partial(SipUserAgent, times=QUICK)  # type: ignore[attr-defined, assignment]
    carried_calls.EmbeddedEngine = partial(EmbeddedEngine, browsers=False)  # type: ignore[attr-defined, assignment]
    hubs.main(argument)


if __name__ == "__main__":
    main(*sys.argv[1:])
