"""The far side of one call of a phone goes over to another one: an attended transfer by the phone's own keys."""

from collections.abc import Callable
from typing import Protocol

from hub.channels.sip.b2bua.sides import ended
from hub.channels.sip.leg import Leg, LegEvents, LegOver
from hub.channels.sip.refusal import Refused
from hub.ports.media import MediaSession, NoCommonMedia, NoRoom

Then = Callable[[Leg | None, bytes], bool]
"""Told once what became of it: the leg and its answer to the offer, or None. Whether they are still wanted: who waited
for them may be gone. Never blocks."""


class GoesOver(Protocol):
    """A call whose far side may go over to another one."""

    def hand_over(self, offer: bytes, events: LegEvents, then: Then) -> None:
        """Ask them by a re-INVITE, which may take half a minute; `events` is told of their leg once they are taken."""
        ...


async def gone_over(leg: Leg, offer: bytes, then: Then, session: MediaSession, name: str) -> bool:
    """Whether the leg, called `name` in the sound it has been in, was taken. If nobody wants it any more when it
    answers, it comes back to that sound, or is ended when it does not."""
    try:
        answer = await leg.reoffer(offer)
    except (Refused, LegOver):
        then(None, b"")
        return False
    if then(leg, answer):
        return True
    try:
        await session.agreed(name, await leg.reoffer(await session.offered(name)))
    except (Refused, LegOver, NoCommonMedia, NoRoom):
        await ended(leg)
    return False
