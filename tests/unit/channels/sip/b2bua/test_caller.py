"""What callers write of themselves: kept as people can read it, and never a reason to lose the call."""

import pytest

from hub.channels.sip.b2bua.caller import invite_key, thread_of
from tests.fakes.sip_legs import invite
from tests.unit.channels.sip.b2bua.exchange import Exchange


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("M\udcfcller", "M\ufffdller"),
        ("\udced\udca0\udc80", "\ufffd\ufffd\ufffd"),
        ("a\0b", "ab"),
        ("\x1b[31m\u202egnp.exe", "[31mgnp.exe"),
        ("Анна  Ёлкина", "Анна Ёлкина"),
        ("n" * 300, "n" * 80),
    ],
)
async def test_a_name_is_kept_as_it_can_be_read(at: Exchange, name: str, read: str) -> None:
    leg = await at.call(caller=f'"{name}" <sip:+79161234567@carrier.example>')
    (touch,) = at.house.inbox.touches

    assert touch.sender.name == read
    assert touch.about["caller_name"] == read
    assert touch.sender.value == "+79161234567"
    assert not leg.is_over


def test_what_a_call_is_known_by_can_be_stored_and_stays_different() -> None:
    """A tag is the caller's, too; a Call-ID is ASCII or no call."""
    tags = ("f1", "f\udcff", "f\udcfe", '"f\\\\xff"')
    froms = [f"<sip:+79161234567@carrier.example>;tag={tag}" for tag in tags]
    for of in (thread_of, lambda request: invite_key(request)[0]):
        made = {of(invite().replacing("From", one)) for one in froms}
        assert len(made) == len(tags)
        assert all(text.encode() for text in made)
