"""An importer that is killed goes on where it was: no row is lost, none is taken twice, on both databases."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest

from hub.crashpoints import VARIABLE
from hub.crm.imports import BATCH_ROWS, ImportKind, ImportState
from tests.contracts.made_imports import Desk
from tests.nursery import born
from tests.stores import House

ROWS = BATCH_ROWS * 4 + 17
LIVES = 40


def sheet() -> str:
    """Each client once; every tenth row is the one before it again, every hundredth a bad one."""
    lines = ["Name;Phone"]
    for n in range(ROWS):
        number = "no number" if n % 100 == 99 else f"+90532{(n - (n % 10 == 9)):07}"
        lines.append(f"Client {n};{number}")
    return "\n".join(lines)


def companies() -> str:
    """Each organization once; every tenth row is the one before it again, by its domain or by its name; every hundredth
    has no domain in its column of domains."""
    lines = ["Company;Site"]
    for n in range(ROWS):
        name, domain = f"Company {n}", f"c{n}.test"
        if n % 20 == 9:
            domain = f"c{n - 1}.test"
        elif n % 20 == 19:
            name, domain = f"COMPANY {n - 1}", ""
        lines.append(f"{name};{'none' if n % 100 == 99 else domain}")
    return "\n".join(lines)


FILES = {
    ImportKind.PERSONS: (sheet, "persons"),
    ImportKind.ORGANIZATIONS: (companies, "organizations"),
}


@pytest.mark.parametrize(
    ("of", "seed"), [(ImportKind.PERSONS, 1), (ImportKind.PERSONS, 2), (ImportKind.ORGANIZATIONS, 3)]
)
async def test_killed_at_its_steps_and_between_them_every_row_is_taken_once(
    house: House, database_url: str, tmp_path: Path, of: ImportKind, seed: int
) -> None:
    desk, rng = Desk(house, tmp_path / "imports"), random.Random(seed)
    content, table = FILES[of]
    view = await desk.start(await desk.bring(content(), kind=of))
    killed = 0
    for _ in range(LIVES):
        point = rng.choice(["imports.before_commit", "imports.after_commit"])
        arming = {**os.environ, VARIABLE: f"{point}:{rng.randint(1, 2)}"}
        with (tmp_path / "killed.log").open("ab") as errors:
            child = await born(
                (
                    "-m",
                    "tests.contracts.made_imports",
                    database_url,
                    str(desk.folder),
                    house.tenant_id,
                ),
                arming,
                errors,
            )
        async with asyncio.timeout(60):
            code = await child.wait()
        killed += code == -signal.SIGKILL
        assert code in {0, -signal.SIGKILL}, (tmp_path / "killed.log").read_text()
        if code == 0:
            break
    done = await desk.taken(view)
    assert done.state is ImportState.DONE
    assert killed >= 2
    known = sum(n % 10 == 9 and n % 100 != 99 for n in range(ROWS))
    bad = ROWS // 100
    counts = done.counts
    assert (counts.added, counts.updated + counts.skipped, counts.bad) == (ROWS - known - bad, known, bad)
    assert counts.skipped == (0 if of is ImportKind.PERSONS else ROWS // 20 - ROWS // 100)
    assert done.rows_done == done.rows_total == ROWS
    rows = await house.rows(f"SELECT name FROM {table} WHERE tenant_id = $1", house.tenant_id)
    assert len(rows) == len({row[0] for row in rows}) == counts.added
    kept = await house.rows("SELECT number FROM import_rows WHERE import_id = $1 AND kind = 'bad'", view.id)
    assert sorted(row[0] for row in kept) == [n + 1 for n in range(ROWS) if n % 100 == 99]
