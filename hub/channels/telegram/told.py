"""What is told of a bot: the hub's sentences as codes, and Telegram's own words as such."""

from hub.domain.errors import HubError
from hub.domain.mail_told import QUOTE, Told

_QUOTED = frozenset({"unreachable", "refused"})
"""Their text is what Telegram said, and nothing of the hub's."""

NO_PUBLIC_URL = Told(
    code="no_public_url", text="a webhook needs the public address of this hub (http.public_url)"
)
HUB_FAULT = Told(code="hub_fault", text="a fault of the hub, see its log")


def told_by(error: HubError) -> Told:
    """What the error tells of a bot."""
    code, text = error.stable_code, str(error)
    return Told(code=code, text=text, values={QUOTE: text} if code in _QUOTED else {})


def webhook_trouble(words: str) -> Told | None:
    """What Telegram last said of bringing updates, if it could not."""
    if not words:
        return None
    return Told(
        code="webhook_trouble", text=f"Telegram could not bring updates: {words}", values={QUOTE: words}
    )
