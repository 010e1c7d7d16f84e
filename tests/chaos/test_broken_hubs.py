"""A chaos run finds what it is there to find: hubs with one deliberate mistake do not pass."""

from pathlib import Path

import pytest

from tests.chaos.faults import Crash, Fault, Kill, Size
from tests.chaos.run import QUIET_WITHIN_S, Run

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

SMALL = Size(name="proof", visitors=4, agents=2, rounds=0)
CALLED = Size(name="proof", visitors=1, agents=2, callers=6, callees=1, rounds=0)
TEXTED = Size(
    name="proof", visitors=0, agents=2, texters=6, telegram_replies=20, telegram_faults=0.3, rounds=0
)
DEAD_SOON = (Kill(after_s=1.5),) * 5
KEPT = Crash(point="calls.after_row", nth=4)
BEFORE_COMMIT = Crash(point="intake.after_insert_before_commit", nth=3)
BEFORE_ACK = Crash(point="intake.after_commit_before_ack", nth=3)
REPLIED = Crash(point="desk.reply_after_commit", nth=1)
# a hub that never comes to rest would be waited for in vain; a sound one needs 5 to 8 s, more on a busy machine
BROKEN_QUIET_WITHIN_S = 8.0


async def counters_of(mistake: str, folder: Path, *faults: Fault, size: Size = SMALL) -> dict[str, int]:
    """What a run of a hub with this mistake counts that must be 0, and is not."""
    program = ("-m", "tests.chaos.broken_hub", mistake) if mistake else ("-m", "tests.chaos.child")
    quiet_within_s = BROKEN_QUIET_WITHIN_S if mistake else QUIET_WITHIN_S
    report = await Run(7, size, folder, program=program, faults=faults, quiet_within_s=quiet_within_s).play()
    return {name: int(str(report.counters[name])) for name in report.failed}


async def test_a_sound_hub_passes(tmp_path: Path) -> None:
    assert await counters_of("", tmp_path, BEFORE_COMMIT, BEFORE_ACK, REPLIED) == {}


async def test_an_acknowledgement_before_the_commit_is_a_lost_touch(tmp_path: Path) -> None:
    found = await counters_of("ack_before_commit", tmp_path, BEFORE_COMMIT)

    assert found["touch_lost"] > 0
    assert found["touch_acked_not_durable"] > 0


async def test_a_store_that_takes_a_touch_twice_has_duplicates(tmp_path: Path) -> None:
    found = await counters_of("no_unique_index", tmp_path, BEFORE_ACK)

    assert found["touch_duplicated"] > 0


async def test_a_reply_whose_key_is_not_kept_is_doubled(tmp_path: Path) -> None:
    found = await counters_of("reply_key_ignored", tmp_path, REPLIED)

    assert found["reply_double"] > 0


async def test_a_reply_that_is_only_said_to_be_sent_is_silent(tmp_path: Path) -> None:
    found = await counters_of("sent_unsent", tmp_path)

    assert found["reply_silent"] > 0


async def test_offers_that_nobody_ends_are_late(tmp_path: Path) -> None:
    found = await counters_of("sweeper_off", tmp_path, Kill(after_s=6.0))

    assert found["offers_expired_late"] > 0
    assert found["invariant_violations"] > 0


async def test_calls_that_nobody_looks_after_are_stuck(tmp_path: Path) -> None:
    found = await counters_of("calls_forgotten", tmp_path, KEPT, size=CALLED)

    assert found["calls_stuck"] > 0


async def test_a_call_that_is_not_known_again_is_doubled(tmp_path: Path) -> None:
    # its caller must ask again while the next hub is there already: not after each death on a busy machine
    found = await counters_of("invite_never_the_same", tmp_path, *(KEPT,) * 5, size=CALLED)

    assert found["calls_doubled"] > 0


async def test_a_call_that_is_told_before_it_is_kept_is_lost(tmp_path: Path) -> None:
    found = await counters_of("told_before_kept", tmp_path, *DEAD_SOON, size=CALLED)

    assert found["calls_lost"] > 0


async def test_updates_that_are_confirmed_before_they_are_kept_are_lost(tmp_path: Path) -> None:
    found = await counters_of("confirmed_before_kept", tmp_path, *DEAD_SOON, size=TEXTED)

    assert found["telegram_lost"] > 0


async def test_a_reply_that_may_have_arrived_and_is_sent_again_is_doubled(tmp_path: Path) -> None:
    found = await counters_of("uncertain_sent_again", tmp_path, size=TEXTED)

    assert found["telegram_reply_double"] > 0


async def test_a_sound_hub_with_bots_passes(tmp_path: Path) -> None:
    assert await counters_of("", tmp_path, *DEAD_SOON, size=TEXTED) == {}
