"""Erlang C gives the published numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.erlang import Demand, agents_needed, erlang_b, erlang_c, rostered, staffed
from hub.domain.errors import Invalid


@pytest.mark.parametrize(
    ("calls", "handle_s", "agents", "threshold_s", "waits", "level", "asa_s"),
    [
        (720, 240, 55, 15, 0.238701, 0.845883, 8.184),
        (100, 180, 8, 20, 0.167267, 0.880148, 10.036),
        (200, 300, 20, 20, 0.338125, 0.729251, 30.431),
    ],
)
def test_the_vectors_of_the_terms(
    calls: float, handle_s: float, agents: int, threshold_s: float, waits: float, level: float, asa_s: float
) -> None:
    given_ = Demand(calls_per_hour=calls, handle_s=handle_s, threshold_s=threshold_s)
    found = staffed(given_, agents)
    assert found.wait_probability == pytest.approx(waits, abs=5e-7)
    assert found.service_level == pytest.approx(level, abs=5e-7)
    assert found.asa_s == pytest.approx(asa_s, abs=5e-4)
    assert found.occupancy == pytest.approx(given_.load / agents)


def test_eighty_twenty_at_two_hundred_calls_of_five_minutes_takes_twenty_one() -> None:
    assert agents_needed(Demand(calls_per_hour=200, handle_s=300, share=0.8, threshold_s=20)) == 21


@given(
    calls=st.floats(1, 3000),
    handle_s=st.floats(10, 900),
    share=st.floats(0.1, 0.99),
    threshold_s=st.floats(0, 120),
)
def test_the_number_found_is_the_least_that_reaches_the_target(
    calls: float, handle_s: float, share: float, threshold_s: float
) -> None:
    demand = Demand(calls_per_hour=calls, handle_s=handle_s, share=share, threshold_s=threshold_s)
    agents = agents_needed(demand)
    assert staffed(demand, agents).service_level >= share - 1e-9
    assert agents == 1 or staffed(demand, agents - 1).service_level < share + 1e-9


@given(load=st.floats(0.1, 200), agents=st.integers(1, 300))
def test_shares_are_shares_and_more_agents_never_make_it_worse(load: float, agents: int) -> None:
    assert 0 <= erlang_b(load, agents) <= 1
    assert 0 <= erlang_c(load, agents) <= 1 + 1e-12
    assert erlang_c(load, agents + 1) <= erlang_c(load, agents) + 1e-12


def test_more_work_than_hands_never_ends_and_no_work_needs_nobody() -> None:
    drowned = staffed(Demand(calls_per_hour=100, handle_s=360), 10)
    assert (drowned.service_level, drowned.wait_probability) == (0.0, 1.0)
    assert math.isinf(drowned.asa_s)
    assert agents_needed(Demand(calls_per_hour=0, handle_s=300)) == 0
    with pytest.raises(Invalid):
        agents_needed(Demand(calls_per_hour=1e6, handle_s=3600))


@pytest.mark.parametrize(
    ("agents", "shrinkage", "roster"), [(21, 0.3, 30), (7, 0.3, 10), (10, 0, 10), (1, 0.5, 2)]
)
def test_a_roster_covers_those_who_are_away(agents: int, shrinkage: float, roster: int) -> None:
    assert rostered(agents, shrinkage) == roster
