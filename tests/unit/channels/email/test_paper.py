"""What goes out is text with its formatting; nothing that somebody pasted fetches or runs."""

import time

import pytest

from hub.channels.email.accounts import Accounts, Opened
from hub.channels.email.paper import FILES_BYTES, Paper, written_html
from hub.domain.errors import Invalid
from hub.domain.mail_account import MailSecrets
from hub.domain.written_letter import HTML_CHARS
from tests.fakes.mailroom import ACCOUNT

FORMATTING = ["b", "i", "u", "em", "strong", "s", "code"]


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("<p>a <b>b</b> <i>c</i></p>", "<p>a <b>b</b> <i>c</i></p>"),
        ("<ul><li>a</li></ul><ol start='3'><li>b</li></ol>", '<ul><li>a</li></ul><ol start="3"><li>b</li></ol>'),
        ("<blockquote>a</blockquote>", "<blockquote>a</blockquote>"),
        ('<a href="https://x.test" onclick="x()">a</a>', '<a href="https://x.test" rel="noopener noreferrer">a</a>'),
        ('<a href="javascript:alert(1)">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<a href="/etc">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<p style="background:url(https://x.test)" class="a" id="b">a</p>', "<p>a</p>"),
        ("a<script>b</script><style>c</style><svg>d</svg><iframe>e</iframe>", "a"),
        ('a<img src="https://x.test/pixel">', "a"),
        ("<table><tr><td>a</td></tr></table>", "a"),
        ("<p> </p><br>", ""),
        ('<img src="x">', ""),
        ("&nbsp;<b>\u200b</b>", "&nbsp;<b>\u200b</b>"),
        ("<p>&nbsp;</p>", ""),
    ],
)  # fmt: skip
def test_html_that_goes_out(source: str, kept: str) -> None:
    assert written_html(source) == kept


def test_the_longest_html_costs_little() -> None:
    began = time.process_time()
    written_html("<ul><li>a</li></ul>" * (HTML_CHARS // 19))
    written_html("<p><b>a</b>" * (HTML_CHARS // 11))
    written_html("<p><a href='https://x.test'>a</a>" * (HTML_CHARS // 32))
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    "source",
    [
        # what a parser repairs, every paragraph opens all formatting again: gigabytes of 86 KB
        "<p>" + "".join(f"<{tag}>" * 3 for tag in FORMATTING) + "<p>x" * 24_000,
        "".join(f"<{tag}>" for tag in FORMATTING) + "<ul><li>x</ul>y" * 6_000,
        f"<a href='https://x.test/{'y' * 1_900}'>" + "<p>x" * 24_000,
        "<b>" * (HTML_CHARS // 3),
        "<div>" * 101,
        "<blockquote>" * 4_000 + "</p>" * 12_000,
        "<span>" * 101 + "</b></i></div>" * 200 + "x",
    ],
)
def test_formatting_that_a_parser_would_multiply_is_refused(source: str) -> None:
    with pytest.raises(Invalid) as refused:
        written_html(source)
    assert (refused.value.stable_code, refused.value.field) == ("html_too_complex", "letter.html")


@pytest.mark.parametrize(
    "many",
    [
        "".join(f"<b a{place}>" for place in range(8_000)),
        "".join(f"<a><b b{place}>" for place in range(6_000)),
        "".join(f"<b a{place}></object></i>" for place in range(3_000)),
        "".join(f'<i x{place} title="</i>">' for place in range(3_000)),
        "<a><p>" * 10_000,
    ],
)
def test_the_letters_of_an_attack_are_refused(many: str) -> None:
    with pytest.raises(Invalid) as refused:
        written_html(f"<p>{many}" + "<p>x" * 3_000)
    assert refused.value.stable_code == "html_too_complex"


def test_a_tag_of_no_grammar_is_text() -> None:
    many = "".join(f'<i x{place} y"><!-- </i> -->' for place in range(3_000))
    assert "<i>" not in written_html(f"<p>{many}" + "<p>x" * 3_000)


def test_differing_attributes_do_not_make_formatting_differ() -> None:
    source = "<p>" + "".join(f"<b a{place}>" for place in range(50)) + "<p>x" * 10 + "</b>" * 50
    assert written_html(source).count("<b>") < 100


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("1 < 2 <b>a</b> <3", "1 &lt; 2 <b>a</b> &lt;3"),
        ('<b title="a > b">a</b>', "<b>a</b>"),
        ("<a href=https://x.test/?a=1&amp;b>a", '<a href="https://x.test/?a=1&amp;b" rel="noopener noreferrer">a</a>'),
        ("a<!-- b --><!doctype html>c", "ac"),
        ("a<b", "a&lt;b"),
        ("a<script>if (1<2) '<b>'</script>b<BR/>c", "ab<br>c"),
    ],
)  # fmt: skip
def test_tags_are_found_as_a_browser_finds_them(source: str, kept: str) -> None:
    assert written_html(source) == kept


def test_what_is_pasted_from_programs_for_mail_goes_out() -> None:
    paragraph = (
        '<p class="MsoNormal" style="margin:0"><b><span lang=EN-US style=\'font-family:"Calibri",sans-serif\'>Total'
        "</span></b><span><o:p>&nbsp;</o:p></span></p>\n"
    )
    word = f"<!--[if gte mso 9]><xml><o:x/></xml><![endif]--><div class=WordSection1>{paragraph * 400}</div>"
    clean = written_html(word)
    assert clean.count("<p><b><span>Total</span></b>") == 400
    line = '<div dir="ltr"><div><font color="#000"><b><i>a</i></b></font><br clear="all"></div></div>'
    quote = f'<div class="gmail_quote"><blockquote style="margin:0">{line}</blockquote></div>'
    assert written_html(quote * 300).count("<b><i>a</i></b>") == 300


def paper(size: int | None) -> Paper:
    async def no_token(url: str, form: object) -> dict[str, object]:
        raise AssertionError((url, form))

    accounts = Accounts(None, ACCOUNT.tenant_id, ask_for_token=no_token, changed=lambda: None)  # type: ignore[arg-type]
    accounts._by_id = {ACCOUNT.id: Opened(account=ACCOUNT, secrets=MailSecrets())}
    if size is not None:
        accounts.note_size(ACCOUNT.id, size)
    return Paper(accounts)


@pytest.mark.parametrize(
    ("size", "room"),
    [(None, FILES_BYTES), (0, FILES_BYTES), (100_000_000, FILES_BYTES), (10_131_072, 7_200_000), (1_000, 0)],
)
def test_files_have_as_much_room_as_the_server_leaves_them(size: int | None, room: int) -> None:
    assert paper(size).files_bytes(ACCOUNT) == room


def test_our_addresses_are_ours_with_a_token_too() -> None:
    ours = paper(None)
    assert ours.is_ours("support@hub.test")
    assert ours.is_ours("Support+tl.x@hub.test")
    assert not ours.is_ours("client@example.test")
