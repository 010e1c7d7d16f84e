"""Imports of 100,000 rows: how fast, how much memory, what is reported; and with random kills, no row lost or doubled.

The importer is a process of its own (`tests.contracts.made_imports`), on SQLite with its usual settings.
"""

import asyncio
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.harness import Figure, figure
from crm_store.engine import Database
from crm_store.migrate import migrate
from hub.crm.imports import ImportCounts, ImportView, RowKind
from tests.contracts.made_imports import Desk
from tests.stores import House

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "100000"))
KILLS = 6
SEED = 6
SMALLEST_RATE = 500.0
MOST_MIB = 250.0

_FIRST = (
    *("Иван", "Пётр", "Мария", "Ольга", "Наталья", "Юлия", "Сергей", "Дмитрий"),
    *("Ayşe", "Mehmet", "Şükrü", "Işıl", "Gülşen", "Ömer", "Çağrı"),
    *("John", "Mary", "Ann", "Peter", "William", "Olga", "Natalya", "Yuliya", "Dmitry"),
)
_SYLLABLES = (
    *(
        "ба",
        "ве",
        "го",
        "ду",
        "жи",
        "зо",
        "ку",
        "ла",
        "ми",
        "но",
        "пе",
        "ра",
        "со",
        "ту",
        "фа",
        "хо",
        "ши",
        "щу",
    ),
    *("ka", "le", "mi", "no", "şa", "çe", "ğu", "ör", "ül", "ış"),
)


def sheet(rng: random.Random) -> tuple[str, dict[str, int]]:
    """The file, and how many of its rows repeat a number or are bad."""
    lines = ["ФИО;Телефон;Email;Компания;Метки", "Первый Клиент;+905320000000;;Company 0;new"]
    known = bad = 0
    for n in range(1, ROWS):
        name = f"{rng.choice(_FIRST)} {''.join(rng.choices(_SYLLABLES, k=3)).title()}"
        number, lot = f"+90532{n:07}", rng.random()
        if lot < 0.03:
            number, known = "0532 000 00 00", known + 1  # the first client's, written in another way
        elif lot < 0.04:
            number, bad = "нет номера", bad + 1
        lines.append(f"{name};{number};;Company {n % 500};new")
    return "\n".join(lines), {"known": known, "bad": bad}


async def _prepared(url: str, folder: Path, content: str) -> tuple[House, Desk, ImportView, Database]:
    database = await Database.open(url)
    await migrate(database)
    desk = Desk(await House(database=database).furnished(), folder)
    return desk.house, desk, await desk.start(await desk.bring(content)), database


def _worker(url: str, folder: Path, tenant: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.contracts.made_imports", url, str(folder), tenant]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def _worked(url: str, folder: Path, tenant: str, *, kill_after_s: float | None) -> float:
    """How long it worked; raises when it ended otherwise than it was meant to."""
    child = _worker(url, folder, tenant)
    assert child.stdout is not None
    child.stdout.readline()
    began = time.monotonic()
    try:
        code = child.wait(timeout=kill_after_s)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
    finally:
        child.stdout.close()
    if code not in {0, -signal.SIGKILL}:
        raise RuntimeError(f"the importer ended with {code}")
    return time.monotonic() - began


async def _measured(folder: Path, *, kills: int) -> tuple[float, ImportCounts, list[str]]:
    """Seconds of work, what became of the rows, and the lines of the report. Raises when a row is lost or doubled."""
    rng = random.Random(SEED)
    content, wanted = sheet(rng)
    url = f"sqlite+aiosqlite:///{folder}/hub.db"
    house, desk, view, database = await _prepared(url, folder / "imports", content)
    worked_s = 0.0
    for _ in range(kills):
        # as in a hub that dies: whatever it is doing then
        worked_s += await asyncio.to_thread(
            _worked, url, desk.folder, house.tenant_id, kill_after_s=rng.uniform(1.0, 6.0)
        )
    worked_s += await asyncio.to_thread(_worked, url, desk.folder, house.tenant_id, kill_after_s=None)
    done = await desk.store.one(desk.maria, view.id)
    persons = await house.count("persons")
    numbers = await house.rows("SELECT COUNT(*), COUNT(DISTINCT value) FROM identities")
    report = await desk.store.kept_rows(desk.maria, view.id, RowKind.MAYBE, after=0, limit=3)
    await database.close()
    counts = done.counts
    assert done.rows_done == done.rows_total == ROWS, done
    assert counts.bad == wanted["bad"], (counts, wanted)
    assert counts.updated + counts.skipped == wanted["known"], (counts, wanted)
    assert persons == counts.added == ROWS - wanted["known"] - wanted["bad"], (persons, counts)
    assert numbers[0][0] == numbers[0][1] == persons
    lines = [f"    row {r.number}: {r.name} may be {r.other_name} ({r.reason})" for r in report]
    return worked_s, counts, lines


def figures() -> list[Figure]:
    """Once without a kill, for rate and memory; once with kills at random."""
    with tempfile.TemporaryDirectory() as folder:
        worked_s, counts, lines = asyncio.run(_measured(Path(folder), kills=0))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_us = (used.ru_utime + used.ru_stime) / ROWS * 1e6
    peak_mib = used.ru_maxrss / 1024
    print(
        f"import of {ROWS} rows: {counts.added} added, {counts.updated} updated, {counts.skipped} left as they were,"
        f" {counts.bad} bad, {counts.maybe} may be somebody else; of those:"
    )
    print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        killed_s, again, _ = asyncio.run(_measured(Path(folder), kills=KILLS))
    return [
        figure("import.rows", ROWS / worked_s, "rows/s", at_least=SMALLEST_RATE),
        figure("import.cpu", cpu_us, "µs/row", note="of the processor, with the start of the process"),
        figure("import.peak", peak_mib, "MiB", at_most=MOST_MIB, note="the whole importing process"),
        figure(
            "import.killed",
            float(KILLS),
            "kills",
            note=f"{ROWS} rows, none lost or doubled, {killed_s:.0f} s; added {again.added}, may be {again.maybe}",
        ),
    ]
