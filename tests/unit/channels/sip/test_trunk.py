"""Who comes by a trunk, where its calls go, and how somebody is called by it."""

from typing import Any

import pytest
from pydantic import ValidationError

from hub.channels.sip.message import Request
from hub.channels.sip.numbers import Dialled, Tariff
from hub.channels.sip.parse import message_of
from hub.channels.sip.trunk import Caller, Entry, Trunk, caller_of
from hub.channels.sip.trunk_settings import TrunkSettings, split_source
from hub.channels.sip.way import Hop

BASE: dict[str, Any] = {
    "name": "carrier",
    "domain": "carrier.test",
    "username": "4711",
    "password": "secret",
    "region": "DE",
}


def trunk(**more: Any) -> Trunk:
    return Trunk(TrunkSettings(**{**BASE, **more}))


def invite(
    uri: str, *, to: str = "", from_: str = "<sip:+4915112345678@carrier.test>;tag=a", more: str = ""
) -> Request:
    text = (
        f"INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa\r\nFrom: {from_}\r\n"
        f"To: {to or f'<{uri}>'}\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nContact: <sip:192.0.2.7>\r\n{more}"
        "Content-Length: 0\r\n\r\n"
    )
    message = message_of(text.encode())
    assert isinstance(message, Request)
    return message


def test_calls_go_where_the_number_says_however_it_is_written() -> None:
    ours = trunk(
        queue="support",
        language="en",
        menu="main",
        numbers={"030 1234567": {"queue": "sales", "language": "de"}, "+49301234568": {"language": "tr"}},
    )
    for user in ("+49301234567", "0049301234567", "0301234567", "030-1234567"):
        entry = ours.entry(invite(f"sip:{user}@hub.test"))
        assert entry == Entry(dialled="+49301234567", queue="sales", menu="", language="de")
    assert ours.entry(invite("sip:0301234568@hub.test")) == Entry(
        dialled="+49301234568", queue="support", menu="main", language="tr"
    )
    assert ours.entry(invite("sip:0301234569@hub.test")) == Entry(
        dialled="+49301234569", queue="support", menu="main", language="en"
    )


def test_the_number_may_stand_in_to_or_in_called_party_when_our_user_is_called() -> None:
    ours = trunk(queue="support", numbers={"+49301234567": {"queue": "sales"}})
    to = "<sip:0301234567@carrier.test>"
    assert ours.entry(invite("sip:4711@192.0.2.1:5060", to=to)).queue == "sales"
    named = "P-Called-Party-ID: <sip:+49301234567@carrier.test>\r\n"
    assert ours.entry(invite("sip:4711@192.0.2.1:5060", more=named)).queue == "sales"
    assert (
        ours.entry(invite("sip:4711@192.0.2.1:5060", to="<sip:+4930999999@x.test>")).dialled == "+4930999999"
    )
    assert ours.entry(invite("sip:4711@192.0.2.1:5060")) == Entry(dialled="4711", queue="support")
    assert ours.entry(invite("sip:4711@192.0.2.1", more='P-Called-Party-ID: "\r\n')).queue == "support"


def test_who_calls_is_whom_from_names_unless_a_trusted_carrier_asserts_another() -> None:
    asserted = 'P-Asserted-Identity: "Real" <sip:+905321234567@carrier.test>\r\n'
    call = invite("sip:4711@hub.test", more=asserted)
    assert trunk().caller(call) == Caller(number="+4915112345678")
    assert trunk(trusted=True).caller(call) == Caller(
        number="+905321234567", display="Real", is_asserted=True
    )
    assert trunk(trusted=True).caller(invite("sip:4711@hub.test")) == Caller(number="+4915112345678")


def test_who_asked_to_be_withheld_is_nobody_here() -> None:
    more = "P-Asserted-Identity: <tel:+905321234567>\r\nPrivacy: id;critical\r\n"
    call = invite("sip:4711@hub.test", from_="<sip:anonymous@anonymous.invalid>;tag=a", more=more)
    assert trunk(trusted=True).caller(call) == Caller(number="")
    assert trunk().caller(call) == Caller(number="")


