"""What a known client's first touch on another channel continues: the one interaction that lives, or nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.agent import Media
from hub.domain.continuing import IN_HAND, Engaged, continued, lives
from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId, WorkItemId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.queue import Queue, QueueRules
from hub.domain.work import WorkItem, WorkState

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TENANT, QUEUE = TenantId("t"), QueueId("support")
CHANNELS = ("webchat", "telegram", "email")
QUEUES = {
    QUEUE: Queue(id=QUEUE, tenant_id=TENANT, name="support", rules=QueueRules(continues_s=3600.0)),
}


def an_item(state: WorkState, media: Media = Media.CHAT) -> WorkItem:
    return WorkItem(
        id=WorkItemId("w"),
        tenant_id=TENANT,
        interaction_id=InteractionId("i"),
        person_id=PersonId("p"),
        queue_id=QUEUE,
        channel="webchat",
        media=media,
        language="en",
        skills={},
        priority=0,
        state=state,
        first_queued_at=NOW,
        queued_at=NOW,
        urgent_at=NOW,
        state_at=NOW,
        received_at=NOW,
    )


def an_engaged(
    item: WorkItem | None = None,
    *,
    channels: frozenset[str] = frozenset({"webchat"}),
    ago_s: float = 0.0,
    state: InteractionState = InteractionState.OPEN,
    number: int = 0,
) -> Engaged:
    return Engaged(
        interaction=Interaction(
            id=InteractionId(f"i{number}"),
            tenant_id=TENANT,
            person_id=PersonId("p"),
            channel="webchat",
            queue_id=QUEUE,
            language="en",
            state=state,
            opened_at=NOW - timedelta(days=9),
        ),
        item=item,
        channels=channels,
        touched_at=NOW - timedelta(seconds=ago_s),
    )


def test_work_in_hand_is_continued_however_long_ago_the_last_word_was() -> None:
    for state in IN_HAND:
        assert lives(an_engaged(an_item(state), ago_s=10**7), QUEUES, NOW)


def test_what_is_wrapped_up_and_what_is_a_call_is_continued_by_nobody_who_writes() -> None:
    assert not lives(an_engaged(an_item(WorkState.WRAP_UP)), QUEUES, NOW)
    for state in IN_HAND:
        assert not lives(an_engaged(an_item(state, Media.VOICE)), QUEUES, NOW)


def test_what_nobody_has_lives_to_the_second_that_its_queue_names() -> None:
    assert lives(an_engaged(ago_s=3600.0), QUEUES, NOW)
    assert not lives(an_engaged(ago_s=3600.1), QUEUES, NOW)
    assert not lives(an_engaged(ago_s=0.1), {}, NOW)


def test_a_window_of_nothing_continues_only_work_in_hand() -> None:
    never = {QUEUE: replace(QUEUES[QUEUE], rules=QueueRules(continues_s=0.0))}
    assert not lives(an_engaged(ago_s=0.1), never, NOW)
    assert lives(an_engaged(an_item(WorkState.QUEUED), ago_s=0.1), never, NOW)


STATES = st.sampled_from([*WorkState, None])
ENGAGED = st.builds(
    lambda state, media, channels, ago_s, is_open, number: an_engaged(
        None if state is None else an_item(state, media),
        channels=channels,
        ago_s=ago_s,
        state=InteractionState.OPEN if is_open else InteractionState.CLOSED,
        number=number,
    ),
    STATES,
    st.sampled_from(list(Media)),
    st.frozensets(st.sampled_from(CHANNELS)),
    st.floats(0, 7200),
    st.booleans(),
    st.integers(0, 10**6),
)


@given(st.lists(ENGAGED, max_size=4), st.sampled_from(CHANNELS))
def test_only_one_that_lives_and_only_a_channel_that_is_new_to_it(
    engaged: list[Engaged], channel: str
) -> None:
    found = continued(engaged, channel, QUEUES, NOW)
    living = [one for one in engaged if lives(one, QUEUES, NOW)]
    if found is None:
        assert len(living) != 1 or channel in living[0].channels
    else:
        assert living == [found]
        assert channel not in found.channels
        assert found.interaction.state is InteractionState.OPEN
        assert found.item is None or found.item.state in IN_HAND
