"""The rules that a queue may have of its own: relaxing skills, an owner first, another order, closed hours."""

from dataclasses import replace

from hub.domain.agent import Agent, Capacity
from hub.domain.queue import QueueRules, Relaxation, RoutingOrder
from hub.domain.work import WorkItem
from hub.routing.board import Board
from hub.routing.explain import explain
from hub.routing.policy import plan_offers
from tests.unit.routing.made_up import ANNA, BORIS, CEM, NOW, SUPPORT, agent, assigned, at, chat, queue


def board_of(rules: QueueRules, *news: Agent | WorkItem) -> Board:
    board = Board()
    board.put_queue(replace(queue(), rules=rules))
    for each in news:
        if isinstance(each, Agent):
            board.put_agent(each, NOW)
        else:
            board.put_item(each)
    return board


def asked(board: Board, seconds: float = 0) -> list[str]:
    return [plan.agent_id for plan in plan_offers(board, at(seconds), 100)]


def test_what_a_queue_asks_for_becomes_less_while_the_client_waits() -> None:
    steps = (Relaxation(after_s=30, skills={"law": 2}), Relaxation(after_s=60, skills={"law": 0}))
    board = board_of(
        QueueRules(relaxations=steps),
        agent(ANNA, skills={"law": 2}, capacity=Capacity(chat=1)),
        agent(BORIS),
        chat("a", skills={"law": 5}),
        chat("b", skills={"law": 5}, queued_s=1),
    )
    assert asked(board, 29.9) == []
    assert asked(board, 30) == [ANNA]
    assert asked(board, 60) == []
    assert asked(board, 61) == [BORIS]


def test_a_step_never_asks_for_more_or_for_what_was_not_asked() -> None:
    rules = QueueRules(relaxations=(Relaxation(after_s=1, skills={"law": 9, "tax": 3}),))
    assert rules.relaxed({"law": 5}, 10) == {"law": 5}


def test_work_is_kept_for_whoever_had_the_client_and_then_for_anybody() -> None:
    busy = assigned(chat("mine"), ANNA, weight=60)
    board = board_of(
        QueueRules(owner_first_s=45),
        agent(ANNA, capacity=Capacity(chat=1)),
        agent(BORIS),
        busy,
        chat("a", preferred=ANNA),
    )
    assert asked(board, 44) == []
    assert asked(board, 45) == [BORIS]


def test_an_owner_with_room_is_asked_at_once_and_the_others_are_said_to_have_been_left_out() -> None:
    board = board_of(
        QueueRules(owner_first_s=45), agent(ANNA), agent(BORIS, idle_s=900), chat("a", preferred=ANNA)
    )
    (plan,) = plan_offers(board, NOW, 5)
    why = explain(plan.why_facts)
    assert (why.chosen, why.reason) == ("Anna", "last_agent")
    assert [(e.rule, e.names) for e in why.excluded] == [("kept", ("Boris",))]


def test_nothing_is_kept_for_an_owner_who_is_not_there_or_goes_away() -> None:
    rules = QueueRules(owner_first_s=45)
    gone = agent(ANNA, present_s=None)
    assert asked(board_of(rules, gone, agent(BORIS), chat("a", preferred=ANNA))) == [BORIS]

    board = board_of(rules, agent(ANNA, capacity=Capacity(chat=0)), agent(BORIS), chat("a", preferred=ANNA))
    assert asked(board) == []
    board.put_agent(agent(ANNA, present_s=None, version=2), at(5))
    assert asked(board, 5) == [BORIS]


def test_the_longest_idle_is_asked_first_whatever_they_hold_where_the_queue_says_so() -> None:
    people = (agent(ANNA, idle_s=100), agent(BORIS, idle_s=10), assigned(chat("x"), ANNA), chat("a"))
    assert asked(board_of(QueueRules(), *people)) == [BORIS]
    assert asked(board_of(QueueRules(order=RoutingOrder.LONGEST_IDLE), *people)) == [ANNA]


def test_turns_go_round_where_the_queue_says_so() -> None:
    board = board_of(
        QueueRules(order=RoutingOrder.ROUND_ROBIN),
        agent(ANNA, idle_s=30),
        agent(BORIS, idle_s=20),
        agent(CEM, idle_s=10),
        *(chat(f"{n}", queued_s=n) for n in range(6)),
    )
    plans = plan_offers(board, at(10), 100)
    assert [p.agent_id for p in plans] == [ANNA, BORIS, CEM, ANNA, BORIS, CEM]
    assert explain(plans[0].why_facts).reason == "round_robin"
    assert explain(plans[0].why_facts).next_names == ("Boris", "Cem")


def test_nobody_is_offered_what_waits_in_a_closed_queue_and_it_keeps_its_place() -> None:
    board = board_of(QueueRules(), agent(ANNA), chat("a"))
    board.close(frozenset({SUPPORT}))
    board.put_item(chat("b", queued_s=1))
    assert asked(board, 10) == []
    assert board.waiting_count(SUPPORT) == 2
    board.close(frozenset())
    assert [p.item.id for p in plan_offers(board, at(20), 100)] == ["a", "b"]


def test_changed_rules_count_for_those_who_wait_already() -> None:
    board = board_of(QueueRules(), agent(BORIS), chat("a", skills={"law": 5}))
    assert asked(board, 40) == []
    relaxed = QueueRules(relaxations=(Relaxation(after_s=30, skills={"law": 0}),))
    board.put_queue(replace(queue(), rules=relaxed, version=2))
    assert asked(board, 41) == [BORIS]
