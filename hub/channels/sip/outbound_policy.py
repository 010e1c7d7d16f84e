"""What may be called by a trunk, by whom and when: pure rules, and the count of calls that they need.

There is no way to a trunk but `OutboundBook.begin`, and it wants an agent: what comes in by a trunk has none.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.channels.sip.numbers import Dialled, Tariff, dialled
from hub.channels.sip.trunk_settings import OutboundSettings, night_of
from hub.domain.ids import UserId

HOUR_S = 3_600.0


class Denial(StrEnum):
    """Why a number is not called, in one stable word."""

    NO_NUMBER = "no_number"
    COUNTRY = "country"
    PREMIUM = "premium"
    SHORT = "short"
    UNKNOWN = "unknown"
    NEVER = "never"
    NIGHT = "night"
    AGENT_HOURLY = "agent_hourly"
    AGENT_TOGETHER = "agent_together"
    ALL_TOGETHER = "all_together"


class NotCalled(Exception):
    """The rules of the house do not allow this call."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(f"the number is not called: {denial}")
        self.denial = denial


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRules:
    """What may be called. `listed` and `never` are numbers, or their beginnings with a star."""

    countries: frozenset[str] = frozenset()
    listed: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    agent_calls_per_hour: int = 60
    agent_calls: int = 3
    calls: int = 30
    night: tuple[time, time] | None = None
    zone: tzinfo = UTC


def rules_of(settings: OutboundSettings, zone: str) -> OutboundRules:
    """The rules that the settings say; `zone` is the house's."""
    return OutboundRules(
        countries=frozenset(settings.countries),
        listed=settings.listed,
        never=settings.never,
        agent_calls_per_hour=settings.agent_calls_per_hour,
        agent_calls=settings.agent_calls,
        calls=settings.calls,
        night=night_of(settings),
        zone=ZoneInfo(zone),
    )


def allowed(typed: str, region: str, rules: OutboundRules, now: datetime | None) -> Dialled:
    """The number to call for what an agent typed, by a line of the country `region`; `now` is None to ask whether it
    is called at all, whatever the hour. Raises NotCalled.

    Only the number of the answer is ever sent, so that nothing else than what was judged is called.
    """
    found = dialled(typed, region)
    if found is None:
        raise NotCalled(Denial.NO_NUMBER)
    if _is_in(rules.never, found):
        raise NotCalled(Denial.NEVER)
    if (
        now is not None
        and rules.night is not None
        and is_night(rules.night, now.astimezone(rules.zone).time())
    ):
        raise NotCalled(Denial.NIGHT)
    if _is_in(rules.listed, found):
        return found
    match found.tariff:
        case Tariff.SHORT:
            raise NotCalled(Denial.SHORT)
        case Tariff.PREMIUM:
            raise NotCalled(Denial.PREMIUM)
        case Tariff.UNKNOWN:
            raise NotCalled(Denial.UNKNOWN)
        case Tariff.USUAL:
            pass
    if found.region not in (rules.countries or {region}) or not found.region:
        raise NotCalled(Denial.COUNTRY)
    return found


def is_night(night: tuple[time, time], at: time) -> bool:
    """Whether `at` lies in the night; one that ends before it begins goes over midnight."""
    begins, ends = night
    if begins <= ends:
        return begins <= at < ends
    return at >= begins or at < ends


def _is_in(listed: tuple[str, ...], found: Dialled) -> bool:
    return any(
        found.number.startswith(one[:-1]) if one.endswith("*") else found.number == one for one in listed
    )


class OutboundBook:
    """Which calls to the outside are under way, and how many each agent began. Counts within this process."""

    def __init__(self, rules: OutboundRules) -> None:
        self._rules = rules
        self._begun: dict[UserId, deque[float]] = {}
        self._under_way: dict[str, UserId] = {}

    def begin(
        self, name: str, agent_id: UserId, typed: str, region: str, *, now: datetime, now_s: float
    ) -> Dialled:
        """The number to call, and the call `name` is under way; `over` must be told of its end. Raises NotCalled.

        `now` is the time of the house's clock, `now_s` that of a clock which does not jump.
        """
        found = self.judge(agent_id, typed, region, now=now, now_s=now_s)
        self._begun.setdefault(agent_id, deque()).append(now_s)
        self._under_way[name] = agent_id
        return found

    def judge(self, agent_id: UserId, typed: str, region: str, *, now: datetime, now_s: float) -> Dialled:
        """The number that `begin` would call; nothing is under way by it. Raises NotCalled."""
        found = allowed(typed, region, self._rules, now)
        begun = self._begun.get(agent_id, deque())
        while begun and begun[0] <= now_s - HOUR_S:
            begun.popleft()
        if len(self._under_way) >= self._rules.calls:
            raise NotCalled(Denial.ALL_TOGETHER)
        if sum(one == agent_id for one in self._under_way.values()) >= self._rules.agent_calls:
            raise NotCalled(Denial.AGENT_TOGETHER)
        if len(begun) >= self._rules.agent_calls_per_hour:
            raise NotCalled(Denial.AGENT_HOURLY)
        return found

    def over(self, name: str) -> None:
        """The call is over. A name that is none is no error."""
        self._under_way.pop(name, None)

    def under_way(self) -> Mapping[str, UserId]:
        """The calls to the outside, and whose they are."""
        return dict(self._under_way)
