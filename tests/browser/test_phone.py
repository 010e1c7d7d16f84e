"""The agent's phone in a real browser: SIP by WebSocket, sound by WebRTC, and a client with a telephone."""

import asyncio
import re
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import Exchange, screen_of
from tests.browser.people import become_available, choose, sign_in
from tests.browser.phones import (
    BORIS_HZ,
    CLIENT_HZ,
    PICTURES,
    SECRET_HZ,
    agent_window,
    desk_phone,
    hears,
    in_state,
    phone_is_ready,
    seen,
    told,
    until_level,
)
from tests.clients import Agent
from tests.hubs import RunningHub
from tests.recordings import heard_again
from tests.softphone import LINE, OnPhone, softphone
from tests.tones import loudness, tone_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


async def test_a_client_calls_and_an_agent_talks_in_the_browser_from_the_ring_to_the_transfer(
    talking_browser: Browser,
    exchange: Exchange,
    stack: AsyncExitStack,
    record_property: Callable[[str, object], None],
) -> None:
    hub, sip_port = exchange.hub, exchange.sip_port
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    anna = await agent_window(talking_browser, hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await become_available(page)

    call = await client.call("support", sip_port, caller="<sip:+905321234567@127.0.0.1>")
    offer = page.locator("section.offer.full")
    await expect(offer).to_be_visible()
    await expect(offer.locator(".of-call")).to_contain_text("+90")
    card_first_ms = await seen(page, "INVITE") - await seen(page, "reservation_offered")
    told(f"the card came {card_first_ms:.1f} ms before the agent's phone rang")
    record_property("card_before_phone_ms", round(card_first_ms, 1))
    assert card_first_ms > 0
    await anna.picture("1-offer")
    assert await anna.violations() == []

    await page.keyboard.press("a")
    await call.until("answered")
    bar = page.locator("section.call")
    await expect(bar).to_have_class(in_state("talking"))
    await expect(page).to_have_url(re.compile(r"\?c="))
    interaction_id = page.url.partition("?c=")[2]
    heard = await until_level(page, "in", loud=True)
    spoken = await until_level(page, "out", loud=True)
    louder = await hears(call, something=True)
    assert heard["codec"] in {"audio/PCMU", "audio/PCMA"}
    told(
        f"heard {heard['in']:.2f} of {heard['received']:.0f} packets, {heard['lost']:.0f} lost; "
        f"spoke {spoken['out']:.2f}, heard there with {louder:.0f}"
    )
    await expect(bar.locator(".quality")).to_be_visible()
    await anna.picture("2-talking")
    assert await anna.violations() == []

    await page.keyboard.press("h")
    await expect(bar).to_have_class(in_state("held"))
    await until_level(page, "in", loud=False)
    await anna.picture("3-held")
    await page.keyboard.press("h")
    await expect(bar).to_have_class(in_state("talking"))
    await until_level(page, "in", loud=True)

    await page.keyboard.press("m")
    await expect(bar.locator("[aria-pressed=true]")).to_have_count(1)
    await hears(call, something=False)
    await page.keyboard.press("m")
    await hears(call, something=True)

    await recorded_but_for_the_pause(page, call)

    await page.keyboard.press("p")
    await page.locator(".keypad").wait_for()
    await page.keyboard.type("12#", delay=250)
    await expect(page.locator(".keypad output")).to_have_text("12#")
    await anna.picture("4-keypad")
    for _ in range(100):
        if call.keys == "12#":
            break
        await asyncio.sleep(0.05)
    assert call.keys == "12#"
    await page.keyboard.press("Escape")

    other = await desk_phone(stack, hub, sip_port)
    await page.keyboard.press("g")
    await page.locator(".hand-over .choice").first.wait_for()
    await page.keyboard.type("bor")
    await anna.picture("5-hand-over")
    assert await anna.violations() == []
    await page.keyboard.press("Control+Enter")
    asked = await other.rings()
    await expect(bar).to_have_class(in_state("asking"))
    await other.pick_up(asked)
    await expect(bar).to_have_class(in_state("asked"))
    await expect(bar.locator(".face")).to_have_text("with Boris")
    await anna.picture("6-asked")
    assert await anna.violations() == []
    await bar.get_by_role("button", name="Connect them").click()
    await call.hears(BORIS_HZ)
    await asked.hears(CLIENT_HZ)
    await expect(bar).to_have_count(0)
    await expect(page.locator(".phone-light.ok")).to_be_visible()
    await call.hang_up()
    await the_pause_is_cut_out(talking_browser, hub, interaction_id)
    assert anna.complaints == []
    await page.context.close()


async def recorded_but_for_the_pause(page: Page, call: OnPhone) -> None:
    """The agent records by key, pauses while the client says another tone, and goes on."""
    button = page.locator("section.call .record")
    await page.keyboard.press("v")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await asyncio.sleep(1.5)
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")
    await call.session.play(LINE, tone_file(SECRET_HZ))
    await asyncio.sleep(2)
    await call.session.play(LINE, tone_file(CLIENT_HZ))
    await asyncio.sleep(0.5)
    await page.keyboard.press("v")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await asyncio.sleep(1)


async def the_pause_is_cut_out(browser: Browser, hub: RunningHub, interaction_id: str) -> None:
    """What was said in the pause is nowhere in the recording, what was said around it is; the player shows where."""
    async with Agent(hub.url, "maria") as maria:
        async with asyncio.timeout(10):
            while True:
                (kept,) = (await maria.get(f"/api/v1/interactions/{interaction_id}/recordings"))["items"]
                if kept["ended_at"] is not None:
                    break
                await asyncio.sleep(0.1)
        client, house = await heard_again(maria, kept["id"])
    # the second is the agent's consult: of what colleagues say, nothing is kept
    assert len(kept["pauses"]) == 2
    assert kept["pauses"][0]["at_s"] == pytest.approx(1.5, abs=1.0)
    assert loudness(client, CLIENT_HZ) > 1_000
    assert max(loudness(client[n : n + 1_600], SECRET_HZ) for n in range(0, len(client), 1_600)) < 300
    assert max(map(abs, house)) > 500
    screen = await screen_of(browser, PICTURES, language="en")
    await sign_in(screen.page, hub.url, "maria")
    await screen.page.goto(f"{hub.url}/manager/log/{interaction_id}")
    await expect(screen.page.locator(".player .gap")).to_have_count(2)
    await expect(screen.page.locator(".recordings").first).to_contain_text("Paused 2 times")
    await screen.picture("6-recorded")
    assert await screen.violations() == []
    await screen.page.context.close()


async def test_a_number_is_called_by_typing_it_and_the_history_tells_of_the_call(
    talking_browser: Browser, exchange: Exchange
) -> None:
    anna = await agent_window(talking_browser, exchange.hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await become_available(page)
    await choose(page, "+90 532 123 45 68")

    bar = page.locator("section.call")
    await expect(bar).to_have_class(in_state("calling"))
    ringing = await exchange.carrier.rings()
    await anna.picture("7-calling")
    await exchange.carrier.pick_up(ringing)
    await expect(bar).to_have_class(in_state("talking"))
    await until_level(page, "in", loud=True)
    await hears(ringing, something=True)
    row = page.locator("article.row.outbound")
    await expect(row).to_contain_text("+905321234568")
    await anna.picture("8-called")
    assert await anna.violations() == []

    await page.keyboard.press("x")
    await expect(bar.get_by_role("button", name="Hang up")).to_be_focused()
    await page.keyboard.press("Enter")
    await ringing.until("ended")
    await expect(bar).to_have_count(0)
    await expect(row).to_contain_text("the agent hung up")
    await expect(row).to_contain_text("talked with Anna")
    await anna.picture("9-over")
    assert await anna.violations() == []
    async with Agent(exchange.hub.url, "sofia") as sofia:
        begun = await sofia.get(f"/api/v1/interactions/{page.url.partition('?c=')[2]}")
    person = begun["person"]["id"]
    await page.keyboard.press("f")
    await expect(page.get_by_role("button", name="Finish now")).to_have_count(0)

    # once more by a click: on the card of whoever was called
    await page.goto(f"{exchange.hub.url}/?person={person}")
    await phone_is_ready(page)
    await page.get_by_role("button", name="Call +905321234568").click()
    again = await exchange.carrier.rings()
    await exchange.carrier.pick_up(again)
    await expect(bar).to_have_class(in_state("talking"))
    await again.hang_up()
    await expect(bar).to_have_count(0)
    await page.get_by_role("button", name="Finish now").click()
    await expect(page.get_by_role("button", name="Finish now")).to_have_count(0)
    assert anna.complaints == []
    await page.context.close()


async def test_one_window_is_the_phone_every_window_steers_it_and_the_next_takes_over(
    talking_browser: Browser, exchange: Exchange, stack: AsyncExitStack
) -> None:
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    first = await agent_window(talking_browser, exchange.hub, "anna")
    await phone_is_ready(first.page)
    await become_available(first.page)
    second = await first.page.context.new_page()
    await second.goto(exchange.hub.url)
    await phone_is_ready(second)

    call = await client.call("support", exchange.sip_port, caller="<sip:+905321234569@127.0.0.1>")
    await expect(second.locator("section.offer.full")).to_be_visible()
    await second.bring_to_front()
    await second.keyboard.press("a")
    await call.until("answered")
    assert await second.evaluate("window.peers.length") == 0
    await until_level(first.page, "in", loud=True)
    await expect(second.locator("section.call")).to_have_class(in_state("talking"))
    await second.keyboard.press("m")
    await expect(first.page.locator("section.call [aria-pressed=true]")).to_have_count(1)
    await hears(call, something=False)
    await second.keyboard.press("x")
    await second.keyboard.press("Enter")
    await call.until("ended")

    await first.page.close()
    await seen(second, "SIP/2.0")
    await phone_is_ready(second)
    await second.context.close()
