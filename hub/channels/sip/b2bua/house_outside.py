"""The way out of the house: by a trunk, as the rules of the house allow, and in words why not."""

from collections.abc import Callable
from datetime import datetime

import structlog

from hub.channels.sip.b2bua.surroundings import Way
from hub.channels.sip.outbound_policy import Denial, NotCalled
from hub.channels.sip.trunks import NoTrunk, Trunks
from hub.domain.errors import Conflict, HubError, Invalid, TooMany, Unavailable
from hub.domain.ids import UserId

log = structlog.get_logger(__name__)


NUMBERS: dict[Denial, tuple[str, str]] = {
    Denial.NO_NUMBER: ("bad_phone", "this is no phone number"),
    Denial.COUNTRY: ("number_country", "numbers of this country are not called from here"),
    Denial.PREMIUM: ("number_premium", "numbers that cost more than a call are not called from here"),
    Denial.SHORT: ("number_short", "short numbers are not called from here"),
    Denial.UNKNOWN: ("number_unknown", "no country has given out this number, so it is not called from here"),
    Denial.NEVER: ("number_never", "this number is never called from here"),
}
"""What is wrong with a number: the code and the text of Invalid."""

LIMITS: dict[Denial, tuple[str, str, float]] = {
    Denial.AGENT_HOURLY: ("calls_an_hour", "you have begun as many calls within an hour as one may", 300.0),
    Denial.AGENT_TOGETHER: ("calls_at_a_time", "you have as many calls outside at a time as one may", 30.0),
    Denial.ALL_TOGETHER: (
        "all_calls_at_a_time",
        "the house has as many calls outside at a time as it may",
        30.0,
    ),
}
"""Of which there are enough for now: code, text, and the seconds after which to try again, of TooMany."""


class HouseOutside:
    """Implements Outside: by a trunk, as the rules of the house allow. Each refusal is a line in the log."""

    def __init__(self, trunks: Trunks, now: Callable[[], datetime]) -> None:
        self._trunks = trunks
        self._now = now

    @property
    def is_there(self) -> bool:
        """Whether a trunk may be called by."""
        return self._trunks.call_outside

    def judge(self, called: str, agent_id: UserId) -> None:
        """Whether `way` would give one now; nothing is counted by it. Raises as it does."""
        try:
            self._trunks.judge(agent_id, called, now=self._now())
        except (NotCalled, NoTrunk) as refused:
            raise _told(refused, called, agent_id) from refused

    def judge_number(self, called: str) -> None:
        """Whether the number is called at all, whoever calls and whenever.

        Raises Invalid as `way`, Conflict (`no_trunk`) in a house without a trunk for it.
        """
        try:
            self._trunks.judge_number(called)
        except NotCalled as refused:
            raise error_of(refused.denial) from refused
        except NoTrunk as refused:
            raise Conflict(str(refused), code="no_trunk") from refused

    def way(self, leg: str, called: str, agent_id: UserId | None) -> Way:
        """Only numbers, and only for an agent: no address that somebody else wrote is ever called."""
        if agent_id is None:
            raise Invalid("only an agent calls outside", field="number", code="number_not_allowed")
        try:
            found = self._trunks.begin(leg, agent_id, called, now=self._now())
        except (NotCalled, NoTrunk) as refused:
            raise _told(refused, called, agent_id) from refused
        return Way(target=found.target, shown=found.shown)

    def over(self, leg: str) -> None:
        """It counts no more."""
        self._trunks.over(leg)


def error_of(denial: Denial) -> HubError:
    """What somebody is told: Invalid for the number itself, TooMany where calls are limited, Conflict at night."""
    if denial in NUMBERS:
        code, text = NUMBERS[denial]
        return Invalid(text, field="number", code=code)
    if denial in LIMITS:
        code, text, again_s = LIMITS[denial]
        return TooMany(text, retry_after_s=again_s, code=code)
    return Conflict("nobody is called at this time of day", code="calls_at_night")


def _told(refused: NotCalled | NoTrunk, called: str, agent_id: UserId) -> HubError:
    """The line in the log, without the number but for its end, and the error."""
    no_line = Unavailable(str(refused), code="no_trunk")
    error = error_of(refused.denial) if isinstance(refused, NotCalled) else no_line
    said = {"pii.number": called}
    ends = called[-2:] if len(called) > 4 else ""
    log.warning("number_not_called", reason=error.stable_code, agent_id=agent_id, ends=ends, **said)
    return error
