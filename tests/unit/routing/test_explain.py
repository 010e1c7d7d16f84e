"""Why this agent: the reason, the numbers, the rules that excluded others, and the sentence."""

from collections.abc import Sequence

import pytest

from hub.domain.agent import Agent, Capacity, Wish
from hub.domain.ids import QueueId, UserId, WorkItemId
from hub.domain.reservation import Exclusion, Why
from hub.domain.work import WorkItem
from hub.routing.board import Board
from hub.routing.explain import NAMES_UP_TO, RULES, explain
from hub.routing.policy import plan_offers
from tests.unit.routing.made_up import ANNA, BORIS, CEM, NOW, agent, assigned, at, call, chat, queue

DANA = UserId("dana")


def why_of(item: WorkItem, *others: Agent | WorkItem, avoided: Sequence[UserId] = ()) -> Why:
    """Why the item goes where it goes, the others being there."""
    board = Board()
    board.put_queue(queue())
    for other in others:
        if isinstance(other, Agent):
            board.put_agent(other, NOW)
        else:
            board.put_item(other)
    for agent_id in avoided:
        board.avoid(item.id, agent_id, at(60))
    board.put_item(item)
    [plan] = [plan for plan in plan_offers(board, NOW, 100) if plan.item.id == item.id]
    return explain(plan.why_facts)


# --- the reason ---


def test_the_last_agent_is_the_reason_even_where_others_are_idle_longer() -> None:
    why = why_of(chat("a", preferred=ANNA), agent(ANNA), agent(BORIS, idle_s=90))
    assert (why.reason, why.chosen, why.next_names) == ("last_agent", "Anna", ("Boris",))
    assert why.text == "Anna had this client last and can take it now; Boris would have been next."


def test_a_preferred_agent_who_cannot_take_it_is_no_reason() -> None:
    why = why_of(chat("a", preferred=ANNA), agent(ANNA, wish=Wish.PAUSED), agent(BORIS))
    assert why.reason == "only_one"
    assert why.text == "Boris is the only one of 2 in Support who can take it now; 1 is paused."


def test_the_least_loaded_is_the_reason_where_the_next_one_has_more_in_hand() -> None:
    why = why_of(chat("a"), agent(ANNA, idle_s=9), agent(BORIS, idle_s=90), assigned(chat("b"), BORIS))
    assert (why.reason, why.chosen, why.could) == ("least_loaded", "Anna", 2)
    assert why.text == (
        "Anna has the least work in hand of the 2 who can take it now; Boris would have been next."
    )


def test_the_longest_idle_is_the_reason_among_equally_loaded_ones() -> None:
    people = [
        agent(UserId(name), idle_s=idle_s)
        for name, idle_s in zip("abcdef", (5, 190, 30, 10, 20, 1), strict=True)
    ]
    why = why_of(chat("x"), *people)
    assert (why.reason, why.chosen, why.idle_s, why.next_names) == ("longest_idle", "B", 190, ("C", "E", "D"))
    assert why.text == (
        "B has waited longest for work (3 min 10 s) of the 6 who can take it now;"
        " C, E and D would have been next."
    )


