"""The range of UDP ports that legs take two of, and give back."""

import socket
from collections import deque
from dataclasses import dataclass
from random import Random

from hub.ports.media import NoRoom


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sockets side by side: sound on the even port, reports on the odd one."""

    port: int
    rtp: socket.socket
    rtcp: socket.socket


class PortRange:
    """Pairs of ports, the one that was given back last comes last."""

    def __init__(self, host: str, first: int, last: int, chance: Random) -> None:
        self._host = host
        even = list(range(first + first % 2, last, 2))
        chance.shuffle(even)
        self._free = deque(even)
        self.total = len(even)
        """How many pairs there are."""

    @property
    def free(self) -> int:
        """How many pairs are left."""
        return len(self._free)

    def take(self) -> Pair:
        """A pair of ports that nobody has. Raises NoRoom."""
        for _ in range(len(self._free)):
            port = self._free.popleft()
            pair = self._bound(port)
            if pair is not None:
                return pair
            self._free.append(port)  # another program has it, for now
        raise NoRoom("no port is left for another leg")

    def give_back(self, pair: Pair) -> None:
        """The ports are free again."""
        pair.rtp.close()
        pair.rtcp.close()
        self._free.append(pair.port)

    def _bound(self, port: int) -> Pair | None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        opened: list[socket.socket] = []
        try:
            for number in (port, port + 1):
                one = socket.socket(family, socket.SOCK_DGRAM)
                opened.append(one)
                one.setblocking(False)
                one.bind((self._host, number))
        except OSError:
            for one in opened:
                one.close()
            return None
        return Pair(port, opened[0], opened[1])
