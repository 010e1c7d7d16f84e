"""Questions of one moment share an answer; what befalls one of those who ask is not the others' affair."""

import asyncio
from collections.abc import Sequence

import pytest

from crm_store.asked_together import AskedTogether
from hub.domain.errors import Invalid, Unavailable


class Answers:
    """Answers with the double, and remembers what was asked together. `hold` keeps it waiting."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.fails = False

    async def __call__(self, questions: Sequence[int]) -> list[int]:
        self.asked.append(list(questions))
        await self.hold.wait()
        if self.fails:
            raise Unavailable("not now")
        return [2 * one for one in questions]


async def test_what_is_asked_in_one_moment_is_answered_together_and_in_order() -> None:
    answers = Answers()
    together = AskedTogether(answers, most=3)
    assert await asyncio.gather(*(together.ask(n) for n in range(7))) == [0, 2, 4, 6, 8, 10, 12]
    assert answers.asked == [[0, 1, 2], [3, 4, 5], [6]]
    assert await together.ask(9) == 18
    assert answers.asked[-1] == [9]


async def test_that_it_is_not_there_is_everybodys_affair() -> None:
    answers = Answers()
    answers.fails = True
    together = AskedTogether(answers)
    outcomes = await asyncio.gather(*(together.ask(n) for n in range(3)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [Unavailable] * 3
    answers.fails = False
    assert await together.ask(1) == 2


async def test_a_question_without_an_answer_is_nobody_elses_affair() -> None:
    asked: list[list[int]] = []

    async def answer(questions: Sequence[int]) -> list[int]:
        asked.append(list(questions))
        if 1 in questions:
            raise Invalid("no such number")
        return [2 * one for one in questions]

    together = AskedTogether(answer)
    first, second, third = await asyncio.gather(*(together.ask(n) for n in range(3)), return_exceptions=True)
    assert (first, third) == (0, 4)
    assert isinstance(second, Invalid)
    assert asked == [[0, 1, 2], [0], [1], [2]]


@pytest.mark.parametrize("waits_for_the_answer", [False, True])
async def test_who_asked_for_all_is_cancelled_and_the_others_ask_again(waits_for_the_answer: bool) -> None:
    answers = Answers()
    answers.hold.clear()
    together = AskedTogether(answers)
    first, *others = (asyncio.create_task(together.ask(n)) for n in range(3))
    await asyncio.sleep(0.01 if waits_for_the_answer else 0)
    first.cancel()
    await asyncio.sleep(0.01)
    answers.hold.set()
    assert await asyncio.gather(*others) == [2, 4]
    with pytest.raises(asyncio.CancelledError):
        await first
    assert answers.asked == ([[0, 1, 2], [1, 2]] if waits_for_the_answer else [[1, 2]])


async def test_who_waits_is_cancelled_alone() -> None:
    answers = Answers()
    answers.hold.clear()
    together = AskedTogether(answers)
    first, second, third = (asyncio.create_task(together.ask(n)) for n in range(3))
    await asyncio.sleep(0.01)
    second.cancel()
    answers.hold.set()
    assert list(await asyncio.gather(first, third)) == [0, 4]
    assert second.cancelled() or second.cancelling()
