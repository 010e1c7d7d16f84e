"""After `make test` failed: were the tests that failed only in each other's way?

Tests of whole hubs run two at a time beside browsers and mail servers on two cores, with real clocks. One to three of
them that failed are run three times more, each time alone; a single failure there, a failure of any other test, or
more failures, and the run has failed. Those that pass are printed as unsteady: each is a bug, of the test or of the
hub, that somebody has to look for.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FAILED = Path(".pytest_cache/v/cache/lastfailed")
MAY_BE_UNSTEADY = ("tests/browser/", "tests/journeys/", "tests/chaos/")
MOST = 3
TIMES = 3
SOME_TESTS_FAILED = 1
"""pytest's exit status; any other is no matter of tests."""


def worth_it(status: int, failed: Sequence[str]) -> bool:
    """Whether what failed may have failed by what ran beside it."""
    return (
        status == SOME_TESTS_FAILED
        and 0 < len(failed) <= MOST
        and all(name.startswith(MAY_BE_UNSTEADY) for name in failed)
    )


def main(status: int) -> int:
    """The exit status of the whole run."""
    failed = sorted(json.loads(FAILED.read_text())) if FAILED.exists() else []
    if not worth_it(status, failed):
        return status
    for turn in range(1, TIMES + 1):
        sys.stdout.write(f"\nalone, {turn} of {TIMES}: {' '.join(failed)}\n")
        sys.stdout.flush()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *failed], check=False
        )
        if done.returncode:
            return done.returncode
    sys.stdout.write(
        "".join(f"UNSTEADY: {name} failed beside others and passed {TIMES} times alone\n" for name in failed)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
