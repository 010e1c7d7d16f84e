"""Who a visitor is: the session token their browser keeps, and what they are shown when they come back."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.channels.webchat.frames import HistoryLine, VisitorHello
from hub.channels.webchat.parse import SEQ_LIMIT, about_of, language_of
from hub.channels.webchat.shown import file_views
from hub.domain.touch import Delivery, Direction
from hub.ports.visitors import Site, ThreadTouch, Visitor, VisitorStore

TOKEN_BYTES = 16
"""A session is 128 random bits, so that nobody guesses one."""

_TOKEN_CHARS = 64
_NOT_SENT_YET = frozenset({Delivery.QUEUED, Delivery.FAILED})


def token_sha256(token: str) -> str:
    """The form in which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


async def visitor_of(store: VisitorStore, site: Site, token: str | None) -> Visitor | None:
    """The visitor of this site who holds `token`; None for no token, an unknown one, or another site's."""
    if not token or len(token) > _TOKEN_CHARS:
        return None
    return await store.visitor_by_token(site.key, token_sha256(token))


def new_visitor(
    site: Site,
    hello: VisitorHello,
    token: str,
    known_languages: tuple[str, ...],
    visitor_id: str,
    now: datetime,
    user: str = "",
) -> Visitor:
    """A browser seen for the first time."""
    language = language_of(hello.lang, known_languages, site.language)
    return Visitor(
        id=visitor_id,
        tenant_id=site.tenant_id,
        site_key=site.key,
        token_sha256=token_sha256(token),
        language=language,
        created_at=now,
        about=about_of(hello, language),
        user=user,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A conversation so far: what to show, and the number of its newest message (0: there is none)."""

    lines: tuple[HistoryLine, ...]
    newest_seq: int


async def past_of(
    store: VisitorStore, visitor: Visitor, *, last_seq: int | None, limit: int, limit_bytes: int
) -> Past:
    """What to show a visitor who has seen everything up to `last_seq` (None: nothing).

    The newest `limit` messages; fewer when their text exceeds `limit_bytes`: a slow line must carry them.
    """
    after = min(max(last_seq or 0, 0), SEQ_LIMIT)
    touches = await store.conversation(visitor, after_seq=after, limit=limit) if limit else []
    newest = touches or (await store.conversation(visitor, after_seq=0, limit=1))
    lines = _newest_fitting([t for t in touches if _was_shown(t)], limit_bytes)
    return Past(
        lines=tuple(_line(visitor, touch) for touch in lines),
        newest_seq=newest[-1].seq if newest else 0,
    )


def _was_shown(touch: ThreadTouch) -> bool:
    # what is still queued comes as a message of its own, now that the visitor is here
    return touch.direction is Direction.INBOUND or touch.delivery not in _NOT_SENT_YET


def _newest_fitting(touches: Sequence[ThreadTouch], limit_bytes: int) -> Sequence[ThreadTouch]:
    left = limit_bytes
    for index in range(len(touches) - 1, -1, -1):
        left -= len(touches[index].text.encode())
        if left < 0:
            return touches[index + 1 :]
    return touches


def _line(visitor: Visitor, touch: ThreadTouch) -> HistoryLine:
    inbound = touch.direction is Direction.INBOUND
    return HistoryLine(
        seq=touch.seq,
        from_="visitor" if inbound else "agent",
        text=touch.text,
        at=touch.at,
        name="" if inbound else touch.author,
        client_msg_id=touch.external_id.removeprefix(f"{visitor.id}:") if inbound else "",
        files=file_views(touch.attachments),
    )
