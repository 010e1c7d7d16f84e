"""A letter's HTML made safe to show (nh3, by an allow-list), on the day it comes and not when it is looked at.

What is left: text, tables, links, images. No script, form, frame, style sheet, event handler or class, of style
attributes what sets letters and boxes. An image elsewhere is not fetched: its address is kept aside, to be asked for.
"""

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from hub.channels.email import limits
from hub.domain.letter import Defect

_BLOCKS = (
    "address article aside blockquote center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6"
)
_MORE = (
    "header hr li main nav ol p pre section summary ul table caption colgroup col tbody td tfoot th thead tr"
)
_INLINE = (
    "a abbr b bdo big br cite code del dfn em font i img ins kbd mark q s samp small span strike strong sub sup"
    " tt u var wbr"
)
_TAGS = frozenset(f"{_BLOCKS} {_MORE} {_INLINE}".split())
_DROPPED_WHOLE = {
    "script",
    "style",
    "title",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "template",
    "noscript",
    "xml",
}
_SIZES = {"align", "valign", "width", "height", "bgcolor"}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "align", "border"},
    "font": {"color", "face", "size"},
    "table": _SIZES | {"border", "cellpadding", "cellspacing"},
    "td": _SIZES | {"colspan", "rowspan", "nowrap"},
    "th": _SIZES | {"colspan", "rowspan", "nowrap"},
    "tr": _SIZES,
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "div": {"align"},
    "p": {"align"},
}
_STYLES_WORDS = (
    "background-color border border-bottom border-collapse border-color border-left border-right "
    "border-spacing border-style border-top border-width color direction font font-family font-size "
    "font-style font-variant font-weight height letter-spacing line-height list-style-type margin "
    "margin-bottom margin-left margin-right margin-top max-width min-width padding padding-bottom "
    "padding-left padding-right padding-top text-align text-decoration text-indent text-transform "
    "vertical-align white-space width word-break word-wrap"
)
_STYLES = frozenset(_STYLES_WORDS.split())
_STYLE_VALUE = re.compile(r"[\w\s#%.,()'\"!+-]{1,200}")
_CALLS = re.compile(r"(?:^|[^\w-])(?!(?:rgba?|hsla?|calc)\()[\w-]*\s*\(", re.IGNORECASE)
"""A function other than those that name a colour or a length: `url()` fetches, `expression()` ran once."""
_DATA_IMAGE = re.compile(r"data:image/(?:png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=\s%]*", re.IGNORECASE)
_LINK = re.compile(r"\s*(?:https?|mailto|tel):", re.IGNORECASE)
_REMOTE = re.compile(r"https?://", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_HTML = (
    "area base br col embed hr img input link meta param source track wbr p li td th tr dt"
    " dd option tbody thead tfoot html head body colgroup"
)
_CLOSES_ITSELF = frozenset(_CLOSED_BY_HTML.split())
_TOO_MANY_OPEN = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeHtml:
    """`html` may be shown; empty when it may not, and `defect` says why. `shown_parts` are the indexes of the
    files it shows in their places, `remote_images` how many images elsewhere it asks for."""

    html: str = ""
    remote_images: int = 0
    shown_parts: frozenset[int] = frozenset()
    defect: Defect | None = None


def safe_html(source: str, content_ids: Sequence[str]) -> SafeHtml:
    """`source` made safe. `content_ids` are those of the letter's files, in their order; empty for none."""
    if len(source) > limits.HTML_CHARS:
        return SafeHtml(defect=Defect.HTML_TOO_LONG)
    if _links(source) > limits.HTML_LINKS:
        return SafeHtml(defect=Defect.HTML_TOO_MANY_LINKS)
    if _depth(source, _CLOSES_ITSELF) > _TOO_MANY_OPEN:
        return SafeHtml(defect=Defect.HTML_TOO_DEEP)
    images = _Images(source, content_ids)
    clean = _sanitised(source, images)
    if len(clean) > limits.HTML_CHARS:  # `<` became `&lt;`
        return SafeHtml(defect=Defect.HTML_TOO_LONG)
    if _depth(clean, frozenset({"br", "hr", "img", "col", "wbr"})) > limits.HTML_DEPTH:
        return SafeHtml(defect=Defect.HTML_TOO_DEEP)
    return SafeHtml(
        html=images.put_in(clean).strip(), remote_images=images.remote, shown_parts=frozenset(images.shown)
    )


def _sanitised(source: str, images: "_Images") -> str:
    import nh3

    def kept(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return _style(value)
        if tag == "img" and name == "src":
            return images.marked(value)
        if name == "href" and (len(value) > 2000 or not _LINK.match(value)):
            return None
        return value[:2000]

    return nh3.clean(
        source,
        tags=set(_TAGS),
        clean_content_tags=_DROPPED_WHOLE,
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=kept,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


class _Images:
    """Where images point. Their `src` is marked while the HTML is cleaned, and becomes another attribute after.

    The mark is the hash of the source, so the source cannot hold it.
    """

    def __init__(self, source: str, content_ids: Sequence[str]) -> None:
        self._mark = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:32]
        self._parts = {one.lower(): place for place, one in reversed(list(enumerate(content_ids))) if one}
        self.remote = 0
        self.shown: set[int] = set()

    def marked(self, value: str) -> str | None:
        """What stands in `src` while the rest is cleaned; None drops the attribute."""
        address = value.strip()
        if address[:4].lower() == "cid:":
            place = self._parts.get(unquote(address[4:]).strip("<>").lower())
            if place is None:
                return None
            self.shown.add(place)
            return f"https://{self._mark}/part/{place}"
        if len(address) <= limits.DATA_IMAGE_CHARS and _DATA_IMAGE.fullmatch(address):
            return address
        if len(address) <= 2000 and _REMOTE.match(address):
            self.remote += 1
            return f"https://{self._mark}/remote/{address}"
        return None

    def put_in(self, clean: str) -> str:
        """The marked attributes under their names: no browser fetches those."""
        return clean.replace(f' src="https://{self._mark}/part/', ' data-part="').replace(
            f' src="https://{self._mark}/remote/', ' data-remote-src="'
        )


def _style(value: str) -> str | None:
    """The declarations that set letters and boxes; anything that fetches, hides in escapes or covers the page goes."""
    kept = []
    for declaration in value[:10_000].split(";"):
        name, colon, setting = declaration.partition(":")
        name, setting = name.strip().lower(), setting.strip()
        if colon and name in _STYLES and _STYLE_VALUE.fullmatch(setting) and not _CALLS.search(setting):
            kept.append(f"{name}: {setting}")
    return "; ".join(kept) or None


def _links(source: str) -> int:
    return sum(1 for tag in _TAG.finditer(source) if tag[2] in {"a", "A"} and not tag[1])


def _depth(source: str, not_counted: frozenset[str]) -> int:
    """How deep elements lie at most; the ones that HTML closes by itself are left out."""
    depth = deepest = 0
    for tag in _TAG.finditer(source):
        if tag[2].lower() not in not_counted:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def without_tags(source: str) -> str:
    """Some text of HTML that nothing else could read, in linear time: never shown as HTML."""
    return html.unescape(re.sub(r"<[^<>]{0,5000}>?", " ", source[: limits.HTML_CHARS]))
