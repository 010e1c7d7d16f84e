"""The wallboard in a terminal."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from rich.console import Console

from agent_console.bodies import Wallboard, WallboardQueue
from hub.cli.wallboard import drawn, duration
from hub.desk.found import AgentView
from hub.domain.agent import AgentState

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

QUEUE = WallboardQueue(
    id="q1",
    name="support",
    waiting=3,
    oldest_at=AT - timedelta(seconds=75),
    ewt_s=130,
    staffed=2,
    available=1,
    offered=20,
    answered=15,
    abandoned=2,
    service_level=0.75,
    asa_s=12.4,
    aht_s=301.0,
)
AGENT = AgentView(
    id="a1",
    name="Anna",
    state=AgentState.ENGAGED,
    pause_reason="",
    since=AT - timedelta(hours=1, seconds=5),
    load=20,
    full=60,
    queues=("sales", "support"),
)
BOARD = Wallboard(queues=(QUEUE,), agents=(AGENT,), pop_ms_p50=4.6, pop_ms_p95=9.0, pop_ms_p99=None, at=AT)


def text(board: Wallboard) -> str:
    console = Console(file=io.StringIO(), width=140)
    console.print(drawn(board, "http://127.0.0.1:8080"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def line_of(board: Wallboard, name: str) -> list[str]:
    return next(line.split() for line in text(board).splitlines() if line.startswith(name))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0, "0:00"),
        (59.4, "0:59"),
        (59.5, "1:00"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (-1, "0:00"),
    ],
)
def test_durations_are_minutes_and_hours(seconds, shown) -> None:
    assert duration(seconds) == shown


def test_a_queue_is_one_line_with_its_figures() -> None:
    assert line_of(BOARD, "support") == [
        *("support", "3", "1:15", "2:10", "2", "1", "20", "15", "2", "75%", "0:12", "5:01"),
    ]


def test_what_is_not_known_is_a_dash() -> None:
    empty = replace(QUEUE, oldest_at=None, ewt_s=None, service_level=None, asa_s=None, aht_s=None)

    assert line_of(replace(BOARD, queues=(empty,)), "support").count("–") == 5


def test_an_agent_is_one_line_with_state_time_in_it_and_load() -> None:
    line = line_of(BOARD, "Anna")

    assert line[1:3] == ["engaged", "1:00:05"]
    assert line[3].count("█") == 3
    assert line[4:] == ["sales,", "support"]


def test_a_pause_shows_its_reason() -> None:
    paused = replace(AGENT, state=AgentState.PAUSED, pause_reason="lunch")

    assert "paused (lunch)" in text(replace(BOARD, agents=(paused,)))


def test_those_who_can_take_work_come_first_and_those_who_are_away_last() -> None:
    states = [AgentState.OFFLINE, AgentState.PAUSED, AgentState.AVAILABLE, AgentState.ENGAGED]
    crowd = tuple(replace(AGENT, name=f"_{state}", state=state) for state in states)

    names = [line.split()[0] for line in text(replace(BOARD, agents=crowd)).splitlines() if line[:1] == "_"]

    assert names == ["_available", "_engaged", "_paused", "_offline"]


def test_the_head_says_which_hub_when_and_how_fast_screens_pop() -> None:
    head = text(BOARD).splitlines()[0]

    assert "http://127.0.0.1:8080" in head
    assert "09:30:00 UTC" in head
    assert "p50 5 ms  p95 9 ms  p99 –" in head


def test_an_empty_reach_is_said_in_words() -> None:
    shown = text(replace(BOARD, queues=(), agents=()))

    assert "no queue in your reach" in shown
    assert "no agent in your reach" in shown
