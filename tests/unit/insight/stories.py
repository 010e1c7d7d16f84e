"""Made-up days of a contact hub, told in whole seconds, and the same figures counted second by second."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from hub.domain.agent import Media
from hub.domain.events import WorkStepped
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, QueueId, UserId, WorkItemId
from hub.domain.segment import Segment
from hub.domain.service_level import WorkRow
from hub.domain.work import STEPS, WorkItem, WorkState, segment_ended_by, urgent_at
from hub.insight.segments import handle_s

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HORIZON_S = 240
QUEUES = (QueueId("sales"), QueueId("support"))
AGENTS = (UserId("anna"), UserId("boris"), UserId("cem"))


def at(second: float) -> datetime:
    """The moment `second` seconds into the day."""
    return START + timedelta(seconds=second)


def new_item(number: int, queue_id: QueueId, entered_s: float, media: Media = Media.CHAT) -> WorkItem:
    """Work that has just entered a queue."""
    return WorkItem(
        id=WorkItemId(f"w{number}"),
        tenant_id=DEFAULT_TENANT,
        interaction_id=InteractionId(f"i{number}"),
        person_id=PersonId(f"p{number}"),
        queue_id=queue_id,
        channel="webchat",
        media=media,
        language="en",
        skills={},
        priority=0,
        state=WorkState.QUEUED,
        first_queued_at=at(entered_s),
        queued_at=at(entered_s),
        urgent_at=urgent_at(at(entered_s), 0),
        state_at=at(entered_s),
        received_at=at(entered_s),
    )


@dataclass(frozen=True)
class Story:
    """The life of one work item: itself after each step, oldest first, and the segments its steps ended."""

    lives: tuple[WorkItem, ...]
    segments: tuple[Segment, ...]

    @property
    def last(self) -> WorkItem:
        return self.lives[-1]

    @property
    def facts(self) -> list[WorkStepped]:
        return [WorkStepped(tenant_id=DEFAULT_TENANT, item=item, reason="told") for item in self.lives]

    def row(self) -> WorkRow:
        """What the store gives for it."""
        return WorkRow(
            work_item_id=self.last.id,
            interaction_id=self.last.interaction_id,
            queue_id=self.last.queue_id,
            first_queued_at=self.last.first_queued_at,
            answered_at=self.last.answered_at,
            ended_at=self.last.ended_at,
            state=self.last.state,
            handle_s=handle_s(self.segments),
        )

    def during(self, second: int) -> WorkItem | None:
        """The item as it was in the second that begins there; None before it entered."""
        return next((item for item in reversed(self.lives) if item.state_at <= at(second)), None)


def told(item: WorkItem, steps: list[tuple[int, WorkState, UserId]]) -> Story:
    """The story of an item that takes `steps`: (seconds after the step before, to which state, by whom)."""
    lives, segments = [item], []
    for wait_s, to, agent_id in steps:
        before = lives[-1]
        asked = agent_id if to is WorkState.OFFERED else None
        after = before.stepped(to, before.state_at + timedelta(seconds=wait_s), agent_id=asked)
        lives.append(after)
        ended = segment_ended_by(before, after)
        if ended is not None:
            segments.append(ended)
    return Story(tuple(lives), tuple(segments))


@st.composite
def stories(draw: st.DrawFn, number: int, least_s: int = 0) -> Story:
    """Any life the rules allow, each stage lasting at least `least_s`."""
    item = new_item(
        number,
        draw(st.sampled_from(QUEUES)),
        draw(st.integers(0, HORIZON_S // 2)),
        draw(st.sampled_from([Media.CHAT, Media.VOICE])),
    )
    steps, state = [], WorkState.QUEUED
    for _ in range(draw(st.integers(0, 8))):
        if not STEPS[state]:
            break
        state = draw(st.sampled_from(sorted(STEPS[state])))
        steps.append((draw(st.integers(least_s, 40)), state, draw(st.sampled_from(AGENTS))))
    return told(item, steps)


@st.composite
def days(draw: st.DrawFn, least_s: int = 0) -> list[Story]:
    """Up to six items that live at the same time."""
    return [draw(stories(number, least_s)) for number in range(draw(st.integers(0, 6)))]


@dataclass
class Watched:
    """What somebody who looks at one item every second has written down, up to a moment."""

    outcome: str = "still_waiting"
    wait_s: int = 0
    handle_s: int = 0
    over: bool = False


def watched(story: Story, as_of_s: int) -> Watched:
    """Look every second from the beginning until `as_of_s`."""
    seen = Watched()
    ways_out = {
        WorkState.ABANDONED: "abandoned",
        WorkState.CALLBACK: "callback",
        WorkState.FLOWED_OUT: "flowed_out",
        WorkState.CANCELLED: "flowed_out",
    }
    for second in range(as_of_s + 1):
        item = story.during(second)
        if item is None:
            continue
        seen.over = item.ended_at is not None
        if seen.outcome == "still_waiting":
            if item.state in ways_out:
                seen.outcome = ways_out[item.state]
            elif item.answered_at is not None:
                seen.outcome = "answered"
            elif second < as_of_s:
                seen.wait_s += 1
        if second < as_of_s and item.state in {WorkState.ASSIGNED, WorkState.WRAP_UP}:
            seen.handle_s += 1
    return seen
