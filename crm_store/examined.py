"""A test of the database, for `touchline doctor` and for the status page."""

import time

from crm_store.engine import Database
from crm_store.migrate import HEAD, revision_of
from hub.domain.errors import Unavailable
from hub.part_checks import fail, ok, warn
from hub.ports.status import Finding


async def examined(database: Database, shown: str) -> list[Finding]:
    """An open database: it answers, keeps what it acknowledges, and is at this release's revision."""
    begun = time.perf_counter()
    try:
        weak = await database.weak_settings()
        there = await revision_of(database)
        await database.take_a_turn()
    except Unavailable as exc:
        return [fail("store", f"{shown}: {exc}", "see the database's log", code="store_down")]
    took_ms = round((time.perf_counter() - begun) * 1000, 1)
    if weak:
        settings = ", ".join(weak)
        return [
            fail(
                "store",
                f"{shown} runs with {settings}",
                "change the database's setting: what is acknowledged could be lost",
                code="store_weak",
                values={"settings": settings},
            )
        ]
    if there != HEAD:
        return [
            warn(
                "store",
                f"{shown} is at revision {there or 'none'}, not {HEAD}",
                "touchline migrate",
                code="store_revision",
                values={"there": there or "–", "wanted": HEAD},
            )
        ]
    return [
        ok(
            "store",
            f"{shown}, durable, revision {HEAD}",
            code="store_ok",
            values={"revision": HEAD, "ms": took_ms},
        )
    ]
