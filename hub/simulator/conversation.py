"""One simulated client's side of a conversation, without I/O: frames and the time go in, frames come out.

The shell (`client.py`) asks `due` what to send now, sleeps until `next_at` or the next frame, and tells
`heard`. Nothing that was written is given up before it is acknowledged: it goes out again, under the same
id, after a nack and after each new connection.
"""

from collections.abc import Callable
from enum import StrEnum
from math import inf

from hub.channels.webchat.frames import (
    AckFrame,
    AgentFrame,
    ClosedFrame,
    ErrorFrame,
    FieldView,
    HelloFrame,
    HubFrame,
    MessageFrame,
    NackFrame,
    VisitorForm,
    VisitorFrame,
    VisitorGot,
    VisitorHello,
    VisitorLeave,
    VisitorMessage,
    VisitorTyping,
)
from hub.domain.site import FormFieldKind
from hub.simulator.plan import Visit

LAST_ACKS_S = 5.0
"""How long a client whose time is up still waits for acknowledgements."""

_READ_CHARS_PER_S = 30.0
_LONGEST_RETRY_S = 60.0

_ASK_AGAIN = {
    "en": "Hello? Is anybody there?",
    "ru": "Алло, вы ещё здесь?",
    "tr": "Merhaba, orada mısınız?",
}


