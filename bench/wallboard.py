"""The live wallboard: 500 agents, 50 queues, 200 events a second, 20 supervisors' windows, one of them in Chromium.

`HUB_BENCH_WALLBOARD_S` shortens the ten minutes for tries. CPU is of the hub's process; of the page, its main thread.
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
from pathlib import Path
from typing import Any

import msgspec

from bench.harness import Figure, cpu_s, figure
from bench.wallboard_hub import Setup
from tests.clients import Agent, FrameSocket, open_agent_socket
from tests.hubs import free_port

RUN_S = float(os.environ.get("HUB_BENCH_WALLBOARD_S", "600"))
WINDOWS = 20
_WARM_S = 5.0
_CHROMIUM = "/usr/bin/chromium"
_PING_S = 5.0


def figures() -> list[Figure]:
    """Frames and bytes a window, the hub's CPU with and without windows, the page's CPU and growth."""
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(data_dir=f"{folder}/data", port=free_port())
        async with _hub(setup) as (process, url), Agent(url, "sofia") as sofia:
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
                page = await _page(url, RUN_S)
                took_s = time.monotonic() - at
                busy = (cpu_s([process.pid]) - before) / took_s
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
    """The floor in Chromium for so long; without one, only the time passes."""
    if not Path(_CHROMIUM).exists():
        await asyncio.sleep(for_s)
        return []
    from playwright.async_api import async_playwright

    from tests.browser.conftest import ARGUMENTS
    from tests.browser.people import sign_in

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(60_000)
        await sign_in(page, url, "sofia")
        await page.locator(".tiles").wait_for()
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Performance.enable")
        await asyncio.sleep(_WARM_S)
        await devtools.send("HeapProfiler.collectGarbage")
        first = await _metrics(devtools)
        await asyncio.sleep(for_s)
        await devtools.send("HeapProfiler.collectGarbage")
        last = await _metrics(devtools)
        await browser.close()
    lasted_s = last["Timestamp"] - first["Timestamp"]
    share = (last["TaskDuration"] - first["TaskDuration"]) / lasted_s
    grown = (last["JSHeapUsedSize"] - first["JSHeapUsedSize"]) / 2**20
    return [
        figure(
            "wallboard_page_cpu", 100 * share, "% of a core", at_most=50.0, note="main thread of the page"
        ),
        figure(
            "wallboard_page_growth", grown, "MiB", note=f"JavaScript heap after {lasted_s:.0f} s, collected"
        ),
    ]


async def _metrics(devtools: Any) -> dict[str, float]:
    found = await devtools.send("Performance.getMetrics")
    return {metric["name"]: metric["value"] for metric in found["metrics"]}


@asynccontextmanager
async def _hub(setup: Setup) -> AsyncIterator[tuple[Process, str]]:
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
