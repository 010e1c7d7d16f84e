"""Where calls to the numbers of the house go, and what becomes of a caller whose queue is misspelt."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from hub.channels.sip.b2bua.house_lines import HouseLines
from hub.channels.sip.b2bua.surroundings import Choice, Line, Menu
from hub.channels.sip.contradictions import missing_queues
from hub.channels.sip.leg import Source
from hub.channels.sip.outbound_policy import OutboundRules
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.trunk_settings import TrunkSettings
from hub.channels.sip.trunks import Trunks
from hub.clock import SystemClock
from hub.domain.ids import QueueId
from hub.ports.status import Health
from hub.trunk_checks import queues_of_numbers
from tests.unit.channels.sip.test_trunk import BASE, invite

QUEUES = {"support": QueueId("queue-support"), "billing": QueueId("queue-billing")}
BY_TRUNK = Source(address="192.0.2.7", port=5060, transport="UDP", flow="", trunk="carrier")


class Told:
    """What was counted and logged."""

    def __init__(self) -> None:
        self.counted: list[str] = []
        self.lines: list[Any] = []

    def of(
        self,
        to: str = "sip:+49301234567@hub.test",
        *,
        queues: dict[str, QueueId] = QUEUES,
        source: Source = BY_TRUNK,
        menu: Menu | None = None,
        **trunk: Any,
    ) -> Line | None:
        lines = HouseLines(
            Trunks([TrunkSettings(**{**BASE, **trunk})], OutboundRules(), SystemClock()),
            queues.get,
            menu_of=lambda name: menu if menu is not None and menu.name == name else None,
            first_queue=lambda: min(queues.values(), default=None),
            region="DE",
            open_to_loopback=True,
            count=self.counted.append,
        )
        with capture_logs() as logged:
            line = lines.of(invite(to), source)
        self.lines = logged
        return line


def queue_of(line: Line | None) -> QueueId:
    assert line is not None
    return line.queue_id


def test_a_number_leads_to_its_own_queue_without_a_word() -> None:
    told = Told()
    line = told.of(queue="support", numbers={"+49301234567": {"queue": "billing"}})
    assert queue_of(line) == QUEUES["billing"]
    assert (told.counted, told.lines) == ([], [])


def test_a_misspelt_queue_loses_nobody_the_trunks_own_takes_the_call_and_the_log_says_so() -> None:
    told = Told()
    line = told.of(queue="support", numbers={"+49301234567": {"queue": "sales"}})
    assert queue_of(line) == QUEUES["support"]
    assert told.counted == ["no_such_queue"]
    (warned,) = told.lines
    assert (warned["event"], warned["log_level"]) == ("call_to_missing_queue", "warning")
    assert (warned["queue"], warned["dialled"], warned["taken_by"]) == (
        "sales",
        "+49301234567",
        QUEUES["support"],
    )


def test_without_a_queue_of_the_trunk_the_first_of_the_house_takes_it() -> None:
    told = Told()
    assert queue_of(told.of(queue="sales")) == QUEUES["billing"]
    assert told.counted == ["no_such_queue"]


def test_a_menu_whose_queue_is_misspelt_is_still_heard() -> None:
    told = Told()
    menu = Menu(name="main", choices={"2": Choice(queue_id=QUEUES["support"])})
    line = told.of(queue="sales", menu=menu, numbers={"+49301234567": {"menu": "main", "queue": "sales"}})
    assert line is not None
    assert (line.menu, line.queue_id) == (menu, QUEUES["support"])


def test_a_menu_whose_every_queue_is_misspelt_ends_in_the_first_queue() -> None:
    told = Told()
    assert (
        queue_of(told.of(menu=Menu(name="main"), numbers={"+49301234567": {"menu": "main"}}))
        == (QUEUES["billing"])
    )
    assert told.counted == ["no_such_queue"]


def test_a_number_that_nothing_is_said_of_is_refused_counted_and_logged() -> None:
    told = Told()
    assert told.of("sip:+49307654321@hub.test", numbers={"+49301234567": {"queue": "support"}}) is None
    assert told.counted == ["no_such_number"]
    assert told.lines[0]["event"] == "call_refused"
    assert told.lines[0]["dialled"] == "+49307654321"


def test_a_house_without_queues_refuses_and_says_so() -> None:
    told = Told()
    assert told.of(queue="support", queues={}) is None
    assert told.counted == ["no_such_queue"]
    assert told.lines[0]["reason"] == "no_queue_at_all"


def test_a_program_of_this_machine_that_names_no_queue_is_told_in_the_log() -> None:
    told = Told()
    here = Source(address="127.0.0.1", port=5070, transport="UDP", flow="", trunk="")
    assert told.of("sip:sales@127.0.0.1", source=here) is None
    assert told.counted == ["no_such_queue"]
    assert told.lines[0]["queue"] == "sales"


@pytest.mark.parametrize(
    ("queue", "meant"), [("suport", "support"), ("SUPPORT", None), ("wholesale", ""), ("support", None)]
)
def test_the_checks_name_the_key_and_what_was_meant(queue: str, meant: str | None) -> None:
    sip = SipSettings.model_validate({"trunks": [{**BASE, "numbers": {"+49301234567": {"queue": queue}}}]})
    missing = missing_queues(sip, list(QUEUES))
    if meant is None:
        assert missing == []
        assert queues_of_numbers(sip, list(QUEUES)) == []
        return
    assert missing == [("trunks.0.numbers.+49301234567.queue", queue, meant)]
    (finding,) = queues_of_numbers(sip, list(QUEUES))
    assert (finding.health, finding.code) == (Health.FAIL, "queue_missing")
    assert f"channels.sip.trunks.0.numbers.+49301234567.queue: there is no queue {queue}" in finding.text


def test_a_key_of_a_menu_is_checked_too() -> None:
    sip = SipSettings.model_validate({"menus": [{"name": "main", "keys": {"1": {"queue": "sales"}}}]})
    assert missing_queues(sip, list(QUEUES)) == [("menus.0.keys.1.queue", "sales", "")]
