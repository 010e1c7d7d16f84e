"""How long clients waited for words: the gaps between their messages and an agent's answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.ids import InteractionId
from hub.domain.service_level import ratio
from hub.domain.touch import Direction
from hub.ports.insight import TouchMark


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseGap:
    """From the first message nobody had answered yet to the agent's next one, if there is one.

    `first` is the gap that opened the interaction; where one of us wrote first, there is none.
    """

    interaction_id: InteractionId
    asked_at: datetime
    answered_at: datetime | None
    first: bool


def response_gaps(marks: Iterable[TouchMark]) -> list[ResponseGap]:
    """The gaps of each interaction, in order. What a program sent answers nothing; notes are not messages.

    `marks` of one interaction are in the order of `seq`.
    """
    asked: dict[InteractionId, datetime] = {}
    seen: set[InteractionId] = set()
    gaps = []

    def gap(interaction_id: InteractionId, asked_at: datetime, answered_at: datetime | None) -> ResponseGap:
        first = interaction_id not in seen
        seen.add(interaction_id)
        return ResponseGap(
            interaction_id=interaction_id, asked_at=asked_at, answered_at=answered_at, first=first
        )

    for mark in marks:
        if mark.direction is Direction.INBOUND:
            asked.setdefault(mark.interaction_id, mark.at)
        elif mark.direction is Direction.OUTBOUND and mark.by_agent:
            asked_at = asked.pop(mark.interaction_id, None)
            if asked_at is None:
                seen.add(mark.interaction_id)  # ours was the first word, or one more after an answer
            else:
                gaps.append(gap(mark.interaction_id, asked_at, mark.at))
    gaps += [gap(interaction_id, asked_at, None) for interaction_id, asked_at in asked.items()]
    return gaps


def mean_response_s(gaps: Sequence[ResponseGap], as_of: datetime, *, first: bool) -> float | None:
    """The mean of the first (or of the later) gaps that were answered by `as_of`; None without any."""
    lengths = [
        max(0.0, (gap.answered_at - gap.asked_at).total_seconds())
        for gap in gaps
        if gap.first is first and gap.answered_at is not None and gap.answered_at <= as_of
    ]
    return ratio(sum(lengths), len(lengths))
