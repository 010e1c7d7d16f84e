"""ICE from its light side: aioice's messages are answered as aioice understands, strangers' are not."""

from random import Random

from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from hub.media.embedded.ice import IceLite, is_stun

HERE = ("192.0.2.5", 50_000)
ROLE: dict[str, int | None] = {"ICE-CONTROLLING": 5}


def check(ice: IceLite, *, name: str = "", password: str = "", also: dict[str, int | None] = ROLE) -> bytes:
    """A browser's check."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{name or ice.name}:theirs"
    message.attributes["PRIORITY"] = 1
    message.attributes.update(also)
    message.add_message_integrity((password or ice.password).encode())
    return bytes(message)


def test_a_check_with_our_password_is_answered_with_where_it_came_from() -> None:
    for address in (HERE, ("2001:db8::7", 9)):
        ice = IceLite(Random(1))
        asked = check(ice)
        assert is_stun(asked)
        checked = ice.checked(asked, *address)
        assert checked is not None
        assert (checked.is_good, checked.is_nominated) == (True, False)
        reply = stun.parse_message(checked.reply)
        assert reply.check_message_integrity(ice.password.encode())
        assert reply.message_class is stun.Class.RESPONSE
        assert reply.transaction_id == stun.parse_message(asked).transaction_id
        assert reply.attributes["XOR-MAPPED-ADDRESS"] == address


def test_the_browser_says_which_address_it_wants() -> None:
    ice = IceLite(Random(1))
    checked = ice.checked(check(ice, also=ROLE | {"USE-CANDIDATE": None}), *HERE)
    assert checked is not None
    assert checked.is_nominated


def test_who_waits_for_our_decision_is_told_that_it_is_theirs() -> None:
    ice = IceLite(Random(1))
    checked = ice.checked(check(ice, also={"ICE-CONTROLLED": 5}), *HERE)
    assert checked is not None
    assert not checked.is_good
    reply = stun.parse_message(checked.reply)
    assert reply.check_message_integrity(ice.password.encode())
    assert reply.attributes["ERROR-CODE"] == (487, "Role Conflict")


def test_strangers_are_not_answered() -> None:
    ice = IceLite(Random(1))
    assert ice.checked(check(ice, name="somebody"), *HERE) is None
    assert ice.checked(check(ice, password="guessed"), *HERE) is None
    old = check(ice)
    ice.restart()
    assert ice.checked(old, *HERE) is None


@given(st.binary(max_size=120), st.integers(0, 200), st.integers(0, 255))
def test_noise_and_anything_done_to_a_check_is_not_answered(noise: bytes, at: int, changed: int) -> None:
    ice = IceLite(Random(1))
    good = check(ice)
    assert ice.checked(noise, *HERE) is None
    cut = good[:at]
    if cut != good:
        assert ice.checked(cut, *HERE) is None
    if (
        at < len(good) - 8 and good[at] != changed
    ):  # the fingerprint behind it is for telling STUN from others
        assert ice.checked(good[:at] + bytes([changed]) + good[at + 1 :], *HERE) is None
