"""A step of a call that another commit came before is taken once more."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub.domain.errors import Conflict

_TRIES = 3
T = TypeVar("T")


async def retried(work: Callable[[], Awaitable[T]]) -> T:
    """The work, and once more when another commit came between: it decides on what is so by then."""
    for attempt in range(_TRIES):
        try:
            return await work()
        except Conflict as error:
            if error.stable_code != "raced" or attempt == _TRIES - 1:
                raise
    raise AssertionError("the loop returns or raises")
