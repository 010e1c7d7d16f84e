"""Questions of the same moment share a statement: each alone would cost a trip to another thread, or another host."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from hub.domain.errors import Unavailable

Q = TypeVar("Q")
A = TypeVar("A")


class _AskAgain(Exception):
    """Whoever asked for all of them was cancelled."""


class _AskAlone(Exception):
    """One of the questions may have no answer: whose it is shows when each is asked by itself."""


class AskedTogether(Generic[Q, A]):
    """What is asked in one turn of the loop is given to `answer` together, at most `most` at once; it answers in order.
    That it is Unavailable is everybody's affair; any other error may be of one question, so that each is asked alone
    then. A cancellation is only theirs who is cancelled."""

    def __init__(self, answer: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], *, most: int = 64) -> None:
        self._answer = answer
        self._most = most
        self._open: list[tuple[Q, asyncio.Future[A]]] = []

    async def ask(self, question: Q) -> A:
        """The answer. Raises what `answer` raises."""
        while True:
            mine: asyncio.Future[A] = asyncio.get_running_loop().create_future()
            if len(self._open) == self._most:
                self._open = []  # those are together; their first has them
            together = self._open
            together.append((question, mine))
            if together[0][1] is mine:
                await self._asked_for_all(together)
            try:
                return await mine
            except _AskAgain:
                continue
            except _AskAlone:
                (alone,) = await self._answer([question])
                return alone

    async def _asked_for_all(self, together: list[tuple[Q, "asyncio.Future[A]"]]) -> None:
        try:
            await asyncio.sleep(0)  # all others of this turn
            self._close(together)
            answers = await self._answer([question for question, _ in together])
        except Exception as error:  # noqa: BLE001 - each who asked raises it
            is_everybodys = isinstance(error, Unavailable) or len(together) == 1
            for _, waiting in together:
                if not waiting.done():
                    waiting.set_exception(error if is_everybodys else _AskAlone())
        except BaseException:
            self._close(together)
            for _, waiting in together[1:]:
                if not waiting.done():
                    waiting.set_exception(_AskAgain())
            raise
        else:
            for (_, waiting), answer in zip(together, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)

    def _close(self, together: list[tuple[Q, "asyncio.Future[A]"]]) -> None:
        """Nobody joins these any more."""
        if self._open is together:
            self._open = []
