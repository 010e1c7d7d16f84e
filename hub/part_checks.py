"""Tests of single parts, for `touchline doctor` and for the status page alike: what is so, and what to do if it is
wrong."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from hub.ports.status import LEAST_FREE_BYTES, Finding, Health

OLDEST_CLOCK_YEAR = 2026
"""A clock before the year of this release is wrong."""

CLOCKS_APART_S = 2.0
"""Clocks of the hub and of its database that differ by more are worth a look."""

Values = Mapping[str, str | float]


def ok(part: str, text: str, *, code: str = "", values: Values | None = None) -> Finding:
    """All is well."""
    return Finding(health=Health.OK, part=part, text=text, code=code, values=values or {})


def warn(part: str, text: str, remedy: str, *, code: str = "", values: Values | None = None) -> Finding:
    """It works, but."""
    return Finding(health=Health.WARN, part=part, text=text, remedy=remedy, code=code, values=values or {})


def fail(part: str, text: str, remedy: str, *, code: str = "", values: Values | None = None) -> Finding:
    """It does not work."""
    return Finding(health=Health.FAIL, part=part, text=text, remedy=remedy, code=code, values=values or {})


def clock(now: datetime, others: datetime | None = None) -> list[Finding]:
    """The machine's clock, and beside it that of the database where it has one of its own."""
    shown = f"{now:%Y-%m-%d %H:%M:%S}"
    if now.year < OLDEST_CLOCK_YEAR:
        return [
            fail(
                "clock",
                f"it says {shown} UTC",
                "set the clock, and keep it set by NTP",
                code="clock_old",
                values={"time": shown},
            )
        ]
    apart_s = 0.0 if others is None else abs((others - now).total_seconds())
    if apart_s > CLOCKS_APART_S:
        return [
            warn(
                "clock",
                f"{shown} UTC; the database's clock is {apart_s:.0f} s apart",
                "keep both clocks set by NTP",
                code="clocks_apart",
                values={"time": shown, "seconds": round(apart_s)},
            )
        ]
    return [ok("clock", f"{shown} UTC", code="clock_ok", values={"time": shown})]


async def folder(data_dir: Path) -> list[Finding]:
    """The folder of everything the hub keeps: there, writable, durable, not full."""
    remedy = "make it writable for the hub's user, or set data_dir (HUB_DATA_DIR)"
    wanted, existing, is_folder = await asyncio.to_thread(_places, data_dir)
    if not is_folder:
        return [
            fail("data", f"{existing} is no folder", "set data_dir (HUB_DATA_DIR)", code="disk_unwritable")
        ]
    begun = time.perf_counter()
    try:
        await asyncio.to_thread(_write_durably, existing)
    except OSError as exc:
        return [
            fail("data", f"{existing}: {(exc.strerror or str(exc)).lower()}", remedy, code="disk_unwritable")
        ]
    took_ms = round((time.perf_counter() - begun) * 1000, 1)
    free_bytes = shutil.disk_usage(existing).free
    text = f"{wanted}, {free_bytes / 1024**3:.1f} GiB free, fsync works"
    values: Values = {"free_bytes": free_bytes, "ms": took_ms}
    if free_bytes < LEAST_FREE_BYTES:
        return [
            warn(
                "data",
                text,
                "free some space: a hub with a full disk refuses touches",
                code="disk_low",
                values=values,
            )
        ]
    text = text if existing == wanted else f"{text}; it will be made at the first start"
    return [ok("data", text, code="disk_ok", values=values)]


def sites(keys: Sequence[str], *, is_on: bool) -> list[Finding]:
    """Whether there is a site that clients can chat from."""
    if not is_on:
        return [ok("web chat", "switched off (channels.webchat.enabled)", code="chat_off")]
    if not keys:
        return [
            warn(
                "web chat",
                "there is no site yet",
                "without one nobody can chat: the first `touchline run` makes one",
                code="no_site",
            )
        ]
    listed = ", ".join(keys)
    return [ok("web chat", f"sites: {listed}", code="sites", values={"sites": listed})]


def recording_keys(sealed: Mapping[str, int], has: Callable[[str], bool]) -> list[Finding]:
    """Whether what was recorded can be heard: `sealed` counts recordings by the key that they are sealed with."""
    count, lost = sum(sealed.values()), sum(n for key, n in sealed.items() if not has(key))
    if lost:
        return [
            fail(
                "recordings",
                f"{lost} of {count} recordings cannot be heard: their key is not here",
                "put recordings.key of the backup back into data_dir, or name their key in recordings.key too"
                " (HUB_RECORDINGS__KEY, several with commas)",
                code="recordings_key_missing",
                values={"count": count, "lost": lost},
            )
        ]
    text = f"{count} kept, with their keys" if count else "none is kept yet"
    return [ok("recordings", text, code="recordings_ok", values={"count": count})]


def _places(data_dir: Path) -> tuple[Path, Path, bool]:
    """The folder, what of it exists so far, and whether that is a folder."""
    wanted = data_dir.absolute()
    existing = next((place for place in (wanted, *wanted.parents) if place.exists()), wanted)
    return wanted, existing, existing.is_dir()


def _write_durably(place: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=place, prefix=".doctor-") as probe:
        probe.write(b"touchline")
        probe.flush()
        os.fsync(probe.fileno())
