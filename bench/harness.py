"""What all figures have in common: rounds that compare like with like, CPU time, and how a result is told.

A figure that has a raw ceiling is measured beside it: raw, ours, ours, raw, at least five times over, so that
whatever else the machine does meets both. The ratio is the median of the rounds' ratios, and CPU time per
operation is told where it can be: both hold on a busy machine, where rates do not.
"""

import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NotRequired, TypedDict

RESULTS = Path(__file__).with_name("results")
ROUNDS = 5


class Figure(TypedDict):
    """One line of the results. `ratio` is to the raw ceiling in the same run, 0 where there is none.

    `least` and `most` are the extremes of the rounds' ratios, `load` is the machine's load average at the end,
    `note` says what the numbers do not.
    """

    name: str
    value: float
    unit: str
    ratio: float
    target: str
    ok: bool
    least: NotRequired[float]
    most: NotRequired[float]
    load: NotRequired[float]
    note: NotRequired[str]


@dataclass(slots=True)
class Compared:
    """What the rounds gave: the mean of the two legs of each, for us and for the raw ceiling."""

    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)

    def add(self, ours: float, raw: float) -> None:
        """One round."""
        self.ours.append(ours)
        self.raw.append(raw)

    @property
    def ratios(self) -> list[float]:
        """Ours to raw, round by round."""
        return [ours / raw for ours, raw in zip(self.ours, self.raw, strict=True)]


def figure(
    name: str,
    value: float | Compared,
    unit: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    of_ratio: bool = False,
    note: str = "",
) -> Figure:
    """The line of a figure. The bound is of its ratio or of its value; without one it is told only."""
    compared = value if isinstance(value, Compared) else Compared()
    shown = statistics.median(value.ours) if isinstance(value, Compared) else value
    ratios = compared.ratios
    ratio = statistics.median(ratios) if ratios else 0.0
    judged = ratio if of_ratio else shown
    bound = at_least if at_least is not None else at_most
    sign = "≥" if at_least is not None else "≤"
    line = Figure(
        name=name,
        value=_rounded(shown),
        unit=unit,
        ratio=_rounded(ratio),
        target="" if bound is None else f"{'ratio ' * of_ratio}{sign} {bound:g}",
        ok=(at_least is None or judged >= at_least) and (at_most is None or judged <= at_most),
        load=round(os.getloadavg()[0], 2),
    )
    if ratios:
        line["least"], line["most"] = _rounded(min(ratios)), _rounded(max(ratios))
    if note:
        line["note"] = note
    return line


def _rounded(value: float) -> float:
    return round(value, 3 if abs(value) < 10 else 1)


async def interleaved(
    raw: Callable[[], Awaitable[float]], ours: Callable[[], Awaitable[float]], *, rounds: int = ROUNDS
) -> Compared:
    """Legs in the order raw, ours, ours, raw, so many times."""
    compared = Compared()
    for _ in range(rounds):
        legs = [await raw(), await ours(), await ours(), await raw()]
        compared.add((legs[1] + legs[2]) / 2, (legs[0] + legs[3]) / 2)
    return compared


def cpu_s(pids: Sequence[int]) -> float:
    """CPU seconds these processes have used so far, all threads; one that is gone counts nothing."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def uss_bytes(pid: int) -> int:
    """Memory that is this process's alone (Linux)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` percent of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


def told(line: Figure) -> str:
    """`name value unit ratio target pass|fail`, and what else there is to say."""
    verdict = "-" if not line["target"] else "pass" if line["ok"] else "fail"
    ratio = f"{line['ratio']:g}" if line["ratio"] else "-"
    extremes = f"  ({line['least']:g}–{line['most']:g})" if "least" in line and "most" in line else ""
    words = f"{line['name']:<44} {line['value']:>10g} {line['unit']:<10} {ratio:>7} "
    return f"{words}{line['target'] or '-':<14} {verdict}{extremes}{'  ' * ('note' in line)}{line.get('note', '')}"


def keep(figures: Sequence[Figure], began: float) -> Path:
    """Write what was measured to `results/<date>.json`; the file."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"{now:%Y-%m-%dT%H%M%S}.json"
    kept = {
        "at": now.isoformat(timespec="seconds"),
        "took_s": round(time.monotonic() - began, 1),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "figures": figures,
    }
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    return path
