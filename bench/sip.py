"""What a call costs: the user agent beside Kamailio with one worker, sipp calling both in turn.

A server stands on one core and sipp on another. A call is INVITE, 180, 200, ACK, BYE, 200. A rate is clean when no call
failed and at most one in 200 messages was sent again. CPU is that of the server alone, at a rate that both bear.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import IO

from bench.harness import Compared, Figure, cpu_s, figure
from tests.ports import free_port
from tests.servers.kamailio import MODULES, PATH
from tests.servers.sipp import DEFAULTS, SCENARIOS, filled

ANSWERED_PER_S, ANSWERED_MS = 1_000.0, 0.25
PASSED_PER_S = 400.0
RATES = (200, 400, 600, 800, 1_000, 1_200, 1_600, 2_000)
SAME_RATE = 400
_STEP_S = 4.0
_ROUNDS = 3
_ANSWERING = """\
#!KAMAILIO
debug=0
log_stderror=yes
children=1
listen=udp:127.0.0.1:{port}
disable_tcp=yes
mpath="{modules}"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
request_route {{
  if (is_method("ACK")) {{ t_check_trans(); exit; }}
  if (is_method("INVITE")) {{
    t_newtran(); t_reply("180", "Ringing");
    append_to_reply("Contact: <sip:uas@127.0.0.1:{port}>\\r\\n"); t_reply("200", "OK"); exit;
  }}
  sl_send_reply("200", "OK");
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One run of sipp."""

    rate: int
    calls: int
    good: int
    failed: int
    again: int
    cpu_ms: float

    @property
    def is_clean(self) -> bool:
        """Whether the server bore it."""
        return self.failed == 0 and self.good == self.calls and self.again <= self.calls / 200


class Failed(Exception):
    """What is measured does not run, or not as it should: there is no figure."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: where, its processes, and what it complains of."""

    name: str
    port: int
    pids: Callable[[], Sequence[int]]
    process: subprocess.Popen[bytes]
    complaints: Path

    def must_be_well(self) -> None:
        """Raises Failed for one that has ended, and for one that wrote what only faults make it write."""
        code = self.process.poll()
        said = self.complaints.read_text(errors="replace")
        if code is not None or "Traceback" in said:
            what = "wrote an error" if code is None else f"ended with {code}"
            raise Failed(f"{self.name} {what}:\n{said[:4_000]}")


def figures() -> list[Figure]:
    """All of this part; none where sipp or Kamailio is missing."""
    if (
        shutil.which("sipp") is None
        or shutil.which("kamailio", path=f"{os.environ['PATH']}:/usr/sbin") is None
    ):
        print("bench sip: not run, sipp or Kamailio is not installed (make peers)")
        return []
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        answering = stack.enter_context(_ours(folder, "answer"))
        kamailio = stack.enter_context(_kamailio(folder, _ANSWERING))
        alone = _both(folder, answering, kamailio, "sip answered calls", ANSWERED_PER_S, ANSWERED_MS)
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        called = stack.enter_context(_called(folder))
        passing = stack.enter_context(_ours(folder, "pass", str(called)))
        proxy = stack.enter_context(_kamailio(folder, PATH, next_hop=f"127.0.0.1:{called}"))
        passed = _both(folder, passing, proxy, "sip passed-on calls", PASSED_PER_S, None)
    return [*alone, *passed]


def _both(
    folder: Path, ours: Server, theirs: Server, name: str, per_s: float, ms: float | None
) -> list[Figure]:
    best_ours, best_theirs = _best(folder, ours), _best(folder, theirs)
    best = Compared()
    best.add(best_ours, best_theirs or 1)
    cost = Compared()
    for _ in range(_ROUNDS):
        legs = [_cost(folder, one) for one in (theirs, ours, ours, theirs)]
        cost.add((legs[1] + legs[2]) / 2, (legs[0] + legs[3]) / 2)
    top = f"to Kamailio's {best_theirs:g}, highest tried {RATES[-1]}"
    return [
        figure(f"{name}, clean", best, "calls/s", at_least=per_s, note=top),
        figure(f"{name}, CPU of one at {SAME_RATE}/s", cost, "ms", at_most=ms, note="to Kamailio's"),
    ]


def _cost(folder: Path, server: Server) -> float:
    """The CPU of one call in ms. Raises Failed where calls failed: what failed cost less than what it should."""
    step = _step(folder, server, SAME_RATE)
    if step.failed > step.calls / 100 or not step.cpu_ms:
        raise Failed(f"{server.name} did not bear {SAME_RATE} calls a second: {step}")
    return step.cpu_ms


def _best(folder: Path, server: Server) -> float:
    """The highest clean rate; after two that are not, no more are tried."""
    best, bad = 0.0, 0
    for rate in RATES:
        if _step(folder, server, rate).is_clean:
            best, bad = float(rate), 0
        else:
            bad += 1
            if bad == 2:
                break
    return best


def _step(folder: Path, server: Server, rate: int) -> Step:
    calls = int(rate * _STEP_S)
    stat = folder / "step.csv"
    stat.unlink(missing_ok=True)
    before_s = cpu_s(server.pids())
    scenario = _scenario(folder, "caller")
    command = [
        *_on(1),
        "sipp",
        "-sf",
        str(scenario),
        f"127.0.0.1:{server.port}",
        "-i",
        "127.0.0.1",
        "-t",
        "u1",
    ]
    command += ["-p", str(free_port()), "-r", str(rate), "-m", str(calls), "-l", "30000", "-nostdin"]
    command += ["-max_socket", "60000", "-trace_stat", "-stf", str(stat), "-fd", "1"]
    # a call that is stuck is a failed one, and ends the step
    command += ["-recv_timeout", "8000", "-timeout", f"{_STEP_S + 12:g}s"]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=90)
    with stat.open(newline="") as lines:
        last = [row for row in csv.DictReader(lines, delimiter=";") if row.get("TotalCallCreated")][-1]
    used_s = cpu_s(server.pids()) - before_s
    server.must_be_well()
    sleep(0.2)
    return Step(
        rate=rate,
        calls=calls,
        good=int(last["SuccessfulCall(C)"]),
        failed=int(last["FailedCall(C)"]),
        again=int(last["Retransmissions(C)"]),
        cpu_ms=1000 * used_s / calls,
    )


def _scenario(folder: Path, name: str) -> Path:
    path = folder / f"{name}.xml"
    words = {**DEFAULTS, "talk_ms": 0, "ring_ms": 1}
    path.write_text(filled((SCENARIOS / f"{name}.xml").read_text(), words))
    return path


@contextmanager
def _ours(folder: Path, *arguments: str) -> Iterator[Server]:
    command = [*_on(0), sys.executable, "-m", "bench.sip_side", *arguments]
    complaints = folder / "ours.err"
    with complaints.open("wb") as err, _child(command, stdout=subprocess.PIPE, stderr=err) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise Failed(f"the user agent did not start:\n{complaints.read_text(errors='replace')[:4_000]}")
        yield Server("the user agent", int(said), lambda: [process.pid], process, complaints)


@contextmanager
def _kamailio(folder: Path, config: str, **words: str) -> Iterator[Server]:
    port = free_port()
    path = folder / "kamailio.cfg"
    filled = {
        "ip": "127.0.0.1",
        "port": port,
        "children": 1,
        "domain": "bench.test",
        "modules": f"{MODULES}/",
    }
    path.write_text(config.format(**filled, **words))
    program = shutil.which("kamailio", path=f"{os.environ['PATH']}:/usr/sbin")
    command = [*_on(0), str(program), "-f", str(path), "-DD", "-E", "-m", "256", "-Y", str(folder)]
    complaints = folder / "kamailio.err"
    with (
        complaints.open("wb") as err,
        _child([*command, "-P", str(folder / "pid")], stderr=err) as process,
    ):
        sleep(1.5)
        yield Server("Kamailio", port, lambda: _tree(process.pid), process, complaints)


@contextmanager
def _called(folder: Path) -> Iterator[int]:
    port = free_port()
    path = _scenario(
        folder, "called"
    )  # it copies Record-Route, which the one that sipp brings along does not
    command = [*_on(1), "sipp", "-sf", str(path), "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
    with _child(command):
        sleep(0.3)
        yield port


@contextmanager
def _child(
    command: Sequence[str], *, stdout: int = subprocess.DEVNULL, stderr: int | IO[bytes] = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _tree(pid: int) -> list[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo += children.get(one, [])
    return found


def _on(core: int) -> list[str]:
    """A core of its own, where there are two."""
    has_two = (os.cpu_count() or 1) > 1 and shutil.which("taskset") is not None
    return ["taskset", "-c", str(core)] if has_two else []
