"""From `touchline run` to ready, and what the whole hub weighs when it is idle."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.harness import Figure, uss_bytes
from tests.ports import free_port

ROUNDS = 5
READY_S = 1.0
IDLE_MIB = 120.0
_IDLE_S = 5.0
_PATIENCE_S = 60.0


def _started(data_dir: Path) -> tuple[subprocess.Popen[bytes], float]:
    """A hub on that folder, and the seconds until `/readyz` answered 200."""
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HUB_")}
    environment |= {
        "HUB_DATA_DIR": str(data_dir),
        "HUB_HTTP__PORT": str(port),
        "HUB_CHANNELS__SIP__PORT": "0",
    }
    began = time.monotonic()
    hub = subprocess.Popen(
        [sys.executable, "-m", "hub", "run"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while time.monotonic() - began < _PATIENCE_S:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                if answer.status == 200:
                    return hub, time.monotonic() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.005)
    hub.kill()
    raise TimeoutError("the hub was not ready within a minute")


def _stopped(hub: subprocess.Popen[bytes]) -> None:
    hub.send_signal(signal.SIGTERM)
    hub.wait(timeout=30)


def figures() -> list[Figure]:
    """Start on a store that is there already, the best of some; and memory after a while of nothing."""
    with tempfile.TemporaryDirectory() as folder:
        first, fresh_s = _started(Path(folder))
        _stopped(first)
        took: list[float] = []
        for _ in range(ROUNDS):
            hub, seconds = _started(Path(folder))
            took.append(seconds)
            _stopped(hub)
        hub, _ = _started(Path(folder))
        time.sleep(_IDLE_S)
        idle_mib = uss_bytes(hub.pid) / 2**20
        _stopped(hub)
    middle = sorted(took)[len(took) // 2]
    return [
        Figure(name="start_to_ready", value=middle, unit="s", ratio=0, target="<= 1.0", ok=middle <= READY_S),
        Figure(name="start_to_ready_of_a_new_store", value=fresh_s, unit="s", ratio=0, target="", ok=True),
        Figure(
            name="idle_memory", value=idle_mib, unit="MiB", ratio=0, target="<= 120", ok=idle_mib <= IDLE_MIB
        ),
    ]
