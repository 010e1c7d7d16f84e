"""HTML and flowed text as lines."""

import pytest

from hub.channels.email.html import safe_html
from hub.channels.email.paper import written_html
from hub.channels.email.plain import text_of_html, unflowed


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a<br>b", "a\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a<br></div><div><br></div><div>b</div>", "a\n\nb"),
        ("<b>a</b>  \n <i>b</i>", "a b"),
        ("a&nbsp;&amp;&nbsp;b &lt;c&gt;", "a & b <c>"),
        ("<ul><li>a<li>b</ul>c", "* a\n* b\n\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        (
            "new<blockquote>old<br>older<blockquote>oldest</blockquote></blockquote>",
            "new\n\n> old\n> older\n>\n> > oldest",
        ),
        ('<a href="http://x.test">link</a>', "link"),
        ("<h1>t</h1>a<hr>b", "t\n\na\n---\nb"),
        ("a <img alt=x src=y> b", "a b"),
        ("", ""),
    ],
)
def test_html_becomes_the_lines_it_would_be_seen_as(source: str, text: str) -> None:
    assert text_of_html(safe_html(source, []).html) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            'See our <a href="https://shop.test/returns">page</a>.',
            "See our page <https://shop.test/returns>.",
        ),
        ('<a href="https://shop.test/">shop.test</a>', "shop.test"),
        (
            '<a href="mailto:a@x.test">A@x.test</a>, <a href="tel:+49301">call</a>',
            "A@x.test, call <tel:+49301>",
        ),
        ('<a href="https://x.test/?a=1&amp;b=2"><b>x</b> y</a>', "x y <https://x.test/?a=1&b=2>"),
        ('x<a href="https://x.test/p"></a>', "xhttps://x.test/p"),
        ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
        ('<ol start="9"><li>nine<ul><li>x</li></ul></li><li>ten</li></ol>', "9. nine\n\n* x\n\n10. ten"),
        ("<ul><li>a</li></ul><ol><li>b</li></ol>", "* a\n\n1. b"),
        ("</a></ol><li>a", "* a"),
    ],
)
def test_the_plain_form_of_a_letter_of_ours_says_all_of_it(source: str, text: str) -> None:
    assert text_of_html(written_html(source), is_whole=True) == text


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        ("one \n\ntwo", "one \n\ntwo"),
        ("> one \n> two\nnew", "> one two\nnew"),
        (">> one \n> two", "> > one \n> two"),
        (" From me", "From me"),
        ("a\n-- \nAnna \nKaya", "a\n-- \nAnna Kaya"),
    ],
)
def test_flowed_lines_become_paragraphs(flowed: str, text: str) -> None:
    assert unflowed(flowed, delete_space=False) == text


def test_a_space_that_only_breaks_a_line_goes() -> None:
    assert unflowed("日 \n本", delete_space=True) == "日本"
