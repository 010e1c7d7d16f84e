"""A hub that is killed again and again loses nothing, doubles nothing, misorders nothing, and leaves nothing stuck.

The short run is part of `make test`, the long one is `make chaos` (CHAOS_FULL=1). CHAOS_SEED repeats the schedule
of an earlier run, as `python -m tests.chaos --replay SEED` does.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.chaos.faults import FULL, FULL_POSTGRES, SHORT, SHORT_POSTGRES, Size
from tests.chaos.report import Report
from tests.chaos.run import Run

IS_FULL = os.environ.get("CHAOS_FULL") == "1"
SEED = int(os.environ.get("CHAOS_SEED") or datetime.now(UTC).toordinal())

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800 if IS_FULL else 600)]


async def report_of(
    size: Size, folder: Path, capsys: pytest.CaptureFixture[str], *, store_url: str = ""
) -> Report:
    """The report of a run, shown whatever becomes of the test."""
    with capsys.disabled():
        print(f"\nseed={SEED} folder={folder}", flush=True)  # noqa: T201 - the counters are the result
        report = await Run(SEED, size, folder, store_url=store_url).play()
        print(report.text(), flush=True)  # noqa: T201
    return report


async def test_nothing_is_lost_on_sqlite_whenever_the_hub_dies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = await report_of(FULL if IS_FULL else SHORT, tmp_path, capsys)

    assert report.failed == []
    assert int(str(report.counters["touch_unacked_stored"])) > 0, "the run missed the dangerous moments"


@pytest.mark.pg
async def test_nothing_is_lost_on_postgresql_whenever_the_hub_dies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pg_url: str
) -> None:
    report = await report_of(FULL_POSTGRES if IS_FULL else SHORT_POSTGRES, tmp_path, capsys, store_url=pg_url)

    assert report.failed == []
    assert int(str(report.counters["touch_unacked_stored"])) > 0, "the run missed the dangerous moments"
