"""Dialogs: who is who, on which way, in which order (RFC 3261, 12 and 13)."""

from dataclasses import replace

import pytest

from hub.channels.sip.dialog import (
    Dialog,
    DialogId,
    callee_dialog,
    caller_dialog,
    dialog_answer,
    dialog_id,
)
from hub.channels.sip.headers import Replaces, via_of
from hub.channels.sip.message import Message, Response
from hub.channels.sip.parse import message_of
from hub.channels.sip.refusal import Field, Malformed, Refused
from tests.unit.channels.sip.calls import HERE, answer, request

VIA = via_of("SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bKnew")
INVITE = request("INVITE", ("Contact", "<sip:alice@pc33.atlanta.example>")).adding_first(
    "Record-Route", "<sip:p2.example;lr>", "<sip:p1.example;lr>"
)
ACCEPTED = dialog_answer(INVITE, 200, local_tag="b1", contact=HERE)


def at_caller(response: Response = ACCEPTED) -> Dialog:
    found = caller_dialog(INVITE, response)
    assert found is not None
    return found


def texts(message: Message, name: str) -> list[str]:
    return list(message.every(name))


def test_both_sides_see_the_same_dialog_from_their_end() -> None:
    caller, callee = at_caller(), callee_dialog(INVITE, "b1")
    assert caller.id == DialogId("a84b4c76", "a1", "b1")
    assert callee.id == DialogId("a84b4c76", "b1", "a1")
    assert (str(caller.target), str(callee.target)) == ("sip:bob@192.0.2.4", "sip:alice@pc33.atlanta.example")
    assert [str(one.uri) for one in caller.routes] == ["sip:p1.example;lr", "sip:p2.example;lr"]
    assert [str(one.uri) for one in callee.routes] == ["sip:p2.example;lr", "sip:p1.example;lr"]
    assert (caller.local_seq, caller.remote_seq) == (1, None)
    assert (callee.local_seq, callee.remote_seq) == (None, 1)
    assert (caller.is_caller, callee.is_caller) == (True, False)


def test_an_answer_that_makes_a_dialog_has_every_record_route_in_order() -> None:
    assert texts(ACCEPTED, "record-route") == ["<sip:p2.example;lr>", "<sip:p1.example;lr>"]
    assert texts(ACCEPTED, "contact") == ["<sip:bob@192.0.2.4>"]


def test_every_message_names_its_dialog_from_either_end() -> None:
    caller, callee = at_caller(), callee_dialog(INVITE, "b1")
    _, bye = caller.request("BYE", VIA)
    _, info = callee.request("INFO", VIA)
    for message, here, there in (
        (bye, caller, callee),
        (answer(bye, 200), callee, caller),
        (info, callee, caller),
        (answer(info, 200), caller, callee),
    ):
        assert dialog_id(message, incoming=False) == here.id
        assert dialog_id(message, incoming=True) == there.id


