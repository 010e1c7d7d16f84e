"""Files of imports are kept as long as somebody may go on with them, and no longer: on both databases."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hub.crm.imports import KEPT_AFTER_A_FAULT, KEPT_UNSTARTED, ORPHANED, ImportState
from hub.domain.errors import Conflict
from hub.ids import new_id
from tests.contracts.crm import Crm
from tests.contracts.made_imports import Desk
from tests.contracts.test_imports import SHEET, persons
from tests.stores import House


@pytest.fixture
def desk(crm: Crm, tmp_path: Path) -> Desk:
    return Desk(crm.house, tmp_path / "imports")


def breaking_at(desk: Desk, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """The store has a fault of ours when a batch is written for that time."""
    write, calls = desk.store.write, []

    async def broken(*args: Any) -> int | None:
        calls.append(args)
        if len(calls) == call:
            raise ZeroDivisionError
        return await write(*args)

    monkeypatch.setattr(desk.store, "write", broken)


MANY = "Name;Email\n" + "".join(f"Client {n};c{n}@example.org\n" for n in range(450))


async def test_a_fault_of_ours_keeps_the_file_and_started_again_it_goes_on_where_it_stands(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await desk.bring(MANY)
    breaking_at(desk, monkeypatch, 2)
    broken = await desk.taken(await desk.start(view))
    assert (broken.state, broken.problem, broken.rows_done) == (ImportState.FAILED, "internal", 200)
    assert broken.ended_at is not None
    assert len(list(desk.folder.iterdir())) == 1

    again = await desk.start(view)
    assert (again.state, again.problem, again.ended_at, again.rows_done) == (
        ImportState.QUEUED,
        "",
        None,
        200,
    )
    done = await desk.taken(again)
    assert (done.state, done.rows_done, done.counts.added) == (ImportState.DONE, 450, 450)
    assert len(await persons(desk)) == 450
    assert list(desk.folder.iterdir()) == []
    with pytest.raises(Conflict):
        await desk.start(view)
    reasons = await desk.house.rows(
        "SELECT reason FROM audit_log WHERE tenant_id = $1 ORDER BY number", desk.house.tenant_id
    )
    assert [row[0] for row in reasons] == ["brought", "started", "internal", "resumed", "done"]


async def test_one_that_failed_by_a_fault_of_ours_can_be_given_up_with_its_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await desk.bring(SHEET)
    breaking_at(desk, monkeypatch, 1)
    await desk.taken(await desk.start(view))
    assert (await desk.imports.cancel(desk.maria, view.id)).state is ImportState.CANCELLED
    assert list(desk.folder.iterdir()) == []
    for again in (desk.imports.cancel(desk.maria, view.id), desk.start(view)):
        with pytest.raises(Conflict):
            await again


async def test_a_file_that_nobody_goes_on_with_is_kept_for_a_month(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await desk.bring(SHEET)
    breaking_at(desk, monkeypatch, 1)
    await desk.taken(await desk.start(view))
    desk.house.clock.advance(KEPT_AFTER_A_FAULT.total_seconds())
    await desk.imported(SHEET)
    assert (await desk.store.one(desk.maria, view.id)).problem == "internal"
    assert len(list(desk.folder.iterdir())) == 1

    desk.house.clock.advance(1)
    working = asyncio.create_task(desk.imports.run(desk.house.tenant_id))
    async with asyncio.timeout(10):
        while (await desk.store.one(desk.maria, view.id)).problem == "internal" or list(
            desk.folder.iterdir()
        ):
            await asyncio.sleep(0.01)
    working.cancel()
    gone = await desk.store.one(desk.maria, view.id)
    assert (gone.state, gone.problem, gone.expires_at) == (ImportState.FAILED, "file_gone", None)
    assert list(desk.folder.iterdir()) == []
    with pytest.raises(Conflict) as over:
        await desk.start(view)
    assert over.value.stable_code == "import_over"


async def swept(desk: Desk, until: Callable[[], Awaitable[bool]]) -> None:
    """The importer looks after what waits, until that is so."""
    working = asyncio.create_task(desk.imports.run(desk.house.tenant_id))
    async with asyncio.timeout(10):
        while not await until():
            await asyncio.sleep(0.01)
    working.cancel()


async def test_a_file_that_nobody_starts_is_kept_for_a_week_and_that_it_is_gone_is_said_and_audited(
    desk: Desk,
) -> None:
    view = await desk.bring(SHEET)
    assert view.expires_at == view.created_at + KEPT_UNSTARTED
    desk.house.clock.advance(KEPT_UNSTARTED.total_seconds())
    await desk.imported(SHEET)
    assert (await desk.store.one(desk.maria, view.id)).state is ImportState.READY
    assert len(list(desk.folder.iterdir())) == 1

    desk.house.clock.advance(1)

    async def is_over() -> bool:
        return not list(desk.folder.iterdir())

    await swept(desk, is_over)
    gone = await desk.store.one(desk.maria, view.id)
    assert (gone.state, gone.problem, gone.expires_at) == (ImportState.CANCELLED, "not_started", None)
    assert gone.ended_at == desk.house.clock.now()
    rows = await desk.house.rows(
        "SELECT actor, reason FROM audit_log WHERE tenant_id = $1 AND object = $2 ORDER BY number",
        desk.house.tenant_id,
        view.id,
    )
    assert [tuple(row) for row in rows] == [(desk.maria.name, "brought"), ("system", "not_started")]
    for again in (desk.start(view), desk.imports.cancel(desk.maria, view.id)):
        with pytest.raises(Conflict) as over:
            await again
        assert over.value.stable_code == "import_over"


async def test_a_file_that_no_import_needs_is_removed_after_a_day_and_no_other(
    desk: Desk, tmp_path: Path
) -> None:
    theirs = Desk(
        await House(database=desk.house.database, clock=desk.house.clock).furnished(), tmp_path / "imports"
    )
    kept = {f"{(await one.bring(SHEET)).id}.in" for one in (desk, theirs)}
    left, fresh = desk.folder / f"{new_id()}.in", desk.folder / f"{new_id()}.in"
    day_ago = (desk.house.clock.now() - ORPHANED).timestamp()
    for path in (left, fresh):
        path.write_text("left by a process that died")
    for path in desk.folder.iterdir():
        os.utime(path, (day_ago - 1, day_ago - 1))
    os.utime(fresh, (day_ago, day_ago))

    async def is_over() -> bool:
        return not left.exists()

    await swept(desk, is_over)
    assert {path.name for path in desk.folder.iterdir()} == kept | {fresh.name}
