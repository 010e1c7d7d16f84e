"""A routing decision in words and numbers, for the agent who is asked and the supervisor who asks why.

Every member of the queue's staff is counted once: among those who could take the item, or under the first rule
that excludes them, in the order of `RULES`. Suitability comes first, so that "who speaks Russian" does not
depend on who is there today.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hub.domain.reservation import Exclusion, Why
from hub.routing.order import NAMED, slots_in
from hub.routing.planned import WhyFacts

RULES = ("skill", "offline", "paused", "on_a_call", "full", "avoided")
"""`full` counts those without room for one more, and those who take none of the medium at all."""

NAMES_UP_TO = 30
"""With a larger staff those who were not asked are counted, not named."""

_NAMES_SHOWN = 5

_WORDS = {
    "skill": ("lacks", "lack"),
    "offline": ("is offline", "are offline"),
    "paused": ("is paused", "are paused"),
    "on_a_call": ("is on a call", "are on a call"),
    "full": ("has no room", "have no room"),
    "avoided": ("has just declined or missed it", "have just declined or missed it"),
}


def explain(facts: WhyFacts) -> Why:
    """Why this agent, from what was so at the moment of the decision."""
    groups = [group for group in _groups(facts) if group[2]]
    could = (facts.able & facts.free).bit_count()
    considered = could + sum(agents.bit_count() for _, _, agents in groups)
    has_names = considered <= NAMES_UP_TO
    first = sorted(facts.could)[:NAMED]
    chosen = facts.chosen
    others = [rank for rank in first if rank[2] != chosen[2]][: NAMED - 1]
    if facts.is_last_agent:
        reason = "last_agent"
    elif could == 1:
        reason = "only_one"
    else:
        reason = "least_loaded" if others[0][0] > chosen[0] else "longest_idle"
    why = Why(
        reason=reason,
        chosen=facts.names[chosen[3]],
        idle_s=max(0.0, facts.at.timestamp() - chosen[1]),
        considered=considered,
        could=could,
        next_names=tuple(facts.names[rank[3]] for rank in others),
        excluded=tuple(
            Exclusion(
                rule=rule,
                wanted=wanted,
                count=agents.bit_count(),
                names=_some_names(agents, facts.names) if has_names else (),
            )
            for rule, wanted, agents in groups
        ),
        place=facts.place,
    )
    return replace(why, text=_sentence(why, facts.queue_name))


def _groups(facts: WhyFacts) -> Iterator[tuple[str, str, int]]:
    """Rule, what it wanted, and the agents whom no earlier rule excludes."""
    for (skill, level), agents in zip(facts.wanted, facts.lacking, strict=True):
        yield "skill", f"{skill} ≥ {level}", agents
    left = facts.qualified
    for rule, agents in (
        ("offline", facts.offline),
        ("paused", facts.paused),
        ("on_a_call", facts.on_call),
        ("full", ~facts.free),
        ("avoided", ~facts.able),
    ):
        yield rule, "", left & agents
        left &= ~agents


def _some_names(agents: int, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(names[slot] for slot in slots_in(agents))[:_NAMES_SHOWN])


def _sentence(why: Why, queue_name: str) -> str:
    staff = f"of {why.considered} in {queue_name}" if queue_name else f"of {why.considered}"
    among = f"of the {why.could} who can take it now"
    match why.reason:
        case "last_agent":
            begin = f"{why.chosen} had this client last and can take it now"
        case "only_one":
            begin = f"{why.chosen} is the only one {staff} who can take it now"
        case "least_loaded":
            begin = f"{why.chosen} has the least work in hand {among}"
        case _:
            begin = f"{why.chosen} has waited longest for work ({_duration(why.idle_s)}) {among}"
    parts = [begin]
    if why.next_names:
        parts.append(f"{_listed(why.next_names)} would have been next")
    if why.excluded:
        excluded = _listed([_clause(exclusion) for exclusion in why.excluded])
        parts.append(excluded if why.reason == "only_one" else f"{staff}, {excluded}")
    return "; ".join(parts) + "."


def _clause(exclusion: Exclusion) -> str:
    words = _WORDS[exclusion.rule][exclusion.count > 1]
    return f"{exclusion.count} {words} {exclusion.wanted}".rstrip()


def _listed(things: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(things[:-1]), things[-1])))


def _duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
