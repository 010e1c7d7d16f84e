"""Erlang C: how long callers wait for a number of agents, and how many agents a target needs.

λ arrivals a second, h seconds of handling, n agents, load A = λh. It knows no impatience: where callers leave,
the real wait is shorter and the real need smaller.
"""

import math
from dataclasses import dataclass

from hub.domain.errors import Invalid

MOST_AGENTS = 5_000
"""More than this in one queue is a mistake in the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What comes, and what is promised: `share` of it answered within `threshold_s`."""

    calls_per_hour: float
    handle_s: float
    share: float = 0.8
    threshold_s: float = 20.0

    @property
    def load(self) -> float:
        """A, in Erlang: the agents that are busy at any time, on average."""
        return self.calls_per_hour / 3600.0 * self.handle_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffed:
    """What `agents` people give. Where the work is more than they can do, the wait grows without end."""

    agents: int
    wait_probability: float
    service_level: float
    asa_s: float
    occupancy: float


def erlang_b(load: float, agents: int) -> float:
    """The share that finds all `agents` busy where nobody waits: B₀ = 1; B_k = A·B_{k−1}/(k + A·B_{k−1})."""
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """P_w, the share that must wait: n·B_n / (n − A(1 − B_n)); 1 where the work is more than they can do."""
    if agents <= load:
        return 1.0
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1.0 - blocked))


def staffed(demand: Demand, agents: int) -> Staffed:
    """SL(T) = 1 − P_w·e^{−(n−A)T/h}; ASA = P_w·h/(n − A)."""
    load = demand.load
    waits = erlang_c(load, agents)
    if agents <= load:
        return Staffed(agents=agents, wait_probability=1.0, service_level=0.0, asa_s=math.inf, occupancy=1.0)
    spare = agents - load
    return Staffed(
        agents=agents,
        wait_probability=waits,
        service_level=1.0 - waits * math.exp(-spare * demand.threshold_s / demand.handle_s),
        asa_s=waits * demand.handle_s / spare,
        occupancy=load / agents,
    )


def agents_needed(demand: Demand) -> int:
    """The least n with SL(T) ≥ share. Raises Invalid for a demand that no house could staff."""
    if demand.load >= MOST_AGENTS:
        raise Invalid(
            f"this work needs more than {MOST_AGENTS} agents", field="calls_per_hour", code="too_much_work"
        )
    if demand.load <= 0:
        return 0
    agents = math.floor(demand.load) + 1
    blocked = erlang_b(demand.load, agents - 1)
    while agents <= MOST_AGENTS:
        blocked = demand.load * blocked / (agents + demand.load * blocked)
        waits = agents * blocked / (agents - demand.load * (1.0 - blocked))
        spare = agents - demand.load
        if 1.0 - waits * math.exp(-spare * demand.threshold_s / demand.handle_s) >= demand.share:
            return agents
        agents += 1
    raise Invalid(f"this target needs more than {MOST_AGENTS} agents", field="share", code="too_much_work")


def rostered(agents: int, shrinkage: float) -> int:
    """How many must be on the roster so that `agents` are there: n / (1 − shrinkage), rounded up."""
    return math.ceil(agents / (1.0 - shrinkage) - 1e-9)
