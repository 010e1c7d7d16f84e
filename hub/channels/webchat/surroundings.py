"""What every visitor's socket shares with the others: the ports, the limits, and the held conversations."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from hub.channels.webchat.limits import VisitorLimits
from hub.channels.webchat.news import News
from hub.channels.webchat.receipts import Receipts
from hub.channels.webchat.settings import WebChatSettings
from hub.channels.webchat.signed import Identities
from hub.channels.webchat.threads import Threads
from hub.domain.site_identity import SiteUser
from hub.ports.bus import EventBus
from hub.ports.clock import Clock
from hub.ports.inbox import CallbackDesk, Inbox
from hub.ports.uniting import SignsIn
from hub.ports.visitors import HoursOf, Site, VisitorStore

_OWNERS_KEPT = 4096


class Closes(Protocol):
    """A socket that can be told to go. `origins` are those that its request named."""

    @property
    def site_key(self) -> str: ...

    @property
    def origins(self) -> tuple[str, ...]: ...

    @property
    def visitor_id(self) -> str:
        """Whose it is; empty before the greeting."""
        ...

    @property
    def signed(self) -> SiteUser | None:
        """Who its visitor has proved to be."""
        ...

    def close_soon(self, code: int) -> None:
        """Begin to close; returns at once."""
        ...

    def come_again(self) -> None:
        """Begin to close, so that the page comes anew; returns at once."""
        ...

    def turn_away(self) -> None:
        """Say that there is no chat here any more, and begin to close; returns at once."""
        ...


@dataclass(slots=True, kw_only=True)
class Surroundings:
    """`count_bad` is told the code of everything refused, `thread_held` that there may be replies to send,
    `new_id` and `new_token` make ids and session tokens, `hours` tells whether a line is open, `identities` checks who
    visitors say they are, and `signs_in` hears who they have proved to be."""

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
    identities: Identities
    signs_in: SignsIn
    sockets: set[Closes] = field(default_factory=set)
    takes_visitors: bool = False
    none_left: asyncio.Event = field(default_factory=asyncio.Event)
    _owners: OrderedDict[str, str] = field(default_factory=OrderedDict)

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

    def signed_in(self, visitor_id: str, user: str) -> None:
        """That conversation is that user's: whoever is in it without having proved so is sent away, to come anew."""
        self._owners[visitor_id] = user
        if len(self._owners) > _OWNERS_KEPT:
            self._owners.popitem(last=False)
        for socket in tuple(self.sockets):
            if socket.visitor_id == visitor_id and (socket.signed is None or socket.signed.user != user):
                socket.come_again()

    def is_anothers(self, visitor_id: str, signed: SiteUser | None) -> bool:
        """Whether that conversation became somebody else's while this one was greeted, who read before that whose it
        is."""
        user = self._owners.get(visitor_id, "")
        return user not in ("", "" if signed is None else signed.user)

    def is_proved(self, visitor_id: str, user: str) -> bool:
        """Whether somebody who has proved to be that user is in that conversation now, on this node."""
        return any(
            socket.visitor_id == visitor_id and socket.signed is not None and socket.signed.user == user
            for socket in self.sockets
        )

    def secrets_changed(self, site_key: str, good: Collection[str]) -> None:
        """Only the secrets of those ids count: whoever proved who they are with another one has to do so again."""
        for socket in tuple(self.sockets):
            if socket.site_key == site_key and socket.signed and socket.signed.signed_with not in good:
                socket.come_again()

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
