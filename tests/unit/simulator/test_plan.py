"""Who comes, and when."""

import random
from itertools import islice, pairwise

import pytest

from hub.simulator.plan import at_rate, between, visits

SITES = {"support": "demo", "sales": "demo-sales"}


def some(number: int, seed: int = 1, gap=None, **given):
    return list(
        islice(visits(random.Random(seed), gap or at_rate(2.0), **({"sites": SITES} | given)), number)
    )


def test_the_same_seed_gives_the_same_clients_and_another_seed_others() -> None:
    assert some(20, seed=7) == some(20, seed=7)
    assert some(20, seed=7) != some(20, seed=8)


def test_a_rate_is_clients_a_second_on_average() -> None:
    last = some(2001)[-1]

    assert last.at_s == pytest.approx(1000, rel=0.1)


def test_arrivals_may_keep_a_distance() -> None:
    moments = [visit.at_s for visit in some(200, gap=between(20, 40), first_s=3)]

    assert moments[0] == 3
    assert all(20 <= after - before <= 40 for before, after in pairwise(moments))


def test_every_client_visits_the_site_of_their_topic() -> None:
    assert all(visit.site == SITES[visit.script.topic] for visit in some(200))


def test_a_topic_without_a_site_is_left_out() -> None:
    assert {visit.script.topic for visit in some(200, sites={"support": "demo"})} == {"support"}


def test_clients_of_all_languages_come_some_named_some_not_some_who_lose_their_page() -> None:
    coming = some(300)

    assert {visit.script.language for visit in coming} == {"en", "ru", "tr"}
    assert {bool(visit.name) for visit in coming} == {True, False}
    assert {visit.reload_s is None for visit in coming} == {True, False}
    assert not any(visit.email and not visit.name for visit in coming)


def test_patience_is_never_nothing_and_never_endless() -> None:
    waits = [visit.patience_s for visit in some(500, patience_s=100)]

    assert min(waits) >= 25
    assert max(waits) <= 400
