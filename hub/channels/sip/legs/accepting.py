"""A 2xx to an INVITE that we sent, until its ACK comes (RFC 3261, 13.3.1.4)."""

from collections.abc import Callable

from hub.channels.sip.message import Request, Response
from hub.channels.sip.repeating import UntilAcknowledged
from hub.channels.sip.stack import Stack
from hub.channels.sip.timers import Later
from hub.channels.sip.transaction import Key


class Accepting:
    """One 2xx. `acked` or `failed` is called, once."""

    def __init__(
        self,
        stack: Stack,
        key: Key,
        response: Response,
        *,
        acked: Callable[[Request], None],
        failed: Callable[[], None],
    ) -> None:
        self._stack = stack
        self._key = key
        self._until = UntilAcknowledged(response, stack.now_s(), stack.times)
        self._acked = acked
        self._failed = failed
        self._timer: Later | None = None
        self._set()

    def _set(self) -> None:
        due_s = self._until.due_s
        if due_s is not None:
            self._timer = self._stack.later(due_s - self._stack.now_s(), self._due)

    def _due(self) -> None:
        now_s = self._stack.now_s()
        if self._until.has_failed(now_s):
            self._failed()
            return
        again = self._until.again(now_s)
        if again is not None:
            self._stack.respond(self._key, again)
        self._set()

    def came(self, ack: Request) -> None:
        """Its ACK."""
        self._until.acknowledged()
        if self._timer is not None:
            self._timer.cancel()
        self._acked(ack)

    def stop(self) -> None:
        """Do not send it again."""
        self._until.acknowledged()
        if self._timer is not None:
            self._timer.cancel()
