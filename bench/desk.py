"""Five thousand wait: what an agent's desk and a supervisor's list of open work are sent, and how their pages bear it.

Nobody is there to serve, so that the line stays as long as it is; twenty events a second make the hub tell the lines
anew all the time.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from bench.harness import Figure, figure, percentile
from bench.wallboard import CHROMIUM, Screen, running_hub
from bench.wallboard_hub import Setup
from tests.clients import Agent, open_agent_socket
from tests.ports import free_port

WAITING = 5_000
ASKED = 60
HELLOS = 20
FOR_S = 15.0
PAGE_MS = 50.0
_MORE_PAGES = 5
_LISTS = {
    "first": "",
    "filtered": "state=waiting&queue={queue}",
    "of_an_agent": "agent={agent}",
}


def figures() -> list[Figure]:
    """Sizes and times of the hub, then of both pages in Chromium."""
    return asyncio.run(_figures())


async def _figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(
            data_dir=f"{folder}/data",
            port=free_port(),
            agents=20,
            queues=10,
            events_per_s=20,
            waiting=WAITING,
        )
        async with running_hub(setup) as (_, url):
            return [*await _answers(url), *await _pages(url)]


async def _answers(url: str) -> list[Figure]:
    note = f"{WAITING:,} wait, through HTTP"
    async with Agent(url, "sofia") as sofia, Agent(url, "agent0") as agent:
        socket = await open_agent_socket(url, agent.cookie, origin=url)
        hellos: list[float] = []
        snapshot: dict[str, Any] = {}
        for _ in range(HELLOS):
            at = time.perf_counter()
            await socket.send({"kind": "hello", "last_seq": None, "stream": ""})
            snapshot = await socket.heard("snapshot")
            hellos.append((time.perf_counter() - at) * 1_000)
            await socket.close()
            socket = await open_agent_socket(url, agent.cookie, origin=url)
        await socket.close()
        desk = snapshot["desk"]
        queue = (await sofia.get("/api/v1/queues"))["items"][0]["id"]
        lines = [
            figure(
                "desk_snapshot",
                len(msgspec.json.encode(snapshot)) / 1024,
                "KiB",
                at_most=64,
                note=f"the desk of an agent whose queues have {sum(q['waiting'] for q in desk['queues']):,} in line",
            ),
            figure(
                "desk_snapshot_time_p50",
                percentile(hellos, 50),
                "ms",
                at_most=PAGE_MS,
                note="hello to snapshot",
            ),
        ]
        for name, words in _LISTS.items():
            path = f"/api/v1/floor/work?{words.format(queue=queue, agent=desk['me']['id'])}&limit=50"
            took = []
            for _ in range(ASKED):
                at = time.perf_counter()
                await sofia.get(path)
                took.append((time.perf_counter() - at) * 1_000)
            lines += [
                figure(f"worklist_{name}_p50", percentile(took, 50), "ms", at_most=PAGE_MS, note=note),
                figure(f"worklist_{name}_p99", percentile(took, 99), "ms", note=note),
            ]
    return lines


async def _pages(url: str) -> list[Figure]:
    if not Path(CHROMIUM).exists():
        return []
    from playwright.async_api import async_playwright

    from tests.browser.conftest import ARGUMENTS
    from tests.browser.people import sign_in

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        lines: list[Figure] = []
        for login, name, row in (
            ("agent0", "desk", ".pane .list li"),
            ("sofia", "floor", "#floor-work tbody tr"),
        ):
            page = await (await browser.new_context(viewport={"width": 1366, "height": 768})).new_page()
            page.set_default_timeout(60_000)
            await sign_in(page, url, login)
            await page.locator(row).first.wait_for()
            at = time.perf_counter()
            await page.reload()
            await page.locator(row).first.wait_for()
            shown_ms = (time.perf_counter() - at) * 1_000
            screen = Screen(
                await page.context.new_cdp_session(page), await browser.new_browser_cdp_session(), page
            )
            await screen.begin()
            async with asyncio.TaskGroup() as group:
                group.create_task(_looks_through(page, row))
                used = group.create_task(screen.over(FOR_S))
            use = used.result()
            lines += [
                figure(f"{name}_first_row", shown_ms, "ms", note="from reloading to the first who waits"),
                figure(
                    f"{name}_rows",
                    await page.locator(row).count(),
                    "rows",
                    note="in the page after looking through",
                ),
                figure(
                    f"{name}_cpu",
                    use.main,
                    "% of a core",
                    at_most=50,
                    note="main thread while looking through",
                ),
                figure(
                    f"{name}_long_tasks",
                    use.long_tasks,
                    "tasks",
                    note=f"over 50 ms by the clock, in {FOR_S:.0f} s",
                ),
            ]
            await page.context.close()
        await browser.close()
    return lines


async def _looks_through(page: Any, row: str) -> None:
    """Scroll to the end and back, and open further pages where there are any."""
    more = page.locator("#floor-work button.quiet", has_text="ore")
    for _ in range(_MORE_PAGES):
        if await more.count():
            await more.last.click()
        await page.locator(row).last.scroll_into_view_if_needed()
        await page.mouse.wheel(0, 4_000)
        await asyncio.sleep(FOR_S / _MORE_PAGES / 3)
        await page.mouse.wheel(0, -4_000)
        await asyncio.sleep(FOR_S / _MORE_PAGES / 3)
