"""Many small units of work at once: each waits for its turn at the store, not for the turns of all before it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import TypeVar

import structlog

from hub.domain.errors import HubError, Unavailable

log = structlog.get_logger(__name__)

T = TypeVar("T")

AT_ONCE = 8
"""As many as PostgreSQL has connections for; on SQLite so many of them wait in the writer's line together."""


async def side_by_side(
    items: Iterable[T], key: Callable[[T], Hashable], do: Callable[[T], Awaitable[object]]
) -> None:
    """Do each item: those of one key in their order, one after the other; of different keys up to AT_ONCE together.

    One that fails is logged, and holds up none of the others, not even of its own key: it is tried when it is found
    again. Raises ExceptionGroup of Unavailable where the store is away; then what is left was not tried.
    """
    lines: defaultdict[Hashable, list[T]] = defaultdict(list)
    for item in items:
        lines[key(item)].append(item)
    waiting = iter(list(lines.values()))

    async def work() -> None:
        for line in waiting:
            for item in line:
                try:
                    await do(item)
                except Unavailable:
                    raise
                except HubError as error:
                    log.warning("due_not_done", what=type(item).__name__, code=error.stable_code)
                except Exception:
                    log.exception("due_not_done", what=type(item).__name__)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, len(lines))):
            group.create_task(work())
