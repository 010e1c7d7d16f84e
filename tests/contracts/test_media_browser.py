"""What must be true of every media engine that speaks with browsers: aiortc is the browser, a phone the other leg."""

import asyncio

import pytest

from hub.ports.media import LegKind
from tests.contracts.browser_phone import BrowserPhone, browser
from tests.contracts.media import FAINT, HIGH, KHZ, LOUD, Call, heard
from tests.contracts.telephone import level


async def heard_in(phone: BrowserPhone, hz: float, *, loud: bool = True) -> list[int]:
    """Two tenths of a second in which the browser hears this tone, or does not."""
    async with asyncio.timeout(10):
        while True:
            found = await phone.hears(0.2)
            strength = level(found, hz)
            if strength > LOUD if loud else strength < FAINT:
                return found


async def test_a_browser_that_calls_and_a_phone_hear_each_other(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(KHZ, monkeypatch) as phone:
        await phone.agreed(await call.session.answered("browser", await phone.offer()))
        agent = await call.callee("agent", HIGH, laws=(8,))
        await call.bridged("browser", "agent")
        await asyncio.gather(heard(agent, KHZ), heard_in(phone, HIGH))
        quality = await call.session.quality("browser")
        assert (quality.lost, quality.received > 10, quality.sent > 10) == (0, True, True)


async def test_a_browser_that_is_called_is_put_on_hold_and_taken_back(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(KHZ, monkeypatch) as phone:
        offer = await call.session.offered("browser", LegKind.BROWSER)
        await call.session.agreed("browser", await phone.answer(offer))
        client = await call.caller("client", HIGH, laws=(0,))
        await call.bridged("browser", "client")
        await asyncio.gather(heard(client, KHZ), heard_in(phone, HIGH))
        held = await phone.answer(await call.session.offered("browser", LegKind.BROWSER, held=True))
        assert b"a=recvonly" in held
        await call.session.agreed("browser", held)
        await heard(client, KHZ, loud=False)
        back = await phone.answer(await call.session.offered("browser", LegKind.BROWSER))
        await call.session.agreed("browser", back)
        await asyncio.gather(heard(client, KHZ), heard_in(phone, HIGH))


async def test_a_browser_with_another_certificate_than_described_is_not_heard(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(KHZ, monkeypatch) as phone:
        offer = await phone.offer()
        at = offer.index(b"a=fingerprint:sha-256 ") + 22
        changed = b"AA" if offer[at : at + 2] != b"AA" else b"BB"
        answer = await call.session.answered("browser", offer[:at] + changed + offer[at + 2 :])
        await phone.agreed(answer)
        agent = await call.callee("agent")
        await call.bridged("browser", "agent")
        async with asyncio.timeout(10):
            while phone.peer.connectionState != "connected":
                await asyncio.sleep(0.02)
        await agent.hears(0.4)
        quality = await call.session.quality("browser")
        assert (quality.received, quality.sent) == (0, 0)
