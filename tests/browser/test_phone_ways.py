"""Ways of being reached and of handing on, in a real browser: by itself, at a number, without a microphone."""

from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Exchange
from tests.browser.people import become_available
from tests.browser.phones import (
    BORIS_HZ,
    CARRIER_HZ,
    CLIENT_HZ,
    agent_window,
    as_at_first,
    desk_phone,
    hears,
    in_state,
    microphone,
    phone_is_ready,
    seen,
    until_level,
)
from tests.clients import Agent
from tests.softphone import OnPhone, softphone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


async def test_a_call_is_put_through_by_itself_and_handed_to_a_queue_that_was_searched(
    talking_browser: Browser, exchange: Exchange, stack: AsyncExitStack
) -> None:
    hub = exchange.hub
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    anna = await agent_window(talking_browser, hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await page.goto(f"{hub.url}/my-phone")
    await phone_is_ready(page)
    await page.get_by_label("Put calls through without ringing").check()
    await expect(page.locator(".saved")).to_have_text("Saved.")
    await page.get_by_label("Microphone").select_option(label="Fake Audio Input 2")
    await page.get_by_role("link", name="Touchline").click()
    await become_available(page)

    call = await client.call("support", exchange.sip_port, caller="<sip:+905321234570@127.0.0.1>")
    await call.until("answered")
    bar = page.locator("section.call")
    await expect(bar).to_have_class(in_state("talking"))
    await until_level(page, "in", loud=True)
    await hears(call, something=True)
    label = "window.peers.at(-1).getSenders()[0].track.label"
    assert await page.evaluate(label) == "Fake Audio Input 2"
    assert await seen(page, "reservation_offered") < await seen(page, "INVITE")

    boris = await desk_phone(stack, hub, exchange.sip_port)
    await page.keyboard.press("g")
    await page.locator(".hand-over .choice").first.wait_for()
    await page.keyboard.type("sal")
    await expect(page.locator(".hand-over .choice")).to_have_count(1)
    await expect(page.get_by_role("button", name="Ask first")).to_be_disabled()
    await page.keyboard.press("Enter")
    await expect(bar).to_have_count(0)
    ringing = await boris.rings()
    await boris.pick_up(ringing)
    await call.hears(BORIS_HZ)
    await ringing.hears(CLIENT_HZ)
    await call.hang_up()

    await page.goto(f"{hub.url}/my-phone")
    await page.get_by_label("Put calls through without ringing").uncheck()
    await expect(page.locator(".saved")).to_have_text("Saved.")
    assert anna.complaints == []
    await page.context.close()


async def test_who_is_reached_at_a_number_is_called_there_and_steers_the_call_in_the_console(
    talking_browser: Browser, exchange: Exchange, stack: AsyncExitStack
) -> None:
    hub = exchange.hub
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    anna = await agent_window(talking_browser, hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await page.goto(f"{hub.url}/my-phone")
    await page.get_by_label("another address or number").check()
    address = page.get_by_role("textbox", name="Address or number")
    await address.fill("nobody")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("sip:name@host")
    await anna.picture("13-no-address")
    assert await anna.violations() == []
    await address.fill("+90 532 555 66 77")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".saved")).to_have_text("Saved.")
    await page.goto(hub.url)
    await phone_is_ready(page)
    await become_available(page)

    anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>'
    call = await client.call("support", exchange.sip_port, caller=anonymous)
    offer = page.locator("section.offer.full")
    await expect(offer).to_contain_text("Number withheld")
    await expect(offer).to_contain_text("Unknown client")
    await expect(offer).to_contain_text("Pick up your phone.")
    mobile = await exchange.carrier.rings()
    await exchange.carrier.pick_up(mobile)
    await call.until("answered")
    await call.hears(CARRIER_HZ)
    await mobile.hears(CLIENT_HZ)
    bar = page.locator("section.call")
    await expect(bar).to_have_class(in_state("talking"))
    await expect(bar.get_by_role("button", name="Mute")).to_have_count(0)
    await page.keyboard.press("h")
    await expect(bar).to_have_class(in_state("held"))
    await page.keyboard.press("h")
    await expect(bar).to_have_class(in_state("talking"))
    await anna.picture("14-at-a-number")
    await page.keyboard.press("x")
    await page.keyboard.press("Enter")
    await mobile.until("ended")
    await call.until("ended")

    await page.goto(f"{hub.url}/my-phone")
    await page.get_by_label("this browser").check()
    await phone_is_ready(page)
    assert anna.complaints == []
    await page.context.close()


