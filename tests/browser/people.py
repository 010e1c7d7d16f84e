"""What an agent and a client do in their browsers, by keyboard wherever a keyboard reaches."""

from playwright.async_api import Page, expect

from tests.hubs import PASSWORD


async def sign_in(page: Page, url: str, login: str) -> None:
    """From the sign-in page to one's own desk."""
    await page.goto(url)
    await page.locator("input[type=password]").wait_for()
    await page.locator("input:not([type=password])").first.fill(login)
    await page.locator("input[type=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator("input[type=password]").wait_for(state="detached")


async def become_available(page: Page) -> None:
    """By key: `s`, then the first state of the menu."""
    await page.locator(".pane, .work").first.wait_for()
    await page.keyboard.press("s")
    await page.locator("[role=menu]").wait_for()
    await page.keyboard.press("ArrowDown")
    first = page.locator("[role=menu] [role^=menuitem]").first
    await first.click()
    await page.locator("[role=menu]").wait_for(state="detached")


async def open_chat(page: Page, url: str, language: str) -> None:
    """On the shop's page, open the panel."""
    await page.goto(f"{url}/chat/demo?lang={language}")
    await page.locator("touchline-chat button").first.click()
    await page.locator("touchline-chat textarea").wait_for()


async def write(page: Page, words: str) -> None:
    """The client writes."""
    await page.locator("touchline-chat textarea").fill(words)
    await page.keyboard.press("Enter")


async def reply(page: Page, words: str) -> None:
    """The agent answers: `r`, words, Enter; then leaves the field."""
    await page.keyboard.press("r")
    await page.keyboard.type(words)
    await page.keyboard.press("Enter")
    await expect(page.locator("article.touch.outbound", has_text=words)).to_be_visible()
    await page.keyboard.press("Escape")


async def answer_letter(page: Page, words: str) -> None:
    """As `reply`, but Enter begins a new line in a letter: Ctrl+Enter sends it."""
    await page.keyboard.press("r")
    await expect(page.get_by_role("textbox", name="Letter")).to_be_focused()
    await page.keyboard.type(words)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("article.touch.outbound", has_text=words)).to_be_visible()
    await page.keyboard.press("Escape")


async def choose(page: Page, words: str) -> None:
    """Call the palette, and take the first thing that it finds by these words."""
    await page.keyboard.press("Control+k")
    await expect(page.locator("[role=dialog] input.typed")).to_be_focused()
    await page.keyboard.type(words)
    await page.keyboard.press("Enter")