class End(StrEnum):
    """How a visit ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    TIME_UP = "time_up"


class Conversation:
    """A visit as it goes. Times are monotonic seconds; `until` is when the client's time is up, whatever
    happens.

    `sent` counts messages, `resent` their repeats, `acked` acknowledgements, `answers` what agents wrote.
    `session` is the token of an earlier visit. `rateable` is the conversation that may be rated.
    """

    def __init__(
        self, visit: Visit, *, new_id: Callable[[], str], until: float = inf, session: str | None = None
    ) -> None:
        self.visit = visit
        self.end: End | None = None
        self.refusal = ""
        self.sent = self.resent = self.acked = self.answers = 0
        self._new_id = new_id
        self._until = until
        self._session = session
        self._began = False
        self._form: VisitorForm | None = None
        self._files: tuple[str, ...] = ()
        self._carries = False
        self.rateable = ""
        self._last_seq = 0
        self._unsaid = [text for turn in visit.script.client_turns() for text in turn]
        self._turns = [len(turn) for turn in visit.script.client_turns()]
        self._unacked: dict[str, VisitorMessage] = {}
        self._retry_at: dict[str, float] = {}
        self._got: int | None = None
        self._connected = False
        self._type_at = self._say_at = inf
        self._gives_up_at = inf
        self._leaves_at = inf
        self._reload_at = inf
        self._asked_again = False
        self._is_up = False

    @property
    def is_unconfirmed(self) -> bool:
        """Whether something was written that the hub has not acknowledged."""
        return bool(self._unacked)

    @property
    def session(self) -> str | None:
        """The token of the session, once the hub has given one."""
        return self._session

    @property
    def is_waiting(self) -> bool:
        """Whether the client has written and not been answered yet."""
        return self.end is None and self.sent > 0 and not self.answers

    @property
    def wants_to_send_a_file(self) -> bool:
        """Whether a picture goes with the first message."""
        return self.visit.photo and self._connected and not self.sent and not self._carries

    def carry(self, file_id: str) -> None:
        """The next message has this file; with an empty id it has none."""
        self._carries = True
        self._files = (file_id,) if file_id else ()

    def hello(self) -> VisitorHello:
        """The first frame of a connection."""
        return VisitorHello(
            session=self._session,
            lang=self.visit.script.language,
            last_seq=self._last_seq if self._began else None,
            name=self.visit.name,
            email=self.visit.email,
            page=self.visit.page,
            referrer=self.visit.referrer,
        )

    def next_at(self) -> float:
        """When `due` may have something again, if nothing is heard before."""
        if not self._connected:
            return self._until
        leaves_at = inf if self._unacked else self._leaves_at  # an acknowledgement will wake the client
        times = (self._type_at, self._say_at, self._gives_up_at, leaves_at, self._reload_at)
        up_at = self._until + LAST_ACKS_S if self._is_up else self._until
        return min(*times, *self._retry_at.values(), up_at)

    def lost(self) -> None:
        """The connection broke: what is not acknowledged goes out again on the next one."""
        self._connected = False
        self._retry_at.clear()
        self._reload_at = inf

    def wants_new_page(self, now: float) -> bool:
        """Whether the client loses the page now, and comes back on a new connection."""
        return self._connected and now >= self._reload_at

    def due(self, now: float) -> list[VisitorFrame]:
        """What to send now."""
        if not self._connected or self.end:
            return []
        if now >= self._until:
            return self._wind_up(now)
        frames: list[VisitorFrame] = self._repeats(now)
        if self._form is not None:
            frames.append(self._form)
            self._form = None
        if self._got is not None:
            frames.append(VisitorGot(seq=self._got))
            self._got = None
        if now >= self._type_at:
            self._type_at = inf
            frames.append(VisitorTyping())
        if now >= self._say_at:
            frames.append(self._message(self._unsaid.pop(0)))
            self._after_message(now)
        if now >= self._leaves_at and not self._unacked:
            self.end = End.ANSWERED
            frames += self._leaving()
        elif now >= self._gives_up_at:
            frames += self._out_of_patience(now)
        return frames

    def heard(self, frame: HubFrame, now: float) -> None:
        """The hub said this."""
        match frame:
            case HelloFrame():
                self._greeted(frame, now)
            case AckFrame():
                if self._unacked.pop(frame.client_msg_id, None) is not None:
                    self.acked += 1
                self._retry_at.pop(frame.client_msg_id, None)
                self._last_seq = max(self._last_seq, frame.seq)
            case NackFrame():
                again_at = now + frame.retry_ms / 1000
                for msg_id in [frame.client_msg_id] if frame.client_msg_id else list(self._unacked):
                    self._retry_at[msg_id] = again_at
            case MessageFrame():
                self._answered(frame.seq, frame.text, now)
            case AgentFrame(name=name) if name:
                self._gives_up_at = max(self._gives_up_at, now + self.visit.patience_s)
            case ClosedFrame(rate=rate):
                self.rateable = "" if rate is None else rate.conversation
                self.end = End.ANSWERED if self.answers else End.ABANDONED
            case ErrorFrame():
                self._refused(frame, now)
            case _:
                pass

    def refuse(self, why: str) -> None:
        """The hub will not have this client."""
        self.end, self.refusal = End.REFUSED, why

    # --- what happens to the client ---

    def _greeted(self, hello: HelloFrame, now: float) -> None:
        is_first, self._began = not self._began, True
        self._session = hello.session
        if hello.site is not None and hello.site.form and not hello.answered:
            self._form = VisitorForm(values={f.key: self._answer(f) for f in hello.site.form})
        if is_first and hello.history:
            self._last_seq = hello.history[-1].seq  # of an earlier visit: nothing to answer to
        self._connected = True
        self._retry_at = dict.fromkeys(self._unacked, now)
        for line in hello.history:
            if line.from_ == "agent":
                self._answered(line.seq, line.text, now)
        if is_first:
            self._type(now, self.visit.think_s)

    def _answer(self, asked: FieldView) -> str:
        match asked.kind:
            case FormFieldKind.NAME:
                return self.visit.name or "?"
            case FormFieldKind.EMAIL:
                return self.visit.email or (
                    f"guest{self.visit.number}@mail.example" if asked.required else ""
                )
            case FormFieldKind.PHONE:
                return f"+90532{self.visit.number % 10**7:07}" if asked.required else ""
            case FormFieldKind.CHOICE:
                return asked.choices[self.visit.number % len(asked.choices)].value
            case FormFieldKind.TEXT:
                return "118" if asked.required else ""

    def _answered(self, seq: int, text: str, now: float) -> None:
        if seq <= self._last_seq:
            return
        self._last_seq = self._got = seq
        self.answers += 1
        if self._say_at != inf:
            return  # already writing
        read_s = len(text) / _READ_CHARS_PER_S
        self._gives_up_at = inf
        if self._turns:
            self._type(now, read_s + self.visit.think_s)
        else:
            self._leaves_at = now + read_s

    def _type(self, now: float, pause_s: float) -> None:
        self._type_at = now + pause_s
        self._say_at = self._type_at + len(self._unsaid[0]) / self.visit.chars_per_s

    def _after_message(self, now: float) -> None:
        self._say_at = inf
        self._turns[0] -= 1
        if self._turns[0]:
            self._type(now, self.visit.think_s)
            return
        self._turns.pop(0)
        if not self._unsaid and self.answers:
            self._leaves_at = now + self.visit.think_s  # thanks were the last word
        else:
            self._gives_up_at = now + self.visit.patience_s
        if self.visit.reload_s is not None and self.sent == 1:
            self._reload_at = now + self.visit.reload_s

    def _out_of_patience(self, now: float) -> list[VisitorFrame]:
        if self.visit.ask_again and not self._asked_again:
            self._asked_again = True
            self._gives_up_at = now + self.visit.patience_s / 2
            return [self._message(_ASK_AGAIN[self.visit.script.language])]
        self.end = End.ANSWERED if self.answers else End.ABANDONED
        return self._leaving()

    def _leaving(self) -> list[VisitorFrame]:
        return [] if self.visit.closes_quietly else [VisitorLeave()]

    def _refused(self, error: ErrorFrame, now: float) -> None:
        retry_s = None if error.retry_ms is None else error.retry_ms / 1000
        if error.client_msg_id in self._unacked and retry_s is not None and retry_s <= _LONGEST_RETRY_S:
            self._retry_at[error.client_msg_id] = now + retry_s
        else:
            self.refuse(error.code)

    def _wind_up(self, now: float) -> list[VisitorFrame]:
        self._type_at = self._say_at = self._gives_up_at = self._leaves_at = self._reload_at = inf
        self._is_up = True
        if not self._unacked or now >= self._until + LAST_ACKS_S:
            self.end = End.ANSWERED if self.answers else End.TIME_UP
            return []
        return self._repeats(now)

    # --- messages ---

    def _message(self, text: str) -> VisitorMessage:
        message = VisitorMessage(client_msg_id=self._new_id(), text=text, files=self._files)
        self._unacked[message.client_msg_id] = message
        self._files = ()
        self.sent += 1
        return message

    def _repeats(self, now: float) -> list[VisitorFrame]:
        again = [msg_id for msg_id, at in self._retry_at.items() if at <= now]
        for msg_id in again:
            del self._retry_at[msg_id]
        self.resent += len(again)
        return [self._unacked[msg_id] for msg_id in again]
