"""What an attempt to send means for the reply: sent, later, never, or a person must decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.errors import ChannelRefused, ChannelUnavailable, HubError
from hub.domain.touch import Delivery, Sent
from hub.ports.channel import ChannelSpec, WhoSends
from hub.ports.store import ClaimedReply

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 900.0
JITTER = 0.25
"""Up to this share of a pause is added by chance, so that a server that comes back is not stormed."""

GAVE_UP = "gave_up"
DETAIL_CHARS = 200
SENT_DETAIL_CHARS = 20_000
"""It may name every recipient that was refused, and is read again when a report of others comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the reply stands after an attempt. `detail` is a stable word, and after `: ` what the outside said.

    `retry_at` None of a queued one means: as soon as somebody can send it.
    """

    delivery: Delivery
    detail: str = ""
    provider_id: str = ""
    retry_at: datetime | None = None


def outcome_of(
    result: Sent | Exception, reply: ClaimedReply, spec: ChannelSpec, now: datetime, *, chance: float
) -> Outcome:
    """What follows from the `result` of sending `reply`; `chance` is a random number from 0 to 1.

    Only a ChannelUnavailable says that nothing was taken. After any other error (no answer in time, a broken
    connection, a fault of ours) the client may have it: it is repeated only where that shows it once.
    """
    match result:
        case Sent():
            delivery = Delivery.DELIVERED if result.delivered else Delivery.SENT
            return Outcome(
                delivery=delivery, provider_id=result.external_id, detail=result.detail[:SENT_DETAIL_CHARS]
            )
        case ChannelRefused():
            return Outcome(delivery=Delivery.FAILED, detail=_detail_of(result))
        case ChannelUnavailable():
            return _later(
                reply, spec, now, _detail_of(result), at_least_s=result.retry_after_s, chance=chance
            )
        case _ if spec.idempotent:
            return _later(reply, spec, now, _detail_of(result), at_least_s=0.0, chance=chance)
        case _:
            return Outcome(delivery=Delivery.UNCERTAIN, detail=_detail_of(result))


def retry_pause_s(attempt: int, chance: float) -> float:
    """Seconds to wait after attempt number `attempt`: 1 s · 2^(attempt − 1) and up to a quarter more, 15 min
    at most."""
    doubled = FIRST_RETRY_S * 2.0 ** min(attempt - 1, 10)
    return min(doubled * (1 + JITTER * chance), LONGEST_RETRY_S)


def _later(
    reply: ClaimedReply, spec: ChannelSpec, now: datetime, detail: str, *, at_least_s: float, chance: float
) -> Outcome:
    end = reply.queued_at + timedelta(seconds=spec.limits.give_up_s)
    if now >= end:
        return Outcome(delivery=Delivery.FAILED, detail=f"{GAVE_UP}: {detail}"[:DETAIL_CHARS])
    if spec.who_sends is WhoSends.HOLDING_NODE:
        # it waits for the client, not for a time: whoever comes back gets it at once
        return Outcome(delivery=Delivery.QUEUED, detail=detail)
    pause = timedelta(seconds=max(retry_pause_s(reply.message.attempt, chance), at_least_s))
    return Outcome(delivery=Delivery.QUEUED, detail=detail, retry_at=min(now + pause, end))


def _detail_of(error: Exception) -> str:
    if isinstance(error, HubError):
        return f"{error.stable_code}: {error}"[:DETAIL_CHARS]
    return "no_answer" if isinstance(error, TimeoutError) else "interrupted"
