"""Digest on both sides: the figures of the RFCs, what is wrong, what is stale, and what is played again."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.sip.digest import (
    Algorithm,
    Challenge,
    Credentials,
    Qop,
    challenge_of,
    credentials_of,
    response_of,
    secrets_of,
)
from hub.channels.sip.digest_client import Account, Answering, answering
from hub.channels.sip.digest_server import WINDOW, Door, Nonces, UsedCounts, Verdict
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field, Malformed
from hub.channels.sip.uri import sip_uri
from tests.unit.channels.sip import spoken

NOW_S = 1_772_442_000.25
URI = sip_uri(None, "hub.example")
REGISTER = Request(method="REGISTER", uri=URI, body=b"body")
ALICE = Account(username="alice", password="pass:wörd", realm="hub.example")
SECRETS = secrets_of("alice", "hub.example", "pass:wörd")
NONCES = Nonces(key=b"k" * 32, valid_s=300)


def salt(size: int) -> bytes:
    return b"s" * size


def door(**changes: object) -> Door:
    return replace(Door(realm="hub.example", nonces=NONCES, used=UsedCounts()), **changes)  # type: ignore[arg-type]


def signed(at: Door, algorithm: Algorithm = Algorithm.SHA_256, request: Request = REGISTER) -> Credentials:
    (challenge,) = at.challenges(NOW_S, salt, [algorithm])
    _, field = Answering(challenge, 401).next(request, ALICE, "cnonce")
    assert field.name == "Authorization"
    found = credentials_of(field.value)
    assert found is not None
    return found


def refused_with(*challenges: str, status: int = 401) -> Response:
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return Response(status=status, fields=tuple(Field(name, challenge) for challenge in challenges))


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        (Algorithm.MD5, "8ca523f5e9506fed4657c9700eebdbec"),
        (Algorithm.SHA_256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616_comes_out(algorithm: Algorithm, expected: str) -> None:
    credentials = Credentials(
        username="Mufasa",
        realm="http-auth@example.org",
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        uri="/dir/index.html",
        response="",
        algorithm=algorithm,
        qop="auth",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        nc=1,
    )
    secret = secrets_of("Mufasa", "http-auth@example.org", "Circle of Life")[algorithm]
    assert response_of(secret, credentials, "GET", b"") == expected


def test_without_a_qop_the_example_of_rfc_2069_comes_out() -> None:
    credentials = Credentials(
        username="Mufasa",
        realm="testrealm@host.com",
        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
        uri="/dir/index.html",
        response="",
    )
    secret = secrets_of("Mufasa", "testrealm@host.com", "CircleOfLife")[Algorithm.MD5]
    assert response_of(secret, credentials, "GET", b"") == "1949323746fe6a43ef61f9606e7febea"


def test_whose_key_is_of_the_session_hashes_the_secret_once_more() -> None:
    plain = Credentials(
        username="a", realm="r", nonce="n", uri="u", response="", qop="auth", cnonce="c", nc=1
    )
    key = Algorithm.MD5.hashed("secret", "n", "c")
    assert response_of("secret", replace(plain, session=True), "GET", b"") == response_of(
        key, plain, "GET", b""
    )


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("qop", [("auth",), ("auth-int",), ("auth", "auth-int")])
def test_whoever_knows_the_password_gets_in(algorithm: Algorithm, qop: tuple[Qop, ...]) -> None:
    at = door(qop=qop)
    assert at.verdict(signed(at, algorithm), REGISTER, SECRETS, NOW_S + 1) is Verdict.GOOD


def test_each_algorithm_is_offered_in_a_field_of_its_own_in_the_order_given() -> None:
    challenges = door().challenges(NOW_S, salt, [Algorithm.SHA_256, Algorithm.MD5], stale=True)
    assert [one.algorithm for one in challenges] == [Algorithm.SHA_256, Algorithm.MD5]
    assert len({one.nonce for one in challenges}) == 1
    for challenge in challenges:
        assert challenge_of(str(challenge)) == challenge
        assert str(challenge).endswith('qop="auth,auth-int", stale=true')


def test_who_is_not_known_is_asked_for_what_every_phone_can() -> None:
    assert [one.algorithm for one in door().challenges(NOW_S, salt)] == [Algorithm.MD5]


def test_what_was_signed_otherwise_is_wrong() -> None:
    at = door()
    good = signed(at)
    wrong: list[tuple[Credentials, Request]] = [
        (replace(good, response="0" * 64), REGISTER),
        (replace(good, nc=2), REGISTER),
        (replace(good, cnonce="other"), REGISTER),
        (replace(good, username="bob", response="1" * 64), REGISTER),
        (good, replace(REGISTER, method="INVITE")),
    ]
    for credentials, request in wrong:
        assert at.verdict(credentials, request, SECRETS, NOW_S) is Verdict.WRONG
    integral = door(qop=("auth-int",))
    tampered = replace(REGISTER, body=b"other")
    assert integral.verdict(signed(integral), tampered, SECRETS, NOW_S) is Verdict.WRONG
    assert at.verdict(good, REGISTER, SECRETS, NOW_S) is Verdict.GOOD


def test_an_account_that_is_not_there_is_wrong_even_for_its_stand_in() -> None:
    at = door()
    good = signed(at)
    forged = replace(good, response=response_of("0" * 64, good, "REGISTER", REGISTER.body))
    assert at.verdict(forged, REGISTER, None, NOW_S) is Verdict.WRONG
    assert at.verdict(forged, REGISTER, {Algorithm.MD5: SECRETS[Algorithm.MD5]}, NOW_S) is Verdict.WRONG


def test_a_right_hash_is_wrong_beyond_what_was_offered() -> None:
    at = door()
    good = signed(at)

    def resigned(**changes: object) -> Credentials:
        changed = replace(good, **changes)  # type: ignore[arg-type]
        secret = SECRETS[changed.algorithm]
        return replace(changed, response=response_of(secret, changed, "REGISTER", REGISTER.body))

    assert at.verdict(resigned(), REGISTER, SECRETS, NOW_S) is Verdict.GOOD
    for credentials in (
        resigned(qop=None, nc=0, cnonce=""),
        resigned(session=True),
        resigned(realm="elsewhere"),
        resigned(nonce="bm90IG91cnM="),
        resigned(nonce="not base64!"),
    ):
        assert at.verdict(credentials, REGISTER, SECRETS, NOW_S) is Verdict.WRONG
    only_sha = {Algorithm.SHA_256: SECRETS[Algorithm.SHA_256]}
    assert at.verdict(resigned(algorithm=Algorithm.MD5), REGISTER, only_sha, NOW_S) is Verdict.WRONG


def test_what_is_signed_for_one_address_is_not_good_for_another() -> None:
    at = door()
    other = replace(REGISTER, uri=sip_uri("900123", "hub.example"))
    assert at.verdict(signed(at), other, SECRETS, NOW_S) is Verdict.OTHER_REQUEST
    same = replace(REGISTER, uri=sip_uri(None, "HUB.example"))
    assert at.verdict(signed(at), same, SECRETS, NOW_S) is Verdict.GOOD


def test_a_nonce_is_good_until_its_end_and_not_before_its_time() -> None:
    for later_s, expected in (
        (300, Verdict.GOOD),
        (300.5, Verdict.STALE),
        (-0.5, Verdict.GOOD),
        (-2, Verdict.STALE),
    ):
        at = door()
        assert at.verdict(signed(at), REGISTER, SECRETS, NOW_S + later_s) is expected


def test_a_nonce_of_another_key_is_wrong() -> None:
    strange = door(nonces=Nonces(key=b"x" * 32))
    assert door().verdict(signed(strange), REGISTER, SECRETS, NOW_S) is Verdict.WRONG


@spoken.CALM
@given(st.integers(0, 255), st.integers(0, 31))
def test_a_nonce_with_one_byte_changed_is_not_ours(flip: int, at: int) -> None:
    raw = bytearray(base64.b64decode(NONCES.made(NOW_S, b"12345678")))
    raw[at] ^= flip
    age_s = NONCES.age_s(base64.b64encode(raw).decode(), NOW_S + 2)
    assert age_s == (None if flip else pytest.approx(2, abs=0.01))


def test_a_count_is_good_once_in_any_order_within_the_window() -> None:
    used = UsedCounts()
    assert [used.is_first_use("n", nc) for nc in (1, 3, 2, 2, 3, 1, 0)] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert used.is_first_use("n", 3 + WINDOW)
    assert used.is_first_use("n", 4)
    assert not used.is_first_use("n", 3)
    assert used.is_first_use("n", 0xFFFFFFFF)
    assert not used.is_first_use("n", 4 + WINDOW)
    assert used.is_first_use("other", 1)


def test_the_oldest_nonces_are_forgotten() -> None:
    used = UsedCounts(kept=2)
    for nonce in ("a", "b", "c"):
        assert used.is_first_use(nonce, 1)
    assert not used.is_first_use("c", 1)
    assert used.is_first_use("a", 1)


def test_a_request_that_is_played_again_is_stale() -> None:
    at = door()
    credentials = signed(at)
    assert at.verdict(credentials, REGISTER, SECRETS, NOW_S) is Verdict.GOOD
    assert at.verdict(credentials, REGISTER, SECRETS, NOW_S) is Verdict.STALE


def test_a_client_answers_with_the_strongest_algorithm_and_counts_its_uses() -> None:
    response = refused_with(
        'Digest realm="hub.example", nonce="a=,b", algorithm=MD5, qop="auth"',
        'Digest realm="hub.example",nonce="a=,b",algorithm=SHA-256,qop="auth-int,auth",opaque="o\\"p"',
        'Digest realm="hub.example", nonce="x", algorithm=SHA-1024',
        'Bearer realm="hub.example"',
        "Digest nonsense",
        status=407,
    )
    first = answering(response, ALICE)
    assert first is not None
    second, field = first.next(REGISTER, ALICE, "c1")
    assert field.name == "Proxy-Authorization"
    _, again = second.next(REGISTER, ALICE, "c2")
    credentials = [credentials_of(value) for value in (field.value, again.value)]
    assert [(one.algorithm, one.qop, one.nc, one.opaque, one.uri) for one in credentials if one] == [
        (Algorithm.SHA_256, "auth", 1, 'o"p', "sip:hub.example"),
        (Algorithm.SHA_256, "auth", 2, 'o"p', "sip:hub.example"),
    ]


def test_a_client_answers_an_old_server_without_a_qop() -> None:
    first = answering(refused_with('Digest realm="hub.example", nonce="n"'), ALICE)
    assert first is not None
    _, field = first.next(REGISTER, ALICE, "c")
    assert "qop" not in field.value
    assert "nc=" not in field.value
    credentials = credentials_of(field.value)
    assert credentials is not None
    assert credentials.response == response_of(SECRETS[Algorithm.MD5], credentials, "REGISTER", b"")


def test_a_client_tries_again_when_its_nonce_was_stale_and_gives_up_when_its_password_was_wrong() -> None:
    first = answering(refused_with('Digest realm="hub.example", nonce="n1", qop="auth"'), ALICE)
    assert first is not None
    stale = 'Digest realm="hub.example", nonce="n2", qop="auth", stale=TRUE'
    assert answering(refused_with(stale), ALICE, first) is not None
    assert answering(refused_with('Digest realm="hub.example", nonce="n2"'), ALICE, first) is None
    assert answering(refused_with('Digest realm="hub.example", nonce="n1", stale=true'), ALICE, first) is None
    assert answering(refused_with(stale, status=407), ALICE, first) is not None


def test_a_client_does_not_answer_strangers() -> None:
    elsewhere = refused_with('Digest realm="elsewhere", nonce="n"')
    assert answering(elsewhere, ALICE) is None
    assert answering(elsewhere, replace(ALICE, realm=None)) is not None
    assert answering(refused_with(), ALICE) is None
    assert answering(refused_with('Digest realm="hub.example", nonce="n", qop="secret"'), ALICE) is None


def test_a_password_is_not_shown_with_its_account() -> None:
    assert "pass" not in repr(ALICE)


plain = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)


@spoken.CALM
@given(
    st.builds(
        Challenge,
        realm=plain,
        nonce=plain,
        algorithm=st.sampled_from(Algorithm),
        session=st.booleans(),
        qop=st.sampled_from([(), ("auth",), ("auth-int",), ("auth", "auth-int")]),
        opaque=st.none() | plain,
        stale=st.booleans(),
    )
)
def test_a_challenge_comes_back_from_its_own_text(challenge: Challenge) -> None:
    assert challenge_of(str(challenge)) == challenge


@spoken.CALM
@given(plain, plain, plain, plain, st.integers(0, 2**32 - 1), st.none() | st.just("auth"))
def test_credentials_come_back_from_their_own_text(
    username: str, realm: str, nonce: str, uri: str, nc: int, qop: Qop | None
) -> None:
    credentials = Credentials(
        username=username,
        realm=realm,
        nonce=nonce,
        uri=uri,
        response="0123456789abcdef" * 2,
        qop=qop,
        cnonce="c" if qop else "",
        nc=nc if qop else 0,
    )
    assert credentials_of(str(credentials)) == credentials


@spoken.CALM
@given(st.text(max_size=60))
def test_noise_is_another_scheme_malformed_or_read(text: str) -> None:
    for read in (challenge_of, credentials_of):
        for tried in (text, f"Digest {text}"):
            try:
                found = read(tried)
            except Malformed:
                continue
            assert found is None or tried.lower().startswith("digest")


@pytest.mark.parametrize(
    "text",
    [
        "Digest",
        'Digest username="a"',
        'Digest username="a", username="a"',
        'Digest username="a" realm="r"',
        'Digest username="a',
        f'Digest username="a",realm="r",nonce="n",uri="u",response="{"0" * 31}"',
        f'Digest username="a",realm="r",nonce="n",uri="u",response="{"g" * 32}"',
        f'Digest username="a",realm="r",nonce="n",uri="u",response="{"0" * 32}",qop=auth,nc=1,cnonce="c"',
        f'Digest username="a",realm="r",nonce="n",uri="u",response="{"0" * 32}",qop=auth,nc=00000001',
        f'Digest username="a",realm="r",nonce="n",uri="u",response="{"0" * 32}",algorithm=SHA-256',
    ],
)
def test_credentials_that_are_none_are_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        credentials_of(text)
