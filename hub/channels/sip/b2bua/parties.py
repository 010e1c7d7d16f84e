"""Who takes part in a call, what they are called in its sound, and who hears whom."""

from dataclasses import dataclass

from hub.channels.sip.headers import Replaces
from hub.channels.sip.leg import Leg
from hub.domain.ids import UserId
from hub.domain.reservation import Reservation

CLIENT, AGENT, THIRD = "client", "agent", "third"
NOBODY: frozenset[str] = frozenset()


def heard_by(pair: tuple[str, str]) -> dict[str, frozenset[str]]:
    """Two who hear each other; the others of the call hear nobody."""
    one, other = pair
    rest = {leg: NOBODY for leg in (CLIENT, AGENT, THIRD) if leg not in pair}
    return {one: frozenset({other}), other: frozenset({one}), **rest}


def is_named(leg: Leg, replaces: Replaces) -> bool:
    """Whether a Replaces that reached us means the dialog of this leg (RFC 3891, 3): its To tag is ours."""
    ours = leg.replaces  # as the other side would be told of it: both tags the other way round
    return (replaces.call_id, replaces.to_tag, replaces.from_tag) == (
        ours.call_id,
        ours.from_tag,
        ours.to_tag,
    )


@dataclass(slots=True, kw_only=True)
class Ringing:
    """An agent who has been asked. `leg` is None until the card was shown; `accepted` when the console said yes."""

    reservation: Reservation
    leg: Leg | None = None
    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Talking:
    """The agent on the line; `name` is what their leg is called in the sound: a colleague who was asked first, and
    took the client over, keeps theirs."""

    agent_id: UserId
    leg: Leg
    name: str = AGENT
