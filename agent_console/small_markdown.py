"""The small Markdown of articles as HTML: every character of the text is escaped, and no tag comes from it.

The console renders the same subset in `agent_console/web/src/parts/markdown.ts`; both read the same samples.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape, unescape

_FENCE = re.compile(r"^```\w*\s*$")
_HEADING = re.compile(r"^(#{1,3})\s+(\S.*)$")
_RULE = re.compile(r"^(-{3,}|\*{3,})$")
_BULLET = re.compile(r"^[-*]\s+(.*)$")
_NUMBER = re.compile(r"^(\d{1,9})[.)]\s+(.*)$")
_QUOTE = re.compile(r"^>\s?(.*)$")
_ROW = re.compile(r"^\|.*\|$")
_DIVIDER = re.compile(r"^\|(\s*:?-+:?\s*\|)+$")

_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<target>[^()\s]+)\)"
    r"|\*\*(?P<strong>[^*\n]+(?:\*[^*\n]+\*[^*\n]*)*)\*\*"
    r"|\*(?P<em>[^*\s][^*\n]*)\*"
    r"|(?P<link>https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]])"
)
_TARGET = re.compile(r"(?:https?://|mailto:|tel:)[^\s]+|/(?!/)[^\s\\]*", re.IGNORECASE)
DEEPEST = 4

_CELL_ENDS = re.compile(r"</t[hd]><t[hd][^>]*>")
_ROW_ENDS = re.compile(r"</tr>")
_BLOCK = re.compile(r"</?(?:p|h\d|hr|ul|ol|li|blockquote|pre|table|thead|tbody|tr|th|td)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")


def html_of(text: str) -> str:
    """The text as HTML. Headings begin with `h2`: the page has its own first one."""
    return "\n".join(_blocks(text.replace("\r\n", "\n").split("\n")))


def plain_of(text: str) -> str:
    """The words of the text on one line, without its marks: cells are parted by commas, rows by semicolons."""
    html = _ROW_ENDS.sub("; ", _CELL_ENDS.sub(", ", html_of(text)))
    words = unescape(_TAG.sub("", _BLOCK.sub(" ", html)))
    return " ".join(words.split()).replace(" ;", ";").removesuffix(";")


def is_safe_target(target: str) -> bool:
    """Whether a link may lead there: the web, a mail address, a phone, or a page of this hub."""
    return _TARGET.fullmatch(target) is not None


def _blocks(lines: Sequence[str]) -> Iterable[str]:
    place = 0
    while place < len(lines):
        line = lines[place].strip()
        if not line:
            place += 1
        elif _FENCE.match(line):
            end = next((n for n in range(place + 1, len(lines)) if lines[n].strip() == "```"), len(lines))
            yield f"<pre><code>{escape(chr(10).join(lines[place + 1 : end]))}</code></pre>"
            place = end + 1
        elif heading := _HEADING.match(line):
            level = len(heading[1]) + 1
            yield f"<h{level}>{_inline(_without_closing(heading[2]))}</h{level}>"
            place += 1
        elif _RULE.match(line):
            yield "<hr>"
            place += 1
        elif _ROW.match(line) and place + 1 < len(lines) and _DIVIDER.match(lines[place + 1].strip()):
            end = _while(lines, place + 2, _ROW)
            yield _table(line, lines[place + 2 : end])
            place = end
        elif _QUOTE.match(line):
            end = _while(lines, place, _QUOTE)
            inner = [_QUOTE.sub(r"\1", row.strip()) for row in lines[place:end]]
            yield f"<blockquote><p>{_inline(' '.join(inner).strip())}</p></blockquote>"
            place = end
        elif _BULLET.match(line) or _NUMBER.match(line):
            ordered = _NUMBER.match(line)
            items, place = _items(lines, place, _NUMBER if ordered else _BULLET)
            begin = f' start="{int(ordered[1])}"' if ordered and int(ordered[1]) != 1 else ""
            tag = "ol" if ordered else "ul"
            yield f"<{tag}{begin}>" + "".join(f"<li>{_inline(i)}</li>" for i in items) + f"</{tag}>"
        else:
            end = place
            while end < len(lines) and (end == place or not _begins_a_block(lines[end].strip())):
                end += 1
            yield f"<p>{_inline(' '.join(row.strip() for row in lines[place:end]))}</p>"
            place = end


def _without_closing(heading: str) -> str:
    """A heading without the `#` that may close it. Not by the expression: it would try every blank of a long row."""
    return heading.rstrip("#").rstrip() or heading[0]


def _begins_a_block(line: str) -> bool:
    shapes = (_FENCE, _HEADING, _RULE, _BULLET, _NUMBER, _QUOTE, _ROW)
    return not line or any(shape.match(line) for shape in shapes)


def _while(lines: Sequence[str], place: int, shape: re.Pattern[str]) -> int:
    while place < len(lines) and shape.match(lines[place].strip()):
        place += 1
    return place


def _items(lines: Sequence[str], place: int, shape: re.Pattern[str]) -> tuple[list[str], int]:
    """The items of a list; an indented line goes on with the item before it."""
    items: list[str] = []
    while place < len(lines):
        found = shape.match(lines[place].strip())
        if found:
            items.append(found[found.re.groups])
        elif items and lines[place][:1] == " " and lines[place].strip():
            items[-1] += f" {lines[place].strip()}"
        else:
            break
        place += 1
    return items, place


def _table(head: str, rows: Sequence[str]) -> str:
    names = _cells(head)
    heads = "".join(f'<th scope="col">{_inline(name)}</th>' for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in _cells(row)[: len(names)]) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip()[1:-1].split("|")]


def _inline(text: str, depth: int = 0) -> str:
    made: list[str] = []
    place = 0
    for found in _INLINE.finditer(text) if depth < DEEPEST else ():
        made.append(escape(text[place : found.start()]))
        place = found.end()
        made.append(_made_of(found, depth))
    made.append(escape(text[place:]))
    return "".join(made)


def _made_of(found: re.Match[str], depth: int) -> str:
    match found.lastgroup:
        case "code":
            return f"<code>{escape(found['code'])}</code>"
        case "target" if is_safe_target(found["target"]):
            return f'<a href="{escape(found["target"])}">{_inline(found["label"], DEEPEST)}</a>'
        case "strong":
            return f"<strong>{_inline(found['strong'], depth + 1)}</strong>"
        case "em":
            return f"<em>{_inline(found['em'], depth + 1)}</em>"
        case "link":
            return f'<a href="{escape(found["link"])}">{escape(found["link"])}</a>'
        case _:
            return escape(found[0])
