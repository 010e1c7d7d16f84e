"""What the picture takes up of the news, and what it shows."""

from dataclasses import replace

import pytest

from hub.domain.agent import FULL, Capacity, Media, Wish
from hub.domain.ids import UserId, WorkItemId
from hub.domain.presence import Holdings
from hub.domain.work import WorkItem, WorkState
from hub.routing.board import Board
from hub.routing.buckets import EMPTY_KEPT
from hub.routing.policy import plan_offers
from tests.unit.routing.made_up import (
    ANNA,
    BORIS,
    NOW,
    SALES,
    SUPPORT,
    agent,
    assigned,
    at,
    call,
    chat,
    offered,
    queue,
)


@pytest.fixture
def board() -> Board:
    return Board()


def ids(items: list[WorkItem]) -> list[str]:
    return [item.id for item in items]


# --- the line ---


def test_the_line_of_a_queue_is_in_the_order_of_urgency_whatever_the_skills(board: Board) -> None:
    for item in (chat("c", queued_s=3), chat("a", queued_s=1, skills={"lang:ru": 3}), chat("b", queued_s=2)):
        board.put_item(item)
    board.put_item(chat("elsewhere", queue_id=SALES))
    assert ids(board.waiting(SUPPORT, 10)) == ["a", "b", "c"]
    assert ids(board.waiting(SUPPORT, 2)) == ["a", "b"]
    assert board.waiting_count(SUPPORT) == 3
    assert [board.place(WorkItemId(name)) for name in "abc"] == [1, 2, 3]


def test_items_of_one_moment_have_different_places(board: Board) -> None:
    for name in "cab":
        board.put_item(chat(name, skills={name: 1}))
    assert [board.place(WorkItemId(name)) for name in "abc"] == [1, 2, 3]


def test_who_does_not_wait_has_no_place(board: Board) -> None:
    board.put_item(offered(chat("a"), ANNA))
    assert board.place(WorkItemId("a")) is None
    assert board.place(WorkItemId("unknown")) is None


def test_a_queue_nobody_waits_in_is_empty(board: Board) -> None:
    assert board.waiting(SUPPORT, 10) == []
    assert board.waiting_count(SUPPORT) == 0


# --- versions ---


def test_an_older_or_equal_version_of_an_item_changes_nothing(board: Board) -> None:
    waiting = chat("a")
    board.put_item(offered(waiting, ANNA))
    board.put_item(waiting)
    board.put_item(replace(waiting, version=2))
    assert board.waiting_count(SUPPORT) == 0
    assert board.holdings(ANNA) == Holdings(offered=1)


def test_late_news_of_ended_work_do_not_bring_it_back(board: Board) -> None:
    held = assigned(chat("a"), ANNA)
    board.put_item(held)
    board.put_item(held.stepped(WorkState.COMPLETED, at(9)))
    board.put_item(held)
    board.put_item(chat("a"))
    assert board.item(WorkItemId("a")) is None
    assert board.load(ANNA) == 0
    assert board.waiting_count(SUPPORT) == 0


def test_of_two_records_of_an_agent_the_older_is_ignored(board: Board) -> None:
    board.put_agent(agent(ANNA, wish=Wish.PAUSED, version=2), NOW)
    board.put_agent(agent(ANNA, version=1), NOW)
    assert board.free_agents(SUPPORT, Media.CHAT) == []


def test_of_two_records_of_a_queue_the_older_is_ignored(board: Board) -> None:
    board.put_queue(replace(queue(), version=2, name="Help"))
    board.put_queue(queue())
    known = board.queue(SUPPORT)
    assert known is not None
    assert known.name == "Help"


def test_news_may_come_in_any_order(board: Board) -> None:
    board.put_item(assigned(chat("held"), ANNA))
    board.put_item(chat("a", skills={"lang:ru": 3}))
    board.put_agent(agent(ANNA, skills={"lang:ru": 3}), NOW)
    board.put_queue(queue())
    assert [(plan.item.id, plan.agent_id) for plan in plan_offers(board, NOW, 9)] == [("a", ANNA)]
    assert board.load(ANNA) == 40


# --- work in hand ---


