"""The main job in a real browser: a client writes on the web site, an agent answers at the console."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import become_available, open_chat, reply, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = ROOT / "tests/browser/pictures"

WORDS = {
    "en": ("Hello! Where is my order 118?", "Good morning! It is on its way.", "Thank you!"),
    "ru": ("Здравствуйте! Где мой заказ 118?", "Добрый день! Он уже в пути.", "Спасибо!"),
    "tr": ("Merhaba! 118 numaralı siparişim nerede?", "Günaydın! Yolda, yarın İzmir'de.", "Teşekkürler!"),
}


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ru", "dark"), ("tr", "light")])
async def test_a_client_and_an_agent_talk_from_the_first_word_to_the_end_of_the_wrap_up(
    browser: Browser, hub_starter: StartHub, tmp_path: Path, language: str, theme: str
) -> None:
    hub = await hub_starter(
        floor=Floor(agents=("anna",), wrap_up_s=3.0, offer_s=60.0), data_dir=tmp_path / "data"
    )
    pictures = PICTURES / language
    question, answer, thanks = WORDS[language]
    agent = await screen_of(browser, pictures, language=language, theme=theme)
    client = await screen_of(browser, pictures, language=language, theme=theme)

    await sign_in(agent.page, hub.url, "anna")
    await agent.picture("1-signed-in")
    await become_available(agent.page)
    await open_chat(client.page, hub.url, language)
    await write(client.page, question)

    offer = agent.page.locator("section.offer.full")
    await expect(offer).to_be_visible()
    await expect(offer).to_contain_text(question)
    await agent.picture("2-offer")
    assert await agent.violations() == []

    await agent.page.keyboard.press("a")
    await expect(agent.page.locator("article.touch.inbound", has_text=question)).to_be_visible()
    await expect(client.page.locator("touchline-chat")).to_contain_text("Anna")
    await agent.picture("3-accepted")

    await reply(agent.page, answer)
    await expect(client.page.locator("touchline-chat .log")).to_contain_text(answer)
    await write(client.page, thanks)
    await expect(agent.page.locator("article.touch.inbound", has_text=thanks)).to_be_visible()
    await client.picture("4-client")
    await agent.picture("4-agent")
    assert await agent.violations() == []
    assert await client.violations() == []

    await agent.page.keyboard.press("n")
    await agent.page.keyboard.type("A note among ourselves.")
    await agent.page.keyboard.press("Enter")
    await expect(agent.page.locator("article.touch.internal")).to_be_visible()
    await agent.page.keyboard.press("Escape")
    assert "among ourselves" not in await client.page.locator("touchline-chat .log").inner_text()

    await agent.page.keyboard.press("c")
    await agent.page.locator("form.close").wait_for()
    await agent.picture("5-closing")
    assert await agent.violations() == []
    await agent.page.keyboard.press("1")
    await agent.page.locator("form.close button[type=submit]").click()
    wrap_up = agent.page.locator(".wrap[role=status]")
    await expect(wrap_up).to_be_visible()
    await agent.picture("6-wrap-up")
    await expect(wrap_up).to_have_count(0, timeout=15_000)
    await agent.picture("7-done")

    assert agent.complaints == []
    assert client.complaints == []
    await agent.page.context.close()
    await client.page.context.close()


async def test_a_console_that_lost_the_hub_says_so_and_catches_up_when_it_is_back(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), offer_s=60.0), data_dir=tmp_path / "data")
    agent = await screen_of(browser, PICTURES / "en", language="en")
    client = await screen_of(browser, PICTURES / "en", language="en")
    await sign_in(agent.page, hub.url, "anna")
    await become_available(agent.page)
    await open_chat(client.page, hub.url, "en")
    await write(client.page, "first")
    await agent.page.locator("section.offer.full").wait_for()
    await agent.page.keyboard.press("a")
    await expect(agent.page.locator("article.touch.inbound", has_text="first")).to_be_visible()

    await hub.kill()
    await write(client.page, "written while the hub was down")
    await expect(agent.page.locator("header, .top").first).to_contain_text("no connection", timeout=20_000)
    await agent.picture("8-catching-up")
    again = await hub_starter(floor=Floor(agents=("anna",)), data_dir=tmp_path / "data", port=hub.port)

    await expect(
        agent.page.locator("article.touch.inbound", has_text="written while the hub was down")
    ).to_be_visible(timeout=30_000)
    await expect(agent.page.locator("article.touch.inbound", has_text="first")).to_have_count(1)
    assert again.port == hub.port
    await agent.page.context.close()
    await client.page.context.close()
