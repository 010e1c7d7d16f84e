"""Letters in and replies out while the hub dies at each of its points of mail, and the server that takes its letters
hangs up, refuses, or is silent, at every stage: nothing is lost, nothing doubled, and nothing silent.

The short run is part of `make test`; MAIL_MANY=1 (`make mail`) is 1,000 replies and 50 deaths, with real times.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from hub.crashpoints import ALL
from tests.chaos.faults import Size
from tests.chaos.run import Run
from tests.chaos.test_chaos import SEED

MANY = os.environ.get("MAIL_MANY") == "1"
POINTS = tuple(sorted(p for p in ALL if p.startswith(("mail.", "outbound.", "desk.reply_"))))
STORM = Size(
    name="mail",
    visitors=0,
    agents=5,
    writers=8,
    mail_replies=100,
    server_faults=0.25,
    rounds=1,
    kill_each=5,
    points=POINTS,
    longest_life_s=2.0,
)
LONG = replace(STORM, name="mail, long", agents=9, writers=16, mail_replies=1000, rounds=3, extra_kills=26)
DEATHS = 50 if MANY else 8

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if MANY else 240)]


async def test_no_letter_and_no_reply_is_lost_doubled_or_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if MANY:
        monkeypatch.setenv("CHAOS_MAIL_TIMES", "real")
    with capsys.disabled():
        print(f"\nseed={SEED} folder={tmp_path}", flush=True)  # noqa: T201 - the counters are the result
        run = Run(SEED, LONG if MANY else STORM, tmp_path, quiet_within_s=300.0 if MANY else 90.0)
        report = await run.play()
        print(report.text(), flush=True)  # noqa: T201

    assert report.failed == []
    counters = {name: int(str(value)) for name, value in report.counters.items() if str(value).isdigit()}
    assert counters["faults_total"] >= DEATHS
    assert counters["mail_replies"] >= (LONG if MANY else STORM).mail_replies
    assert counters["mail_uncertain"] <= counters["mail_ambiguities"]
    assert counters["mail_ambiguities"] > 0, "the run missed the dangerous moments"
