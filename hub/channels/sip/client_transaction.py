"""The transactions of requests that we send: INVITE (17.1.1 with RFC 6026) and all others (17.1.2)."""

from enum import Enum, auto

from hub.channels.sip.message import Request, Response
from hub.channels.sip.transaction import (
    TIMES,
    Answered,
    Fact,
    Failed,
    Over,
    Reason,
    Send,
    Start,
    Timer,
    Times,
    ack_of,
)


class State(Enum):
    """Where a transaction stands; an INVITE begins in CALLING, all others in TRYING."""

    CALLING = auto()
    TRYING = auto()
    PROCEEDING = auto()
    COMPLETED = auto()
    ACCEPTED = auto()
    """A 2xx came; more of them may, from other branches (RFC 6026)."""
    TERMINATED = auto()


class ClientInvite:
    """An INVITE that we sent. The ACK to a 2xx is its user's; the ACK to any other final answer is sent here."""

    def __init__(self, request: Request, *, reliable: bool, times: Times = TIMES) -> None:
        self.request = request
        self.state = State.CALLING
        self._reliable = reliable
        self._times = times
        self._pause_s = times.t1_s
        self._ack: Request | None = None

    @property
    def is_over(self) -> bool:
        """Whether it is at its end."""
        return self.state is State.TERMINATED

    @property
    def may_be_cancelled(self) -> bool:
        """Whether a CANCEL would find it: before a provisional answer it may overtake the INVITE (9.1)."""
        return self.state is State.PROCEEDING

    def begin(self) -> list[Fact]:
        """The INVITE goes out; over UDP it will go again."""
        again = [] if self._reliable else [Start(Timer.A, self._pause_s)]
        return [Send(self.request), *again, Start(Timer.B, self._times.patience_s)]

    def received(self, response: Response) -> list[Fact]:
        """An answer came."""
        if self.state in (State.CALLING, State.PROCEEDING):
            return self._answered(response)
        if self.state is State.ACCEPTED and response.is_success:
            return [Answered(response)]
        if self.state is State.COMPLETED and response.is_final and not response.is_success:
            assert self._ack is not None
            return [Send(self._ack, again=True)]
        return []

    def _answered(self, response: Response) -> list[Fact]:
        if not response.is_final:
            self.state = State.PROCEEDING
            return [Answered(response)]
        if response.is_success:
            self.state = State.ACCEPTED
            return [Answered(response), Start(Timer.M, self._times.patience_s)]
        self._ack = ack_of(self.request, response)
        if self._reliable:
            self.state = State.TERMINATED
            return [Send(self._ack), Answered(response), Over()]
        self.state = State.COMPLETED
        return [Send(self._ack), Answered(response), Start(Timer.D, max(32.0, self._times.patience_s))]

    def fired(self, timer: Timer) -> list[Fact]:
        """A timer came to its end."""
        match timer, self.state:
            case Timer.A, State.CALLING:
                self._pause_s *= 2
                return [Send(self.request, again=True), Start(Timer.A, self._pause_s)]
            case Timer.B, State.CALLING:
                self.state = State.TERMINATED
                return [Failed(Reason.TIMEOUT), Over()]
            case (Timer.D, State.COMPLETED) | (Timer.M, State.ACCEPTED):
                self.state = State.TERMINATED
                return [Over()]
        return []

    def give_up(self) -> list[Fact]:
        """A CANCEL was sent 64 · T1 ago, and nobody answered the INVITE (9.1)."""
        if self.state not in (State.CALLING, State.PROCEEDING):
            return []
        self.state = State.TERMINATED
        return [Failed(Reason.TIMEOUT), Over()]

    def transport_failed(self) -> list[Fact]:
        """The INVITE or its ACK could not be sent. A call that was accepted stays so."""
        if self.state in (State.ACCEPTED, State.TERMINATED):
            return []
        self.state = State.TERMINATED
        return [Failed(Reason.TRANSPORT), Over()]


class ClientRequest:
    """Any other request that we sent, but an ACK."""

    def __init__(self, request: Request, *, reliable: bool, times: Times = TIMES) -> None:
        self.request = request
        self.state = State.TRYING
        self._reliable = reliable
        self._times = times
        self._pause_s = times.t1_s

    @property
    def is_over(self) -> bool:
        """Whether it is at its end."""
        return self.state is State.TERMINATED

    def begin(self) -> list[Fact]:
        """The request goes out; over UDP it will go again."""
        again = [] if self._reliable else [Start(Timer.E, self._pause_s)]
        return [Send(self.request), *again, Start(Timer.F, self._times.patience_s)]

    def received(self, response: Response) -> list[Fact]:
        """An answer came."""
        if self.state not in (State.TRYING, State.PROCEEDING):
            return []
        if not response.is_final:
            self.state = State.PROCEEDING
            return [Answered(response)]
        if self._reliable:
            self.state = State.TERMINATED
            return [Answered(response), Over()]
        self.state = State.COMPLETED
        return [Answered(response), Start(Timer.K, self._times.t4_s)]

    def fired(self, timer: Timer) -> list[Fact]:
        """A timer came to its end."""
        match timer, self.state:
            case Timer.E, State.TRYING:
                self._pause_s = min(2 * self._pause_s, self._times.t2_s)
                return [Send(self.request, again=True), Start(Timer.E, self._pause_s)]
            case Timer.E, State.PROCEEDING:
                return [Send(self.request, again=True), Start(Timer.E, self._times.t2_s)]
            case Timer.F, State.TRYING | State.PROCEEDING:
                self.state = State.TERMINATED
                return [Failed(Reason.TIMEOUT), Over()]
            case Timer.K, State.COMPLETED:
                self.state = State.TERMINATED
                return [Over()]
        return []

    def give_up(self) -> list[Fact]:
        """Nobody waits for the answer any more."""
        if self.state not in (State.TRYING, State.PROCEEDING):
            return []
        self.state = State.TERMINATED
        return [Failed(Reason.TIMEOUT), Over()]

    def transport_failed(self) -> list[Fact]:
        """The request could not be sent."""
        if self.state not in (State.TRYING, State.PROCEEDING):
            return []
        self.state = State.TERMINATED
        return [Failed(Reason.TRANSPORT), Over()]
