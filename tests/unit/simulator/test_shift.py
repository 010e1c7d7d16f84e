"""What a simulated agent does, moment by moment."""

import random
from datetime import UTC, datetime

from msgspec.structs import replace

from hub.desk.touch_views import TouchView
from hub.desk.views import DeskView, MeView, NamedView, WorkView
from hub.domain.agent import AgentState
from hub.domain.reservation import ReservationState
from hub.domain.touch import Delivery, Direction, TouchKind
from hub.domain.work import WorkState
from hub.screenpop.frames import (
    MeChanged,
    ReservationEndedFrame,
    Snapshot,
    TouchAdded,
    WorkChanged,
    WorkRemoved,
)
from hub.simulator.shift import REPLIES, Request, Shift

AT = datetime(2026, 1, 1, tzinfo=UTC)

ME = MeView(
    id="u1",
    name="Anna",
    login="anna",
    roles=("agent",),
    state=AgentState.OFFLINE,
    wish="offline",
    pause_reason="",
    since=AT,
    load=0,
    full=60,
    version=1,
)
WORK = WorkView(
    work_item_id="w1",
    interaction_id="i1",
    person=NamedView(id="p1", name="Ivan"),
    queue=NamedView(id="q1", name="support"),
    channel="webchat",
    language="ru",
    state=WorkState.ASSIGNED,
    state_at=AT,
    first_queued_at=AT,
    version=3,
)


def touch(direction: Direction = Direction.INBOUND) -> TouchAdded:
    return TouchAdded(
        seq=9,
        touch=TouchView(
            id="t1",
            interaction_id="i1",
            seq=2,
            channel="webchat",
            direction=direction,
            kind=TouchKind.MESSAGE,
            at=AT,
            text="Ещё вопрос",
            delivery=Delivery.RECEIVED,
        ),
    )


def snapshot(me: MeView = ME, work: tuple[WorkView, ...] = ()) -> Snapshot:
    desk = DeskView(
        me=me,
        queues=(),
        offers=(),
        work=work,
        waiting=(),
        dispositions=(),
        pause_reasons=(),
        server_time=AT,
    )
    return Snapshot(seq=1, stream="s", desk=desk)


def a_shift() -> Shift:
    return Shift(rng=random.Random(1))


def everything(shift: Shift, until: float) -> list[Request]:
    """All that the agent asks until then."""
    asked: list[Request] = []
    while (at := shift.next_at()) <= until:
        asked += shift.due(at)
    return asked


def test_an_agent_who_comes_becomes_available() -> None:
    shift = a_shift()
    shift.heard(snapshot(), 0)

    assert shift.due(0) == [Request(path="/api/v1/agents/me/state", body={"state": "available"})]


def test_an_agent_who_is_available_already_asks_for_nothing() -> None:
    shift = a_shift()
    shift.heard(snapshot(me=replace(ME, wish="available")), 0)

    assert everything(shift, 100) == []


def test_an_agent_who_was_paused_for_missing_offers_comes_back_after_a_while() -> None:
    shift = a_shift()
    shift.heard(MeChanged(seq=2, me=replace(ME, wish="paused")), 10)

    assert shift.due(14.9) == []
    assert [request.body for request in shift.due(15)] == [{"state": "available"}]


def test_work_in_hand_is_answered_in_the_clients_language_and_then_waits_for_the_client() -> None:
    shift = a_shift()
    shift.heard(WorkChanged(seq=2, work=WORK), 0)

    asked = everything(shift, 30)

    assert asked == [
        Request(path="/api/v1/interactions/i1/touches", body={"channel": "webchat", "text": REPLIES["ru"][0]})
    ]


def test_each_message_of_the_client_gets_the_next_answer_and_after_the_last_the_agent_closes() -> None:
    shift = a_shift()
    shift.heard(WorkChanged(seq=2, work=WORK), 0)
    asked = everything(shift, 20)
    for turn in range(1, len(REPLIES["ru"])):
        shift.heard(touch(), 20.0 * turn)
        asked += everything(shift, 20.0 * turn + 19)

    assert [request.body.get("text") for request in asked] == [*REPLIES["ru"], None]
    assert asked[-1].path == "/api/v1/interactions/i1/close"
    assert shift.closed == 1


def test_a_client_who_falls_silent_is_closed_after_a_while() -> None:
    shift = a_shift()
    shift.heard(WorkChanged(seq=2, work=WORK), 0)

    assert [request.path for request in everything(shift, 100)] == [
        "/api/v1/interactions/i1/touches",
        "/api/v1/interactions/i1/close",
    ]


def test_work_that_was_lost_to_somebody_else_is_let_go() -> None:
    shift = a_shift()
    shift.heard(WorkChanged(seq=2, work=WORK), 0)
    shift.heard(WorkRemoved(seq=3, work_item_id="w1", reason="transferred"), 1)

    assert everything(shift, 200) == []


def test_an_offer_that_ended_is_not_accepted() -> None:
    shift = a_shift()
    shift.heard(
        ReservationEndedFrame(
            seq=3,
            reservation_id="r1",
            work_item_id="w1",
            state=ReservationState.WITHDRAWN,
            reason="client_left",
        ),
        1,
    )

    assert everything(shift, 200) == []


def test_ones_own_words_are_not_answered() -> None:
    shift = a_shift()
    shift.heard(WorkChanged(seq=2, work=WORK), 0)
    everything(shift, 20)
    shift.heard(touch(Direction.OUTBOUND), 21)

    assert everything(shift, 40) == []


def test_a_desk_seen_anew_keeps_what_was_said() -> None:
    shift = a_shift()
    shift.heard(WorkChanged(seq=2, work=WORK), 0)
    everything(shift, 20)
    shift.heard(snapshot(work=(WORK,)), 21)
    shift.heard(touch(), 22)

    texts = [request.body.get("text") for request in everything(shift, 45)]

    assert REPLIES["ru"][1] in texts
