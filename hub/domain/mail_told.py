"""What is told of mail servers: a sentence of the hub's as a stable code with its values, and the same in English."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.domain.errors import ChannelUnavailable, HubError, Unavailable

QUOTE = "quote"
"""The value that holds words of the server's own, as they came: they are shown as such, and never translated."""
DETAIL = "detail"
"""The value that holds what a library or the system says of it, in English."""
_QUOTE_CHARS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`code` names the sentence, `values` what stands in it: `server` (host:port), `host`, `seconds`, `count`,
    `folder`, `number`, QUOTE, DETAIL. `text` is all of it in English."""

    code: str
    text: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text


class MailUnavailable(Unavailable):
    """A mail or token server failed for now, and `told` says how."""

    def __init__(self, told: Told, *, code: str | None = None) -> None:
        super().__init__(told.text, code=code)
        self.told = told


class MailServerAway(ChannelUnavailable):
    """A mail server surely took no letter, and `told` says why."""

    def __init__(self, told: Told, *, code: str, retry_after_s: float = 1.0) -> None:
        super().__init__(told.text, code=code, retry_after_s=retry_after_s)
        self.told = told


def told_by(error: BaseException) -> Told:
    """What the error tells of a mail server; of others their code and their English."""
    told = getattr(error, "told", None)
    if isinstance(told, Told):
        return told
    if isinstance(error, HubError):
        return Told(code=error.stable_code, text=str(error))
    text = str(error) or type(error).__name__
    return Told(code="unreachable", text=text, values={DETAIL: text})


def quoted_words(said: bytes | str) -> str:
    """A server's own words on one line, cut, without characters that nobody sees."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_QUOTE_CHARS]
