"""The filter of the log as words of an address: `queue=…&outcome=abandoned&from=2026-01-31`."""

from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from hub.domain.errors import Invalid
from hub.domain.service_level import Outcome
from hub.domain.text_times import ClockKind
from hub.domain.touch import Direction
from hub.domain.work import OPEN_STATES, WAITING_STATES, WorkState
from hub.insight.log import LogFilter, LogOrder, ShortAbandons
from hub.insight.periods import instant_of

_MOST_VALUES = 50
_STATES = {
    "open": tuple(sorted(OPEN_STATES)),
    "waiting": tuple(sorted(WAITING_STATES)),
    "closed": tuple(sorted(set(WorkState) - OPEN_STATES)),
    **{state.value: (state,) for state in WorkState},
}
_E = TypeVar("_E", bound=StrEnum)


def filter_of(
    zone: ZoneInfo,
    *,
    queue: str = "",
    agent: str = "",
    channel: str = "",
    direction: str = "",
    state: str = "",
    outcome: str = "",
    disposition: str = "",
    language: str = "",
    tier: str = "",
    person: str = "",
    tag: str = "",
    from_: str = "",
    to: str = "",
    waited_from: float | None = None,
    waited_below: float | None = None,
    in_time: bool | None = None,
    handled: bool | None = None,
    rated: bool | None = None,
    failed: bool | None = None,
    score: str = "",
    short: str = "",
    late: str = "",
    q: str = "",
) -> LogFilter:
    """The filter that these words of an address mean. Raises Invalid with the word's name."""
    return LogFilter(
        queues=_listed(queue, "queue"),
        agents=_listed(agent, "agent"),
        channels=_listed(channel, "channel"),
        directions=tuple(_choice(Direction, word, "direction") for word in _listed(direction, "direction")),
        states=tuple(
            dict.fromkeys(s for word in _listed(state, "state") for s in _known(_STATES, word, "state"))
        ),
        outcomes=tuple(_choice(Outcome, word, "outcome") for word in _listed(outcome, "outcome")),
        dispositions=_listed(disposition, "disposition"),
        languages=_listed(language, "language"),
        tiers=_listed(tier, "tier"),
        persons=_listed(person, "person"),
        tags=_listed(tag, "tag"),
        from_at=instant_of(from_, zone, field="from") if from_ else None,
        to_at=instant_of(to, zone, field="to", is_end=True) if to else None,
        waited_from_s=waited_from,
        waited_below_s=waited_below,
        in_time=in_time,
        handled=handled,
        rated=rated,
        failed=failed,
        scores=tuple(_score(word) for word in _listed(score, "score")),
        short=_choice(ShortAbandons, short, "short"),
        late=tuple(_choice(ClockKind, word, "late") for word in _listed(late, "late")),
        text=q.strip(),
    )


def asked_by(query: str, zone: ZoneInfo) -> tuple[LogFilter, LogOrder, bool]:
    """The filter, the order and whether it descends, of an address's query. What is not ours is left out.

    Raises Invalid for a word that means nothing.
    """
    words = dict(parse_qsl(query))
    texts = {f"{k}_" if k == "from" else k: words[k] for k in _TEXTS if k in words}
    seconds = {k: _seconds(words[k], k) for k in ("waited_from", "waited_below") if k in words}
    flags = {k: _flag(words[k], k) for k in ("in_time", "handled", "rated", "failed") if k in words}
    wanted = filter_of(zone, **texts, **seconds, **flags)  # type: ignore[arg-type] # the names decide the types
    order = _choice(LogOrder, words.get("order", LogOrder.START), "order")
    return wanted, order, words.get("dir") != "asc"


_TEXTS = (
    "queue", "agent", "channel", "direction", "state", "outcome", "disposition", "language", "tier", "person", "tag",
    "from", "to", "score", "short", "late", "q",
)  # fmt: skip
_FLAGS = {"true": True, "false": False}


def _seconds(word: str, field: str) -> float:
    try:
        found = float(word)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 10_000_000:
        raise Invalid("is a number of seconds", field=field, code="unknown_choice")
    return found


def _flag(word: str, field: str) -> bool:
    if word not in _FLAGS:
        raise Invalid("is true or false", field=field, code="unknown_choice")
    return _FLAGS[word]


def _listed(words: str, field: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word for word in (part.strip() for part in words.split(",")) if word))
    if len(found) > _MOST_VALUES:
        raise Invalid(f"at most {_MOST_VALUES} values", field=field, code="too_many_values")
    return found


def _score(word: str) -> int:
    if word not in {"1", "2", "3", "4", "5"}:
        raise Invalid("is 1 to 5", field="score", code="unknown_choice")
    return int(word)


def _choice(kind: type[_E], word: str, field: str) -> _E:
    try:
        return kind(word)
    except ValueError:
        raise Invalid(f"is none of {', '.join(kind)}", field=field, code="unknown_choice") from None


def _known(table: dict[str, tuple[WorkState, ...]], word: str, field: str) -> tuple[WorkState, ...]:
    if word not in table:
        raise Invalid(f"is none of {', '.join(table)}", field=field, code="unknown_choice")
    return table[word]