async def test_who_is_asked_by_telephone_sees_by_whom_and_about_whom_and_has_the_conversation_when_they_are_connected(
    talking_browser: Browser, exchange: Exchange, stack: AsyncExitStack
) -> None:
    hub, number = exchange.hub, "+905321119002"
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    anna = await agent_window(talking_browser, hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await become_available(page)
    call = await client.call("support", exchange.sip_port, caller=f"<sip:{number}@127.0.0.1>")
    await expect(page.locator("section.offer.full")).to_be_visible()
    await page.keyboard.press("a")
    await call.until("answered")
    await as_at_first(hub, "boris")
    boris = await agent_window(talking_browser, hub, "boris")
    await phone_is_ready(boris.page)
    await become_available(boris.page)

    await page.bring_to_front()
    await page.keyboard.press("g")
    await page.locator(".hand-over .choice").first.wait_for()
    await page.keyboard.type("bor")
    await page.keyboard.press("Control+Enter")
    bar = page.locator("section.call")
    await expect(bar).to_contain_text("calling Boris")
    other = boris.page
    ringing = other.locator("section.ringing")
    await expect(ringing).to_contain_text(f"Anna asks you about {number}")
    await boris.picture("17-asked-by-a-colleague")
    assert await boris.violations() == []
    await other.bring_to_front()
    await other.keyboard.press("a")
    theirs = other.locator("section.call")
    await expect(theirs).to_contain_text("Anna")
    await expect(theirs).to_contain_text(f"about {number}")
    await expect(other.locator(".stream article.row")).to_contain_text(number)
    await expect(other.locator(".stream .fact", has_text="Anna asked Boris on the telephone")).to_be_visible()
    await boris.picture("18-talks-with-a-colleague")
    assert await boris.violations() == []
    await expect(bar).to_contain_text("with Boris")

    await bar.get_by_role("button", name="Connect them").click()
    await expect(theirs).to_contain_text(number)
    await expect(theirs).not_to_contain_text("about")
    await expect(other.locator("[data-work-row][aria-current=true]")).to_have_count(1)
    await call.hang_up()
    await other.keyboard.press("f")
    await expect(other.locator("[data-work-row]")).to_have_count(0)
    assert anna.complaints == boris.complaints == []
    await page.context.close()
    await other.context.close()


async def test_whose_number_it_may_be_is_shown_and_not_taken_and_the_outcome_is_chosen_in_the_wrap_up(
    talking_browser: Browser, exchange: Exchange, stack: AsyncExitStack
) -> None:
    hub, name, number = exchange.hub, "Derya Polat", "+905321110000"
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    sofia = await stack.enter_async_context(Agent(hub.url, "sofia"))
    missed = await client.call("sales", exchange.sip_port, caller=f'"{name}" <sip:+905321110001@127.0.0.1>')
    await missed.until("182")
    await missed.hang_up()
    (person,) = (await sofia.get("/api/v1/persons?q=Derya"))["items"]
    body = {"kind": "phone", "value": number, "confidence": "maybe"}
    added = await sofia.ask("POST", f"/api/v1/persons/{person['id']}/addresses", body, key="derya")
    assert added.status == 201, added.body

    anna = await agent_window(talking_browser, hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await become_available(page)
    call = await client.call("sales", exchange.sip_port, caller=f"<sip:{number}@127.0.0.1>")
    offer = page.locator("section.offer.full")
    await expect(offer).to_contain_text("Unknown client")
    await expect(offer).to_contain_text(number)
    await page.keyboard.press("a")
    await call.until("answered")
    await expect(page.locator(".candidate", has_text=name)).to_be_visible()
    await anna.picture("15-may-be")
    assert await anna.violations() == []

    await call.hang_up()
    await expect(page.get_by_role("button", name="Choose the outcome")).to_be_visible()
    await anna.picture("16-wrap-up")
    assert await anna.violations() == []
    conversation = page.url
    await page.keyboard.press("c")
    await page.locator("form.close").wait_for()
    await page.keyboard.press("1")
    await page.keyboard.press("Control+Enter")
    # the outcome was what was left of the work: nothing is to be finished any more, and the next call may come
    await expect(page.get_by_role("button", name="Finish now")).to_have_count(0)
    await expect(page.locator("[data-work-row]")).to_have_count(0)
    await page.goto(conversation)
    await expect(page.locator(".stream .fact", has_text="Closed by Anna")).to_be_visible()
    kept = await sofia.get(f"/api/v1/interactions/{conversation.partition('c=')[2]}")
    assert (kept["state"], kept["work_item_id"]) == ("closed", None)
    assert kept["disposition"]["code"]

    assert anna.complaints == []
    await page.context.close()


async def test_a_client_who_calls_again_is_on_the_screen_with_the_call_of_now_and_with_those_nobody_took(
    talking_browser: Browser, exchange: Exchange, stack: AsyncExitStack
) -> None:
    number = "+905321119009"
    client = await stack.enter_async_context(softphone("client", CLIENT_HZ))
    anna = await agent_window(talking_browser, exchange.hub, "anna")
    page = anna.page
    await phone_is_ready(page)
    await become_available(page)
    offer = page.locator("section.offer.full")
    rows = page.locator(".stream article.row")

    async def rings() -> OnPhone:
        call = await client.call("sales", exchange.sip_port, caller=f"<sip:{number}@127.0.0.1>")
        await expect(offer).to_be_visible()
        return call

    fled = await rings()
    await fled.hang_up()
    await expect(offer).to_have_count(0)
    for nth in (3, 4):
        call = await rings()
        await page.keyboard.press("a")
        await call.until("answered")
        await expect(rows).to_have_count(nth)
        await expect(rows.last).to_contain_text("The call is going on")
        await expect(rows.last).to_be_in_viewport()
        await expect(rows.nth(1)).to_contain_text(f"Missed call from {number}")
        await call.hang_up()
        await expect(rows.last).to_contain_text("the client hung up")
        await page.keyboard.press("f")
        await expect(page.locator("[data-work-row]")).to_have_count(0)
    # nothing was asked of the hub that it does not tell
    assert anna.complaints == []
    await page.context.close()


async def test_who_may_not_use_a_microphone_is_told_why_no_calls_come_and_what_to_do(
    talking_browser: Browser, exchange: Exchange
) -> None:
    anna = await agent_window(talking_browser, exchange.hub, "anna", may_speak=False)
    page = anna.page
    light = page.locator(".phone-light.bad")
    await expect(light).to_be_visible()
    await become_available(page)
    await expect(light).to_contain_text("no calls")
    await expect(page.locator("header [role=status]", has_text="no call reaches you")).to_have_count(1)
    await light.click()
    panel = page.locator(".phone-panel")
    await expect(panel).to_contain_text("does not let this page use the microphone")
    await anna.picture("10-denied")
    assert await anna.violations() == []
    await page.keyboard.press("Escape")

    await microphone(page, exchange.hub, may_speak=True)
    await phone_is_ready(page)
    await page.goto(f"{exchange.hub.url}/my-phone")
    await expect(page.locator(".devices [role=status]").first).to_contain_text("is heard")
    await anna.picture("11-my-phone")
    assert await anna.violations() == []
    await page.get_by_label("a desk phone or an app").check()
    await page.get_by_role("button", name="account").click()
    await expect(page.locator("section.told")).to_contain_text("this once")
    await expect(page.locator(".phone-light.bad")).to_be_visible()
    await anna.picture("12-desk-phone")
    assert await anna.violations() == []
    await page.get_by_label("this browser").check()
    await phone_is_ready(page)
    assert anna.complaints == []
    await page.context.close()
