"""The small Markdown of articles: what it makes, and what no text can make of it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent_console.small_markdown import html_of, is_safe_target, plain_of

SAMPLES = json.loads((Path(__file__).parents[2] / "samples/markdown.json").read_text(encoding="utf-8"))
TAGS = frozenset(
    "h2 h3 h4 p ul ol li blockquote pre code hr table thead tbody tr th td strong em a".split()  # noqa: SIM905
)
PIECES = (*"<>\"'`*[)|\n#&", "**", "](", "javascript:", "https://a.b/", "- ", " x")


@pytest.mark.parametrize(("text", "html"), SAMPLES)
def test_a_sample_becomes_its_html(text: str, html: str) -> None:
    assert html_of(text) == html


class Seen(HTMLParser):
    """Collects every tag and attribute a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


@given(some.lists(some.sampled_from(PIECES), max_size=30).map("".join) | some.text(max_size=60))
def test_no_text_makes_a_tag_or_an_attribute_of_its_own(text: str) -> None:
    seen = Seen()
    seen.feed(html_of(text))
    seen.close()

    assert seen.tags <= TAGS
    for tag, name, value in seen.attributes:
        assert (tag, name) in {("a", "href"), ("th", "scope"), ("ol", "start")}
        if name == "href":
            assert is_safe_target(value or "")


def test_a_long_hostile_text_takes_no_time() -> None:
    for piece in ("*", "**a", "[", "`", "[a](", "|a", "> ", "*a*b"):
        assert re.search(r"\S", html_of(piece * 10_000))


def test_nor_does_a_heading_of_blanks() -> None:
    began_s = process_time()
    assert html_of("# a" + " " * 20_000 + "b" + " " * 20_000 + "c").startswith("<h2>a ")
    assert html_of("# a" + " #" * 20_000).endswith(" #</h2>")
    assert process_time() - began_s < 1.0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# Kettles\n\nOf **steel** and `glass`.", "Kettles Of steel and glass."),
        (
            "| kettle | size |\n|---|:-:|\n| *Small* | 1 l |\n| Large | 2 l |\n\nAll boil.",
            "kettle, size; Small, 1 l; Large, 2 l; All boil.",
        ),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a, b; 1, 2"),
        ("- one\n- two\n\n> said\n\n---\n\n1. [here](https://a.example/x)", "one two said here"),
        ("```\nx < y & z\n```\n\n5 * 3 # 1 <b>", "x < y & z 5 * 3 # 1 <b>"),
        ("", ""),
    ],
)
def test_an_excerpt_has_the_words_without_the_marks(text: str, plain: str) -> None:
    assert plain_of(text) == plain
