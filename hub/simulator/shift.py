"""What a simulated agent does, without I/O: frames of the console and the time go in, requests come out.

They are not clever: they take what is offered, answer in the client's language from a short list, and close.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

from hub.desk.views import MeView, WorkView
from hub.domain.agent import Wish
from hub.domain.reservation import ReservationState
from hub.domain.touch import Direction
from hub.domain.work import WorkState
from hub.screenpop.frames import (
    Frame,
    MeChanged,
    ReservationEndedFrame,
    ReservationOfferedFrame,
    Resync,
    Snapshot,
    TouchAdded,
    WorkChanged,
    WorkRemoved,
)

REPLIES = {
    "en": (
        "Hello! Thank you for waiting. Let me have a look.",
        "I have found it. One moment, please.",
        "Yes, that is possible. I will arrange it for you right away.",
        "It is done, you will get a confirmation by e-mail in a minute.",
        "Is there anything else I can do for you?",
        "Thank you for writing to us. Have a nice day!",
    ),
    "ru": (
        "Здравствуйте! Спасибо за ожидание, сейчас посмотрю.",
        "Нашла. Ещё минутку, пожалуйста.",
        "Да, это возможно. Сейчас всё оформлю.",
        "Готово, подтверждение придёт на почту в течение минуты.",
        "Могу ещё чем-нибудь помочь?",
        "Спасибо, что написали нам. Хорошего дня!",
    ),
    "tr": (
        "Merhaba! Beklediğiniz için teşekkürler, hemen bakıyorum.",
        "Buldum. Bir dakikanızı rica ediyorum.",
        "Evet, mümkün. Hemen ayarlıyorum.",
        "Tamamdır, onayı bir dakika içinde e-postanıza gelecek.",
        "Yardımcı olabileceğim başka bir şey var mı?",
        "Bize yazdığınız için teşekkürler. İyi günler dileriz!",
    ),
}
OUTCOMES = ("resolved", "resolved", "resolved", "sold")

_SILENCE_S = 45.0
_BACK_AFTER_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A POST to make."""

    path: str
    body: dict[str, str]


@dataclass(slots=True, kw_only=True)
class _Held:
    """A conversation in hand."""

    interaction_id: str
    language: str
    channel: str
    said: int = 0
    answer_at: float = inf
    close_at: float = inf


@dataclass(slots=True, kw_only=True)
class Shift:
    """One agent's shift. `accepted`, `replies` and `closed` count what was asked of the hub."""

    rng: random.Random
    accepted: int = 0
    replies: int = 0
    closed: int = 0
    _accept_at: dict[str, float] = field(default_factory=dict)
    _held: dict[str, _Held] = field(default_factory=dict)
    _available_at: float = inf

    def next_at(self) -> float:
        """When `due` may have something again, if nothing is heard before."""
        held = (at for h in self._held.values() for at in (h.answer_at, h.close_at))
        return min(self._available_at, *self._accept_at.values(), *held, inf)

    def heard(self, frame: Frame, now: float) -> None:
        """The hub said this."""
        match frame:
            case Snapshot(desk=desk) | Resync(desk=desk):
                self._accept_at = {o.reservation_id: self._soon(now) for o in desk.offers}
                kept, self._held = self._held, {}
                for row in desk.work:
                    self._hold(row, now, kept.get(row.work_item_id))
                self._look_at(desk.me, now, 0.0)
            case MeChanged(me=me):
                self._look_at(me, now, _BACK_AFTER_S)
            case ReservationOfferedFrame():
                self._accept_at[frame.reservation_id] = self._soon(now)
            case ReservationEndedFrame():
                self._accept_at.pop(frame.reservation_id, None)
                if frame.state is not ReservationState.ACCEPTED:
                    self._held.pop(frame.work_item_id, None)
            case WorkChanged(work=row):
                self._hold(row, now, self._held.pop(row.work_item_id, None))
            case WorkRemoved():
                self._held.pop(frame.work_item_id, None)
            case TouchAdded(touch=touch) if touch.direction is Direction.INBOUND:
                for held in self._held.values():
                    if held.interaction_id == touch.interaction_id:
                        held.channel = touch.channel  # where the client is now
                        self._answer(held, now)
            case _:
                pass

    def due(self, now: float) -> list[Request]:
        """What to ask of the hub now."""
        return list(self._due(now))

    def _due(self, now: float) -> Iterator[Request]:
        if now >= self._available_at:
            self._available_at = inf
            yield Request(path="/api/v1/agents/me/state", body={"state": "available"})
        for reservation_id in [r for r, at in self._accept_at.items() if at <= now]:
            del self._accept_at[reservation_id]
            self.accepted += 1
            yield Request(path=f"/api/v1/reservations/{reservation_id}/accept", body={})
        for held in self._held.values():
            path = f"/api/v1/interactions/{held.interaction_id}"
            if now >= held.answer_at:
                self.replies += 1
                said = {"channel": held.channel, "text": self._words(held)}
                yield Request(path=f"{path}/touches", body=said)
                held.said += 1
                held.answer_at = inf
                is_last = held.said == len(REPLIES[held.language])
                held.close_at = now + (self.rng.uniform(1, 4) if is_last else _SILENCE_S)
            elif now >= held.close_at:
                self.closed += 1
                held.close_at = inf
                yield Request(path=f"{path}/close", body={"disposition": self.rng.choice(OUTCOMES)})

    def _words(self, held: _Held) -> str:
        words = REPLIES[held.language]
        return words[min(held.said, len(words) - 1)]

    def _hold(self, row: WorkView, now: float, held: _Held | None) -> None:
        if row.state is not WorkState.ASSIGNED:
            return
        if held is None:
            language = row.language if row.language in REPLIES else "en"
            held = _Held(interaction_id=row.interaction_id, language=language, channel=row.channel)
            self._answer(held, now)
        self._held[row.work_item_id] = held

    def _answer(self, held: _Held, now: float) -> None:
        if held.answer_at == inf:
            held.answer_at = now + self.rng.uniform(2.0, 5.0) + len(self._words(held)) / 12
            held.close_at = inf

    def _look_at(self, me: MeView, now: float, wait_s: float) -> None:
        if me.wish == Wish.AVAILABLE:
            self._available_at = inf
        elif self._available_at == inf:
            self._available_at = now + wait_s

    def _soon(self, now: float) -> float:
        return now + self.rng.uniform(1.0, 4.0)