@pytest.mark.parametrize(
    ("idle_s", "words"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (90061, "25 h 1 min"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(idle_s: float, words: str) -> None:
    assert f"({words})" in why_of(chat("a"), agent(ANNA, idle_s=idle_s), agent(BORIS)).text


def test_an_agent_whose_idle_time_is_to_come_has_been_idle_for_nothing() -> None:
    assert why_of(chat("a"), agent(ANNA, idle_s=-5)).idle_s == 0


# --- who was considered ---


def test_each_of_the_staff_is_counted_once_under_the_first_rule_that_excludes_them() -> None:
    people = [
        agent(ANNA, skills={"lang:ru": 3}),
        agent(UserId("no skill and offline"), present_s=None),
        agent(UserId("low skill"), skills={"lang:ru": 2}),
        agent(UserId("offline and paused"), skills={"lang:ru": 9}, wish=Wish.PAUSED, present_s=None),
        agent(UserId("wants to be offline"), skills={"lang:ru": 9}, wish=Wish.OFFLINE),
        agent(UserId("paused and on a call"), skills={"lang:ru": 9}, wish=Wish.PAUSED),
        agent(UserId("on a call"), skills={"lang:ru": 9}),
        agent(UserId("full"), skills={"lang:ru": 9}, capacity=Capacity(chat=1)),
        agent(UserId("takes no chats"), skills={"lang:ru": 9}, capacity=Capacity(chat=0)),
        agent(UserId("declined"), skills={"lang:ru": 9}),
        agent(UserId("of another queue"), queues=(QueueId("sales"),)),
    ]
    work = [
        assigned(call("1"), UserId("paused and on a call"), weight=60),
        assigned(call("2"), UserId("on a call"), weight=60),
        assigned(chat("3"), UserId("full"), weight=60),
    ]
    why = why_of(chat("a", skills={"lang:ru": 3}), *people, *work, avoided=[UserId("declined")])
    assert why.excluded == (
        Exclusion(rule="skill", wanted="lang:ru ≥ 3", count=2, names=("Low skill", "No skill and offline")),
        Exclusion(rule="offline", count=2, names=("Offline and paused", "Wants to be offline")),
        Exclusion(rule="paused", count=1, names=("Paused and on a call",)),
        Exclusion(rule="on_a_call", count=1, names=("On a call",)),
        Exclusion(rule="full", count=2, names=("Full", "Takes no chats")),
        Exclusion(rule="avoided", count=1, names=("Declined",)),
    )
    only_of_some = {"kept", "no_phone"}
    assert [exclusion.rule for exclusion in why.excluded] == [r for r in RULES if r not in only_of_some]
    assert (why.could, why.considered) == (1, 10)
    assert why.text == (
        "Anna is the only one of 10 in Support who can take it now; 2 lack lang:ru ≥ 3, 2 are offline, 1 is paused,"
        " 1 is on a call, 2 have no room and 1 has just declined or missed it."
    )


def test_of_two_missing_skills_the_first_by_name_counts() -> None:
    people = [agent(ANNA, skills={"a": 1, "b": 1}), agent(BORIS), agent(CEM, skills={"a": 1})]
    why = why_of(chat("x", skills={"b": 1, "a": 1}), *people)
    assert [(each.wanted, each.count) for each in why.excluded] == [("a ≥ 1", 1), ("b ≥ 1", 1)]


def test_those_not_asked_are_told_apart_from_those_who_could() -> None:
    why = why_of(
        chat("a"),
        agent(ANNA, idle_s=60),
        agent(BORIS),
        agent(CEM, wish=Wish.PAUSED),
        agent(DANA, present_s=None),
    )
    assert why.text == (
        "Anna has waited longest for work (1 min 0 s) of the 2 who can take it now; Boris would have been next;"
        " of 4 in Support, 1 is offline and 1 is paused."
    )


def test_an_avoidance_that_does_not_hold_excludes_nobody() -> None:
    why = why_of(chat("a"), agent(ANNA), avoided=[ANNA])
    assert (why.reason, why.excluded) == ("only_one", ())
    assert why.text == "Anna is the only one of 1 in Support who can take it now."


def test_up_to_five_names_are_given_in_a_small_staff() -> None:
    away = [agent(UserId(f"away {number:02}"), present_s=None) for number in range(NAMES_UP_TO - 1)]
    [exclusion] = why_of(chat("a"), agent(ANNA), *away).excluded
    assert exclusion.count == NAMES_UP_TO - 1
    assert exclusion.names == tuple(f"Away {number:02}" for number in range(5))


def test_a_staff_of_more_than_thirty_is_counted_without_names() -> None:
    away = [agent(UserId(f"away {number:02}"), present_s=None) for number in range(NAMES_UP_TO)]
    [exclusion] = why_of(chat("a"), agent(ANNA), *away).excluded
    assert (exclusion.count, exclusion.names) == (NAMES_UP_TO, ())


def test_the_place_is_the_one_in_the_line_of_the_queue_at_the_moment_of_the_offer() -> None:
    welsh = [chat(f"{number}", skills={"lang:cy": 1}) for number in range(2)]
    assert why_of(chat("a", queued_s=9), agent(ANNA), *welsh).place == 3
    assert why_of(chat("a"), agent(ANNA)).place == 1


def test_what_was_so_stays_so_whatever_happens_afterwards() -> None:
    board = Board()
    for someone in (agent(ANNA, idle_s=9), agent(BORIS), agent(CEM, wish=Wish.PAUSED)):
        board.put_agent(someone, NOW)
    board.put_item(chat("a"))
    [plan] = plan_offers(board, NOW, 1)
    before = explain(plan.why_facts)
    board.remove_agent(CEM)
    board.put_agent(agent(DANA, present_s=None), NOW)
    board.put_agent(agent(ANNA, wish=Wish.OFFLINE, version=2), NOW)
    board.remove_item(WorkItemId("a"))
    assert explain(plan.why_facts) == before
    assert (before.next_names, before.excluded[0].names) == (("Boris",), ("Cem",))
    assert before.text.endswith("of 3, 1 is paused."), "a queue that is not known yet has no name"


def test_whoever_has_no_phone_that_can_be_rung_is_asked_for_chats_only() -> None:
    people = [agent(UserId("with a phone")), agent(UserId("without"), phone_ready=False)]
    of_call = why_of(call("a"), *people)
    assert of_call.chosen == "With a phone"
    assert of_call.excluded == (Exclusion(rule="no_phone", count=1, names=("Without",)),)
    assert "1 has no phone that can be rung" in of_call.text
    assert why_of(chat("b"), *people).excluded == ()
