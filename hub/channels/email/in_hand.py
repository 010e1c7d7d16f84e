"""Letters that are being taken in, by their Message-ID: what answers one of them waits for it, as its thread is known
only then. A mailbox that is read after a while has letters and what their writers said to them next."""

import asyncio
from collections.abc import Iterable
from typing import Any


class InHand:
    """Which task takes in which letter. Nobody waits longer than `within_s`, nor for whoever waits for them."""

    def __init__(self, *, within_s: float) -> None:
        self._within_s = within_s
        self._by_id: dict[str, set[asyncio.Task[Any]]] = {}
        self._ids: dict[asyncio.Task[Any], set[str]] = {}
        self._waits_for: dict[asyncio.Task[Any], set[asyncio.Task[Any]]] = {}

    def enter(self, task: "asyncio.Task[Any]", message_id: str) -> None:
        """This task takes in the letter of that id, until it ends. A letter without an id is waited for by nobody."""
        if not message_id or task.done():
            return
        if task not in self._ids:
            self._ids[task] = set()
            task.add_done_callback(self._left)
        self._ids[task].add(message_id)
        self._by_id.setdefault(message_id, set()).add(task)

    async def after(self, named: Iterable[str]) -> None:
        """Wait for the letters of these ids that are in hand."""
        mine = asyncio.current_task()
        before = {task for message_id in named for task in self._by_id.get(message_id, ())}
        if mine is None or not before:
            return
        before -= self._behind(mine)
        if not before:
            return
        self._waits_for[mine] = before
        try:
            await asyncio.wait(before, timeout=self._within_s)
        finally:
            del self._waits_for[mine]

    def _behind(self, task: "asyncio.Task[Any]") -> set["asyncio.Task[Any]"]:
        """The task, and all that wait for it, or for one that does."""
        behind = {task}
        while more := {
            one for one, on in self._waits_for.items() if one not in behind and not on.isdisjoint(behind)
        }:
            behind |= more
        return behind

    def _left(self, task: "asyncio.Task[Any]") -> None:
        for message_id in self._ids.pop(task):
            tasks = self._by_id[message_id]
            tasks.discard(task)
            if not tasks:
                del self._by_id[message_id]
