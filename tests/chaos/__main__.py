"""`python -m tests.chaos [--full] [--postgres] [--replay SEED] [--keep FOLDER]`: one run, and its counters."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.faults import FULL, FULL_POSTGRES, SHORT, SHORT_POSTGRES
from tests.chaos.run import Run
from tests.postgres import fresh_postgres, postgres_server


async def _play(seed: int, folder: Path, *, is_full: bool, server: str) -> bool:
    if not server:
        report = await Run(seed, FULL if is_full else SHORT, folder).play()
    else:
        async with fresh_postgres(server) as url:
            size = FULL_POSTGRES if is_full else SHORT_POSTGRES
            report = await Run(seed, size, folder, store_url=url).play()
    sys.stdout.write(report.text() + "\n")
    return not report.failed


def main() -> int:
    """The exit code: 0 when everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the long run")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL")
    parser.add_argument("--replay", type=int, metavar="SEED", help="the schedule of an earlier run")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep data, ledger and log there")
    asked = parser.parse_args()
    seed = secrets.randbelow(2**32) if asked.replay is None else asked.replay
    sys.stdout.write(f"seed={seed}\n")
    sys.stdout.flush()
    with ExitStack() as stack:
        folder = asked.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="touchline-chaos-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        server = stack.enter_context(postgres_server()) if asked.postgres else ""
        return 0 if asyncio.run(_play(seed, folder, is_full=asked.full, server=server)) else 1


if __name__ == "__main__":
    sys.exit(main())
