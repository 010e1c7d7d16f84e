"""What a channel hands in is kept once, in order, with its person and its work, whoever else is at it."""

import asyncio

import pytest

from hub.domain.agent import Media
from hub.domain.errors import Conflict, Invalid
from hub.domain.events import (
    ClientLeft,
    InteractionClosed,
    InteractionOpened,
    ReservationEnded,
    TouchStored,
    WorkStepped,
)
from hub.domain.ids import QueueId
from hub.domain.interaction import Disposition
from hub.domain.reservation import ReservationState
from hub.domain.work import WorkState
from hub.ports.inbox import Received
from tests.stores import House

RESOLVED = Disposition(code="resolved")


# --- one touch ---


async def test_a_strangers_first_message_makes_a_person_an_interaction_a_session_and_work(
    house: House,
) -> None:
    (received,) = await house.receive(house.message("Merhaba", language="tr"))

    ((name, language),) = await house.rows(
        "SELECT name, language FROM persons WHERE tenant_id = $1", house.tenant_id
    )
    assert (name, language) == ("V1", "tr")
    ((kind, value),) = await house.rows(
        "SELECT kind, value FROM identities WHERE tenant_id = $1", house.tenant_id
    )
    assert (kind, value) == ("webchat", "v1")
    item = await house.open_item(received.interaction_id)
    assert item is not None
    assert (item.state, item.media, item.language) == (WorkState.QUEUED, Media.CHAT, "tr")
    assert item.first_queued_at == item.urgent_at == house.clock.now()
    assert (received.seq, received.repeated) == (3, False)


async def test_what_came_over_the_wire_is_kept_as_it_was(house: House) -> None:
    raw = b'{"t":"message","text":"\xf0\x9f\x8d\xb5"}'
    await house.receive(house.message("🍵", raw=raw))

    ((text, kept),) = await house.rows("SELECT text, raw FROM touches WHERE tenant_id = $1", house.tenant_id)
    assert (text, bytes(kept)) == ("🍵", raw)


async def test_the_story_is_told_in_the_order_in_which_it_happened(house: House) -> None:
    await house.receive(house.message(external_id="one"))
    opened, queued, stored = await house.events()

    assert isinstance(opened, InteractionOpened)
    assert isinstance(queued, WorkStepped)
    assert queued.reason == "new"
    assert isinstance(stored, TouchStored)
    assert (stored.external_id, stored.agent_id) == ("one", None)


