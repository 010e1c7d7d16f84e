"""What is left of a letter's HTML, and what is kept aside of it. tests/browser has Chromium judge it."""

import pytest

from hub.channels.email import limits
from hub.channels.email.html import safe_html, without_tags
from hub.domain.letter import Defect


def clean(source: str, *content_ids: str) -> str:
    return safe_html(source, content_ids).html


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"),
        ("<style>p{color:red}</style><p>a</p>", "<p>a</p>"),
        ('<p onclick="x()" class="c" id="i">a</p>', "<p>a</p>"),
        ("<svg><script>alert(1)</script></svg>a", "a"),
        ("<form action=x><input name=a><button>b</button></form>", "b"),
        ("<iframe src=http://x.test></iframe>a", "a"),
        ("<title>t</title><meta http-equiv=refresh content=0><base href=x>a", "a"),
        ("<!--[if mso]>x<![endif]-->a", "a"),
        ("<o:p>a</o:p>", "a"),
        (
            "<table><tr><td width=5 bgcolor=red>a",
            '<table><tbody><tr><td width="5" bgcolor="red">a</td></tr></tbody></table>',
        ),
    ],
)
def test_only_what_is_allowed_is_left(source: str, left: str) -> None:
    assert clean(source) == left


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "&#106;avascript:alert(1)", "java\tscript:x", "data:text/html,x", "vbscript:x", "file:///x",
     "/relative", "//x.test/y", "#part", "cid:1", "https://x.test/" + "a" * 2000],
)  # fmt: skip
def test_a_link_leads_to_a_page_a_mailbox_or_a_telephone(href: str) -> None:
    assert "href" not in clean(f'<a href="{href}">a</a>')


@pytest.mark.parametrize(
    "href", ["https://x.test/a?b=1", "HTTP://x.test", "mailto:a@b.test", "tel:+905321234567"]
)
def test_a_link_opens_apart_and_says_nothing_of_us(href: str) -> None:
    assert clean(f'<a href="{href}">a</a>') == (
        f'<a href="{href}" target="_blank" rel="noopener noreferrer nofollow">a</a>'
    )


def test_an_image_elsewhere_is_not_fetched_and_is_counted() -> None:
    safe = safe_html('<img src="https://t.test/p.gif?a=1&amp;b=2" width=1><img src="http://t.test/q">', [])

    assert safe.html == (
        '<img data-remote-src="https://t.test/p.gif?a=1&amp;b=2" width="1"><img data-remote-src="http://t.test/q">'
    )
    assert safe.remote_images == 2


@pytest.mark.parametrize(
    "source",
    [
        '<img srcset="http://t.test/x 2x">',
        '<p style="background-image:url(http://t.test/x)">a</p>',
        '<p style="background-color:url(http://t.test/x)">a</p>',
        '<p style="list-style-type:url(http://t.test/x)">a</p>',
        '<p style="font-family:expression(alert(1))">a</p>',
        '<p style="color:u\\72l(http://t.test/x)">a</p>',
        '<p style="color:var(--x)">a</p>',
        '<table background="http://t.test/x"><tr><td background="http://t.test/x">a</table>',
        '<img src="//t.test/x">',
        '<img lowsrc="http://t.test/x" dynsrc="http://t.test/x">',
        '<link rel=stylesheet href="http://t.test/x"><style>@import "http://t.test/x"</style>',
        '<video src="http://t.test/x" poster="http://t.test/x"></video><audio src="http://t.test/x">',
        '<bgsound src="http://t.test/x"><embed src="http://t.test/x"><object data="http://t.test/x">',
        '<input type=image src="http://t.test/x">',
    ],
)
def test_nothing_else_that_fetches_is_left(source: str) -> None:
    assert "t.test" not in clean(source)


def test_of_styles_what_sets_letters_and_boxes_is_left() -> None:
    style = "color: rgb(1, 2, 3); POSITION: fixed; top:0; font-family: 'Avenir', Arial; margin:0 auto; z-index:9; x"

    assert clean(f'<p style="{style}">a</p>') == (
        "<p style=\"color: rgb(1, 2, 3); font-family: 'Avenir', Arial; margin: 0 auto\">a</p>"
    )


def test_an_image_of_the_letter_is_its_file() -> None:
    safe = safe_html(
        '<img src="cid:Logo%40x" alt=l><img src="cid:nobody"><img src="CID:second">', ["", "logo@X", "second"]
    )

    assert safe.html == '<img data-part="1" alt="l"><img><img data-part="2">'
    assert safe.shown_parts == {1, 2}
    assert safe.remote_images == 0


@pytest.mark.parametrize(
    ("src", "stays"),
    [
        ("data:image/png;base64,iVBORw0K", True),
        ("data:image/svg+xml;base64,PHN2Zz4=", False),
        ("data:text/html;base64,PHN2Zz4=", False),
        ("data:image/png,x", False),
        ("data:image/png;base64," + "A" * limits.DATA_IMAGE_CHARS, False),
    ],
)
def test_a_picture_in_the_markup_itself_stays_when_it_is_one(src: str, stays: bool) -> None:
    assert ("src=" in clean(f'<img src="{src}">')) is stays


def test_markup_cannot_write_the_marks_that_images_get() -> None:
    source = '<img data-remote-src="http://t.test/x" data-part="0"><p title=\' src="https://abc/part/0">a</p>'

    safe = safe_html(source, ["a"])
    assert "data-part" not in safe.html.replace(" src=&quot;", "")
    assert not safe.shown_parts


@pytest.mark.parametrize(
    ("source", "defect"),
    [
        ("a" * (limits.HTML_CHARS + 1), Defect.HTML_TOO_LONG),
        ("<a href=x>a</a>" * 5001, Defect.HTML_TOO_MANY_LINKS),
        ("<div>" * 257, Defect.HTML_TOO_DEEP),
        ("<span>" * 3000 + "x", Defect.HTML_TOO_DEEP),
    ],
)
def test_past_a_limit_there_is_no_html_and_its_reason(source: str, defect: Defect) -> None:
    safe = safe_html(source, [])

    assert (safe.html, safe.defect) == ("", defect)


@pytest.mark.parametrize(
    "source",
    [
        "a" * limits.HTML_CHARS,
        "<a href=x>a</a>" * 5000,
        "<div>" * 255 + "x",
        "<p>a" * 5000,
        "<br>" * 5000,
        "<li>a" * 3000,
    ],
)
def test_up_to_a_limit_it_is_shown(source: str) -> None:
    safe = safe_html(source, [])

    assert safe.html
    assert safe.defect is None


def test_what_cannot_be_shown_can_be_read() -> None:
    assert without_tags("<div>" * 5000 + "caf&eacute; &lt;b&gt;").split() == ["café", "<b>"]
