"""How we register at a trunk: the password, the time it grants, and the pauses when it does not."""

import pytest

from hub.channels.sip.digest import Algorithm, credentials_of, secrets_of
from hub.channels.sip.digest_client import Account
from hub.channels.sip.digest_server import Door, Nonces, UsedCounts, Verdict
from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.refusal import Field
from hub.channels.sip.registration import Registrar, Registration, State
from hub.channels.sip.uri import sip_uri

TRUNK = Registrar(
    uri=sip_uri(None, "trunk.example"),
    address=name_addr_of("<sip:hub@trunk.example>"),
    contact=name_addr_of("<sip:hub@198.51.100.1:5060>"),
    account=Account(username="hub", password="secret"),
    lasts_s=300,
)
SECRETS = secrets_of("hub", "trunk.example", "secret")


def registration() -> Registration:
    return Registration(TRUNK, call_id="c1@hub", tag="t1")


def challenge(request: Request, nonce: str = "n1", more: str = "") -> Response:
    value = f'Digest realm="trunk.example", nonce="{nonce}", algorithm=MD5, qop="auth"{more}'
    return response_to(request.fields, 401, adding=(Field("WWW-Authenticate", value),))


def ok(request: Request, *fields: tuple[str, str]) -> Response:
    return response_to(request.fields, 200, adding=tuple(Field(*field) for field in fields))


def test_a_registration_asks_for_its_contact_and_its_time() -> None:
    ours = registration()
    assert ours.due_s == 0.0
    request = ours.request("c")
    assert bytes(request) == (
        b"REGISTER sip:trunk.example SIP/2.0\r\n"
        b"Max-Forwards: 70\r\n"
        b"From: <sip:hub@trunk.example>;tag=t1\r\n"
        b"To: <sip:hub@trunk.example>\r\n"
        b"Call-ID: c1@hub\r\n"
        b"CSeq: 1 REGISTER\r\n"
        b"Contact: <sip:hub@198.51.100.1:5060>\r\n"
        b"Expires: 300\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    assert ours.due_s is None


def test_a_real_registrar_is_answered_and_asked_again_in_time() -> None:
    door = Door(realm="trunk.example", nonces=Nonces(key=b"k"), used=UsedCounts())
    ours = registration()
    request = ours.request("c1")
    (asked,) = door.challenges(0.0, bytes, [Algorithm.SHA_256])
    ours.received(response_to(request.fields, 401, adding=(Field("WWW-Authenticate", str(asked)),)), 1.0, 0.5)
    assert ours.due_s == 1.0
    for number in (2, 3):
        request = ours.request(f"c{number}")
        value = request.one("authorization")
        assert value is not None
        credentials = credentials_of(value)
        assert credentials is not None
        assert (request.cseq.number, credentials.nc) == (number, number - 1)
        assert door.verdict(credentials, request, SECRETS, 1.0) is Verdict.GOOD
        ours.received(ok(request), 1.0, 0.5)
        assert (ours.state, ours.until_s, ours.due_s) == (State.REGISTERED, 301.0, 241.0)
    assert ours.is_known(300.9)
    assert not ours.is_known(301.0)


@pytest.mark.parametrize(
    ("fields", "lasts_s"),
    [
        ([], 300),
        ([("Expires", "100")], 100),
        (
            [
                ("Contact", "<sip:hub@198.51.100.1:5060>;expires=60, <sip:other@x>;expires=9"),
                ("Expires", "7"),
            ],
            60,
        ),
        ([("Contact", "<sip:other@x>;expires=9")], 300),
        ([("Contact", "nonsense")], 300),
    ],
)
def test_what_the_registrar_grants_counts(fields: list[tuple[str, str]], lasts_s: int) -> None:
    ours = registration()
    ours.received(ok(ours.request("c"), *fields), 10.0, 0.5)
    assert (ours.until_s, ours.due_s) == (10.0 + lasts_s, 10.0 + 0.8 * lasts_s)


def test_a_registrar_is_not_asked_more_often_than_every_five_seconds() -> None:
    ours = registration()
    ours.received(ok(ours.request("c"), ("Expires", "1")), 0.0, 0.5)
    assert ours.due_s == 5.0


def test_a_longer_time_is_asked_for_when_it_must_be() -> None:
    ours = registration()
    brief = response_to(ours.request("c").fields, 423, adding=(Field("Min-Expires", "900"),))
    ours.received(brief, 2.0, 0.5)
    assert ours.due_s == 2.0
    assert ours.request("c").expires_s == 900


@pytest.mark.parametrize("fields", [(), (Field("Min-Expires", "200"),)])
def test_a_registrar_that_finds_every_time_too_short_is_left_alone(fields: tuple[Field, ...]) -> None:
    ours = registration()
    ours.received(response_to(ours.request("c").fields, 423, adding=fields), 0.0, 1.0)
    assert (ours.state, ours.due_s) == (State.REFUSED, 30.0)


def test_a_wrong_password_is_not_tried_twice_in_a_row() -> None:
    ours = registration()
    ours.received(challenge(ours.request("c")), 0.0, 1.0)
    ours.received(challenge(ours.request("c"), "n2"), 0.0, 1.0)
    assert (ours.state, ours.due_s) == (State.REFUSED, 30.0)
    assert ours.request("c").one("authorization") is None


def test_a_stale_nonce_is_replaced_and_a_right_password_is_tried_once_more_without_that_word() -> None:
    ours = registration()
    ours.received(challenge(ours.request("c")), 0.0, 1.0)
    ours.received(challenge(ours.request("c"), "n2", ", stale=true"), 0.0, 1.0)
    ours.received(ok(ours.request("c")), 0.0, 1.0)
    assert ours.due_s == 240.0
    ours.received(challenge(ours.request("c"), "n3"), 240.0, 1.0)
    assert ours.due_s == 240.0
    ours.received(challenge(ours.request("c"), "n4"), 240.0, 1.0)
    assert ours.state is State.REFUSED
    assert ours.is_known(299.0)


def test_a_registrar_that_always_wants_one_more_thing_is_left_alone() -> None:
    ours = registration()
    tried = 0
    while ours.due_s == 0.0:
        tried += 1
        ours.received(challenge(ours.request("c"), f"n{tried}", ", stale=true"), 0.0, 1.0)
    assert (tried, ours.due_s) == (4, 30.0)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (403, State.REFUSED),
        (404, State.REFUSED),
        (302, State.REFUSED),
        (603, State.REFUSED),
        (408, State.UNREACHABLE),
        (480, State.UNREACHABLE),
        (503, State.UNREACHABLE),
    ],
)
def test_a_refusal_says_whose_fault_it_is(status: int, state: State) -> None:
    ours = registration()
    ours.received(response_to(ours.request("c").fields, status), 0.0, 1.0)
    assert (ours.state, ours.due_s) == (state, 30.0)