def test_requests_go_the_way_of_their_dialog_each_with_the_next_number() -> None:
    after, bye = at_caller().request(
        "BYE", VIA, Field("Reason", "Q.850;cause=16"), contact=HERE, max_forwards=12
    )
    assert bytes(bye) == (
        b"BYE sip:bob@192.0.2.4 SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bKnew\r\n"
        b"Max-Forwards: 12\r\n"
        b"Route: <sip:p1.example;lr>\r\n"
        b"Route: <sip:p2.example;lr>\r\n"
        b'From: "Alice" <sip:alice@atlanta.example>;tag=a1\r\n'
        b"To: <sip:bob@biloxi.example>;tag=b1\r\n"
        b"Call-ID: a84b4c76\r\n"
        b"CSeq: 2 BYE\r\n"
        b"Contact: <sip:bob@192.0.2.4>\r\n"
        b"Reason: Q.850;cause=16\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    assert after.local_seq == 2
    assert message_of(bytes(bye)) == bye
    first, info = callee_dialog(INVITE, "b1").request("INFO", VIA)
    assert (first.local_seq, info.cseq.number) == (1, 1)
    assert (info.from_.tag, info.to.tag) == ("b1", "a1")


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_an_ack_and_a_cancel_take_no_number(method: str) -> None:
    with pytest.raises(ValueError, match="number of their INVITE"):
        at_caller().request(method, VIA)


def test_the_ack_of_a_2xx_has_the_number_and_the_credentials_of_its_invite() -> None:
    signed = INVITE.adding("Authorization", "Digest x").adding("Proxy-Authorization", "Digest y")
    later, _ = at_caller().request("INFO", VIA)
    ack = later.ack(signed, VIA)
    assert (ack.method, str(ack.cseq), ack.via.branch) == ("ACK", "1 ACK", "z9hG4bKnew")
    assert (texts(ack, "authorization"), texts(ack, "proxy-authorization")) == (["Digest x"], ["Digest y"])
    assert texts(ack, "route") == ["<sip:p1.example;lr>", "<sip:p2.example;lr>"]
    assert str(ack.uri) == "sip:bob@192.0.2.4"


def test_a_strict_router_is_asked_first_and_finds_the_target_last() -> None:
    strict = INVITE.replacing("Record-Route", "<sip:p2.example;lr>", "<sip:p1.example;x=1;method=BYE?a=b>")
    dialog = caller_dialog(strict, dialog_answer(strict, 200, local_tag="b1", contact=HERE))
    assert dialog is not None
    _, bye = dialog.request("BYE", VIA)
    assert str(bye.uri) == "sip:p1.example;x=1"
    assert texts(bye, "route") == ["<sip:p2.example;lr>", "<sip:bob@192.0.2.4>"]


def test_without_a_proxy_in_between_a_request_goes_straight_to_its_target() -> None:
    direct = INVITE.without("record-route")
    _, bye = callee_dialog(direct, "b1").request("BYE", VIA)
    assert (str(bye.uri), texts(bye, "route")) == ("sip:alice@pc33.atlanta.example", [])


def test_requests_come_in_order_and_none_twice() -> None:
    dialog = callee_dialog(INVITE, "b1")
    within = request("INFO", number=7)
    dialog = dialog.received(within)
    assert dialog.remote_seq == 7
    for number in (7, 6, 1):
        with pytest.raises(Refused) as refused:
            dialog.received(request("INFO", number=number))
        assert refused.value.status == 500
        assert refused.value.fields
    assert dialog.received(request("ACK", number=1)) == dialog
    assert dialog.received(request("BYE", number=8)).remote_seq == 8


def test_the_first_number_may_be_any() -> None:
    assert at_caller().received(request("BYE", number=0)).remote_seq == 0


def test_a_new_invite_may_say_that_they_have_moved_and_an_info_may_not() -> None:
    dialog = callee_dialog(INVITE, "b1")
    moved = ("Contact", "<sip:alice@192.0.2.99>")
    assert str(dialog.received(request("INVITE", moved, number=2)).target) == "sip:alice@192.0.2.99"
    assert dialog.received(request("INFO", moved, number=2)).target == dialog.target
    assert dialog.received(request("UPDATE", number=2)).target == dialog.target
    for contact in ("*", "<sip:a@b>, <sip:c@d>"):
        with pytest.raises(Refused) as refused:
            dialog.received(request("INVITE", ("Contact", contact), number=2))
        assert refused.value.status == 400


def test_an_answer_may_say_that_they_have_moved() -> None:
    dialog = at_caller()
    _, again = dialog.request("INVITE", VIA, contact=HERE)
    moved = ("Contact", "<sip:bob@192.0.2.88>")
    assert str(dialog.answered(answer(again, 200, moved)).target) == "sip:bob@192.0.2.88"
    for unmoved in (answer(again, 180, moved), answer(again, 491, moved), answer(again, 200)):
        assert dialog.answered(unmoved).target == dialog.target
    with pytest.raises(Malformed):
        dialog.answered(answer(again, 200, ("Contact", "*")))


def test_each_branch_of_a_fork_makes_a_dialog_of_its_own() -> None:
    ringing = [dialog_answer(INVITE, 180, local_tag=tag, contact=HERE) for tag in ("b1", "b2")]
    one, other = (at_caller(response) for response in ringing)
    assert (one.is_early, other.is_early) == (True, True)
    assert one.id != other.id
    assert at_caller().is_early is False
    assert one.confirmed() == replace(one, is_early=False)


def test_not_every_answer_makes_a_dialog() -> None:
    contact = ("Contact", "<sip:bob@192.0.2.4>")
    for without in (
        answer(INVITE, 100, contact),
        answer(INVITE, 180),
        answer(INVITE, 180, contact).replacing("To", "<sip:bob@biloxi.example>"),
        answer(INVITE, 302, contact),
        answer(INVITE, 486, contact),
    ):
        assert caller_dialog(INVITE, without) is None
    old = answer(INVITE, 200, contact).replacing("To", "<sip:bob@biloxi.example>")
    assert at_caller(old).id == DialogId("a84b4c76", "a1", "")
    _, bye = at_caller(old).request("BYE", VIA)
    assert bye.to.tag is None


@pytest.mark.parametrize("contact", [None, "*", "<sip:a@b>, <sip:c@d>"])
def test_a_dialog_needs_one_address_of_the_other_side(contact: str | None) -> None:
    bare = INVITE.without("contact")
    bad = bare if contact is None else bare.adding("Contact", contact)
    with pytest.raises(Refused) as refused:
        callee_dialog(bad, "b1")
    assert refused.value.status == 400
    response = answer(INVITE, 200) if contact is None else answer(INVITE, 200, ("Contact", contact))
    with pytest.raises(Malformed):
        caller_dialog(INVITE, response)


def test_a_third_one_is_told_which_dialog_to_replace() -> None:
    caller, callee = at_caller(), callee_dialog(INVITE, "b1")
    assert caller.as_replaces == Replaces("a84b4c76", "b1", "a1")
    assert callee.is_replaced_by(caller.as_replaces)
    assert not caller.is_replaced_by(caller.as_replaces)
    assert not callee.is_replaced_by(Replaces("a84b4c76", "b1", "a2"))
