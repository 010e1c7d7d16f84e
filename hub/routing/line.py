"""The line of a queue: everything that waits in it, the most urgent first, and the place of each."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from hub.routing.entry import Key


class Line:
    """Keys in order. Their first parts are kept a second time, side by side in memory, to be searched fast."""

    __slots__ = ("_keys", "_urgencies")

    def __init__(self) -> None:
        self._keys: list[Key] = []
        self._urgencies = array("d")

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def place(self, key: Key) -> int:
        """The place of a key that is in the line, from 1."""
        index = bisect_left(self._urgencies, key[0])
        while self._keys[index] is not key:
            index += 1
        return index + 1

    def enter(self, key: Key) -> None:
        """Put a key in its place."""
        index = bisect_right(self._urgencies, key[0])
        while index and self._keys[index - 1] > key:
            index -= 1
        self._keys.insert(index, key)
        self._urgencies.insert(index, key[0])

    def leave(self, key: Key) -> int:
        """Take out a key that is in the line. Returns the place it had, from 1."""
        keys, urgencies = self._keys, self._urgencies
        index = bisect_left(urgencies, key[0])
        while keys[index] is not key:
            index += 1
        del keys[index], urgencies[index]
        return index + 1
