"""The live wallboard: 500 agents, 50 queues, 200 events a second, 20 supervisors' windows, one of them in Chromium.

`HUB_BENCH_WALLBOARD_S` shortens the ten minutes for tries. CPU is of the hub's process; of the page, its main
thread, and its process with all threads.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bench.harness import Figure, cpu_s, figure, uss_bytes
from bench.wallboard_hub import Setup
from tests.clients import Agent, FrameSocket, open_agent_socket
from tests.ports import free_port

RUN_S = float(os.environ.get("HUB_BENCH_WALLBOARD_S", "600"))
WINDOWS = 20
_WARM_S = 5.0
CHROMIUM = "/usr/bin/chromium"
_PING_S = 5.0
_MAY_GROW_MIB = 4.0
"""The day itself grows: a quarter hour a queue."""


def figures() -> list[Figure]:
    """Frames and bytes a window, the hub's CPU with and without windows, the page's CPU and growth."""
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(data_dir=f"{folder}/data", port=free_port())
        async with running_hub(setup) as (process, url), Agent(url, "sofia") as sofia:
            await asyncio.sleep(_WARM_S)
            before, at = cpu_s([process.pid]), time.monotonic()
            await asyncio.sleep(_WARM_S * 2)
            idle = (cpu_s([process.pid]) - before) / (time.monotonic() - at)
            windows = [_Watching() for _ in range(WINDOWS)]
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(window.watch(sofia)) for window in windows]
                await asyncio.sleep(_WARM_S)
                for window in windows:
                    window.frames = window.sent_bytes = 0
                before, at = cpu_s([process.pid]), time.monotonic()
                had = uss_bytes(process.pid)
                page = await _page(url, RUN_S)
                took_s = time.monotonic() - at
                busy = (cpu_s([process.pid]) - before) / took_s
                grown = uss_bytes(process.pid) - had
                frames = max(window.frames for window in windows) / took_s
                sent = sum(window.sent_bytes for window in windows) / WINDOWS / took_s
                for task in tasks:
                    task.cancel()
    size = f"{setup.agents} agents, {setup.queues} queues, {setup.events_per_s} events/s"
    note = f"{size}, {WINDOWS} windows, {took_s:.0f} s"
    return [
        figure("wallboard_frames", frames, "frames/s a window", at_most=2.0, note=note),
        figure("wallboard_bytes", sent / 1024, "KiB/s a window", note="frames of the floor only"),
        figure("wallboard_hub_cpu", 100 * busy, "% of a core", note="with the windows"),
        figure(
            "wallboard_hub_cpu_unwatched", 100 * idle, "% of a core", note="the same events, nobody watches"
        ),
        figure("wallboard_hub_growth", grown / 2**20, "MiB", note="its own memory; open work and ended ids"),
        *page,
    ]


class _Watching:
    """One window that counts what it is sent."""

    def __init__(self) -> None:
        self.frames = 0
        self.sent_bytes = 0

    async def watch(self, agent: Agent) -> None:
        socket = await open_agent_socket(agent.url, agent.cookie, origin=agent.url)
        await socket.send({"kind": "hello", "last_seq": None, "stream": ""})
        await socket.send({"kind": "watch_floor", "on": True})
        async with asyncio.TaskGroup() as group:
            group.create_task(_ping(socket))
            while True:
                frame = await socket.connection.recv()
                if b'"kind":"floor_changed"' in (frame if isinstance(frame, bytes) else frame[:80].encode()):
                    self.frames += 1
                    self.sent_bytes += len(frame)


async def _ping(socket: FrameSocket) -> None:
    while True:
        await asyncio.sleep(_PING_S)
        await socket.send({"kind": "ping"})


async def _page(url: str, for_s: float) -> list[Figure]:
    """The floor in Chromium for so long, then the wall for a tenth of it; without one, only the time passes."""
    if not Path(CHROMIUM).exists():
        await asyncio.sleep(for_s)
        return []
    from playwright.async_api import async_playwright

    from tests.browser.conftest import ARGUMENTS
    from tests.browser.people import sign_in

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(60_000)
        await sign_in(page, url, "sofia")
        await page.locator(".tiles").wait_for()
        screen = Screen(
            await page.context.new_cdp_session(page), await browser.new_browser_cdp_session(), page
        )
        await screen.begin()
        await asyncio.sleep(_WARM_S)
        floor = await screen.over(for_s)
        await page.keyboard.press("f")
        await page.locator(".wall").wait_for()
        await asyncio.sleep(_WARM_S)
        wall = await screen.over(max(10.0, for_s / 10))
        await browser.close()
    lasted = f"after {floor.lasted_s:.0f} s, collected"
    return [
        figure("wallboard_page_cpu", floor.main, "% of a core", at_most=50.0, note="main thread of the page"),
        figure(
            "wallboard_page_process_cpu",
            floor.process,
            "% of a core",
            at_most=50.0,
            note="all threads of the page's process",
        ),
        figure(
            "wallboard_page_long_tasks", floor.long_tasks, "tasks", note="longer than 50 ms, by the clock"
        ),
        figure("wallboard_wall_cpu", wall.main, "% of a core", at_most=50.0, note="main thread, full screen"),
        figure(
            "wallboard_page_growth",
            floor.grown_bytes / 2**20,
            "MiB",
            at_most=_MAY_GROW_MIB,
            note=f"JavaScript heap {lasted}",
        ),
        figure("wallboard_page_nodes", floor.more_nodes, "nodes", note=f"more in the page {lasted}"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """What a page used over a while. CPU in percent of a core: time of the processor, not of the clock."""

    lasted_s: float
    main: float
    process: float
    long_tasks: int
    grown_bytes: float
    more_nodes: float


class Screen:
    """A page with the developer tools of it and of its browser."""

    def __init__(self, devtools: Any, of_browser: Any, page: Any) -> None:
        self._devtools = devtools
        self._of_browser = of_browser
        self._page = page

    async def begin(self) -> None:
        """Count from now on. By the clock, a busy machine would be the page's fault."""
        await self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        await self._page.evaluate(
            "() => { window.longTasks = 0; new PerformanceObserver((list) => (window.longTasks +="
            " list.getEntries().length)).observe({ type: 'longtask' }); }"
        )

    async def over(self, for_s: float) -> _Use:
        """What it uses in the next `for_s` seconds."""
        first, at = await self._now(), time.monotonic()
        await asyncio.sleep(for_s)
        last, lasted_s = await self._now(), time.monotonic() - at
        more = {name: last[name] - first[name] for name in first}
        return _Use(
            lasted_s=lasted_s,
            main=100 * more["TaskDuration"] / lasted_s,
            process=100 * more["process"] / lasted_s,
            long_tasks=int(more["long_tasks"]),
            grown_bytes=more["JSHeapUsedSize"],
            more_nodes=more["Nodes"],
        )

    async def _now(self) -> dict[str, float]:
        await self._devtools.send("HeapProfiler.collectGarbage")
        found = await self._devtools.send("Performance.getMetrics")
        processes = (await self._of_browser.send("SystemInfo.getProcessInfo"))["processInfo"]
        pages = [process["cpuTime"] for process in processes if process["type"] == "renderer"]
        return {
            **{metric["name"]: metric["value"] for metric in found["metrics"]},
            # the others are spares that do nothing
            "process": max(pages, default=0.0),
            "long_tasks": await self._page.evaluate("() => window.longTasks"),
        }


@asynccontextmanager
async def running_hub(setup: Setup) -> AsyncIterator[tuple[Process, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.wallboard_hub",
        msgspec.json.encode(setup).decode(),
        stdin=PIPE,
        stdout=PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(120):
            line = await process.stdout.readline()
        yield process, line.decode().strip()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
