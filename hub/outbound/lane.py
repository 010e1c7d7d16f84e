"""Sends the replies of one channel: many threads at once, one thread in its order."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

import structlog

from hub.backoff import Backoff
from hub.crashpoints import crash_at
from hub.domain.errors import ChannelRefused, ChannelUnavailable, ChannelUncertain, ChannelWithheld
from hub.domain.touch import Delivery, Sent
from hub.outbound.retry import Outcome, outcome_of
from hub.outbound.unreached import not_reached
from hub.ports.channel import Channel, HoldsThreads, WhoSends
from hub.ports.clock import Clock
from hub.ports.store import AccountRoom, ClaimedReply, SendingStore

log = structlog.get_logger(__name__)

_EXPECTED = (ChannelRefused, ChannelUnavailable, ChannelUncertain, TimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLimits:
    """`lease_s` is how long a claimed reply is ours, `send_s` how long one attempt may take, `parallel` how
    many replies of one channel are sent at once, `sweep_s` how often to look without being woken, `drain_s`
    how long sends under way may go on after the stop.

    A server that is silent holds up no account but its own. One account sends at most `per_account` at once. An attempt
    that has lasted `hangs_s` gives its place to others, as long as no more than `hanging` have done so; the accounts of
    such attempts, and those whose last one failed after as long, begin no more than `per_account` together (one each
    when there are many, by turns when there are so many that others would have no place), until one of theirs ends
    sooner. Where the node that holds the client sends, no server of an account stands in between, and one may have all
    places.

    `lease_s` exceeds `send_s` by the time to record the outcome while the store is away for a moment. A reply
    whose sender died is seen after `lease_s` and a sweep: that must be less than a minute.
    """

    lease_s: float = 45.0
    send_s: float = 30.0
    parallel: int = 16
    per_account: int = 12
    hangs_s: float = 5.0
    hanging: int = 32
    sweep_s: float = 2.0
    drain_s: float = 5.0


@dataclass(frozen=True, slots=True)
class _Attempt:
    account: str
    began_s: float


class Lane:
    """One channel's sending. `settled` is told each recorded outcome.

    Raises TypeError when the channel sends from the holding node and does not say what it holds.
    """

    def __init__(
        self,
        store: SendingStore,
        channel: Channel,
        clock: Clock,
        rng: Random,
        *,
        limits: LaneLimits,
        settled: Callable[[str, Delivery], None],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self.spec = channel.spec
        if self.spec.who_sends is WhoSends.HOLDING_NODE and not isinstance(channel, HoldsThreads):
            raise TypeError(f"{self.spec.name} sends from the holding node but holds no threads")
        self._store = store
        self._channel = channel
        self._clock = clock
        self._rng = rng
        self._limits = limits
        self._settled = settled
        self.not_reached = not_reached(channel.spec, clock)
        self._pause = pause
        self._woken = asyncio.Event()
        self._under_way: dict[asyncio.Task[bool], _Attempt] = {}
        self._failed_late: set[str] = set()  # accounts, by their last attempt
        self._stopping = asyncio.Event()

    def wake(self) -> None:
        """There may be something to send: look now."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. Then nothing more is claimed, and sends under way have `drain_s` to end."""
        self._stopping.clear()
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._look(group))
            try:
                await asyncio.Event().wait()
            finally:
                # a claim is never broken off: its answer lost, replies that nobody sent would seem uncertain
                self._stopping.set()
                self._woken.set()
                await asyncio.wait([looking, *self._under_way], timeout=self._limits.drain_s)

    async def _look(self, group: asyncio.TaskGroup) -> None:
        backoff = Backoff(first_s=0.05, longest_s=5.0)
        while not self._stopping.is_set():
            self._woken.clear()
            claimed_at_s = self._clock.monotonic()
            try:
                replies = await self._claimed()
            except Exception:
                log.exception("outbound_claim_failed", channel=self.spec.name)
                await self._pause(backoff.next_s())
                continue
            backoff.reset()
            if replies:
                crash_at("outbound.after_claim")
            if self._stopping.is_set():
                await self._put_back(replies)
                return
            for reply in replies:
                task = group.create_task(self._send(reply, claimed_at_s + self._limits.lease_s))
                self._under_way[task] = _Attempt(reply.message.account, self._clock.monotonic())
                task.add_done_callback(self._ended)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.sweep_s):
                    await self._woken.wait()

    async def _claimed(self) -> list[ClaimedReply]:
        held = None
        if self.spec.who_sends is WhoSends.HOLDING_NODE and isinstance(self._channel, HoldsThreads):
            held = self._channel.held_threads()
            free, room = self._limits.parallel - len(self._under_way), None
        else:
            free, room = self._free_places()
        if free < 1 or (held is not None and not held):
            return []
        return await self._store.claim(
            self.spec.name,
            self._clock.now(),
            lease_s=self._limits.lease_s,
            limit=free,
            threads=held,
            room=room,
        )

    def _free_places(self) -> tuple[int, AccountRoom]:
        most = self._limits.per_account
        late_s = self._clock.monotonic() - self._limits.hangs_s
        late = [one.account for one in self._under_way.values() if one.began_s <= late_s]
        free = self._limits.parallel - len(self._under_way) + min(len(late), self._limits.hanging)
        busy = Counter(one.account for one in self._under_way.values())
        left = {account: max(0, most - count) for account, count in busy.items()}
        silent = {*late, *self._failed_late}
        if silent:
            begun = sum(busy[account] for account in silent)
            together = max(0, most - begun) // len(silent)
            # one claim may take all places once more: even then what hangs leaves all of them to others
            one = 1 if begun < max(most, self._limits.hanging - self._limits.parallel) else 0
            for account in silent:
                left[account] = min(left.get(account, most), together or (0 if busy[account] else one))
        return free, AccountRoom(each=most, left=left)

    def _ended(self, task: asyncio.Task[bool]) -> None:
        del self._under_way[task]
        if not task.cancelled() and task.exception() is None and task.result():
            self.wake()

    async def _send(self, reply: ClaimedReply, lease_until_s: float) -> bool:
        """Whether to look at once for what comes after it."""
        crash_at("outbound.before_send")
        began_s = self._clock.monotonic()
        result = await self._attempted(reply)
        if not isinstance(result, Sent) and self._clock.monotonic() - began_s >= self._limits.hangs_s:
            self._failed_late.add(reply.message.account)
        else:
            self._failed_late.discard(reply.message.account)
        crash_at("outbound.after_send_before_record")
        outcome = outcome_of(result, reply, self.spec, self._clock.now(), chance=self._rng.random())
        if isinstance(result, ChannelWithheld):
            log.info(
                "reply_withheld",
                channel=self.spec.name,
                touch_id=reply.message.touch_id,
                code=result.stable_code,
            )
        elif outcome.delivery is not Delivery.SENT and outcome.delivery is not Delivery.DELIVERED:
            log.warning(
                "reply_not_sent",
                channel=self.spec.name,
                touch_id=reply.message.touch_id,
                attempt=reply.message.attempt,
                delivery=outcome.delivery.value,
                error=type(result).__name__,
            )
        await self._record(reply, outcome, lease_until_s)
        # A reply that waits for its client again is looked for when the client comes, or at the next sweep:
        # at once would go round without end while the connection is closing.
        return outcome.delivery is not Delivery.QUEUED or outcome.retry_at is not None

    async def _attempted(self, reply: ClaimedReply) -> Sent | Exception:
        try:
            async with asyncio.timeout(self._limits.send_s):
                return await self._channel.send(reply.message)
        except _EXPECTED as error:
            return error
        except Exception as error:
            log.exception("channel_send_broke", channel=self.spec.name, touch_id=reply.message.touch_id)
            return error

    async def _record(self, reply: ClaimedReply, outcome: Outcome, lease_until_s: float) -> None:
        backoff = Backoff(first_s=0.1, longest_s=2.0)
        while True:
            try:
                ours = await self._store.settle_reply(
                    reply,
                    outcome.delivery,
                    now=self._clock.now(),
                    detail=outcome.detail,
                    provider_id=outcome.provider_id,
                    retry_at=outcome.retry_at,
                    not_reached=self.not_reached,
                )
            except Exception:
                log.exception("reply_not_recorded", touch_id=reply.message.touch_id)
                if self._clock.monotonic() >= lease_until_s:
                    return
                await self._pause(backoff.next_s())
            else:
                if ours:
                    self._settled(self.spec.name, outcome.delivery)
                else:
                    log.warning("reply_claim_was_lost", touch_id=reply.message.touch_id)
                return

    async def _put_back(self, replies: Sequence[ClaimedReply]) -> None:
        for reply in replies:
            await self._record(reply, Outcome(delivery=Delivery.QUEUED), self._clock.monotonic())
