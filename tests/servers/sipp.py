"""sipp with scenarios of our own (tests/sipp): callers and called sides as real peers, their figures and their logs."""

import asyncio
import csv
import re
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.ports import free_port
from tests.servers.processes import child, needs, tail

SCENARIOS = Path(__file__).resolve().parent.parent / "sipp"
DEFAULTS: Mapping[str, object] = {
    "again_ms": 500,
    "caller": "+4915112345678",
    "max_forwards": 70,
    "ring_ms": 50,
    "rtp_port": 9,
    "talk_ms": 100,
}
_WORD = re.compile(r"@([a-z_]+)@")
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What sipp counted in the end. `logged` are the lines of the scenario's own <log> actions, `errors` the ends of
    the logs where something failed."""

    created: int
    successful: int
    failed: int
    retransmissions: int
    code: int
    errors: str = ""
    logged: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = (
            f"{self.created} calls, {self.successful} good, {self.failed} failed, "
            f"{self.retransmissions} sent again, exit {self.code}"
        )
        return f"{shown}\n{self.errors}" if self.errors else shown


@dataclass(slots=True, kw_only=True)
class Sipp:
    """One sipp that runs."""

    process: Process
    port: int
    folder: Path
    name: str

    async def done(self, within_s: float = 60.0) -> Tally:
        """Wait for its end. Raises AssertionError with its logs when it does not come."""
        try:
            async with asyncio.timeout(within_s):
                code = await self.process.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name}: not done in {within_s} s\n{self.shown()}") from None
        return self.tally(code)

    def tally(self, code: int = 0) -> Tally:
        """What it counted, so far or in the end."""
        rows = []
        if (stat := self._file("stat")).exists():
            with stat.open(newline="") as lines:
                rows = [row for row in csv.DictReader(lines, delimiter=";") if row.get("TotalCallCreated")]
        last: Mapping[str, str] = rows[-1] if rows else {}
        log, failed = self._file("log"), int(last.get("FailedCall(C)") or 0)
        return Tally(
            created=int(last.get("TotalCallCreated") or 0),
            successful=int(last.get("SuccessfulCall(C)") or 0),
            failed=failed,
            retransmissions=int(last.get("Retransmissions(C)") or 0),
            code=code,
            errors=self._logs() if failed or code else "",
            logged=tuple(log.read_text(errors="replace").splitlines()) if log.exists() else (),
        )

    def shown(self) -> str:
        """Its figures and the ends of its logs, for the message of a failure."""
        return f"--- {self.name} ---\n{self.tally()}\n{self._logs()}"

    def _logs(self) -> str:
        logs = [self._file(kind) for kind in ("err", "out", "msg")]
        return "\n".join(tail(log, 60) for log in logs if log.exists())

    def _file(self, kind: str) -> Path:
        return self.folder / f"{self.name}.{kind}"


@asynccontextmanager
async def sipp(
    scenario: str | Path,
    folder: Path,
    *,
    target: str = "",
    service: str = "support",
    calls: int = 1,
    rate: float = 10.0,
    together: int = 1_000,
    ip: str = "127.0.0.1",
    port: int = 0,
    transport: str = "u1",
    words: Mapping[str, object] | None = None,
    loss_percent: int = 0,
    fields: str = "",
    traces: bool = True,
    extra: tuple[str, ...] = (),
) -> AsyncIterator[Sipp]:
    """sipp on a scenario of tests/sipp, or on a file. Without `target` (host:port) it waits to be called.

    `words` fill in what stands between two @ in the scenario; `fields` is what stands in its file of injected fields.
    """
    program = needs("sipp", "sip-tester")
    path = scenario if isinstance(scenario, Path) else SCENARIOS / f"{scenario}.xml"
    port = port or free_port(ip)
    name = f"{path.stem}-{next(_numbers)}"
    scenario_filled = folder / f"{name}.xml"
    scenario_filled.write_text(filled(path.read_text(), {**DEFAULTS, **(words or {})}))
    command = [program, "-sf", str(scenario_filled), *([target] if target else []), "-s", service]
    command += ["-i", ip, "-p", str(port), "-t", transport, "-nostdin", "-r", f"{rate:g}"]
    command += ["-l", str(together), "-m", str(calls), "-max_socket", "20000"]
    command += ["-trace_stat", "-stf", str(folder / f"{name}.stat"), "-fd", "1"]
    command += ["-trace_err", "-error_file", str(folder / f"{name}.err")]
    command += ["-trace_logs", "-log_file", str(folder / f"{name}.log")]
    if traces:
        command += ["-trace_msg", "-message_file", str(folder / f"{name}.msg")]
    if loss_percent:
        command += ["-lost", str(loss_percent)]
    if fields:
        injected = folder / f"{name}.csv"
        injected.write_text(fields)
        command += ["-inf", str(injected)]
    command += extra
    async with child(*command, log=folder / f"{name}.out", cwd=folder) as process:
        yield Sipp(process=process, port=port, folder=folder, name=name)


async def called(scenario: str | Path, folder: Path, *, within_s: float = 60.0, **how: object) -> Tally:
    """Run sipp to its end; what it counted. The arguments are those of `sipp`."""
    async with sipp(scenario, folder, **how) as running:  # type: ignore[arg-type]
        return await running.done(within_s)


def filled(text: str, words: Mapping[str, object]) -> str:
    """A scenario with its words filled in."""
    return _WORD.sub(lambda found: str(words[found[1]]), text)
