"""How long to wait before trying again: twice as long after each failure, up to a limit."""


class Backoff:
    """Doubling pauses from `first_s` to `longest_s`; `reset` after a success."""

    __slots__ = ("_first_s", "_longest_s", "_next_s")

    def __init__(self, *, first_s: float = 0.05, longest_s: float = 5.0) -> None:
        self._first_s = self._next_s = first_s
        self._longest_s = longest_s

    def next_s(self) -> float:
        """Seconds to wait now; the one after it is twice as long."""
        now_s = self._next_s
        self._next_s = min(2 * now_s, self._longest_s)
        return now_s

    def reset(self) -> None:
        """Begin with `first_s` again."""
        self._next_s = self._first_s
