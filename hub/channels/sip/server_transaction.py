"""The transactions of requests that come: INVITE (17.2.1 with RFC 6026) and all others (17.2.2)."""

from enum import Enum, auto

from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.transaction import (
    TIMES,
    Acknowledged,
    Fact,
    Failed,
    Over,
    Reason,
    Send,
    Start,
    Timer,
    Times,
)


class State(Enum):
    """Where a transaction stands; an INVITE begins in PROCEEDING, all others in TRYING."""

    TRYING = auto()
    PROCEEDING = auto()
    COMPLETED = auto()
    CONFIRMED = auto()
    ACCEPTED = auto()
    """We sent a 2xx: its repetitions are the dialog's (13.3.1.4), those of the INVITE end here (RFC 6026)."""
    TERMINATED = auto()


class AlreadyAnswered(Exception):
    """A final answer was sent before: this one is not. Two sides of a race; who lost does nothing."""


class ServerInvite:
    """An INVITE that came. It is told 100 at once, so that it is not sent again while we think."""

    def __init__(self, request: Request, *, reliable: bool, times: Times = TIMES) -> None:
        self.request = request
        self.state = State.PROCEEDING
        self._reliable = reliable
        self._times = times
        self._pause_s = times.t1_s
        self._last = response_to(request.fields, 100)

    @property
    def is_over(self) -> bool:
        """Whether it is at its end."""
        return self.state is State.TERMINATED

    @property
    def may_be_cancelled(self) -> bool:
        """Whether a CANCEL still changes anything: no final answer was sent (9.2)."""
        return self.state is State.PROCEEDING

    def begin(self) -> list[Fact]:
        """The 100 goes out."""
        return [Send(self._last)]

    def received(self, request: Request) -> list[Fact]:
        """The INVITE came again, or an ACK of this transaction."""
        if request.method == "ACK":
            return self._acknowledged(request)
        if self.state in (State.PROCEEDING, State.COMPLETED):
            return [Send(self._last, again=True)]
        return []

    def _acknowledged(self, ack: Request) -> list[Fact]:
        if self.state is State.ACCEPTED:
            return [Acknowledged(ack)]
        if self.state is not State.COMPLETED:
            return []
        if self._reliable:
            self.state = State.TERMINATED
            return [Over()]
        self.state = State.CONFIRMED
        return [Start(Timer.I, self._times.t4_s)]

    def send(self, response: Response) -> list[Fact]:
        """Our answer. A further 2xx is one that goes again. Raises AlreadyAnswered."""
        if self.state is State.ACCEPTED and response.is_success:
            return [Send(response, again=True)]
        if self.state is not State.PROCEEDING:
            raise AlreadyAnswered
        self._last = response
        if not response.is_final:
            return [Send(response)]
        if response.is_success:
            self.state = State.ACCEPTED
            return [Send(response), Start(Timer.L, self._times.patience_s)]
        self.state = State.COMPLETED
        again = [] if self._reliable else [Start(Timer.G, self._pause_s)]
        return [Send(response), *again, Start(Timer.H, self._times.patience_s)]

    def fired(self, timer: Timer) -> list[Fact]:
        """A timer came to its end."""
        match timer, self.state:
            case Timer.G, State.COMPLETED:
                self._pause_s = min(2 * self._pause_s, self._times.t2_s)
                return [Send(self._last, again=True), Start(Timer.G, self._pause_s)]
            case Timer.H, State.COMPLETED:
                self.state = State.TERMINATED
                return [Failed(Reason.TIMEOUT), Over()]
            case (Timer.I, State.CONFIRMED) | (Timer.L, State.ACCEPTED):
                self.state = State.TERMINATED
                return [Over()]
        return []

    def transport_failed(self) -> list[Fact]:
        """An answer could not be sent: its user is told, and the transaction stays (RFC 6026, 7.1)."""
        return [] if self.is_over else [Failed(Reason.TRANSPORT)]


class ServerRequest:
    """Any other request that came, but an ACK. Nothing is sent before there is an answer."""

    def __init__(self, request: Request, *, reliable: bool, times: Times = TIMES) -> None:
        self.request = request
        self.state = State.TRYING
        self._reliable = reliable
        self._times = times
        self._last: Response | None = None

    @property
    def is_over(self) -> bool:
        """Whether it is at its end."""
        return self.state is State.TERMINATED

    def received(self, request: Request) -> list[Fact]:  # noqa: ARG002 - a repetition says nothing new
        """The request came again."""
        if self._last is None or self.is_over:
            return []
        return [Send(self._last, again=True)]

    def send(self, response: Response) -> list[Fact]:
        """Our answer. Raises AlreadyAnswered."""
        if self.state not in (State.TRYING, State.PROCEEDING):
            raise AlreadyAnswered
        self._last = response
        if not response.is_final:
            self.state = State.PROCEEDING
            return [Send(response)]
        if self._reliable:
            self.state = State.TERMINATED
            return [Send(response), Over()]
        self.state = State.COMPLETED
        return [Send(response), Start(Timer.J, self._times.patience_s)]

    def fired(self, timer: Timer) -> list[Fact]:
        """A timer came to its end."""
        if timer is Timer.J and self.state is State.COMPLETED:
            self.state = State.TERMINATED
            return [Over()]
        return []

    def transport_failed(self) -> list[Fact]:
        """The answer could not be sent."""
        if self.is_over:
            return []
        self.state = State.TERMINATED
        return [Failed(Reason.TRANSPORT), Over()]
