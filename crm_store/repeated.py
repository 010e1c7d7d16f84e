"""A transaction that another commit came before is done once more: it decides on what is so by then."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub.domain.errors import Conflict

TRIES = 5
T = TypeVar("T")


async def repeated(once: Callable[[], Awaitable[T]]) -> T:
    """`once`, a whole transaction, and again while it meets another one. Raises Conflict (`raced`) after the last."""
    for left in reversed(range(TRIES)):
        try:
            return await once()
        except Conflict as error:
            if error.stable_code != "raced" or not left:
                raise
    raise AssertionError("the loop returns or raises")
