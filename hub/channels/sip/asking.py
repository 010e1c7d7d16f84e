"""What trunks need of the user agent: requests outside any dialog, and where a name leads."""

from typing import Protocol

from hub.channels.sip.message import Request, Response
from hub.channels.sip.way import Hop


class Unanswered(Exception):
    """Nobody answered in time, the name leads nowhere, or nothing could be sent."""


class Asks(Protocol):
    """The user agent, for requests that begin no call."""

    async def ask(self, request: Request, hop: Hop) -> Response:
        """Send a request, which has no Via yet, to this stop; its final answer. Nothing is signed in for.

        Raises Unanswered, at the latest after 64·T1.
        """
        ...

    async def nudge(self, hop: Hop) -> None:
        """Send two line breaks on the way to this stop (RFC 5626, 3.5.1), so that it stays open.

        Raises Unanswered when there is no way.
        """
        ...

    async def places(self, hop: Hop) -> tuple[tuple[str, int], ...]:
        """The addresses and ports that this stop is now; none when its name leads nowhere."""
        ...

    async def reached_at(self, hop: Hop) -> tuple[str, int]:
        """Our own address and port, as somebody at this stop reaches us. Raises Unanswered when there is no way."""
        ...
