"""Why a number is not called: each reason its own code, a line in the log, and nothing counted by asking."""

from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.channels.sip.b2bua.house_outside import HouseOutside, error_of
from hub.channels.sip.outbound_policy import Denial, rules_of
from hub.channels.sip.trunk_link import Line
from hub.channels.sip.trunk_settings import OutboundSettings, TrunkSettings
from hub.channels.sip.trunks import Trunks
from hub.clock import SystemClock
from hub.domain.errors import Conflict, HubError, Invalid, TooMany, Unavailable
from hub.domain.ids import UserId
from tests.unit.channels.sip.test_trunk import BASE

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANNA = UserId("anna")


class UpTrunks(Trunks):
    """All lines are up."""

    def _line(self, trunk: Any) -> Line:
        return Line.UP


def outside(*, is_up: bool = True, outbound: bool = True, at: datetime = NOON, **rules: Any) -> HouseOutside:
    made = UpTrunks if is_up else Trunks
    trunk = TrunkSettings(**{**BASE, "outbound": outbound})
    return HouseOutside(made([trunk], rules_of(OutboundSettings(**rules), "UTC"), SystemClock()), lambda: at)


@pytest.mark.parametrize(
    ("typed", "rules", "kind", "code"),
    [
        ("+1 212 555 2368", {}, Invalid, "number_country"),
        ("0900 1234567", {}, Invalid, "number_premium"),
        ("110", {}, Invalid, "number_short"),
        ("+49 1", {}, Invalid, "bad_phone"),
        ("+4930123456", {"never": ("+4930*",)}, Invalid, "number_never"),
        ("+4930123456", {"night": "11:00-13:00"}, Conflict, "calls_at_night"),
        ("+4930123456", {"agent_calls_per_hour": 0}, TooMany, "calls_an_hour"),
        ("+4930123456", {"calls": 0}, TooMany, "all_calls_at_a_time"),
    ],
)
def test_each_reason_has_a_code_of_its_own_and_a_line_in_the_log(
    typed: str, rules: dict[str, Any], kind: type[HubError], code: str
) -> None:
    for ask in (
        lambda house: house.judge(typed, ANNA),
        lambda house: house.way("call", typed, ANNA),
    ):
        with capture_logs() as lines, pytest.raises(kind) as refused:
            ask(outside(**rules))
        assert refused.value.stable_code == code
        (line,) = lines
        assert (line["event"], line["reason"], line["agent_id"]) == ("number_not_called", code, ANNA)
        shown = "".join(str(value) for name, value in line.items() if not name.startswith("pii."))
        assert "123456" not in shown
        assert "2368" not in shown


def test_no_two_reasons_read_the_same() -> None:
    told = [error_of(denial) for denial in Denial]
    assert len({error.stable_code for error in told}) == len({str(error) for error in told}) == len(Denial)


def test_asking_counts_nothing() -> None:
    house = outside(agent_calls=1, agent_calls_per_hour=1)
    for _ in range(3):
        house.judge("+4930123456", ANNA)
    house.way("call", "+4930123456", ANNA)
    with pytest.raises(TooMany) as together:
        house.judge("+4930123456", ANNA)
    assert together.value.stable_code == "calls_at_a_time"
    house.over("call")
    with pytest.raises(TooMany) as hourly:
        house.judge("+4930123456", ANNA)
    assert hourly.value.stable_code == "calls_an_hour"


def test_a_phone_at_a_number_is_judged_whatever_the_hour_and_whether_the_line_is_up() -> None:
    house = outside(is_up=False, night="11:00-13:00", calls=0)
    house.judge_number("+4930123456")
    with pytest.raises(Invalid) as abroad:
        house.judge_number("+12125552368")
    assert abroad.value.stable_code == "number_country"
    with pytest.raises(Conflict) as none:
        outside(outbound=False).judge_number("+4930123456")
    assert none.value.stable_code == "no_trunk"


def test_a_line_that_is_down_is_told_before_anything_is_written() -> None:
    with pytest.raises(Unavailable) as down:
        outside(is_up=False).judge("+4930123456", ANNA)
    assert down.value.stable_code == "no_trunk"
