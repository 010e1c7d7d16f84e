"""What every visitor's socket shares with the others: the ports, the limits, and the held conversations."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from hub.channels.webchat.limits import VisitorLimits
from hub.channels.webchat.news import News
from hub.channels.webchat.receipts import Receipts
from hub.channels.webchat.settings import WebChatSettings
from hub.channels.webchat.threads import Threads
from hub.ports.bus import EventBus
from hub.ports.clock import Clock
from hub.ports.inbox import CallbackDesk, Inbox
from hub.ports.visitors import HoursOf, Site, VisitorStore


class Closes(Protocol):
    """A socket that can be told to go. `origins` are those that its request named."""

    @property
    def site_key(self) -> str: ...

    @property
    def origins(self) -> tuple[str, ...]: ...

    def close_soon(self, code: int) -> None:
        """Begin to close; returns at once."""
        ...

    def turn_away(self) -> None:
        """Say that there is no chat here any more, and begin to close; returns at once."""
        ...


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """`count_bad` is told the code of everything refused, `thread_held` that there may be replies to send,
    `new_id` and `new_token` make ids and session tokens, `hours` tells whether a line is open."""

    inbox: Inbox
    visitors: VisitorStore
    bus: EventBus
    clock: Clock
    settings: WebChatSettings
    limits: VisitorLimits
    threads: Threads
    news: News
    receipts: Receipts
    count_bad: Callable[[str], None]
    thread_held: Callable[[], None]
    new_id: Callable[[], str]
    new_token: Callable[[], str]
    callbacks: CallbackDesk
    hours: HoursOf
    sockets: set[Closes] = field(default_factory=set)
    takes_visitors: bool = False
    none_left: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.none_left.set()

    def lets_in(self, site: Site | None, origins: Sequence[str]) -> bool:
        """Whether a page of these origins may have the chat of `site` now.

        Browsers always send one origin. Who sends none is no browser, and may pass: nothing that a browser adds
        by itself (a cookie) has any meaning on this socket.
        """
        if site is None or not site.setup.enabled:
            return False
        return not origins or (
            len(origins) == 1 and origins[0] in {*site.origins, *self.settings.own_origins}
        )

    def site_changed(self, key: str, site: Site | None) -> None:
        """The site of that key is `site` now: sockets that it would not let in any more are turned away."""
        for socket in tuple(self.sockets):
            if socket.site_key == key and not self.lets_in(site, socket.origins):
                socket.turn_away()

    @contextmanager
    def present(self, socket: Closes) -> Iterator[None]:
        """`socket` is open while the block lasts."""
        self.sockets.add(socket)
        self.none_left.clear()
        try:
            yield
        finally:
            self.sockets.discard(socket)
            if not self.sockets:
                self.none_left.set()
