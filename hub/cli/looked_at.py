"""Which hub `touchline doctor` looks at: its folder, its store, and the process that works on them."""

import asyncio
import tempfile
from pathlib import Path

import aiohttp
from sqlalchemy.engine import make_url

from hub.cli.address import address_of
from hub.effective_settings import Effective
from hub.only_one import who_works_on
from hub.part_checks import ok, warn
from hub.ports.status import Finding
from hub.settings import Settings

_ANSWER_WITHIN_S = 3.0

DEMO_PREFIX = "touchline-demo-"
"""What the folder of a demo that is not kept begins with, among the temporary ones."""


def opening(effective: Effective) -> list[str]:
    """The first lines: what is looked at, where that is said, and how to look at something else."""
    settings, origins = effective.settings, effective.origins
    url = make_url(settings.store_url).render_as_string(hide_password=True)
    folder, of_folder = settings.data_dir.absolute(), origins.get("data_dir", "the default")
    of_store = origins.get("store.url", "the default, in the data folder")
    return [
        f"Looking at the data folder {folder} (data_dir: {of_folder})",
        f"and the store {url} (store.url: {of_store}).",
        "Another hub: HUB_DATA_DIR=FOLDER touchline doctor, or touchline doctor -c FILE.",
    ]


async def running_hub(settings: Settings) -> list[Finding]:
    """Who works on this folder; where nobody does, the demos that run on this machine and work on others."""
    found = await asyncio.to_thread(_on_folder, settings.data_dir)
    if found:
        return found
    if settings.http.port and settings.is_embedded:
        address = address_of(settings.http)
        status, text = await readiness(address)
        if status == 503 or (status, text) == (200, "ready"):
            return [
                warn(
                    "hub",
                    f"none works on this folder; the one at {address} works on another",
                    "to look at that one: HUB_DATA_DIR=FOLDER touchline doctor, or its settings by -c FILE",
                )
            ]
    return [ok("hub", "none works on this folder now")]


async def readiness(address: str) -> tuple[int, str]:
    """Status and text of what answers `/readyz` there; (0, "") when it is no HTTP."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_WITHIN_S)) as client,
            client.get(f"{address}/readyz") as answer,
        ):
            return answer.status, (await answer.text())[:60].strip()
    except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
        return 0, ""


def _on_folder(folder: Path) -> list[Finding]:
    process = who_works_on(folder)
    if process is not None:
        return [ok("hub", f"process {process or '?'} works on this folder")]
    demos = [
        other.parent
        for other in sorted(Path(tempfile.gettempdir()).glob(f"{DEMO_PREFIX}*/hub.lock"))
        if who_works_on(other.parent) is not None
    ]
    return [
        warn(
            "hub",
            f"none works on this folder; a demo works on {demo}",
            f"to look at that one: HUB_DATA_DIR={demo} touchline doctor",
        )
        for demo in demos
    ]
