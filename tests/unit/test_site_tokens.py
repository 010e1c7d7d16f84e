"""A token of a web site is believed when the site has signed it, in time, for itself; and never otherwise."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.ids import TenantId
from hub.domain.site_identity import SiteSecret, SiteUser, TokenRefused, hint_of
from hub.site_tokens import TOKEN_CHARS, USER_CHARS, verified
from tests.site_tokens import part, signed, token

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOON = NOW.timestamp() + 3600
MOST = timedelta(hours=24)


def a_secret(told: str, id_: str = "new") -> SiteSecret:
    return SiteSecret(
        id=id_,
        tenant_id=TenantId("t"),
        site_key="shop",
        secret=told,
        hint=hint_of(told),
        created_at=NOW,
        created_by="Ada",
    )


NEW, OLD = a_secret("the secret in use"), a_secret("the secret before", "old")


def checked(text: str, *secrets: SiteSecret) -> SiteUser:
    return verified(text, secrets or (NEW, OLD), site_key="shop", now=NOW, most=MOST)


def refused(text: str, *secrets: SiteSecret) -> str:
    with pytest.raises(TokenRefused) as caught:
        checked(text, *secrets)
    assert not text or text[-20:] not in str(caught.value), "what was told of it holds nothing of the token"
    return caught.value.stable_code


def test_what_the_site_signed_is_believed() -> None:
    user = checked(
        token(
            NEW.secret,
            "4711",
            SOON,
            iat=NOW.timestamp(),
            aud="shop",
            name=" Ada \n Lovelace ",
            email="Ada@Example.org",
            email_verified=True,
            phone_number="+90 532 123 45 67",
        )
    )
    assert user == SiteUser(
        user="4711",
        expires_at=datetime.fromtimestamp(SOON, UTC),
        signed_with="new",
        name="Ada Lovelace",
        email="Ada@Example.org",
        email_verified=True,
        phone="+90 532 123 45 67",
        phone_verified=False,
    )


def test_a_token_of_a_library_is_read() -> None:
    """Made once with PyJWT 2.8: jwt.encode({"sub": "4711", "exp": 1772445600}, "secret of the shop")."""
    head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    assert base64.urlsafe_b64decode(head) == b'{"alg":"HS256","typ":"JWT"}'
    body = part(b'{"sub":"4711","exp":1772445600}')
    mac = hmac.new(b"secret of the shop", f"{head}.{body}".encode(), hashlib.sha256).digest()
    assert checked(f"{head}.{body}.{part(mac)}", a_secret("secret of the shop")).user == "4711"


def test_both_secrets_count_while_one_takes_the_place_of_the_other() -> None:
    assert checked(token(OLD.secret, "4711", SOON)).signed_with == "old"
    assert checked(token(NEW.secret, "4711", SOON)).signed_with == "new"
    assert refused(token(OLD.secret, "4711", SOON), NEW) == "identity_forged"


def test_a_number_is_an_id_like_any_other() -> None:
    assert checked(token(NEW.secret, 4711, SOON)).user == "4711"


def test_addresses_are_checked_only_when_the_site_says_so_in_one_word() -> None:
    for word in (None, False):
        assert not checked(token(NEW.secret, "a", SOON, email="a@b.cd", email_verified=word)).email_verified
    for other in ("true", 1, "yes"):
        assert (
            refused(token(NEW.secret, "a", SOON, email="a@b.cd", email_verified=other))
            == "identity_malformed"
        )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("identity_forged", token("another secret", "4711", SOON)),
        ("identity_forged", token("", "4711", SOON)),
        ("identity_forged", token(NEW.secret, "4711", SOON)[:-3]),
        ("identity_expired", token(NEW.secret, "4711", NOW.timestamp() - 61)),
        ("identity_expired", token(NEW.secret, "4711", 0)),
        ("identity_expired", token(NEW.secret, "4711", -1e300)),
        ("identity_lasts_too_long", token(NEW.secret, "4711", NOW.timestamp() + 24 * 3600 + 61)),
        ("identity_lasts_too_long", token(NEW.secret, "4711", 1e300)),
        ("identity_lasts_too_long", token(NEW.secret, "4711", SOON * 1000)),
        ("identity_too_early", token(NEW.secret, "4711", SOON, iat=NOW.timestamp() + 61)),
        ("identity_too_early", token(NEW.secret, "4711", SOON, nbf=NOW.timestamp() + 61)),
        ("identity_other_site", token(NEW.secret, "4711", SOON, aud="shop2")),
        ("identity_other_site", token(NEW.secret, "4711", SOON, aud=[])),
        ("identity_other_site", token(NEW.secret, "4711", SOON, aud=["a", "b"])),
        ("identity_no_user", token(NEW.secret, " 4711", SOON)),
        ("identity_no_user", token(NEW.secret, "47\n11", SOON)),
        ("identity_no_user", token(NEW.secret, "4" * (USER_CHARS + 1), SOON)),
        ("identity_malformed", token(NEW.secret, "", SOON)),
        ("identity_malformed", token(NEW.secret, None, SOON)),
        ("identity_malformed", token(NEW.secret, True, SOON)),
        ("identity_malformed", token(NEW.secret, ["4711"], SOON)),
        ("identity_malformed", signed(NEW.secret, {"sub": "4711"})),
        ("identity_malformed", signed(NEW.secret, {"sub": "4711", "exp": "tomorrow"})),
        ("identity_malformed", signed(NEW.secret, b"\xff\xfe")),
        ("identity_malformed", signed(NEW.secret, b"[" * 3000)),
        ("identity_malformed", signed(NEW.secret, [])),
        ("identity_malformed", signed(NEW.secret, {"sub": "a", "exp": SOON}, header=b"no header")),
        ("identity_malformed", ""),
        ("identity_malformed", "a.b"),
        ("identity_malformed", "a.b.c.d"),
        ("identity_malformed", "not a token"),
        ("identity_malformed", "a.a.a"),
        ("identity_malformed", token(NEW.secret, "4711", SOON) + "="),
        ("identity_malformed", token(NEW.secret, "4711", SOON) + "\n"),
        ("identity_too_long", token(NEW.secret, "4711", SOON, name="a" * TOKEN_CHARS)),
    ],
)
def test_a_token_that_proves_nothing_says_why(code: str, text: str) -> None:
    assert refused(text) == code


@pytest.mark.parametrize("alg", ["none", "None", "HS512", "RS256", "hs256", "", "HS256 "])
def test_the_token_does_not_choose_how_it_is_checked(alg: str) -> None:
    claims = {"sub": "4711", "exp": SOON}
    assert refused(signed(NEW.secret, claims, header={"alg": alg})) == "identity_algorithm"
    assert refused(f"{part({'alg': alg})}.{part(claims)}.{part(b'x')}") == "identity_algorithm"


def test_what_a_token_calls_critical_is_not_passed_over() -> None:
    header = {"alg": "HS256", "crit": ["b64"], "b64": False}
    assert refused(signed(NEW.secret, {"sub": "4711", "exp": SOON}, header=header)) == "identity_algorithm"


def test_a_site_without_a_secret_vouches_for_nobody() -> None:
    with pytest.raises(TokenRefused) as caught:
        verified(token("", "4711", SOON), (), site_key="shop", now=NOW, most=MOST)
    assert caught.value.stable_code == "identity_off"


def test_clocks_may_differ_by_a_minute() -> None:
    at = NOW.timestamp()
    assert checked(token(NEW.secret, "4711", at - 59, iat=at - 100)).user == "4711"
    assert checked(token(NEW.secret, "4711", at + 24 * 3600 + 59, iat=at + 59, nbf=at + 59)).user == "4711"


def test_a_secret_is_in_no_text_of_itself() -> None:
    assert NEW.secret not in repr(NEW)
    assert a_secret("0123456789abcd").hint == "abcd"


@given(st.text(max_size=200) | st.text(alphabet="abcXYZ019-_.=", max_size=200))
@example("..")
@example("\ud800.a.a")
def test_whatever_comes_is_refused_or_was_signed(text: str) -> None:
    with pytest.raises(TokenRefused):
        checked(text)


@given(st.data())
def test_no_token_survives_a_change_of_any_character(data: st.DataObject) -> None:
    good = token(NEW.secret, "4711", SOON, email="a@b.cd", email_verified=True)
    place = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda one: one != good[place]))
    changed = good[:place] + other + good[place + 1 :]
    try:
        user = checked(changed)
    except TokenRefused:
        return
    # the last character of base64 has bits that mean nothing
    assert place == len(good) - 1
    assert user == checked(good)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
CLAIMS = ("sub", "exp", "iat", "nbf", "aud", "name", "email", "email_verified", "phone_number", "crit")


@given(st.dictionaries(st.sampled_from(CLAIMS), JSON, max_size=8))
def test_whatever_a_site_signs_is_a_user_or_a_reason(claims: dict[str, object]) -> None:
    try:
        user = checked(signed(NEW.secret, {"sub": "4711", "exp": SOON, **claims}))
    except TokenRefused:
        return
    assert 1 <= len(user.user) <= USER_CHARS
    assert NOW - timedelta(seconds=60) < user.expires_at <= NOW + MOST + timedelta(seconds=60)
    assert json.dumps([user.user, user.name, user.email, user.phone])
