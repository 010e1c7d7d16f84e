"""All transactions that run: which message belongs to which, and whose timer is next (RFC 3261, 17 and 18.2)."""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from hub.channels.sip.client_transaction import ClientInvite, ClientRequest
from hub.channels.sip.message import Message, Request, Response
from hub.channels.sip.server_transaction import ServerInvite, ServerRequest
from hub.channels.sip.transaction import (
    TIMES,
    Acknowledged,
    Answered,
    Fact,
    Failed,
    Key,
    Over,
    Send,
    Start,
    Timer,
    Times,
    cancelled_key,
    client_key,
    server_key,
    twin_key,
)

_ENDINGS = frozenset({Timer.D, Timer.I, Timer.J, Timer.K, Timer.L, Timer.M})
"""Those by which a transaction is forgotten that has nothing more to do."""
_TOGETHER_S = 0.25
"""They come to their end together, so much later at most: the loop is woken four times a second, not for each."""

Transaction = ClientInvite | ClientRequest | ServerInvite | ServerRequest


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request that is nobody's yet: answer it with `Transactions.respond` and its key.

    `cancels` is the INVITE that a CANCEL is for, None when there is none: 481. `is_twin` says that a fork sent
    the same request here on another way, which is still running: 482.
    """

    request: Request
    cancels: Key | None = None
    is_twin: bool = False


@dataclass(frozen=True, slots=True)
class Stray:
    """An ACK or an answer of no transaction: of a dialog (an ACK to a 2xx, a late 2xx), or of nobody."""

    message: Message


@dataclass(frozen=True, slots=True)
class Overloaded:
    """A request that finds no room: answer it with 503 without a transaction, or not at all."""

    request: Request


Event = Send | Answered | Acknowledged | Failed | Over | Arrived | Stray | Overloaded


class Transactions:
    """The transactions of one node. Times are seconds of a clock that never goes back.

    Every method gives out events with the key of their transaction, in order. Beyond `limit` transactions nothing
    new begins; what belongs to a call that is there, and may end it, finds as much room again.
    """

    def __init__(self, *, times: Times = TIMES, limit: int = 50_000) -> None:
        self._times = times
        self._limit = limit
        self._running: dict[Key, Transaction] = {}
        self._twins: dict[Key, Key] = {}
        self._due: list[tuple[float, int, Key, Timer, Transaction]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._running)

    def get(self, key: Key) -> Transaction | None:
        """The transaction of that key, while it runs."""
        return self._running.get(key)

    def received(
        self,
        message: Message,
        now_s: float,
        *,
        reliable: bool,
        refuses: Callable[[float], bool] = lambda _: False,
    ) -> list[tuple[Key, Event]]:
        """A message came, by a transport that loses nothing or not. `refuses` is asked for each new call."""
        if isinstance(message, Response):
            return self._received_response(message, now_s)
        key = server_key(message)
        transaction = self._running.get(key)
        if isinstance(transaction, ServerInvite | ServerRequest):
            return self._run(key, transaction, transaction.received(message), now_s)
        if message.method == "ACK":
            return [(key, Stray(message))]
        if len(self._running) >= (self._limit if _begins_something(message) else 2 * self._limit):
            return [(key, Overloaded(message))]
        if message.method == "INVITE" and message.to.tag is None and refuses(now_s):
            return [(key, Overloaded(message))]
        return self._arrived(key, message, now_s, reliable=reliable)

    def _received_response(self, response: Response, now_s: float) -> list[tuple[Key, Event]]:
        key = client_key(response)
        transaction = self._running.get(key)
        if isinstance(transaction, ClientInvite | ClientRequest):
            return self._run(key, transaction, transaction.received(response), now_s)
        return [(key, Stray(response))]

    def _arrived(
        self, key: Key, request: Request, now_s: float, *, reliable: bool
    ) -> list[tuple[Key, Event]]:
        twin = twin_key(request)
        is_twin = twin is not None and twin in self._twins
        if twin is not None:
            self._twins.setdefault(twin, key)
        if request.method == "INVITE":
            invite = ServerInvite(request, reliable=reliable, times=self._times)
            self._running[key] = invite
            return [*self._run(key, invite, invite.begin(), now_s), (key, Arrived(request, is_twin=is_twin))]
        self._running[key] = ServerRequest(request, reliable=reliable, times=self._times)
        cancels = cancelled_key(request) if request.method == "CANCEL" else None
        if not isinstance(self._running.get(cancels) if cancels else None, ServerInvite):
            cancels = None
        return [(key, Arrived(request, cancels, is_twin))]

    def request(
        self, request: Request, now_s: float, *, reliable: bool
    ) -> tuple[Key, list[tuple[Key, Event]]]:
        """Sends a request of ours, whose top Via has a branch of its own; the answers come with this key.

        An ACK is no transaction: it goes to the transport as it is.
        """
        key = client_key(request)
        if key in self._running or request.method == "ACK":
            raise ValueError("a request has a branch of its own, and an ACK is no transaction")
        kind = ClientInvite if request.method == "INVITE" else ClientRequest
        transaction = kind(request, reliable=reliable, times=self._times)
        self._running[key] = transaction
        return key, self._run(key, transaction, transaction.begin(), now_s)

    def respond(self, key: Key, response: Response, now_s: float) -> list[tuple[Key, Event]]:
        """Answers a request that arrived.

        Raises AlreadyAnswered when a final answer was sent before, KeyError when the transaction is over.
        """
        transaction = self._running[key]
        if not isinstance(transaction, ServerInvite | ServerRequest):
            raise KeyError(key)
        return self._run(key, transaction, transaction.send(response), now_s)

    def transport_failed(self, key: Key, now_s: float) -> list[tuple[Key, Event]]:
        """What a transaction sent could not be sent."""
        transaction = self._running.get(key)
        if transaction is None:
            return []
        return self._run(key, transaction, transaction.transport_failed(), now_s)

    def give_up(self, key: Key, now_s: float) -> list[tuple[Key, Event]]:
        """A request of ours that was cancelled, and that nobody answers (9.1): it counts as one in vain."""
        transaction = self._running.get(key)
        if not isinstance(transaction, ClientInvite | ClientRequest):
            return []
        return self._run(key, transaction, transaction.give_up(), now_s)

    @property
    def next_due_s(self) -> float | None:
        """When `due` has something to do, None for never."""
        return self._due[0][0] if self._due else None

    def due(self, now_s: float) -> list[tuple[Key, Event]]:
        """What the timers that came to their end by now do."""
        events: list[tuple[Key, Event]] = []
        while self._due and self._due[0][0] <= now_s:
            _, _, key, timer, transaction = heapq.heappop(self._due)
            if self._running.get(key) is transaction:
                # from now, not from when it was due: after a stall nothing goes out in a burst
                events += self._run(key, transaction, transaction.fired(timer), now_s)
        return events

    def _run(
        self, key: Key, transaction: Transaction, facts: list[Fact], now_s: float
    ) -> list[tuple[Key, Event]]:
        events: list[tuple[Key, Event]] = []
        for fact in facts:
            if isinstance(fact, Start):
                due_s = now_s + fact.after_s
                if fact.timer in _ENDINGS:
                    due_s = math.ceil(due_s / _TOGETHER_S) * _TOGETHER_S
                entry = (due_s, next(self._order), key, fact.timer, transaction)
                heapq.heappush(self._due, entry)
                continue
            if isinstance(fact, Over):
                self._forget(key, transaction)
            events.append((key, fact))
        return events

    def _forget(self, key: Key, transaction: Transaction) -> None:
        del self._running[key]
        if isinstance(transaction, ServerInvite | ServerRequest):
            twin = twin_key(transaction.request)
            if twin is not None and self._twins.get(twin) == key:
                del self._twins[twin]


def _begins_something(request: Request) -> bool:
    return request.method != "CANCEL" and request.to.tag is None
