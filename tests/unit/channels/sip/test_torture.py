"""The 49 messages of RFC 4475: each gets the RFC's verdict, and the sound ones say what they should."""

import pytest

from hub.channels.sip.acceptance import SDP, Abilities, check_request, check_response
from hub.channels.sip.digest import credentials_of
from hub.channels.sip.message import Message, Request, Response, response_to
from hub.channels.sip.parse import message_of
from hub.channels.sip.refusal import Refused
from hub.channels.sip.stream import Stream
from hub.channels.sip.uri import SipUri
from hub.sdp.description import session_of
from tests.unit.channels.sip.torture import valid
from tests.unit.channels.sip.torture.build import Torture, Verdict
from tests.unit.channels.sip.torture.invalid import INVALID
from tests.unit.channels.sip.torture.semantics import SEMANTICS

ALL = (*valid.VALID, *INVALID, *SEMANTICS)
NAMED = {torture.name: torture for torture in ALL}
ABILITIES = Abilities(
    methods=("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "MESSAGE"),
    media_types=(SDP, "multipart/mixed"),
)


def message(name: str) -> Message:
    return message_of(NAMED[name].raw)


def request(name: str) -> Request:
    found = message(name)
    assert isinstance(found, Request)
    return found


def sip(uri: object) -> SipUri:
    assert isinstance(uri, SipUri)
    return uri


def refusal(raw: bytes) -> Refused | None:
    try:
        found = message_of(raw)
        if isinstance(found, Request):
            check_request(found, ABILITIES)
        else:
            check_response(found)
    except Refused as refused:
        return refused
    return None


def verdict(raw: bytes) -> Verdict:
    refused = refusal(raw)
    if refused is None:
        return "accepted"
    return "discarded" if refused.status is None else refused.status


def test_there_are_all_49_each_once() -> None:
    assert len(ALL) == len(NAMED) == 49
    assert len({torture.section for torture in ALL}) == 49


@pytest.mark.parametrize("torture", ALL, ids=lambda torture: torture.name)
def test_the_message_gets_the_verdict_of_the_rfc(torture: Torture) -> None:
    assert verdict(torture.raw) == torture.verdict


@pytest.mark.parametrize("torture", ALL, ids=lambda torture: torture.name)
def test_whoever_is_refused_gets_an_answer_of_their_transaction(torture: Torture) -> None:
    refused = refusal(torture.raw)
    if refused is None or refused.status is None:
        return
    answer = bytes(response_to(refused.fields, refused.status, to_tag="ours", adding=refused.telling))
    assert answer.startswith(f"SIP/2.0 {refused.status} ".encode())
    assert answer.lower().count(b"\r\nvia: ") == 1
    assert answer.endswith(b"\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("torture", ALL, ids=lambda torture: torture.name)
def test_in_a_stream_the_message_is_the_same_or_ends_it(torture: Torture) -> None:
    stream = Stream()
    for byte in torture.raw:
        found = stream.feed(bytes([byte]))
        if found:
            break
    else:
        # no Content-Length, or one that promises more
        assert torture.name == "clerr"
        assert stream.is_within_a_message
        return
    first = found[0]
    if not isinstance(first, Refused):
        assert first == message_of(torture.raw)
        return
    assert stream.is_over == first.ends_stream
    if torture.name == "inv2543":
        assert (first.status, first.ends_stream) == (400, True)
        return
    with pytest.raises(Refused) as refused:
        message_of(torture.raw)
    assert (first.status, first.reason) == (refused.value.status, refused.value.reason)


@pytest.mark.parametrize("torture", valid.VALID, ids=lambda torture: torture.name)
def test_a_sound_message_comes_back_from_its_own_bytes(torture: Torture) -> None:
    found = message_of(torture.raw)
    assert message_of(bytes(found)) == found


def test_wsinv_is_read_through_its_folds_and_blanks() -> None:
    found = request("wsinv")
    assert sip(found.uri).param("unknownparam") == ""
    assert (str(found.to.uri), found.to.tag) == ("sip:vivekg@chair-dnrc.example.com", "1918181833n")
    assert (found.from_.display, found.from_.tag) == ('J Rosenberg \\"', "98asjd8")
    assert (found.max_forwards, found.cseq.number, found.cseq.method) == (68, 9, "INVITE")
    assert [(via.transport, via.host, via.branch) for via in found.vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert [via.names_a_transaction for via in found.vias] == [False, True, True]
    assert found.every("subject") == ("",)
    assert found.one("newfangledheader") == "newfangled value continued newfangled value"
    assert found.one("unknownheaderwithunusualvalue") == ";;,,;;,;"
    (route,) = found.routes
    assert sip(route.uri).is_loose_route
    assert sip(route.uri).param("unknownwith") == "value"
    contacts = found.contacts
    assert contacts != "*"
    assert contacts[0].display == 'Quoted string ""'
    assert [contacts[0].params.get(name) for name in ("newparam", "secondparam", "q")] == [
        "newvalue",
        "",
        "0.33",
    ]
    assert session_of(found.body).media[0].port == 49217


def test_intmeth_takes_every_character_that_may_stand_there() -> None:
    found = request("intmeth")
    assert found.method == found.cseq.method == valid.ODD_METHOD
    assert sip(found.uri).user == valid.ODD_USER
    assert sip(found.uri).password == valid.ODD_PASSWORD
    assert found.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert found.from_.display == "token1~` token2'+_ token3*%!.-"
    assert found.from_.tag == "_token~1'+`*%!-."
    assert found.from_.params.get("fromparam''~+*_!.-%") == "работающий"
    assert found.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert found.one("extensionheader-!.%*+_`'~") == "\ufeff大停電"
    refused = refusal(NAMED["intmeth"].raw)
    assert refused is not None
    assert ("Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, MESSAGE") in refused.telling


def test_esc01_escapes_are_read_and_a_user_that_looks_like_an_address_stays_one() -> None:
    found = request("esc01")
    uri = sip(found.uri)
    assert (uri.scheme, uri.username, uri.host) == ("sip", "sips:user@example.com", "example.net")
    assert sip(found.to.uri).username == "user"
    assert sip(found.from_.uri).username == "I have spaces"
    contacts = found.contacts
    assert contacts != "*"
    assert sip(contacts[0].uri).is_loose_route
    assert sip(contacts[0].uri).param("name") == "value%41"


def test_escnull_an_escaped_null_ends_nothing() -> None:
    found = request("escnull")
    assert sip(found.to.uri).username == "null-\0-null"
    contacts = found.contacts
    assert contacts != "*"
    assert [sip(contact.uri).username for contact in contacts] == ["\0", "\0\0"]


def test_esc02_a_percent_sign_escapes_nothing_in_methods_names_and_branches() -> None:
    found = request("esc02")
    assert found.method == "RE%47IST%45R"
    assert found.to.display == "%Z%45"
    assert found.via.branch == "z9hG4bK209%fzsnel234"
    assert len(found.contacts) == 2


def test_longreq_loses_nothing_of_its_length() -> None:
    found = request("longreq")
    assert [via.host for via in found.vias] == [
        *(f"sip{n}.example.com" for n in range(33, 0, -1)),
        "host.example.com",
    ]
    assert sip(found.to.uri).param(f"longparam{'name' * 25}") == "shortvalue"
    assert sip(found.from_.uri).username == valid.CALLER
    assert found.call_id == f"longreq.one{'really' * 20}longcallid"


def test_dblreq_what_follows_in_the_datagram_is_left_out_and_in_a_stream_it_is_the_next() -> None:
    raw = NAMED["dblreq"].raw
    assert request("dblreq").method == "REGISTER"
    assert request("dblreq").body == b""
    methods = [one.method for one in Stream().feed(raw) if isinstance(one, Request)]
    assert methods == ["REGISTER", "INVITE"]


def test_semiuri_a_semicolon_before_the_at_sign_is_of_the_user() -> None:
    uri = sip(request("semiuri").uri)
    assert (uri.username, uri.params) == ("user;par=u@example.net", ())


def test_transports_are_kept_whatever_they_are() -> None:
    assert [via.transport for via in request("transports").vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_mpart01_a_binary_body_is_kept_byte_for_byte() -> None:
    found = request("mpart01")
    assert found.body == valid.multipart_body()
    assert found.content_type is not None
    assert found.content_type.params.get("boundary") == valid.BOUNDARY


def test_reasons_may_be_odd_and_may_be_missing() -> None:
    odd, none = message("unreason"), message("noreason")
    assert isinstance(odd, Response)
    assert isinstance(none, Response)
    assert (odd.status, odd.reason) == (200, valid.PRIME_OR_NOT)
    assert (none.status, none.reason) == (100, "")


def test_bext01_both_extensions_are_named_and_those_for_proxies_are_not() -> None:
    refused = refusal(NAMED["bext01"].raw)
    assert refused is not None
    assert refused.telling == (("Unsupported", "nothingSupportsThis, nothingSupportsThisEither"),)


def test_regaut01_credentials_of_an_unknown_scheme_are_none() -> None:
    value = request("regaut01").one("authorization")
    assert value is not None
    assert credentials_of(value) is None


def test_a_parameter_is_the_contacts_without_brackets_and_the_addresss_within_them() -> None:
    outside, within = request("cparam01").contacts, request("cparam02").contacts
    assert outside != "*"
    assert within != "*"
    assert "unknownparam" in outside[0].params
    assert sip(outside[0].uri).params == ()
    assert "unknownparam" not in within[0].params
    assert sip(within[0].uri).param("unknownparam") == ""


def test_regescrt_an_address_in_brackets_may_ask_for_header_fields() -> None:
    contacts = request("regescrt").contacts
    assert contacts != "*"
    assert sip(contacts[0].uri).header("route") == "<sip:sip.example.com>"


def test_inv2543_what_was_not_needed_in_1999_is_not_missed() -> None:
    found = request("inv2543")
    assert (found.via.branch, found.from_.tag, found.max_forwards) == (None, None, 70)
    assert session_of(found.body).media[0].formats == ("0",)
