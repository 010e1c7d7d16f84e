"""The outbound side of the store: claiming replies, recording how each attempt ended, finding lapsed ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from crm_store.driver import Row, Wire
from crm_store.instants import from_us
from crm_store.mapping import AUTHOR, letter_head, us
from crm_store.store import Store
from crm_store.talk_mapping import files_of
from crm_store.unit_of_work import Encode, Unit
from hub.domain.events import DeliveryChanged
from hub.domain.ids import InteractionId, TenantId, TouchId, UserId
from hub.domain.touch import Delivery, OutboundMessage
from hub.ports.store import AccountRoom, ClaimedReply, NotReached

_UNDER_WAY = "delivery IN ('queued', 'sending')"
_CLAIM = (
    "SELECT t.id, t.tenant_id, t.interaction_id, t.account, s.thread, s.address, t.seq, t.text, t.at, t.attempt,"
    f" t.author_id, {AUTHOR}, t.attachments, t.letter FROM touches t JOIN sessions s ON s.id = t.session_id"
    " LEFT JOIN agents a ON a.id = t.author_id"
    # the first word of delivery names the index: SQLite does not see that the second one is narrower
    f" WHERE t.channel = $1 AND t.{_UNDER_WAY} AND t.delivery = 'queued' AND (t.retry_at IS NULL OR t.retry_at <= $2)"
)
# a later reply of the same thread waits until the earlier one is decided: order is kept, over its conversations too
_NO_EARLIER = (
    " AND NOT EXISTS (SELECT 1 FROM sessions o JOIN touches e ON e.interaction_id = o.interaction_id"
    " AND e.session_id = o.id WHERE o.tenant_id = s.tenant_id AND o.account = s.account AND o.thread = s.thread"
    " AND e.seq < t.seq AND e.delivery IN ('queued', 'sending'))"
)
_PAIR = "\n"  # between account and thread, where they are compared as one
_CHANGE = "UPDATE touches SET delivery = $1, delivery_detail = $2, lease_until = NULL WHERE id = $3"
_SETTLE = (
    "UPDATE touches SET delivery = $1, delivery_detail = $2, provider_id = $3, retry_at = $4,"
    " lease_until = NULL WHERE id = $5 AND delivery = 'sending' AND attempt = $6"
)
_TAKEN = "UPDATE touches SET delivery = 'sending', attempt = attempt + 1, lease_until = $1 WHERE id = $2"


class Sending:
    """SendingStore of hub/ports/store.py."""

    def __init__(self, store: Store, *, encode: Encode) -> None:
        self._store = store
        self._encode = encode

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Unit]:
        """A unit of work."""
        return self._store.unit(tenant_id)

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
        """See the port."""
        if threads is not None and not threads:
            return []
        full = [] if room is None else [account for account, left in room.left.items() if left < 1]
        sql = _CLAIM + _NO_EARLIER + " AND NOT t.account = ANY($4)"
        params: list[object] = [channel, us(now), limit, full]
        if threads is not None:
            sql += f" AND s.account || '{_PAIR}' || s.thread = ANY($5)"
            params.append([f"{account}{_PAIR}{thread}" for account, thread in threads])
        # by when each is due: what fails again and again has one turn for each of the others, however old it is
        sql += " ORDER BY COALESCE(t.retry_at, t.at), t.at, t.id LIMIT $3 FOR UPDATE OF t SKIP LOCKED"
        async with self._store.database.snapshot() as wire:  # most looks find nothing: no write lock for them
            if not await wire.fetch(sql.split(" FOR UPDATE")[0], *params):
                return []
        lease = us(now + timedelta(seconds=lease_s))
        claimed: list[ClaimedReply] = []
        taken: Counter[str] = Counter()
        async with self._store.database.transaction() as wire:
            # each round but the last fills an account, whose replies the next one passes by
            while (places := limit - len(claimed)) > 0:
                rows = await wire.fetch(sql, *params[:2], places, full, *params[4:])
                fitting, filled = [], set()
                for one in (_claimed(r, channel) for r in rows):
                    account = one.message.account
                    if room is not None and taken[account] >= room.of(account):
                        filled.add(account)
                    else:
                        taken[account] += 1
                        fitting.append(one)
                await wire.many(_TAKEN, [(lease, c.message.touch_id) for c in fitting])
                claimed += fitting
                if not filled:
                    break
                full = [*full, *filled]
            if claimed:
                await self._tell(wire, [_news(c, Delivery.SENDING, "") for c in claimed])
        self._store.wake()
        return claimed

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
        """See the port."""
        del now
        outcome = (
            delivery.value,
            detail,
            provider_id or None,
            us(retry_at),
            claimed.message.touch_id,
            claimed.epoch,
        )
        news = _news(claimed, delivery, detail)
        if not_reached is not None and _concerns_its_writer(news):
            return await self._not_reached(news, _SETTLE, outcome, not_reached)
        async with self._store.database.transaction() as wire:
            touched = await wire.execute(_SETTLE, *outcome)
            if touched:
                await self._tell(wire, [news])
        self._store.wake()
        return touched == 1

    async def lapsed(
        self,
        now: datetime,
        *,
        repeatable: Sequence[str],
        not_reached: Mapping[str, NotReached] | None = None,
    ) -> int:
        """See the port."""
        find = (
            "SELECT id, tenant_id, interaction_id, seq, channel, author_id FROM touches"
            f" WHERE {_UNDER_WAY} AND delivery = 'sending' AND lease_until <= $1"
        )
        past = " AND delivery = 'sending' AND lease_until <= $4"
        then = not_reached or {}
        async with self._store.database.snapshot() as wire:
            if not await wire.fetch(find, us(now)):
                return 0
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(find + " FOR UPDATE SKIP LOCKED", us(now))
            news = [
                _change(r, Delivery.QUEUED, "")
                if r[4] in repeatable
                else _change(r, Delivery.UNCERTAIN, "interrupted")
                for r in rows
            ]
            channels = {n.touch_id: r[4] for n, r in zip(news, rows, strict=True)}
            apart = [n for n in news if channels[n.touch_id] in then and _concerns_its_writer(n)]
            await self._changed(wire, [n for n in news if n not in apart])
        self._store.wake()
        ended = len(news) - len(apart)
        for n in apart:
            ended += await self._not_reached(
                n, _CHANGE + past, (*_changes(n), us(now)), then[channels[n.touch_id]]
            )
        return ended

    async def give_up(
        self, channel: str, *, queued_before: datetime, detail: str, not_reached: NotReached | None = None
    ) -> int:
        """See the port."""
        find = (
            "SELECT id, tenant_id, interaction_id, seq, channel, author_id FROM touches"
            f" WHERE channel = $1 AND {_UNDER_WAY} AND delivery = 'queued' AND at < $2"
        )
        async with self._store.database.snapshot() as wire:
            if not await wire.fetch(find, channel, us(queued_before)):
                return 0
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(find + " FOR UPDATE SKIP LOCKED", channel, us(queued_before))
            news = [_change(r, Delivery.FAILED, detail) for r in rows]
            apart = [n for n in news if not_reached is not None and _concerns_its_writer(n)]
            await self._changed(wire, [n for n in news if n not in apart])
        self._store.wake()
        ended = len(news) - len(apart)
        for n in apart:
            if not_reached is not None:
                ended += await self._not_reached(
                    n, _CHANGE + " AND delivery = 'queued'", _changes(n), not_reached
                )
        return ended

    async def _changed(self, wire: Wire, news: Sequence[DeliveryChanged]) -> None:
        if news:
            await wire.many(_CHANGE, [_changes(n) for n in news])
            await self._tell(wire, news)

    async def _not_reached(
        self, news: DeliveryChanged, change: str, values: Sequence[object], then: NotReached
    ) -> bool:
        """Write the change, if it is still to be made, and what follows from it in the same commit."""
        async with self._store.unit(news.tenant_id) as unit:
            # the interaction is locked before all else of it, as everywhere: nobody waits in a ring
            await unit.interactions([news.interaction_id])
            is_ours = await unit.wire.execute(change, *values) == 1
            if is_ours:
                unit.emit(news)
                await then(unit, news)
        return is_ours

    async def _tell(self, wire: Wire, news: Sequence[DeliveryChanged]) -> None:
        await self._store.add_events(wire, self._encode(news))


def _claimed(r: Row, channel: str) -> ClaimedReply:
    message = OutboundMessage(
        touch_id=TouchId(r[0]),
        tenant_id=TenantId(r[1]),
        interaction_id=InteractionId(r[2]),
        account=r[3],
        thread=r[4],
        address=r[5],
        seq=r[6],
        text=r[7],
        at=from_us(r[8]),
        attempt=r[9] + 1,
        author_name=r[11],
        attachments=() if r[12] == "[]" else files_of(r[12]),
        letter=None if r[13] is None else letter_head(r[13]),
        by_machine=r[10] is None,
    )
    agent = None if r[10] is None else UserId(r[10])
    return ClaimedReply(
        message=message, channel=channel, agent_id=agent, epoch=r[9] + 1, queued_at=message.at
    )


def _concerns_its_writer(news: DeliveryChanged) -> bool:
    return news.agent_id is not None and news.delivery in {Delivery.FAILED, Delivery.UNCERTAIN}


def _changes(news: DeliveryChanged) -> tuple[str, str, str]:
    return news.delivery.value, news.detail, news.touch_id


def _news(claimed: ClaimedReply, delivery: Delivery, detail: str) -> DeliveryChanged:
    m = claimed.message
    return DeliveryChanged(
        tenant_id=m.tenant_id,
        interaction_id=m.interaction_id,
        touch_id=m.touch_id,
        seq=m.seq,
        delivery=delivery,
        detail=detail,
        agent_id=claimed.agent_id,
    )


def _change(r: Row, delivery: Delivery, detail: str) -> DeliveryChanged:
    return DeliveryChanged(
        tenant_id=TenantId(r[1]),
        interaction_id=InteractionId(r[2]),
        touch_id=TouchId(r[0]),
        seq=r[3],
        delivery=delivery,
        detail=detail,
        agent_id=None if r[5] is None else UserId(r[5]),
    )
