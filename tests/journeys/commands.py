"""Runs the command line as a process of its own, as an operator does."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_S = 40.0
PASSWORD = "demo-password"


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a command: nothing of ours but `settings`, data in `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    own = {
        "HUB_DATA_DIR": str(folder),
        "HUB_CHANNELS__SIP__PORT": "0",
        "HUB_SMTP_INTAKE__PORT": "0",
        "COLUMNS": "120",
    }
    return kept | own | settings


def run(*arguments: str, env: dict[str, str], typed: str = "") -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "hub", *arguments],
        env=env,
        input=typed,
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


class Running:
    """A command that goes on until it is stopped. `lines` is what it has printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._arriving: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._arriving.put(line.rstrip("\n"))
        self._arriving.put(None)

    def line_with(self, text: str) -> str:
        """The first line that holds `text`, as soon as it is printed."""
        for said in self.lines:
            if text in said:
                return said
        while (line := self._arriving.get(timeout=LONGEST_S)) is not None:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"it ended without saying {text!r}:\n" + "\n".join(self.lines))

    def stopped_by(self, number: signal.Signals) -> int:
        """The exit code after that signal."""
        self.process.send_signal(number)
        return self.process.wait(LONGEST_S)

    def everything_said(self) -> str:
        """All it printed, after its end."""
        while (line := self._arriving.get(timeout=LONGEST_S)) is not None:
            self.lines.append(line)
        return "\n".join(self.lines)


@contextmanager
def running(*arguments: str, env: dict[str, str]) -> Iterator[Running]:
    """The command, while the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(LONGEST_S)
        assert process.stdout is not None
        process.stdout.close()
