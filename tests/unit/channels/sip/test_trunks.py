"""Which trunk a call came by, and by which one a call goes out."""

import asyncio
from typing import Any

import pytest

from hub.channels.sip.message import Response, response_to
from hub.channels.sip.numbers import Dialled, Tariff
from hub.channels.sip.outbound_policy import Denial, NotCalled, OutboundRules
from hub.channels.sip.trunk_link import Line
from hub.channels.sip.trunk_settings import TrunkSettings
from hub.channels.sip.trunks import NoTrunk, Trunks
from hub.domain.ids import UserId
from tests.fakes.clock import FakeClock
from tests.unit.channels.sip.test_trunk_link import FakeAsks, accepting

ANNA = UserId("anna")
RULES = OutboundRules(countries=frozenset({"DE"}))


def settings(name: str, **more: Any) -> TrunkSettings:
    return TrunkSettings(
        **{"name": name, "domain": f"{name}.test", "username": name, "region": "DE", "outbound": True, **more}
    )


def trunks(*given: TrunkSettings) -> Trunks:
    return Trunks(given, RULES, FakeClock())


def test_of_two_lines_at_one_carrier_the_called_user_decides() -> None:
    ours = trunks(settings("one", addresses=["192.0.2.7"]), settings("two", addresses=["192.0.2.7"]))

    def name(user: str) -> str:
        found = ours.of_source("192.0.2.7", 5060, user)
        return "" if found is None else found.name

    assert (name("two"), name("one"), name("+4930123")) == ("two", "one", "one")
    assert ours.of_source("192.0.2.8", 5060) is None
    assert ours.is_known("192.0.2.7")
    assert not ours.is_known("192.0.2.8")


def test_two_trunks_have_two_names() -> None:
    with pytest.raises(ValueError, match="one name"):
        trunks(settings("one"), settings("one"))


def test_nobody_is_called_by_a_trunk_that_agents_may_not_call_by_or_that_is_not_up() -> None:
    with pytest.raises(NoTrunk):
        trunks(settings("one", outbound=False)).begin("c", ANNA, "030 1234567", now=FakeClock().now())
    ours = trunks(settings("one"))
    with pytest.raises(NoTrunk):
        ours.begin("c", ANNA, "030 1234567", now=FakeClock().now())
    with pytest.raises(NotCalled) as refused:
        ours.begin("c", ANNA, "0900 1234567", now=FakeClock().now())
    assert refused.value.denial is Denial.PREMIUM


async def test_the_first_trunk_that_is_up_is_called_by() -> None:
    def one_is_down(request: Any) -> Response:
        return response_to(request.fields, 503) if "one" in str(request.uri) else accepting(request)

    ours = trunks(settings("in", outbound=False), settings("one"), settings("two"))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        job = group.create_task(ours.run(FakeAsks(one_is_down)))
        while {one.name: one.line for one in ours.states()}["two"] is not Line.UP:
            await asyncio.sleep(0)
        outgoing = ours.begin("c", ANNA, "030 1234567", now=FakeClock().now())
        assert outgoing.trunk.name == "two"
        assert outgoing.number == "+49301234567"
        assert str(outgoing.target.uri) == "sip:+49301234567@two.test"
        ours.over("c")
        job.cancel()


def test_where_a_trunk_is_nobody_is_called_by_another_way() -> None:
    ours = trunks(
        settings("one", domain="192.0.2.7"), settings("two", domain="127.0.0.1:5160", addresses=["127.0.0.7"])
    )
    for trunk in ours.all:
        trunk.found_at([(trunk.hop.host, trunk.hop.port)])
    assert ours.leads_to("192.0.2.7", 5060)
    assert ours.leads_to("192.0.2.7", 5099)
    assert not ours.leads_to("192.0.2.8", 5060)
    assert ours.leads_to("127.0.0.1", 5160)
    assert not ours.leads_to("127.0.0.1", 5161)
    target = ours.all[0].target(Dialled(number="+4930123", region="DE", tariff=Tariff.USUAL))
    assert target.trunk == "one"