async def test_the_next_message_of_a_thread_continues_it_and_finds_its_agent(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await house.events()
    (received,) = await house.receive(house.message("one more"))
    (stored,) = await house.events()

    assert received.interaction_id == item.interaction_id
    assert isinstance(stored, TouchStored)
    assert stored.agent_id == anna.id
    assert await house.count("interactions") == 1


async def test_a_person_is_known_again_by_the_address(house: House) -> None:
    anna = await house.hire("Anna")
    first = await house.given(anna)
    await house.work.close(house.as_(anna), first.interaction_id, RESOLVED)
    again = await house.came(text="me again")

    assert again.person_id == first.person_id
    assert again.interaction_id != first.interaction_id
    assert again.preferred_agent_id == anna.id


async def test_numbers_go_on_over_all_interactions_of_a_thread(house: House) -> None:
    anna = await house.hire("Anna")
    first = await house.given(anna)
    closed = await house.work.close(house.as_(anna), first.interaction_id, RESOLVED)
    (received,) = await house.receive(house.message("me again"))

    assert received.seq == closed.last_seq + 3


async def test_a_queue_that_is_not_there_is_refused_and_leaves_nothing(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        await house.receive(house.message(queue_id=QueueId("nowhere")))

    assert refused.value.stable_code == "no_such_queue"
    assert await house.count("persons") == await house.count("touches") == 0
    assert await house.events() == []


# --- repeats ---


async def test_a_repeated_touch_is_a_success_that_writes_nothing(house: House) -> None:
    message = house.message(external_id="one")
    (first,) = await house.receive(message)
    await house.events()
    (again,) = await house.receive(message)

    assert again == Received(
        touch_id=first.touch_id,
        interaction_id=first.interaction_id,
        seq=first.seq,
        at=first.at,
        repeated=True,
    )
    assert await house.events() == []
    assert await house.count("touches") == 1


async def test_one_that_repeats_itself_within_a_batch_is_kept_once(house: House) -> None:
    message = house.message(external_id="one")
    outcomes = await house.receive(message, message, house.message("two"), message)

    assert [o.repeated for o in outcomes] == [False, True, False, True]
    assert [o.seq for o in outcomes] == [3, 3, 4, 3]


async def test_the_same_id_with_another_body_is_a_conflict_and_the_first_one_stays(house: House) -> None:
    await house.receive(house.message("one", external_id="same"))
    with pytest.raises(Conflict) as refused:
        await house.receive(house.message("two", external_id="same"))

    assert refused.value.stable_code == "other_body"
    rows = await house.rows("SELECT text FROM touches WHERE tenant_id = $1", house.tenant_id)
    assert [row[0] for row in rows] == ["one"]


async def test_a_bad_touch_takes_none_of_its_batch_with_it(house: House) -> None:
    async with house.inbox() as inbox:
        outcomes = await asyncio.gather(
            inbox.receive(house.message("good", "v1")),
            inbox.receive(house.message("bad", "v2", queue_id=QueueId("nowhere"))),
            inbox.receive(house.message("a lone surrogate \ud800", "v3")),
            inbox.receive(house.message("good too", "v4")),
            return_exceptions=True,
        )

    assert isinstance(outcomes[1], Invalid)
    assert isinstance(outcomes[2], Invalid)
    assert [isinstance(o, Received) for o in outcomes] == [True, False, False, True]
    assert await house.count("touches") == 2


# --- a crowd ---


async def test_a_batch_is_kept_in_the_order_in_which_it_came(house: House) -> None:
    touches = [house.message(f"{n}", f"v{n % 7}") for n in range(300)]
    outcomes = await house.receive(*touches)

    by_thread: dict[str, list[int]] = {}
    for touch, outcome in zip(touches, outcomes, strict=True):
        by_thread.setdefault(touch.thread, []).append(outcome.seq)
    assert all(seqs == list(range(3, 3 + len(seqs))) for seqs in by_thread.values())
    assert await house.count("interactions") == 7


async def test_two_tenants_in_one_batch_stay_apart(house: House) -> None:
    neighbour = await House(database=house.database).furnished()
    async with house.inbox() as inbox:
        ours, theirs = await asyncio.gather(
            inbox.receive(house.message("ours", external_id="same")),
            inbox.receive(neighbour.message("theirs", external_id="same")),
        )

    assert not ours.repeated
    assert not theirs.repeated
    assert await house.count("touches") == await neighbour.count("touches") == 1


async def test_two_hubs_that_get_a_visitors_first_messages_at_once_make_one_conversation(
    house: House,
) -> None:
    sizes = (1, 2, 30)
    async with house.inbox() as one, house.inbox() as two:
        for size in sizes:
            thread = f"visitor of {size}"
            outcomes = await asyncio.gather(
                *(inbox.receive(house.message(f"{n}", thread)) for n in range(size) for inbox in (one, two))
            )
            assert len({o.interaction_id for o in outcomes}) == 1
            assert sorted(o.seq for o in outcomes) == list(range(3, 3 + 2 * size))

    assert await house.count("persons") == await house.count("interactions") == len(sizes)
    assert await house.count("work_items") == len(sizes)
    assert await house.count("touches") == 2 * sum(sizes)


async def test_a_touch_that_two_hubs_get_at_once_is_kept_once(house: House) -> None:
    messages = [house.message(f"{n}", f"v{n}", external_id=f"m{n}") for n in range(20)]
    async with house.inbox() as one, house.inbox() as two:
        outcomes = await asyncio.gather(
            *(inbox.receive(message) for message in messages for inbox in (one, two))
        )

    for first, second in zip(outcomes[::2], outcomes[1::2], strict=True):
        assert (first.touch_id, first.seq) == (second.touch_id, second.seq)
        assert sorted([first.repeated, second.repeated]) == [False, True]
    assert await house.count("touches") == 20


async def test_a_message_that_crosses_the_close_belongs_to_an_open_conversation(house: House) -> None:
    anna = await house.hire("Anna", chats=60)
    for n in range(12):
        item = await house.given(anna, f"v{n}")
        async with house.inbox() as inbox:
            received, _ = await asyncio.gather(
                inbox.receive(house.message("wait!", f"v{n}")),
                house.work.close(house.as_(anna), item.interaction_id, RESOLVED),
            )
        ((state, closed_at),) = await house.rows(
            "SELECT state, last_seq FROM interactions WHERE id = $1", received.interaction_id
        )
        before_the_close = received.interaction_id == item.interaction_id and received.seq < closed_at
        assert state == "open" or before_the_close
        assert state == "closed" or await house.open_item(received.interaction_id) is not None


# --- leaving ---


async def test_a_client_who_leaves_abandons_what_waits(house: House) -> None:
    item = await house.came()
    house.clock.advance(7)
    await house.events()
    await house.left()

    after = await house.item(item.id)
    assert (after.state, after.ended_at) == (WorkState.ABANDONED, house.clock.now())
    stepped, closed = await house.events()
    assert isinstance(stepped, WorkStepped)
    assert stepped.reason == "client_left"
    assert isinstance(closed, InteractionClosed)
    assert await house.came() != item


async def test_a_client_who_leaves_takes_every_offer_back(house: House) -> None:
    agents = [await house.hire(name) for name in ("Anna", "Boris", "Cem")]
    item = await house.came()
    house.clock.advance(1)
    await house.offer(item, *agents)
    await house.events()
    await house.left()

    offers = await house.offers(item)
    assert {o.state for o in offers} == {ReservationState.WITHDRAWN}
    assert {o.reason for o in offers} == {"client_left"}
    told = {e.reservation.agent_id for e in await house.events() if isinstance(e, ReservationEnded)}
    assert told == {a.id for a in agents}


async def test_work_that_an_agent_has_stays_when_the_client_leaves_and_the_agent_is_told(
    house: House,
) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await house.events()
    await house.left()
    await house.left("nobody")

    assert await house.item(item.id) == item
    (told,) = await house.events()
    assert isinstance(told, ClientLeft)
    assert (told.interaction_id, told.agent_id) == (item.interaction_id, anna.id)
    kinds = await house.rows(
        "SELECT kind FROM facts WHERE interaction_id = $1 ORDER BY seq", item.interaction_id
    )
    assert kinds[-1][0] == "client_left"


async def test_a_client_who_leaves_as_the_agent_accepts_has_one_end(house: House) -> None:
    for n in range(10):
        anna = await house.hire(f"Anna {n}")
        item = await house.came(f"v{n}")
        house.clock.advance(1)
        (offer,) = await house.offer(item, anna)
        house.clock.advance(1)
        accepted, left = await asyncio.gather(
            house.work.accept(house.as_(anna), offer.id), house.left(f"v{n}"), return_exceptions=True
        )
        assert left is None
        after, (ended,) = await house.item(item.id), await house.offers(item)
        if isinstance(accepted, Conflict):
            assert (after.state, ended.state) == (WorkState.ABANDONED, ReservationState.WITHDRAWN)
        else:
            assert accepted == after
            assert (after.state, ended.state) == (WorkState.ASSIGNED, ReservationState.ACCEPTED)