def test_a_caller_without_a_number_has_no_name_either() -> None:
    call = invite("sip:4711@hub.test", from_='"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a')
    assert caller_of(call, "DE") == Caller(number="")
    call = invite("sip:4711@hub.test", from_='"Ayşe" <sip:05321234567@pbx.test>;tag=a')
    assert caller_of(call, "TR") == Caller(number="+905321234567", display="Ayşe")


def test_a_trunk_is_known_by_the_addresses_that_its_name_leads_to() -> None:
    ours = trunk()
    assert not ours.sends_from("192.0.2.7", 5060)
    ours.found_at([("192.0.2.7", 5060), ("2001:db8::7", 5060)])
    assert ours.sends_from("192.0.2.7", 5060)
    assert ours.sends_from("192.0.2.7", 40_000)
    assert ours.sends_from("2001:db8::7", 5060)
    assert not ours.sends_from("192.0.2.8", 5060)
    assert ours.is_at("192.0.2.7")
    assert not ours.is_at("192.0.2.8")
    assert not ours.sends_from("not an address", 5060)


def test_or_by_those_that_are_listed_and_no_others() -> None:
    ours = trunk(addresses=["198.51.100.0/24", "203.0.113.5:5080"])
    ours.found_at([("192.0.2.7", 5060)])
    assert ours.sends_from("198.51.100.200", 1)
    assert ours.sends_from("203.0.113.5", 5080)
    assert not ours.sends_from("203.0.113.5", 5060)
    assert not ours.sends_from("192.0.2.7", 5060)


def test_on_loopback_the_port_counts_as_everybody_is_there() -> None:
    ours = trunk(domain="127.0.0.1:5160")
    ours.found_at([("127.0.0.1", 5160)])
    assert ours.sends_from("127.0.0.1", 5160)
    assert not ours.sends_from("127.0.0.1", 5161)
    assert not ours.is_at("127.0.0.1")
    everything = trunk(addresses=["127.0.0.0/8"])
    assert everything.sends_from("127.0.0.9", 1)
    assert everything.is_at("127.0.0.9")


def test_what_is_called_is_the_judged_number_at_the_carrier_signed_in_as_the_user() -> None:
    ours = trunk(
        auth_username="auth", caller_id="+49301234567", transport="tls", proxy="sbc.carrier.test:5071"
    )
    target = ours.target(Dialled(number="+905321234567", region="TR", tariff=Tariff.USUAL))
    assert str(target.uri) == "sip:+905321234567@carrier.test;transport=tls"
    assert str(target.proxy) == "sip:sbc.carrier.test:5071;transport=tls;lr"
    assert (target.username, target.password) == ("auth", "secret")
    assert str(ours.shown) == "<sip:+49301234567@carrier.test>"
    assert ours.hop == Hop(transport="TLS", host="sbc.carrier.test", port=5071)
    assert str(trunk().shown) == "<sip:4711@carrier.test>"
    assert "secret" not in repr(target)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "With Blank"},
        {"domain": ""},
        {"domain": "a b"},
        {"domain": "host:99999"},
        {"username": ""},
        {"region": "GERMANY"},
        {"region": "XX"},
        {"caller_id": "030 123"},
        {"addresses": ["nowhere"]},
        {"addresses": ["192.0.2.0/24:5060"]},
        {"transport": "sctp"},
        {"keep_alive": "ping"},
        {"unknown": 1},
        {"numbers": {"+4930": {"queues": "x"}}},
    ],
)
def test_settings_that_are_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TrunkSettings(**{**BASE, **wrong})


def test_a_trunk_by_address_needs_no_user() -> None:
    ours = TrunkSettings(name="pbx", domain="192.0.2.7", registers=False)
    assert Trunk(ours).user == "pbx"


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(TrunkSettings(**BASE))


def test_sources_are_addresses_with_or_without_port_and_networks() -> None:
    assert split_source("192.0.2.7")[1] is None
    assert str(split_source("192.0.2.9/24")[0]) == "192.0.2.0/24"
    assert split_source("[2001:db8::1]:5080")[1] == 5080
