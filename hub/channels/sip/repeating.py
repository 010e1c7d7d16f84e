"""What is sent again while an INVITE lasts: a 2xx until its ACK comes, and a sign of life each minute of waiting.

RFC 3261, 13.3.1.4 and 13.3.1.1. Both are told the time, and say when they want to be told again; times are seconds
of a clock that never goes back.
"""

from hub.channels.sip.message import Response
from hub.channels.sip.transaction import TIMES, Times

REFRESH_S = 60.0
"""A proxy may give up an INVITE that it hears nothing of for three minutes (16.8)."""


class UntilAcknowledged:
    """A 2xx that was sent: again after T1, twice as long each time up to T2, for 64 · T1.

    It goes again over every transport, as a hop further on may lose it.
    """

    def __init__(self, response: Response, sent_at_s: float, times: Times = TIMES) -> None:
        self._response = response
        self._times = times
        self._pause_s = times.t1_s
        self._next_s = sent_at_s + times.t1_s
        self._ends_s = sent_at_s + times.patience_s
        self._is_acknowledged = False

    @property
    def due_s(self) -> float | None:
        """When to ask again; None once it is acknowledged."""
        return None if self._is_acknowledged else min(self._next_s, self._ends_s)

    def acknowledged(self) -> None:
        """The ACK came."""
        self._is_acknowledged = True

    def has_failed(self, now_s: float) -> bool:
        """Whether nobody acknowledged it in time: the dialog stands, and is to be ended by a BYE."""
        return not self._is_acknowledged and now_s >= self._ends_s

    def again(self, now_s: float) -> Response | None:
        """The 2xx, when it is to be sent now."""
        if self._is_acknowledged or not self._next_s <= now_s < self._ends_s:
            return None
        self._pause_s = min(2 * self._pause_s, self._times.t2_s)
        self._next_s = now_s + self._pause_s
        return self._response


class UntilAnswered:
    """A provisional answer that was sent: again each minute, until another answer is."""

    def __init__(self, response: Response, sent_at_s: float) -> None:
        self._response = response
        self.due_s = sent_at_s + REFRESH_S
        """When to ask again."""

    def again(self, now_s: float) -> Response | None:
        """The answer, when it is to be sent now."""
        if now_s < self.due_s:
            return None
        self.due_s = now_s + REFRESH_S
        return self._response