def test_the_pauses_grow_are_spread_and_begin_anew_with_success() -> None:
    ours = registration()
    pauses = []
    for n in range(9):
        ours.request("c")
        ours.unanswered(0.0, n % 2)
        pauses.append(ours.due_s)
    assert ours.state is State.UNREACHABLE
    assert pauses == [15, 60, 60, 240, 240, 960, 900, 1_800, 900]
    ours.received(ok(ours.request("c")), 0.0, 0.5)
    ours.request("c")
    ours.unanswered(0.0, 1.0)
    assert ours.due_s == 30


@pytest.mark.parametrize(
    ("said", "due_s"), [("120 (soon)", 120.0), ("1", 30.0), ("9999999", 1_800.0), ("x", 30.0)]
)
def test_a_registrar_may_say_when_to_come_back(said: str, due_s: float) -> None:
    ours = registration()
    busy = response_to(ours.request("c").fields, 503, adding=(Field("Retry-After", said),))
    ours.received(busy, 0.0, 1.0)
    assert ours.due_s == due_s


def test_whoever_leaves_is_away_at_once_and_not_asked_for_again() -> None:
    ours = registration()
    ours.received(ok(ours.request("c")), 0.0, 0.5)
    leaving = ours.request("c", remove=True)
    assert leaving.expires_s == 0
    ours.received(ok(leaving), 1.0, 0.5)
    assert (ours.state, ours.until_s, ours.due_s) == (State.TRYING, None, None)
    assert not ours.is_known(1.0)
