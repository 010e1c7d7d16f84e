"""When a session is refreshed, and when it is over because nobody did (RFC 4028, 10)."""

from collections.abc import Callable

from hub.channels.sip.session_timer import SessionTimer
from hub.channels.sip.stack import Stack
from hub.channels.sip.timers import Later


class SessionClock:
    """The timers of one session, set anew by each 2xx that agrees on them."""

    def __init__(self, stack: Stack, *, refresh: Callable[[], None], expired: Callable[[], None]) -> None:
        self._stack = stack
        self._refresh = refresh
        self._expired = expired
        self._handles: list[Later] = []

    def agreed(self, timer: SessionTimer) -> None:
        """From now on."""
        self.stop()
        now_s = self._stack.now_s()
        self._handles.append(self._stack.later(timer.ends_at_s(now_s) - now_s, self._expired))
        refresh_at_s = timer.refresh_at_s(now_s)
        if refresh_at_s is not None:
            self._handles.append(self._stack.later(refresh_at_s - now_s, self._refresh))

    def stop(self) -> None:
        """The session is over."""
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()
