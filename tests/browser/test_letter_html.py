"""What is left of hostile markup does nothing in Chromium, even with no sandbox and no policy around it."""

import html
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from hub.channels.email.html import safe_html
from tests.mail_corpora import bleach_markup, feedparser_markup, naughty_strings

pytestmark = pytest.mark.browser
AT_ONCE = 100
LETTER = "http://letter.test/"
TAGS = {
    *("script", "iframe", "object", "embed", "svg", "math", "form", "input", "button"),
    *("link", "base", "style", "template", "video", "audio", "noscript"),
}
ATTRIBUTES = ["srcset", "srcdoc", "background", "action", "formaction", "xlink:href", "class", "id", "name"]

OURS = [
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>parent.alert(1)</script>'></object>",
    "<embed src='data:text/html,<script>alert(1)</script>'>",
    "<body onload=alert(1)><p onpointerenter=alert(1)>x",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<style>@import 'http://127.0.0.1:9/x'</style><link rel=stylesheet href=http://127.0.0.1:9/x>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'><base href=http://127.0.0.1:9/>",
    "<img src=http://127.0.0.1:9/pixel><img srcset='http://127.0.0.1:9/p 1x'>",
    "<p style='background:url(http://127.0.0.1:9/p)'>x<p style=\"list-style:url('http://127.0.0.1:9/p')\">y",
    "<table background=http://127.0.0.1:9/p><tr><td background=http://127.0.0.1:9/p>x</table>",
    "<input autofocus onfocus=alert(1)><select autofocus onfocus=alert(1)><textarea autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<a href='\x01javascript:alert(1)'>x</a><a href='java\nscript:alert(1)'>y</a>",
    "<img title=' src=\"https://x/remote/\" onerror=alert(1) x=' src='https://127.0.0.1:9/\"onerror=alert(1)//'>",
    "<img src='cid:a\" onerror=alert(1) x=\"'>",
    "<p title='\" onclick=alert(1) autofocus tabindex=0 onfocus=alert(1) x=\"'>x",
    "<script>alert(1)</script>",
]


@dataclass
class Watched:
    """A page, and all it did that a letter must not: scripts that ran or failed, and what it fetched."""

    page: Page
    markup: str = ""
    ran: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    async def show(self, markup: str) -> None:
        """Show it as a page of its own, and give it time to begin what it wants to begin."""
        self.markup = markup
        await self.page.goto(LETTER, wait_until="load")
        self.ran += await self.page.evaluate(
            "() => new Promise(d => setTimeout(() => d(window.__ran.splice(0)), 30))"
        )

    async def answer(self, route: Route) -> None:
        """The letter, and nothing else there is."""
        if route.request.url == LETTER:
            page = f"<!doctype html><meta charset=utf-8><body>{self.markup}</body>"
            await route.fulfill(content_type="text/html", body=page)
        else:
            self.fetched.append(route.request.url)
            await route.abort()


@pytest_asyncio.fixture
async def watched(browser: Browser) -> AsyncIterator[Watched]:
    context = await browser.new_context()
    await context.add_init_script(
        "window.__ran = []; for (const name of ['alert', 'confirm', 'prompt', 'xss'])"
        " window[name] = () => { window.__ran.push(name); };"
    )
    page = await context.new_page()
    seen = Watched(page)
    page.on("pageerror", lambda error: seen.ran.append(str(error)))
    await context.route("**/*", seen.answer)
    yield seen
    await context.close()


async def assert_harmless(watched: Watched, markup: Sequence[str]) -> None:
    for at in range(0, len(markup), AT_ONCE):
        some = [safe_html(source, ["a"]).html for source in markup[at : at + AT_ONCE]]
        await watched.show("".join(f"<div>{one}</div>" for one in some))
        assert not watched.ran, [one for one in some if any(mark in one for mark in ("on", "script"))]
        assert not watched.fetched
        assert not await watched.page.evaluate(
            "([tags, names]) => [...document.body.querySelectorAll('*')].filter(one =>"
            " tags.includes(one.tagName.toLowerCase())"
            " || [...one.attributes].some(a => a.name.startsWith('on') || names.includes(a.name))"
            " || (one.href && !/^(https?|mailto|tel):/i.test(one.getAttribute('href'))))"
            ".map(one => one.outerHTML.slice(0, 200))",
            [sorted(TAGS), ATTRIBUTES],
        )


async def test_the_watch_sees_what_a_letter_must_not_do(watched: Watched) -> None:
    """Without the sanitiser the same markup runs and fetches."""
    for source in OURS:
        await watched.show(source)

    assert len(watched.ran) >= 10
    assert watched.fetched


async def test_our_own_hostile_letters(watched: Watched) -> None:
    await assert_harmless(watched, OURS)
    await assert_harmless(watched, [html.unescape(source) for source in OURS])
    await assert_harmless(watched, ["<table>" + source for source in OURS])
    await assert_harmless(watched, ["<p title='" + source for source in OURS])


async def test_feedparsers_cases(watched: Watched) -> None:
    """Each twice: the feed as it is, and with the markup that it escapes."""
    feeds = [content.decode("utf-8", "replace") for content in feedparser_markup().values()]
    assert len(feeds) > 700

    await assert_harmless(watched, feeds)
    await assert_harmless(watched, [html.unescape(feed) for feed in feeds])


async def test_bleachs_cases_and_naughty_strings(watched: Watched) -> None:
    hostile = [content.decode() for content in bleach_markup().values()]
    assert len(hostile) >= 20

    await assert_harmless(watched, [*hostile, *naughty_strings()])
    await assert_harmless(
        watched, [f"<p title=\"{one}\" style='{one}'>{one}<img src='{one}'>" for one in naughty_strings()]
    )
