"""Carrying committed events from one part to the others."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from hub.domain.events import Event

Handler = Callable[[Sequence[Event]], Awaitable[None]]
"""Takes a batch in the order of publication. Idempotent: after an error or a crash it comes again."""


class Lagged(Exception):
    """A listener was so far behind that it was cut off and missed news: listen again, then read the store."""


class EventBus(Protocol):
    """At least once, in the order of publication for one reader; slow or failing readers delay no others."""

    async def publish(self, payload: bytes) -> None:
        """Hand over one outbox row (events in the codec's form). Returns when the bus has it.

        Raises Unavailable when it could not be handed over; then nobody got it, or may get it twice.
        """
        ...

    async def consume(self, group: str, handler: Handler) -> None:
        """Work: each event goes to one reader of `group`. Runs until cancelled.

        A batch whose handler raises, or is cancelled, is given again after a pause; the error is logged and
        counted. What is published while a known group has no reader waits for one.
        """
        ...

    async def listen(self, name: str, handler: Handler, *, started: Callable[[], None] | None = None) -> None:
        """News: each event goes to every listener, from now on. Runs until cancelled.

        `started` is called once, when nothing published from then on can be missed. Raises Lagged when this
        listener fell too far behind; a batch whose handler raises is given again after a pause until then.
        """
        ...

    def tell(self, event: Event) -> None:
        """News that was never stored (typing): best effort, to listeners only, lost if nobody listens."""
        ...
