"""Writing cards to consoles from inside a hub: its streams beside `write(2)` of the same bytes, to the same sockets."""

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bench.harness import Compared
from hub.desk.views import OfferedWorkView
from hub.domain.card import CardIdentity, CardTouch, ClientCard
from hub.domain.ids import InteractionId, PersonId
from hub.domain.person import Confidence, IdentityKind, Tier
from hub.domain.reservation import Why
from hub.domain.touch import Direction
from hub.ids import new_id
from hub.outgoing import Outgoing, framed
from hub.screenpop.frames import ReservationOfferedFrame
from hub.screenpop.sessions import Stream, Streams, encode

_TURNS = 5
"""Times everybody is written to in one leg."""


async def measured(streams: Streams, rounds: int) -> dict[str, tuple[list[float], list[float]]]:
    """Microseconds of CPU a push, ours and raw, round by round, for each way to push."""
    present = streams.present()
    sockets = [_descriptor(stream) for stream in present]
    cards = [_card(n) for n in range(len(present))]
    encoded = [encode(card) for card in cards]
    to_all = encoded[0]
    pieces = [framed(frame) for frame in encoded]
    piece_to_all = framed(to_all)

    def raw() -> None:
        for descriptor, frame in zip(sockets, pieces, strict=True):
            os.write(descriptor, frame)

    def raw_to_all() -> None:
        for descriptor in sockets:
            os.write(descriptor, piece_to_all)

    def targeted() -> None:
        for stream, frame in zip(present, encoded, strict=True):
            stream.send_encoded(frame)

    def from_parts() -> None:
        for stream, card in zip(present, cards, strict=True):
            stream.send(card)

    def fan_out() -> None:
        for stream in present:
            stream.send_encoded(to_all)

    return {
        "targeted": await _rounds(targeted, raw, len(present), rounds),
        "encoded": await _rounds(from_parts, raw, len(present), rounds),
        "fan_out": await _rounds(fan_out, raw_to_all, len(present), rounds),
    }


async def _rounds(
    ours: Callable[[], None], raw: Callable[[], None], pushes: int, rounds: int
) -> tuple[list[float], list[float]]:
    compared = Compared()
    await _leg(raw, pushes)
    await _leg(ours, pushes)
    for _ in range(rounds):
        legs = [await _leg(action, pushes) for action in (raw, ours, ours, raw)]
        compared.add((legs[1] + legs[2]) / 2, (legs[0] + legs[3]) / 2)
    return compared.ours, compared.raw


async def _leg(action: Callable[[], None], pushes: int) -> float:
    spent = 0.0
    for _ in range(_TURNS):
        before = time.thread_time()
        action()
        await asyncio.sleep(0)  # the loop may write only at the end of its turn
        await asyncio.sleep(0)
        spent += time.thread_time() - before
        await asyncio.sleep(0.1)  # the consoles read
    return spent / (_TURNS * pushes) * 1e6


def _card(number: int) -> ReservationOfferedFrame:
    now = datetime.now(UTC)
    said = [
        CardTouch(
            interaction_id=InteractionId(new_id()),
            seq=3 * n + 1,
            channel="webchat",
            direction=Direction.INBOUND,
            at=now - timedelta(days=n),
            text=f"Good morning, my order {number} has not arrived yet, could you please look?",
        )
        for n in range(2)
    ]
    return ReservationOfferedFrame(
        seq=0,
        reservation_id=new_id(),
        work_item=OfferedWorkView(
            id=new_id(),
            interaction_id=new_id(),
            queue="support",
            channel="webchat",
            language="en",
            waited_s=1.5,
        ),
        offered_at=now,
        expires_at=now + timedelta(seconds=20),
        card=ClientCard(
            person_id=PersonId(new_id()),
            name=f"Ivan Petrov {number}",
            organization="Acme",
            tier=Tier.GOLD,
            language="ru",
            first_seen_at=now - timedelta(days=90),
            interactions=7,
            last_agent="Anna",
            identities=(
                CardIdentity(
                    kind=IdentityKind.PHONE, value="+79161234567", display="", confidence=Confidence.KNOWN
                ),
            ),
            recent=tuple(said),
            about={"page": "https://shop.example/kettles/7"},
        ),
        why=Why(reason="least_loaded", chosen="Anna", idle_s=12.5, considered=9, could=3),
        latency_ms=4.2,
    )


def _descriptor(stream: Stream) -> int:
    (reader,) = stream.readers
    socket: Any = cast(Outgoing, reader)._transport.get_extra_info("socket")
    return int(socket.fileno())