def test_offers_work_and_wrap_up_count_until_they_end(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    first, second = offered(chat("a"), ANNA), assigned(chat("b"), ANNA, weight=12)
    board.put_item(first)
    board.put_item(second)
    assert board.holdings(ANNA) == Holdings(offered=1, assigned=1)
    assert board.load(ANNA) == 32
    wrapped = second.stepped(WorkState.WRAP_UP, at(1))
    board.put_item(wrapped)
    assert board.holdings(ANNA) == Holdings(offered=1, wrapping_up=1)
    assert board.load(ANNA) == 32
    board.put_item(wrapped.stepped(WorkState.COMPLETED, at(2)))
    board.put_item(first.stepped(WorkState.ABANDONED, at(2)))
    assert board.holdings(ANNA) == Holdings()
    assert board.load(ANNA) == 0


def test_who_calls_beside_their_chats_is_offered_nothing_until_the_call_is_over(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    board.put_item(assigned(chat("a"), ANNA))
    of_theirs = assigned(call("b"), ANNA, weight=FULL)
    board.put_item(of_theirs)
    board.put_item(chat("c"))
    assert board.load(ANNA) == FULL + 20
    assert plan_offers(board, NOW, 9) == []
    wrapped = of_theirs.stepped(WorkState.WRAP_UP, at(1))
    board.put_item(wrapped)
    assert plan_offers(board, at(1), 9) == []
    board.put_item(wrapped.stepped(WorkState.COMPLETED, at(2)))
    assert [plan.item.id for plan in plan_offers(board, at(2), 9)] == ["c"]


def test_who_is_asked_on_the_telephone_is_offered_nothing_until_they_have_answered(board: Board) -> None:
    board.put_queue(queue())
    board.put_agent(agent(BORIS), NOW)
    board.ask(BORIS, is_asked=True)
    board.put_item(chat("a"))
    assert plan_offers(board, NOW, 10) == []
    board.ask(BORIS, is_asked=False)
    assert [plan.agent_id for plan in plan_offers(board, NOW, 10)] == [BORIS]


def test_work_handed_from_one_agent_to_another_counts_once(board: Board) -> None:
    held = assigned(chat("a"), ANNA)
    board.put_item(held)
    board.put_item(replace(held, agent_id=BORIS, version=held.version + 1))
    assert (board.load(ANNA), board.load(BORIS)) == (0, 20)


def test_work_of_an_agent_who_is_gone_stays_theirs(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    board.put_item(assigned(call("a"), ANNA, weight=FULL))
    board.remove_agent(ANNA)
    board.remove_agent(ANNA)
    assert board.agent(ANNA) is None
    assert board.load(ANNA) == FULL
    board.put_agent(agent(ANNA), NOW)
    board.put_item(chat("b"))
    assert plan_offers(board, NOW, 9) == []


def test_an_agent_who_takes_a_gone_ones_slot_inherits_nothing(board: Board) -> None:
    board.put_agent(agent(ANNA, skills={"lang:ru": 9}), NOW)
    board.put_item(chat("a", skills={"lang:ru": 3}))
    board.remove_agent(ANNA)
    board.put_agent(agent(BORIS), NOW)
    assert plan_offers(board, NOW, 9) == []


def test_work_that_is_in_the_store_no_more_is_taken_off(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    board.put_item(chat("a"))
    [plan] = plan_offers(board, NOW, 9)
    board.remove_item(plan.item.id)
    board.remove_item(plan.item.id)
    board.revoke(plan)
    assert board.load(ANNA) == 0
    assert board.waiting_count(SUPPORT) == 0


# --- planned offers ---


def test_a_planned_offer_counts_as_an_open_one(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    board.put_item(chat("a"))
    [plan] = plan_offers(board, NOW, 9)
    assert (plan.item.id, plan.agent_id, plan.weight) == ("a", ANNA, 20)
    assert board.holdings(ANNA) == Holdings(offered=1)
    assert board.load(ANNA) == 20
    assert board.waiting_count(SUPPORT) == 0
    board.put_item(offered(plan.item, ANNA, plan.weight))
    assert board.holdings(ANNA) == Holdings(offered=1)
    assert board.load(ANNA) == 20


def test_a_revoked_offer_is_as_if_it_had_never_been_planned(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    for number in range(3):
        board.put_item(chat(f"{number}", queued_s=number))
    first, *_ = plan_offers(board, NOW, 2)
    board.revoke(first)
    assert ids(board.waiting(SUPPORT, 9)) == ["0", "2"]
    assert board.load(ANNA) == 20
    assert [plan.item.id for plan in plan_offers(board, NOW, 9)] == ["0", "2"]


def test_revoking_after_newer_news_changes_nothing(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    board.put_item(chat("a"))
    [plan] = plan_offers(board, NOW, 9)
    board.put_item(assigned(chat("a"), BORIS))
    board.revoke(plan)
    assert (board.load(ANNA), board.load(BORIS)) == (0, 20)
    assert board.waiting_count(SUPPORT) == 0


def test_a_late_revocation_does_not_touch_a_later_plan_of_the_same_item(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    board.put_item(chat("a"))
    [early] = plan_offers(board, NOW, 9)
    board.put_item(replace(chat("a"), version=2))
    [late] = plan_offers(board, NOW, 9)
    board.revoke(early)
    assert board.holdings(ANNA) == Holdings(offered=1)
    board.revoke(late)
    assert board.holdings(ANNA) == Holdings()


def test_a_confirmed_offer_cannot_be_revoked(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    board.put_item(chat("a"))
    [plan] = plan_offers(board, NOW, 9)
    board.put_item(offered(plan.item, ANNA, plan.weight))
    board.revoke(plan)
    assert board.holdings(ANNA) == Holdings(offered=1)


# --- the floor ---


def test_free_agents_are_those_with_room_for_the_medium_in_the_order_of_asking(board: Board) -> None:
    people = [
        agent(ANNA, idle_s=1),
        agent(BORIS, idle_s=9),
        agent(UserId("away"), present_s=None),
        agent(UserId("paused"), wish=Wish.PAUSED),
        agent(UserId("sales"), queues=(SALES,)),
        agent(UserId("no chats"), capacity=Capacity(chat=0)),
        agent(UserId("busy"), idle_s=99),
    ]
    for someone in people:
        board.put_agent(someone, NOW)
    board.put_item(assigned(chat("a"), UserId("busy")))
    assert board.free_agents(SUPPORT, Media.CHAT) == [BORIS, ANNA, "busy"]
    assert board.free_agents(SUPPORT, Media.VOICE) == [BORIS, ANNA, "no chats"]


def test_the_staff_that_is_there_counts_paused_and_busy_ones_until_their_lease_ends(board: Board) -> None:
    for number, wish in enumerate([Wish.AVAILABLE, Wish.PAUSED, Wish.OFFLINE]):
        board.put_agent(agent(UserId(f"{number}"), wish=wish, present_s=15), NOW)
    assert board.staffed_count(SUPPORT) == 2
    board.tick(at(14.999))
    assert board.staffed_count(SUPPORT) == 2
    board.tick(at(15))
    assert board.staffed_count(SUPPORT) == 0


# --- what does not pile up ---


def test_buckets_that_nothing_waits_in_do_not_pile_up(board: Board) -> None:
    board.put_agent(agent(ANNA, skills={f"{n}": 5 for n in range(3 * EMPTY_KEPT)}), NOW)
    for number in range(3 * EMPTY_KEPT):
        item = chat(f"{number}", skills={f"{number}": 1})
        board.put_item(item)
        board.put_item(item.stepped(WorkState.CANCELLED, NOW))
    assert len(board.floor.seats[ANNA].buckets) <= EMPTY_KEPT
    board.put_item(chat("new", skills={"7": 1}))
    assert [plan.item.id for plan in plan_offers(board, NOW, 9)] == ["new"]


def test_avoidances_leave_nothing_behind(board: Board) -> None:
    board.put_agent(agent(ANNA), NOW)
    board.put_agent(agent(BORIS, wish=Wish.PAUSED), NOW)
    board.put_item(chat("a"))
    board.avoid(WorkItemId("a"), ANNA, at(60))
    assert plan_offers(board, NOW, 9) == []
    assert len(board.floor.seats[ANNA].buckets) == 1
    [plan] = plan_offers(board, at(60), 9)
    board.put_item(offered(plan.item, ANNA).stepped(WorkState.ABANDONED, at(61)))
    assert board.floor.seats[BORIS].buckets == board.floor.seats[ANNA].buckets
    assert len(board.floor.seats[BORIS].buckets) == 1


def test_a_seat_nobody_sits_on_and_nothing_lies_on_is_forgotten(board: Board) -> None:
    held = assigned(chat("a"), ANNA)
    board.put_item(held)
    board.put_agent(agent(BORIS), NOW)
    board.remove_agent(BORIS)
    board.put_item(held.stepped(WorkState.COMPLETED, at(1)))
    assert board.floor.seats == {}
