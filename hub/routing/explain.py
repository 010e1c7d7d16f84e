"""A routing decision in words and numbers, for the agent who is asked and the supervisor who asks why.

Every member of the queue's staff is counted once: among those who could take the item, or under the first rule
that excludes them, in the order of `RULES`. Suitability comes first, so that "who speaks Russian" does not
depend on who is there today.
"""

from collections.abc import Iterator, Sequence

from hub.domain.queue import RoutingOrder
from hub.domain.reservation import Exclusion, Why
from hub.routing.order import NAMED, slots_in
from hub.routing.planned import WhyFacts

RULES = ("skill", "offline", "paused", "on_a_call", "no_phone", "full", "avoided", "kept")
"""`full` counts those without room for one more, and those who take none of the medium at all."""

NAMES_UP_TO = 30
"""With a larger staff those who were not asked are counted, not named."""

_NAMES_SHOWN = 5

_WORDS = {
    "skill": ("lacks", "lack"),
    "offline": ("is offline", "are offline"),
    "paused": ("is paused", "are paused"),
    "on_a_call": ("is on a call", "are on a call"),
    "no_phone": ("has no phone that can be rung", "have no phone that can be rung"),
    "full": ("has no room", "have no room"),
    "kept": ("is not the one it is kept for", "are not the one it is kept for"),
    "avoided": ("has just declined or missed it", "have just declined or missed it"),
}


def explain(facts: WhyFacts) -> Why:
    """Why this agent, from what was so at the moment of the decision."""
    names, chosen = facts.attendance.names, facts.chosen
    groups = [(rule, wanted, agents.bit_count(), agents) for rule, wanted, agents in _groups(facts) if agents]
    could = (facts.staff.able & facts.free).bit_count()
    considered = could + sum(count for _, _, count, _ in groups)
    is_small = considered <= NAMES_UP_TO
    excluded = tuple(
        Exclusion(rule=rule, wanted=wanted, count=count, names=_some_names(agents, names) if is_small else ())
        for rule, wanted, count, agents in groups
    )
    others = [rank for rank in sorted(facts.could)[:NAMED] if rank[2] != chosen[2]][: NAMED - 1]
    if facts.is_last_agent:
        reason = "last_agent"
    elif could == 1:
        reason = "only_one"
    elif facts.order is RoutingOrder.ROUND_ROBIN:
        reason = "round_robin"
    else:
        reason = "least_loaded" if others[0][0] > chosen[0] else "longest_idle"
    idle_s = max(0.0, facts.at.timestamp() - chosen[1])
    next_names = tuple([names[rank[3]] for rank in others])
    staff = f"of {considered} in {facts.queue_name}" if facts.queue_name else f"of {considered}"
    return Why(
        reason=reason,
        chosen=names[chosen[3]],
        idle_s=idle_s,
        considered=considered,
        could=could,
        next_names=next_names,
        excluded=excluded,
        place=facts.place,
        text=_sentence(names[chosen[3]], reason, idle_s, staff, could, next_names, excluded),
    )


def _groups(facts: WhyFacts) -> Iterator[tuple[str, str, int]]:
    """Rule, what it wanted, and the agents whom no earlier rule excludes."""
    staff, attendance = facts.staff, facts.attendance
    for (skill, level), agents in zip(staff.wanted, staff.lacking, strict=True):
        yield "skill", f"{skill} ≥ {level}", agents
    left = staff.qualified
    for rule, agents in (
        ("offline", attendance.offline),
        ("paused", attendance.paused),
        ("on_a_call", attendance.on_call),
        ("no_phone", attendance.no_phone if facts.is_call else 0),
        ("full", ~facts.free),
        ("kept" if facts.is_kept else "avoided", ~staff.able),
    ):
        yield rule, "", left & agents
        left &= ~agents


def _some_names(agents: int, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(names[slot] for slot in slots_in(agents))[:_NAMES_SHOWN])


def _sentence(
    chosen: str,
    reason: str,
    idle_s: float,
    staff: str,
    could: int,
    next_names: Sequence[str],
    excluded: Sequence[Exclusion],
) -> str:
    match reason:
        case "last_agent":
            parts = [f"{chosen} had this client last and can take it now"]
        case "only_one":
            parts = [f"{chosen} is the only one {staff} who can take it now"]
        case "round_robin":
            parts = [f"{chosen} was asked longest ago of the {could} who can take it now"]
        case "least_loaded":
            parts = [f"{chosen} has the least work in hand of the {could} who can take it now"]
        case _:
            waited = _duration(idle_s)
            parts = [f"{chosen} has waited longest for work ({waited}) of the {could} who can take it now"]
    if next_names:
        parts.append(f"{_listed(next_names)} would have been next")
    if excluded:
        clauses = _listed([_clause(exclusion) for exclusion in excluded])
        parts.append(clauses if reason == "only_one" else f"{staff}, {clauses}")
    return "; ".join(parts) + "."


def _clause(exclusion: Exclusion) -> str:
    words = _WORDS[exclusion.rule][exclusion.count > 1]
    return f"{exclusion.count} {words} {exclusion.wanted}".rstrip()


def _listed(things: Sequence[str]) -> str:
    if len(things) == 1:
        return things[0]
    return f"{', '.join(things[:-1])} and {things[-1]}"


def _duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
