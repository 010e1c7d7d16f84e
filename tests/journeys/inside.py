"""A whole hub in this process, on a temporary SQLite store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from crm_store.store import Store
from hub.app import serve
from hub.settings import ChannelSettings, HttpSettings, RoutingSettings, SecuritySettings, Settings
from hub.started import Started
from tests.hubs import Floor
from tests.seeding import seed


@asynccontextmanager
async def hub_inside(folder: Path, floor: Floor, routing: RoutingSettings) -> AsyncIterator[str]:
    """The URL of a hub with that floor, while the block lasts."""
    settings = Settings(
        data_dir=folder,
        http=HttpSettings(port=0),
        security=SecuritySettings(password_memory_kib=8 * 1024, password_passes=1),
        routing=routing,
        channels=ChannelSettings.model_validate(
            {"webchat": {"exempt_addresses": ("127.0.0.0/8",)}, "sip": {"port": 0}}
        ),
    )

    async def prepare(store: Store) -> None:
        await seed(store, settings, floor)

    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    hub = asyncio.create_task(serve(settings, on_ready=ready.set_result, stop=stop, prepare=prepare))
    await asyncio.wait({hub, ready}, return_when=asyncio.FIRST_COMPLETED)
    if hub.done():
        hub.result()
    started: Started = ready.result()
    try:
        yield started.url
    finally:
        stop.set()
        await hub
