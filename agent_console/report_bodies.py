"""Bodies of the staffing calculator."""

from agent_console.bodies import Answer


class StaffingRow(Answer, frozen=True, kw_only=True):
    """What so many agents give; `asa_s` is None where the line grows without end."""

    agents: int
    rostered: int
    service_level: float
    wait_probability: float
    asa_s: float | None
    occupancy: float
    is_enough: bool


class Staffing(Answer, frozen=True, kw_only=True):
    """The least number of agents for the target, and what fewer and more would give."""

    load_erlang: float
    agents: int
    rostered: int
    items: tuple[StaffingRow, ...]


class StaffingLoad(Answer, frozen=True, kw_only=True):
    """What came into a queue in an hour, from the log; `aht_s` is None where nothing was handled."""

    calls_per_hour: float
    aht_s: float | None
    offered: int
    handled: int
    share: float
    threshold_s: float
