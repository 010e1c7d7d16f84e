"""What letters are written on: the accounts they go out by, and the narrow HTML that goes out."""

import html
import re
from collections.abc import Sequence

from hub.channels.email.accounts import Accounts
from hub.channels.email.plain import text_of_html
from hub.channels.email.tidying import tidied
from hub.domain.errors import Invalid
from hub.domain.mail_account import MailAccount

FILES_BYTES = 20 * 1024 * 1024
"""Of all files of a letter together, whatever its server takes."""
_REST_BYTES = 128 * 1024
"""Of a letter beside its files, as a rule."""
_WORDS = "a b blockquote br code del div em h1 h2 h3 hr i li ol p pre s span strong sub sup u ul"
_TAG = re.compile(r"<[^>]*>")
_TAGS = frozenset(_WORDS.split())
_DROPPED_WHOLE = {
    "script", "style", "title", "iframe", "object", "embed", "svg", "math", "template", "noscript", "xml",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_CLEAN_CHARS = 400_000
"""Of HTML that was made safe: `<` became `&lt;`, links got their `rel`."""


class Paper:
    """`MailOut` of hub/ports/mail_out.py."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def account(self, account: str) -> MailAccount | None:
        """See the port."""
        opened = self._accounts.named(account)
        return None if opened is None else opened.account

    def accounts(self) -> Sequence[MailAccount]:
        """See the port."""
        return sorted((one.account for one in self._accounts.all()), key=lambda one: one.name)

    def is_ours(self, address: str) -> bool:
        """See the port."""
        return self._accounts.at_address(address) is not None

    def files_bytes(self, account: MailAccount) -> int:
        """See the port."""
        size = self._accounts.size_of(account.id)
        # base64 makes four bytes and a part of a line end of three
        return min(FILES_BYTES, max(0, size - _REST_BYTES) * 72 // 100) if size else FILES_BYTES

    def safe_html(self, source: str) -> str:
        """See the port."""
        return written_html(source)

    def text_of(self, clean: str) -> str:
        """See the port."""
        return text_of_html(clean, is_whole=True)


def written_html(source: str) -> str:
    """HTML as it goes out: text, its formatting, lists, links and quotes. No style, picture or table, and nothing that
    a reader's program would fetch. Raises Invalid `html_too_complex`, `html_too_long`."""
    import nh3

    clean = nh3.clean(
        tidied(source, tags=_TAGS, attributes=_ATTRIBUTES, dropped_whole=_DROPPED_WHOLE),
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer",
    ).strip()
    if len(clean) > _CLEAN_CHARS:
        raise Invalid("the formatting is too long", field="letter.html", code="html_too_long")
    return clean if html.unescape(_TAG.sub("", clean)).strip() else ""
