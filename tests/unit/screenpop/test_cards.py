"""How long a card took counts from when its work had come and its agent could be asked."""

from dataclasses import replace

import pytest

from hub.domain.ids import InteractionId, ReservationId, UserId
from hub.domain.reservation import Reservation, ReservationState, Why
from hub.screenpop.cards import popped_after_s
from tests.unit.routing.made_up import SUPPORT, at, chat, offered

ANNA = UserId("anna")
ITEM = offered(chat("w1", queued_s=100), ANNA)


def offer(*, offered_s: float, idle_s: float) -> Reservation:
    return Reservation(
        id=ReservationId("r1"),
        tenant_id=ITEM.tenant_id,
        work_item_id=ITEM.id,
        interaction_id=InteractionId("w1"),
        queue_id=SUPPORT,
        agent_id=ANNA,
        state=ReservationState.OFFERED,
        epoch=1,
        offered_at=at(offered_s),
        expires_at=at(offered_s + 20),
        why=Why(reason="only_one", chosen="Anna", idle_s=idle_s, considered=1, could=1),
    )


@pytest.mark.parametrize(
    ("offered_s", "idle_s", "asked_until_s", "took_s"),
    [
        (100.2, 60, None, 0.5),  # she was free when it came
        (120, 5, None, 5.3),  # free since 115
        (120.5, 60, 120.4, 0.4),  # an offer that she did not answer took her until 120.4
        (120.5, 60, 90, 20.8),  # that was long before: the hub was slow
    ],
)
def test_it_counts_from_when_she_could_be_asked(
    offered_s: float, idle_s: float, asked_until_s: float | None, took_s: float
) -> None:
    made = offer(offered_s=offered_s, idle_s=idle_s)
    until = None if asked_until_s is None else at(asked_until_s)
    took = popped_after_s(ITEM, made, until, at(offered_s + 0.3))
    assert took == pytest.approx(took_s)


def test_work_that_was_offered_before_counts_no_more() -> None:
    again = replace(ITEM, epoch=2)
    assert popped_after_s(again, offer(offered_s=130, idle_s=60), None, at(131)) is None
