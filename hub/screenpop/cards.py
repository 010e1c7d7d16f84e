"""Turns an offer into what the agent's window shows: the card, why it came here, until when."""

from datetime import datetime, timedelta

from hub.desk.views import OfferedWorkView, OfferView
from hub.domain.card import ClientCard
from hub.domain.reservation import Reservation
from hub.domain.work import WorkItem, shown_channel


def offered_work(item: WorkItem, queue: str, now: datetime, call_back: str = "") -> OfferedWorkView:
    """The work in an offer; `call_back` is the number that was promised a call."""
    return OfferedWorkView(
        id=item.id,
        interaction_id=item.interaction_id,
        queue=queue,
        channel=shown_channel(item),
        language=item.language,
        waited_s=round(max(0.0, (now - item.first_queued_at).total_seconds()), 3),
        call_back=call_back,
    )


def latency_ms(item: WorkItem, now: datetime) -> float:
    """Touch received → now, in milliseconds. For work that waited in line this holds the wait too."""
    return round(max(0.0, (now - item.received_at).total_seconds() * 1000), 3)


def popped_after_s(
    item: WorkItem, offer: Reservation, asked_until: datetime | None, now: datetime
) -> float | None:
    """How long the card took, in seconds; None for one that had been offered before.

    What came while nobody could be asked could not be shown to anybody: it counts from when this agent was free, and
    had no other offer to answer (`asked_until` is when their last one ended).
    """
    if item.epoch != 1:
        return None
    free_since = offer.offered_at - timedelta(seconds=offer.why.idle_s)
    since = max(item.received_at, item.first_queued_at, free_since, asked_until or free_since)
    return max(0.0, (now - since).total_seconds())


def offer_view(
    offer: Reservation, item: WorkItem, card: ClientCard, queue: str, now: datetime, call_back: str = ""
) -> OfferView:
    """An offer as a snapshot shows it."""
    return OfferView(
        reservation_id=offer.id,
        work_item=offered_work(item, queue, now, call_back),
        offered_at=offer.offered_at,
        expires_at=offer.expires_at,
        card=card,
        why=offer.why,
        latency_ms=latency_ms(item, now),
    )
