"""Small units of work at once."""

import asyncio

import pytest
from structlog.testing import capture_logs

from hub.domain.errors import Conflict, Unavailable
from hub.routing.side_by_side import AT_ONCE, side_by_side


class Doing:
    """Does items when `go` is set; remembers their order and how many were under way at once."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.begun: list[str] = []
        self.done: list[str] = []
        self.most = 0
        self.fails: dict[str, Exception] = {}

    async def __call__(self, item: str) -> None:
        self.begun.append(item)
        self.most = max(self.most, len(self.begun) - len(self.done))
        await self.go.wait()
        self.done.append(item)
        if item in self.fails:
            raise self.fails[item]


def agent(item: str) -> str:
    return item[0]


async def test_items_of_one_key_are_done_in_their_order_and_others_beside_them() -> None:
    doing = Doing()
    task = asyncio.create_task(side_by_side(["a1", "b1", "a2", "a3", "b2"], agent, doing))
    await asyncio.sleep(0.01)
    assert doing.begun == ["a1", "b1"]

    doing.go.set()
    await task
    assert [i for i in doing.done if agent(i) == "a"] == ["a1", "a2", "a3"]
    assert [i for i in doing.done if agent(i) == "b"] == ["b1", "b2"]


async def test_no_more_are_under_way_than_the_store_has_connections_for() -> None:
    doing = Doing()
    task = asyncio.create_task(side_by_side([str(n) for n in range(50)], lambda item: item, doing))
    await asyncio.sleep(0.01)
    assert len(doing.begun) == AT_ONCE

    doing.go.set()
    await task
    assert doing.most == AT_ONCE
    assert len(doing.done) == 50


async def test_one_that_fails_is_logged_and_holds_up_nobody() -> None:
    doing = Doing()
    doing.go.set()
    doing.fails = {"a1": ValueError("broken row"), "b1": Conflict("moved on")}
    with capture_logs() as logs:
        await side_by_side(["a1", "a2", "b1", "b2"], agent, doing)

    assert sorted(doing.done) == ["a1", "a2", "b1", "b2"]
    assert sorted(line["log_level"] for line in logs) == ["error", "warning"]


async def test_a_store_that_is_away_is_told_at_once() -> None:
    doing = Doing()
    doing.go.set()
    doing.fails = {"a1": Unavailable("no store")}
    with pytest.raises(ExceptionGroup) as raised:
        await side_by_side(["a1", "a2"], agent, doing)

    assert raised.group_contains(Unavailable)
    assert doing.done == ["a1"]


async def test_nothing_to_do_is_done() -> None:
    await side_by_side([], agent, Doing())
