"""Which work goes to whom, case by case, and beside a linear scan on made-up floors."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import datetime

import pytest

from bench.linear import LinearRouter
from hub.domain.agent import Agent, Capacity, Media, Wish
from hub.domain.ids import UserId, WorkItemId
from hub.domain.work import WorkItem, WorkState
from hub.routing.board import Board
from hub.routing.policy import plan_offers
from tests.unit.routing.made_up import (
    ANNA,
    BORIS,
    CEM,
    NOW,
    SALES,
    SUPPORT,
    agent,
    assigned,
    at,
    call,
    chat,
    offered,
)


def board_with(*things: Agent | WorkItem) -> Board:
    board = Board()
    for thing in things:
        if isinstance(thing, Agent):
            board.put_agent(thing, NOW)
        else:
            board.put_item(thing)
    return board


def decided(board: Board, now: datetime = NOW, limit: int = 100) -> list[tuple[str, str]]:
    return [(plan.item.id, plan.agent_id) for plan in plan_offers(board, now, limit)]


# --- which item ---


def test_the_longest_waiting_item_goes_first() -> None:
    board = board_with(chat("late", queued_s=2), chat("early", queued_s=1), agent(ANNA))
    assert decided(board) == [("early", ANNA), ("late", ANNA)]


def test_one_step_of_priority_is_worth_thirty_seconds_of_waiting() -> None:
    anna = agent(ANNA, capacity=Capacity(chat=1))
    assert decided(board_with(chat("old"), chat("vip", priority=1, queued_s=29), anna)) == [("vip", ANNA)]
    assert decided(board_with(chat("old"), chat("vip", priority=1, queued_s=31), anna)) == [("old", ANNA)]


def test_of_equally_urgent_items_the_one_first_queued_earlier_goes_first_then_the_smaller_id() -> None:
    first, second, third = chat("z", queued_s=0), chat("b", priority=1, queued_s=30), chat("a", queued_s=0)
    board = board_with(first, second, third, agent(ANNA))
    assert decided(board) == [("a", ANNA), ("z", ANNA), ("b", ANNA)]


def test_an_item_nobody_can_take_holds_up_nobody_behind_it() -> None:
    board = board_with(chat("welsh", skills={"lang:cy": 1}), chat("any", queued_s=9), agent(ANNA))
    assert decided(board) == [("any", ANNA)]


def test_returned_work_keeps_its_place_before_later_equals() -> None:
    board = board_with(chat("first"), chat("second", queued_s=1), agent(ANNA, capacity=Capacity(chat=1)))
    [plan] = plan_offers(board, NOW, 10)
    taken = offered(plan.item, ANNA, plan.weight)
    board.put_item(taken)
    board.put_item(taken.stepped(WorkState.QUEUED, at(20)))
    assert decided(board, at(20)) == [("first", ANNA)]


# --- which agent ---


def test_the_last_agent_comes_before_an_idle_one() -> None:
    busy = assigned(chat("held"), ANNA)
    board = board_with(agent(ANNA), agent(BORIS, idle_s=900), busy, chat("again", preferred=ANNA))
    assert decided(board) == [("again", ANNA)]


def test_a_last_agent_who_cannot_take_it_is_not_waited_for() -> None:
    board = board_with(agent(ANNA, wish=Wish.PAUSED), agent(BORIS), chat("again", preferred=ANNA))
    assert decided(board) == [("again", BORIS)]


def test_less_load_comes_before_longer_idle() -> None:
    busy = assigned(chat("held"), ANNA)
    board = board_with(agent(ANNA, idle_s=900), agent(BORIS), busy, chat("new"))
    assert decided(board) == [("new", BORIS)]


def test_at_equal_load_the_longest_idle_is_asked_then_the_smaller_id() -> None:
    board = board_with(agent(CEM, idle_s=5), agent(BORIS, idle_s=5), agent(ANNA, idle_s=4))
    for number in range(3):
        board.put_item(chat(f"{number}", queued_s=number))
    assert decided(board) == [("0", BORIS), ("1", CEM), ("2", ANNA)]


# --- who can take it ---


def test_a_skill_one_level_short_is_not_enough() -> None:
    board = board_with(chat("ru", skills={"lang:ru": 3}), agent(ANNA, skills={"lang:ru": 2}))
    assert decided(board) == []
    board.put_agent(agent(ANNA, skills={"lang:ru": 3}, version=2), NOW)
    assert decided(board) == [("ru", ANNA)]


def test_only_the_staff_of_the_queue_is_asked() -> None:
    board = board_with(chat("sale", queue_id=SALES), agent(ANNA, queues=(SUPPORT,)))
    assert decided(board) == []
    board.put_agent(agent(ANNA, queues=(SUPPORT, SALES), version=2), NOW)
    assert decided(board) == [("sale", ANNA)]


def test_presence_ends_at_its_very_moment() -> None:
    assert decided(board_with(agent(ANNA, present_s=15), chat("a")), at(14.999)) == [("a", ANNA)]
    assert decided(board_with(agent(ANNA, present_s=15), chat("a")), at(15)) == []


def test_a_lease_renewed_in_time_does_not_end() -> None:
    board = board_with(agent(ANNA, present_s=15))
    board.put_agent(agent(ANNA, present_s=20), at(5))
    board.tick(at(15))
    board.put_item(chat("a", queued_s=15))
    assert decided(board, at(19.9)) == [("a", ANNA)]


def test_a_lease_cut_short_ends_at_its_new_end() -> None:
    board = board_with(agent(ANNA, present_s=15))
    board.put_agent(agent(ANNA, present_s=8), at(5))
    board.put_item(chat("a", queued_s=5))
    assert decided(board, at(8)) == []


@pytest.mark.parametrize("wish", [Wish.PAUSED, Wish.OFFLINE])
def test_who_is_paused_or_offline_is_not_asked(wish: Wish) -> None:
    assert decided(board_with(agent(ANNA, wish=wish), chat("a"))) == []


def test_an_agent_is_asked_for_as_many_chats_as_their_capacity_and_no_more() -> None:
    board = board_with(agent(ANNA, capacity=Capacity(chat=2)), *[chat(f"{n}", queued_s=n) for n in range(3)])
    assert decided(board) == [("0", ANNA), ("1", ANNA)]
    assert board.load(ANNA) == 60


def test_two_mails_of_twelve_units_leave_room_for_one_chat_of_thirty_but_not_for_two() -> None:
    held = [assigned(chat(f"m{n}", media=Media.MAIL), ANNA, weight=12) for n in range(2)]
    board = board_with(agent(ANNA, capacity=Capacity(chat=2)), *held, chat("1"), chat("2", queued_s=1))
    assert decided(board) == [("1", ANNA)]


def test_an_agent_with_a_call_takes_nothing_else_whatever_the_capacity() -> None:
    wide = Capacity(voice=4, chat=60, mail=60)
    held = assigned(call("held"), ANNA, weight=15)
    board = board_with(agent(ANNA, capacity=wide), held, chat("a"), chat("b", media=Media.MAIL), call("c"))
    assert decided(board) == []
    done = held.stepped(WorkState.WRAP_UP, at(1))
    board.put_item(done)
    assert decided(board) == []
    board.put_item(done.stepped(WorkState.COMPLETED, at(2)))
    assert decided(board) == [("a", ANNA), ("b", ANNA), ("c", ANNA)]
    board.put_item(chat("d"))
    assert decided(board) == []


def test_a_call_needs_room_beside_the_chats_in_hand() -> None:
    chatting = assigned(chat("held"), ANNA, weight=20)
    assert decided(board_with(agent(ANNA), chatting, call("c"))) == []
    assert decided(board_with(agent(ANNA, capacity=Capacity(voice=2)), chatting, call("c"))) == [("c", ANNA)]


def test_who_takes_none_of_a_medium_is_never_asked_for_it() -> None:
    assert decided(board_with(agent(ANNA, capacity=Capacity(chat=0)), chat("a"))) == []


# --- after a refusal ---


def test_who_declined_is_not_asked_again_before_the_time_is_up_and_another_one_is() -> None:
    board = board_with(agent(ANNA, idle_s=900), agent(BORIS, wish=Wish.PAUSED), chat("a"))
    board.avoid(WorkItemId("a"), ANNA, at(60))
    assert decided(board, at(59.9)) == []
    assert decided(board, at(60)) == [("a", ANNA)]
    board = board_with(agent(ANNA, idle_s=900), agent(BORIS), chat("a"))
    board.avoid(WorkItemId("a"), ANNA, at(60))
    assert decided(board) == [("a", BORIS)]


def test_the_only_one_who_could_ever_take_it_is_asked_again_at_once() -> None:
    others = agent(BORIS, skills={"x": 1}), agent(CEM, skills={"x": 9}, capacity=Capacity(chat=0))
    board = board_with(agent(ANNA, skills={"x": 2}), *others, chat("a", skills={"x": 2}))
    board.avoid(WorkItemId("a"), ANNA, at(60))
    assert decided(board) == [("a", ANNA)]


def test_an_avoided_item_lets_a_later_equal_pass_to_the_agent_who_declined() -> None:
    board = board_with(agent(ANNA), agent(BORIS, wish=Wish.PAUSED), chat("a"), chat("b", queued_s=1))
    board.avoid(WorkItemId("a"), ANNA, at(60))
    assert decided(board) == [("b", ANNA)]
    assert decided(board, at(60)) == [("a", ANNA)]


def test_of_two_avoidances_of_one_pair_the_later_end_counts() -> None:
    board = board_with(agent(ANNA), agent(BORIS, wish=Wish.PAUSED), chat("a"))
    board.avoid(WorkItemId("a"), ANNA, at(60))
    board.avoid(WorkItemId("a"), ANNA, at(90))
    board.avoid(WorkItemId("a"), ANNA, at(30))
    assert decided(board, at(60)) == []
    assert decided(board, at(90)) == [("a", ANNA)]


# --- rounds ---


def test_the_limit_cuts_the_round_and_the_next_one_goes_on() -> None:
    board = board_with(*[agent(UserId(f"{n}")) for n in range(9)])
    for number in range(9):
        board.put_item(chat(f"{number}", queued_s=number))
    assert decided(board, limit=4) + decided(board, limit=4) + decided(board, limit=4) == [
        (f"{number}", f"{number}") for number in range(9)
    ]


def test_nothing_is_looked_at_while_nothing_changes() -> None:
    board = board_with(agent(ANNA), chat("ru", skills={"lang:ru": 3}))
    assert decided(board) == []
    assert not board.claims.slots
    assert not board.claims.buckets
    board.put_item(chat("ru too", skills={"lang:ru": 3}))
    assert not board.claims.buckets


@pytest.mark.parametrize("seed", range(3))
def test_on_a_large_floor_the_decisions_are_those_of_a_linear_scan(seed: int) -> None:
    """Three hundred agents in few groups: the ways for many candidates and for many agents at once."""
    rng = random.Random(seed)
    board, linear = Board(), LinearRouter()
    capacity = [Capacity(chat=1), Capacity(), Capacity(voice=2, chat=4, mail=0)]
    for number in range(300):
        someone = agent(
            UserId(f"{number:03}"),
            skills={"lang:ru": rng.randint(1, 5)},
            capacity=rng.choice(capacity),
            queues=(SUPPORT,) if number % 3 else (SUPPORT, SALES),
            idle_s=rng.randint(0, 60),
        )
        board.put_agent(someone, NOW)
        linear.put_agent(someone, NOW)
    held: list[WorkItem] = []
    order: dict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    for turn in range(30):
        news = [
            chat(
                f"{turn}-{number}",
                queue_id=rng.choice([SUPPORT, SALES]),
                media=rng.choice(list(Media)),
                skills=rng.choice([{}, {"lang:ru": 4}]),
                priority=rng.randint(0, 1),
                queued_s=turn,
            )
            for number in range(rng.choice([1, 1, 40]))
        ]
        rng.shuffle(held)
        ended = held[: rng.choice([0, 1, 3, 20])]
        held = held[len(ended) :]
        for item in [*news, *(item.stepped(WorkState.COMPLETED, at(turn)) for item in ended)]:
            board.put_item(item)
            linear.put_item(item)
        for item in ended:
            known = board.agent(item.agent_id or ANNA)
            assert known is not None
            rested = replace(known, idle_since=at(turn), version=known.version + 1)
            board.put_agent(rested, at(turn))
            linear.put_agent(rested, at(turn))
        plans = plan_offers(board, at(turn), 1000)
        assert [(plan.item.id, plan.agent_id, plan.weight) for plan in plans] == [
            (offer.item.id, offer.agent_id, offer.weight) for offer in linear.plan_offers(at(turn), 1000)
        ]
        for plan in plans:
            taken = assigned(plan.item, plan.agent_id, plan.weight)
            board.put_item(taken)
            held.append(taken)
            order[f"{plan.item.queue_id} {plan.item.media} {plan.item.skills} {turn}"].append(
                (plan.item.urgent_at, plan.item.first_queued_at, plan.item.id)
            )
    assert all(keys == sorted(keys) for keys in order.values()), "somebody was overtaken by a later equal"
