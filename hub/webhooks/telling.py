"""From a committed event to what an outsider is told of it: ids and states, no names, addresses or texts."""

import json
from datetime import datetime
from typing import Any

from hub.domain.events import (
    DeliveryChanged,
    Event,
    InteractionClosed,
    InteractionOpened,
    ReservationEnded,
    ReservationOffered,
    TouchStored,
    WorkStepped,
)
from hub.domain.interaction import Interaction
from hub.domain.touch import Direction
from hub.domain.work import WorkItem

Told = tuple[str, datetime | None, dict[str, Any]]
"""Name of the event, when it happened (None: now), and what is told."""


def told_of(event: Event) -> Told | None:
    """What is told of `event`, or None when nobody outside may hear of it."""
    match event:
        case InteractionOpened(interaction=interaction):
            return "interaction.opened", interaction.opened_at, _interaction(interaction)
        case InteractionClosed(interaction=interaction):
            outcome = interaction.disposition.code if interaction.disposition else None
            return (
                "interaction.closed",
                interaction.closed_at,
                _interaction(interaction) | {"outcome": outcome},
            )
        case TouchStored(touch=touch):
            name = "touch.received" if touch.direction is Direction.INBOUND else "touch.written"
            told = {
                "touch_id": touch.id,
                "interaction_id": touch.interaction_id,
                "person_id": touch.person_id,
                "seq": touch.seq,
                "channel": touch.channel,
                "direction": touch.direction.value,
                "kind": touch.kind.value,
                "attachments": len(touch.attachments),
            }
            return name, touch.at, told
        case DeliveryChanged():
            return (
                "reply.delivery_changed",
                None,
                {
                    "touch_id": event.touch_id,
                    "interaction_id": event.interaction_id,
                    "seq": event.seq,
                    "delivery": event.delivery.value,
                },
            )
        case WorkStepped(item=item, reason=reason):
            return "work.changed", item.state_at, _item(item) | {"reason": reason}
        case ReservationOffered(reservation=offer, item=item):
            return "work.offered", offer.offered_at, _item(item) | {"offered_to": offer.agent_id}
        case ReservationEnded(reservation=offer, item=item):
            told = _item(item) | {"offered_to": offer.agent_id, "outcome": offer.state.value}
            return "work.offer_ended", offer.answered_at or offer.ended_at, told
        case _:
            return None


def body_of(delivery_id: str, name: str, at: datetime, told: dict[str, Any]) -> str:
    """The body as it is sent, and signed, at every attempt."""
    return json.dumps(
        {"id": delivery_id, "event": name, "at": _instant(at), "data": told}, ensure_ascii=False
    )


def _interaction(interaction: Interaction) -> dict[str, Any]:
    return {
        "interaction_id": interaction.id,
        "person_id": interaction.person_id,
        "channel": interaction.channel,
        "queue_id": interaction.queue_id,
        "language": interaction.language,
        "state": interaction.state.value,
    }


def _item(item: WorkItem) -> dict[str, Any]:
    return {
        "work_item_id": item.id,
        "interaction_id": item.interaction_id,
        "queue_id": item.queue_id,
        "channel": item.channel,
        "state": item.state.value,
        "agent_id": item.agent_id,
    }


def _instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
