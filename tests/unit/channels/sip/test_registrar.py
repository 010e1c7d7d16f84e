"""What a REGISTER makes of the bindings of an address (RFC 3261, 10.3): all that it asks for, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Refused
from hub.channels.sip.registrar import (
    Bindings,
    Terms,
    alive,
    contact_fields,
    registered,
    targets,
    without_flow,
)
from tests.unit.channels.sip import spoken
from tests.unit.channels.sip.calls import request

TERMS = Terms(least_s=60, most_s=3_600, default_s=600, bindings=3)
DESK = "<sip:bob@192.0.2.4:5062>"
MOBILE = "<sip:bob@198.51.100.7>"


def register(*contacts: str, number: int = 1, call_id: str = "phone1", expires: str | None = None) -> Request:
    made = request("REGISTER", *(("Contact", contact) for contact in contacts), number=number)
    made = made.replacing("Call-ID", call_id)
    return made if expires is None else made.adding("Expires", expires)


def after(*requests: Request, at_s: float = 0.0) -> Bindings:
    bindings: Bindings = ()
    for one in requests:
        bindings = registered(bindings, one, at_s, terms=TERMS)
    return bindings


def uris(bindings: Bindings) -> list[str]:
    return [str(one.uri) for one in bindings]


def refusal(bindings: Bindings, refused: Request, at_s: float = 0.0) -> Refused:
    with pytest.raises(Refused) as found:
        registered(bindings, refused, at_s, terms=TERMS)
    assert found.value.fields == refused.fields
    return found.value


def test_a_phone_is_reached_where_it_says_until_its_time_is_over() -> None:
    bindings = after(register(DESK, expires="120"), at_s=1_000.0)
    assert uris(bindings) == ["sip:bob@192.0.2.4:5062"]
    assert alive(bindings, 1_119.9) == bindings
    assert alive(bindings, 1_120.0) == ()
    assert contact_fields(bindings, 1_030.0) == (("Contact", "<sip:bob@192.0.2.4:5062>;expires=90"),)
    assert contact_fields(bindings, 1_119.9) == (("Contact", "<sip:bob@192.0.2.4:5062>;expires=1"),)


@pytest.mark.parametrize(
    ("contact", "expires", "lasts_s"),
    [
        (DESK, None, 600),
        (DESK, "60", 60),
        (f"{DESK};expires=90", "120", 90),
        (DESK, "999999", 3_600),
        (f"{DESK};expires=soon", None, 3_600),
        (f"{DESK};expires=99999999999", "60", 3_600),
    ],
)
def test_a_binding_lasts_as_long_as_its_contact_the_request_or_the_house_says(
    contact: str, expires: str | None, lasts_s: int
) -> None:
    assert after(register(contact, expires=expires))[0].until_s == lasts_s


def test_a_binding_that_would_be_too_short_is_refused_with_the_least_time() -> None:
    refused = refusal((), register(DESK, MOBILE + ";expires=59"))
    assert (refused.status, refused.telling) == (423, (("Min-Expires", "60"),))
    assert after(register(DESK, expires="0")) == ()


def test_one_without_a_contact_asks_for_what_there_is() -> None:
    bindings = after(register(DESK, MOBILE))
    assert registered(bindings, register(number=2), 1.0, terms=TERMS) == bindings
    assert registered(bindings, register(number=2), 700.0, terms=TERMS) == ()


def test_a_later_registration_renews_the_same_place_and_no_other() -> None:
    bindings = after(register(DESK, MOBILE), register("<sip:bob@192.0.2.4:5062;ob>", number=2, expires="120"))
    assert sorted((str(one.uri), one.until_s) for one in bindings) == [
        ("sip:bob@192.0.2.4:5062;ob", 120),
        ("sip:bob@198.51.100.7", 600),
    ]


def test_a_phone_that_names_itself_is_the_same_wherever_it_moves() -> None:
    def at(port: int, line: int = 1) -> str:
        return f'<sip:bob@192.0.2.4:{port}>;+sip.instance="<urn:uuid:1>";reg-id={line}'

    moved = after(register(at(4_000)), register(at(5_000), call_id="after-a-restart"))
    assert uris(moved) == ["sip:bob@192.0.2.4:5000"]
    assert len(after(register(at(4_000)), register(at(5_000, line=2), number=2))) == 2


def test_a_registration_that_was_overtaken_changes_nothing() -> None:
    bindings = after(register(DESK, number=5))
    for number in (5, 4):
        for late in (register(DESK, number=number, expires="0"), register("*", number=number, expires="0")):
            assert refusal(bindings, late).status == 500
    assert (
        registered(bindings, register(DESK, number=1, call_id="other", expires="0"), 0.0, terms=TERMS) == ()
    )
    assert registered(bindings, register(MOBILE, number=1), 0.0, terms=TERMS)[0] == bindings[0]


def test_a_star_removes_all_and_nothing_else() -> None:
    bindings = after(register(DESK, MOBILE))
    assert registered(bindings, register("*", number=2, expires="0"), 0.0, terms=TERMS) == ()
    for expires in (None, "60"):
        assert refusal(bindings, register("*", number=2, expires=expires)).status == 400


def test_of_one_request_all_is_done_or_nothing() -> None:
    bindings = after(register(DESK, number=5))
    mixed = register(MOBILE, DESK, number=5)
    assert refusal(bindings, mixed).status == 500
    assert refusal(bindings, register(MOBILE, f"{DESK};expires=1", number=6)).status == 423


def test_a_place_that_is_named_twice_in_one_request_is_there_once_as_it_was_named_last() -> None:
    bindings = after(register(DESK), register(f"{DESK};expires=60", f"{DESK};expires=90", number=2))
    assert [one.until_s for one in bindings] == [90]


def test_there_are_no_more_places_than_there_may_be_and_those_there_are_stay() -> None:
    places = [f"<sip:bob@192.0.2.{n}>" for n in range(1, 5)]
    full = after(register(*places[:3]))
    assert refusal(full, register(places[3], number=2)).status == 403
    assert len(registered(full, register(places[0], number=2), 0.0, terms=TERMS)) == 3
    swapped = registered(full, register(f"{places[0]};expires=0", places[3], number=2), 0.0, terms=TERMS)
    assert uris(swapped)[-1] == "sip:bob@192.0.2.4"
    later = registered(full, register(places[3], number=2), 600.0, terms=TERMS)
    assert uris(later) == ["sip:bob@192.0.2.4"]


def test_a_request_names_no_more_places_than_may_go_and_come() -> None:
    gone = [f"<sip:bob@192.0.2.{n}>;expires=0" for n in range(1, 8)]
    assert registered((), register(*gone[:6]), 0.0, terms=TERMS) == ()
    assert refusal((), register(*gone)).status == 403


def test_with_its_connection_a_browser_is_gone() -> None:
    bindings = registered((), register(DESK), 0.0, terms=TERMS)
    bindings = registered(bindings, register(MOBILE, number=2), 0.0, terms=TERMS, flow="ws-7")
    assert uris(without_flow(bindings, "ws-7")) == ["sip:bob@192.0.2.4:5062"]
    assert without_flow(bindings, "ws-8") == bindings


def test_the_most_wanted_place_is_called_first_and_of_equals_the_newest() -> None:
    bindings = after(
        register(
            "<sip:a@x>;q=0.5",
            "<sip:b@x>;expires=300",
            "<sip:c@x>;expires=400",
        )
    )
    assert [str(one.uri) for one in targets(bindings, 0.0)] == ["sip:c@x", "sip:b@x", "sip:a@x"]
    odd = after(register("<sip:a@x>;q=2", "<sip:b@x>;q=0.001", "<sip:c@x>;q=1."))
    assert [str(one.uri) for one in targets(odd, 0.0)] == ["sip:c@x", "sip:b@x", "sip:a@x"]
    assert targets(odd, 600.0) == ()


steps = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from(["phone1", "phone2"]),
        st.sampled_from([0, 60, 300]),
        st.integers(1, 4),
    ),
    max_size=12,
)


@spoken.CALM
@given(steps)
def test_whatever_comes_no_place_is_there_twice_and_no_later_one_is_lost_to_an_earlier(
    asked: list[tuple[int, str, int, int]],
) -> None:
    bindings: Bindings = ()
    newest: dict[tuple[str, str], int] = {}
    for number, call_id, lasts_s, place in asked:
        uri = f"sip:bob@192.0.2.{place}"
        try:
            bindings = registered(
                bindings,
                register(f"<{uri}>", number=number, call_id=call_id, expires=str(lasts_s)),
                0.0,
                terms=TERMS,
            )
        except Refused as refused:
            if refused.status == 500:
                held = next(one for one in bindings if str(one.uri) == uri)
                assert (held.call_id, held.cseq >= number) == (call_id, True)
            continue
        newest[uri, call_id] = number
        found = [one for one in bindings if one.uri == name_addr_of(f"<{uri}>").uri]
        assert [(one.call_id, one.cseq) for one in found] == ([(call_id, number)] if lasts_s else [])
    assert len(set(uris(bindings))) == len(bindings) <= TERMS.bindings
