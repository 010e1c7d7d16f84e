"""A call on hold: another interval of the same stage, and nothing is counted twice."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hub.domain.agent import Media
from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId, UserId, WorkItemId
from hub.domain.segment import Segment, SegmentKind
from hub.domain.work import WorkItem, WorkState, begun, put_on_hold, segment_ended_by

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def in_hand(media: Media = Media.VOICE) -> WorkItem:
    return begun(
        id=WorkItemId("w"),
        interaction_id=InteractionId("i"),
        person_id=PersonId("p"),
        tenant_id=TenantId("t"),
        queue_id=QueueId("q"),
        channel="sip",
        media=media,
        language="en",
        skills={},
        priority=0,
        agent_id=UserId("anna"),
        weight=60,
        at=BEGIN,
    )


def told(*items: WorkItem) -> list[tuple[SegmentKind, float, float]]:
    ended = [segment_ended_by(a, b) for a, b in pairwise(items)]
    return [_shown(s) for s in ended if s is not None]


def _shown(s: Segment) -> tuple[SegmentKind, float, float]:
    return s.kind, (s.started_at - BEGIN).total_seconds(), (s.ended_at - BEGIN).total_seconds()


def test_talk_and_hold_follow_each_other_without_a_gap() -> None:
    talk = in_hand()
    held = put_on_hold(talk, True, at(10))
    back = put_on_hold(held, False, at(17))
    over = back.stepped(WorkState.WRAP_UP, at(30))
    assert told(talk, held, back, over) == [
        (SegmentKind.TALK, 0, 10),
        (SegmentKind.HOLD, 10, 17),
        (SegmentKind.TALK, 17, 30),
    ]
    assert [i.version for i in (talk, held, back, over)] == [1, 2, 3, 4]


def test_a_call_that_ends_on_hold_ends_the_hold_and_is_held_no_more() -> None:
    held = put_on_hold(in_hand(), True, at(10))
    over = held.stepped(WorkState.WRAP_UP, at(12))
    assert told(held, over) == [(SegmentKind.HOLD, 10, 12)]
    assert not over.held


def test_hold_and_back_in_one_instant_is_no_interval() -> None:
    talk = in_hand()
    held = put_on_hold(talk, True, BEGIN)
    assert told(talk, held, put_on_hold(held, False, BEGIN)) == []


def test_what_nobody_has_in_hand_cannot_be_held() -> None:
    over = in_hand().stepped(WorkState.WRAP_UP, at(1))
    with pytest.raises(Conflict) as refused:
        put_on_hold(over, True, at(2))
    assert refused.value.stable_code == "work_moved_on"


def test_text_is_one_interval_whatever_is_held() -> None:
    text = in_hand(Media.CHAT)
    assert told(text, text.stepped(WorkState.WRAP_UP, at(5))) == [(SegmentKind.TEXT, 0, 5)]
