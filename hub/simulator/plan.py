"""Who comes, when, and how they behave: everything about a simulated client is decided before they arrive."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hub.simulator.names import NAMES, PAGES, REFERRERS, mail_address
from hub.simulator.scripts import LANGUAGES, Script, all_scripts

Gap = Callable[[random.Random], float]
"""Seconds from one arrival to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One client's visit.

    `at_s` counts from the start. `think_s` passes before they type, at `chars_per_s`. After `patience_s`
    without an answer they leave; those who `ask_again` do so once before. `reload_s` after their first
    message some lose their page and come back (None: not). `email` and `name` are empty for those who do
    not say. Those who are `regular` come back as somebody who was here before, if anybody was; those who
    have a `photo` send a picture with their first message; `score` is what they rate the talk (None: not). Whoever
    `closes_quietly` ends nothing: the page is gone, and the conversation stays as it is.
    """

    number: int
    at_s: float
    site: str
    script: Script
    name: str
    email: str
    page: str
    referrer: str
    think_s: float
    chars_per_s: float
    patience_s: float
    ask_again: bool
    reload_s: float | None
    regular: bool = False
    photo: bool = False
    score: int | None = None
    closes_quietly: bool = False


def at_rate(per_s: float) -> Gap:
    """Arrivals that know nothing of each other, `per_s` a second on average."""
    return lambda rng: rng.expovariate(per_s)


def between(least_s: float, most_s: float) -> Gap:
    """Arrivals that keep a distance."""
    return lambda rng: rng.uniform(least_s, most_s)


def visits(
    rng: random.Random, gap: Gap, *, sites: dict[str, str], first_s: float = 0.0, patience_s: float = 180.0
) -> Iterator[Visit]:
    """Visits without end, by the time they begin; the same `rng` gives the same ones.

    `sites` names the site for each topic; topics without one are left out. `patience_s` is the average.
    """
    by_language = {
        language: [s for s in all_scripts() if s.language == language and s.topic in sites]
        for language in LANGUAGES
    }
    at_s, number = first_s, 0
    while True:
        number += 1
        language = rng.choice(LANGUAGES)
        script = rng.choice(by_language[language]).filled(rng)
        name = rng.choice(NAMES[language]) if rng.random() < 0.8 else ""
        yield Visit(
            number=number,
            at_s=at_s,
            site=sites[script.topic],
            script=script,
            name=name,
            email=mail_address(name) if name and rng.random() < 0.5 else "",
            page=f"https://shop.example{rng.choice(PAGES)}",
            referrer=rng.choice(REFERRERS),
            think_s=rng.uniform(1.0, 4.0),
            chars_per_s=rng.uniform(6.0, 14.0),
            patience_s=min(rng.expovariate(1 / patience_s) + patience_s / 4, 4 * patience_s),
            ask_again=rng.random() < 0.4,
            reload_s=rng.uniform(2.0, 20.0) if rng.random() < 0.15 else None,
            regular=rng.random() < 0.4,
            photo=rng.random() < 0.15,
            score=rng.choices((1, 2, 3, 4, 5), (1, 1, 2, 6, 10))[0] if rng.random() < 0.5 else None,
        )
        at_s += gap(rng)
