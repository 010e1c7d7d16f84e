"""An import in a house, for the tests of it; and as a program, which takes what waits and may be killed at it.

`python -m tests.contracts.made_imports URL FOLDER TENANT` takes every import of the tenant, then says `done`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from crm_store.engine import Database
from crm_store.imports import Imports as SqlImports
from crm_store.store import Store
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.cluster.embedded.import_files import FolderImports
from hub.crm.importing import Imports
from hub.crm.imports import ImportKind, ImportState, ImportView, OnKnown
from hub.domain.access import Principal, Role
from hub.domain.ids import TenantId
from tests.stores import House

OVER = {ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED}


class Desk:
    """Where the clients of a house are imported."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self.maria = house.somebody(Role.MANAGER)
        self.store = SqlImports(house.store, encode=encode)
        self.files = FolderImports(folder)
        self.imports = Imports(self.store, self.files, house.clock, region="TR")

    async def bring(
        self,
        content: str | bytes,
        name: str = "clients.csv",
        kind: ImportKind = ImportKind.PERSONS,
        **how: str,
    ) -> ImportView:
        """Upload it."""
        raw = content.encode() if isinstance(content, str) else content

        async def pieces() -> AsyncIterator[bytes]:
            yield raw[: len(raw) // 2]
            yield raw[len(raw) // 2 :]

        return await self.imports.bring(self.maria, pieces(), kind=kind, name=name, **how)

    async def start(
        self, view: ImportView, mapping: Sequence[str] | None = None, on_known: OnKnown = OnKnown.UPDATE
    ) -> ImportView:
        """Queue it, with the guessed mapping unless another is given."""
        return await self.imports.start(self.maria, view.id, mapping or view.mapping, on_known)

    async def taken(self, view: ImportView) -> ImportView:
        """The importer works until this one has ended, and its file is gone when all of it was taken."""

        def is_kept() -> bool:
            return view.id in self.files.kept(datetime.max.replace(tzinfo=UTC))

        return await taken(self.imports, self.store, self.maria, view.id, is_kept=is_kept)

    async def imported(
        self,
        content: str | bytes,
        mapping: Sequence[str] | None = None,
        on_known: OnKnown = OnKnown.UPDATE,
        kind: ImportKind = ImportKind.PERSONS,
    ) -> ImportView:
        """Bring it, start it, wait for its end."""
        return await self.taken(await self.start(await self.bring(content, kind=kind), mapping, on_known))


async def taken(
    imports: Imports,
    store: SqlImports,
    principal: Principal,
    import_id: str,
    *,
    patience_s: float = 60.0,
    look_s: float = 0.01,
    is_kept: Callable[[], bool] = lambda: False,
) -> ImportView:
    """The importer works until this import has ended; one that is done, until `is_kept` says that its file is gone."""
    working = asyncio.create_task(imports.run(principal.tenant_id))
    try:
        async with asyncio.timeout(patience_s):
            while (view := await store.one(principal, import_id)).state not in OVER or (
                view.state is ImportState.DONE and is_kept()
            ):
                await asyncio.sleep(look_s)
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
    return view


async def _main(url: str, folder: str, tenant: str) -> None:
    database = await Database.open(url, pool_size=2)
    clock = SystemClock()
    store = SqlImports(Store(database, encode=encode, clock=clock), encode=encode)
    imports = Imports(store, FolderImports(Path(folder)), clock, region="TR")
    manager = Principal(tenant_id=TenantId(tenant), name="Maria", roles=frozenset({Role.MANAGER}))
    views, _ = await store.imports(manager, after="", limit=100)
    print("begun", flush=True)  # noqa: T201 - whoever kills it waits for this
    for view in views:
        if view.state not in OVER:
            await taken(imports, store, manager, view.id, patience_s=3_600.0, look_s=0.05)
    await database.close()
    print("done", flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
