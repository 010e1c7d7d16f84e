"""Replies in memory, claimed and settled by the rules of the real store."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.errors import Unavailable
from hub.domain.ids import DEFAULT_TENANT, InteractionId, TenantId, TouchId
from hub.domain.touch import DELIVERY_STEPS, Delivery, OutboundMessage
from hub.ports.store import AccountRoom, ClaimedReply, NotReached, SendingUnit
from tests.fakes.clock import FakeClock

START = FakeClock().now()
_UNDECIDED = frozenset({Delivery.QUEUED, Delivery.SENDING})


@dataclass(kw_only=True)
class Reply:
    """One row. `history` has every state it was in."""

    touch_id: TouchId
    channel: str
    account: str
    thread: str
    seq: int
    queued_at: datetime
    delivery: Delivery
    history: list[Delivery]
    detail: str = ""
    provider_id: str = ""
    retry_at: datetime | None = None
    lease_until: datetime | None = None
    attempt: int = 0

    def step(self, to: Delivery, detail: str = "") -> None:
        """Take a step that the domain allows."""
        assert to in DELIVERY_STEPS[self.delivery], f"{self.delivery} to {to}"
        self.delivery, self.detail, self.lease_until = to, detail, None
        self.history.append(to)


class FakeSendingStore:
    """SendingStore of hub/ports/store.py. The next `failing` calls, or `settles_failing` outcomes, are
    refused; a claim has no answer while not `answering`."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.claims = 0
        self.failing = 0
        self.settles_failing = 0
        self.answering = asyncio.Event()
        self.answering.set()

    def queue(
        self,
        name: str,
        *,
        thread: str = "t1",
        channel: str = "chat",
        account: str = "demo",
        queued_at: datetime = START,
    ) -> Reply:
        """A reply the desk has committed."""
        reply = Reply(
            touch_id=TouchId(name),
            channel=channel,
            account=f"{channel}:{account}",
            thread=thread,
            seq=len(self.replies) + 1,
            queued_at=queued_at,
            delivery=Delivery.QUEUED,
            history=[Delivery.QUEUED],
        )
        self.replies[name] = reply
        return reply

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[SendingUnit]:
        """Sending changes nothing but deliveries."""
        raise AssertionError(f"no unit of work is needed to send, of tenant {tenant_id}")

    async def claim(
        self,
        channel: str,
        now: datetime,
        *,
        lease_s: float,
        limit: int,
        threads: Sequence[tuple[str, str]] | None = None,
        room: AccountRoom | None = None,
    ) -> list[ClaimedReply]:
        """The oldest undecided reply of each thread, if it is queued and due."""
        self._refuse_while_failing()
        self.claims += 1
        await self.answering.wait()
        heads: dict[tuple[str, str], Reply] = {}
        for reply in sorted(self.replies.values(), key=lambda r: r.seq):
            if reply.channel == channel and reply.delivery in _UNDECIDED:
                heads.setdefault((reply.account, reply.thread), reply)
        due = [
            reply
            for place, reply in heads.items()
            if reply.delivery is Delivery.QUEUED
            and (reply.retry_at is None or reply.retry_at <= now)
            and (threads is None or place in threads)
        ]
        if room is not None:
            taken: Counter[str] = Counter()
            fitting = []
            for reply in due:
                if taken[reply.account] < room.of(reply.account):
                    taken[reply.account] += 1
                    fitting.append(reply)
            due = fitting
        due = due[:limit]
        for reply in due:
            reply.step(Delivery.SENDING)
            reply.attempt += 1
            reply.lease_until = now + timedelta(seconds=lease_s)
        return [_claimed(reply) for reply in due]

    async def settle_reply(
        self,
        claimed: ClaimedReply,
        delivery: Delivery,
        *,
        now: datetime,
        detail: str = "",
        provider_id: str = "",
        retry_at: datetime | None = None,
        not_reached: NotReached | None = None,
    ) -> bool:
        """Only while the claim is the newest one."""
        if self.settles_failing:
            self.settles_failing -= 1
            raise Unavailable("the disk is full")
        reply = self.replies[claimed.message.touch_id]
        if reply.delivery is not Delivery.SENDING or reply.attempt != claimed.epoch:
            return False
        reply.step(delivery, detail)
        reply.provider_id, reply.retry_at = provider_id, retry_at
        return True

    async def lapsed(
        self,
        now: datetime,
        *,
        repeatable: Sequence[str],
        not_reached: Mapping[str, NotReached] | None = None,
    ) -> int:
        """Claims whose lease ran out."""
        self._refuse_while_failing()
        lost = [r for r in self.replies.values() if r.lease_until is not None and r.lease_until <= now]
        for reply in lost:
            if reply.channel in repeatable:
                reply.step(Delivery.QUEUED)
            else:
                reply.step(Delivery.UNCERTAIN, "interrupted")
        return len(lost)

    async def give_up(
        self, channel: str, *, queued_before: datetime, detail: str, not_reached: NotReached | None = None
    ) -> int:
        """Queued ones older than that."""
        old = [
            r
            for r in self.replies.values()
            if r.channel == channel and r.delivery is Delivery.QUEUED and r.queued_at < queued_before
        ]
        for reply in old:
            reply.step(Delivery.FAILED, detail)
        return len(old)

    def _refuse_while_failing(self) -> None:
        if self.failing:
            self.failing -= 1
            raise Unavailable("the store is away")


def _claimed(reply: Reply) -> ClaimedReply:
    message = OutboundMessage(
        touch_id=reply.touch_id,
        tenant_id=DEFAULT_TENANT,
        interaction_id=InteractionId(f"interaction of {reply.thread}"),
        account=reply.account,
        thread=reply.thread,
        address=reply.thread,
        seq=reply.seq,
        text=reply.touch_id,
        at=reply.queued_at,
        attempt=reply.attempt,
    )
    return ClaimedReply(
        message=message,
        channel=reply.channel,
        agent_id=None,
        epoch=reply.attempt,
        queued_at=reply.queued_at,
    )
