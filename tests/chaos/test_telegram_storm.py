"""Updates in and replies out while the hub dies at each point that they pass, and Telegram says 429, 403, 409, 400 or
500, hangs up, or is silent, before the deed and after it: nothing is lost, nothing doubled, and nothing silent.

The short run is part of `make test`; TELEGRAM_FULL=1 is 1,000 replies and 50 deaths.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from hub.crashpoints import ALL
from tests.chaos.faults import Size
from tests.chaos.run import Run
from tests.chaos.test_chaos import SEED

FULL = os.environ.get("TELEGRAM_FULL") == "1"
# no bot of this run has a menu: tests/journeys/test_telegram_menu.py dies there
_ELSEWHERE = "telegram.after_buttons_before_note"
PASSED = tuple(
    sorted(p for p in ALL if p.startswith(("telegram.", "outbound.", "desk.")) and p != _ELSEWHERE)
)
ALSO_PASSED = tuple(
    sorted(p for p in ALL if p.startswith(("intake.", "relay.", "router.")) and p != "intake.after_ack")
)
"""By what comes in on any channel: the short runs of test_chaos.py die there. Only web chat acknowledges."""
STORM = Size(
    name="telegram",
    visitors=0,
    agents=5,
    texters=8,
    telegram_replies=100,
    telegram_faults=0.25,
    rounds=1,
    kill_each=5,
    points=PASSED,
    longest_life_s=2.0,
)
LONG = replace(
    STORM,
    name="telegram, long",
    agents=9,
    texters=16,
    telegram_replies=1000,
    points=PASSED + ALSO_PASSED,
    rounds=2,
    extra_kills=8,
)
DEATHS = 50 if FULL else 13

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1800 if FULL else 240)]


async def test_no_update_and_no_reply_is_lost_doubled_or_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = LONG if FULL else STORM
    with capsys.disabled():
        print(f"\nseed={SEED} folder={tmp_path}", flush=True)  # noqa: T201 - the counters are the result
        report = await Run(SEED, size, tmp_path, quiet_within_s=90.0).play()
        print(report.text(), flush=True)  # noqa: T201

    assert report.failed == []
    counters = {name: int(str(value)) for name, value in report.counters.items() if str(value).isdigit()}
    assert counters["faults_total"] >= DEATHS
    assert counters["telegram_replies"] >= size.telegram_replies
    assert counters["telegram_ambiguities"] > 0, "the run missed the dangerous moments"
    assert counters["telegram_refusals"] > 0, "Telegram refused nothing"
    assert counters["telegram_replies_long"] > 0, "no reply took two messages"
