"""Replies to be sent: on each store of them, the same questions can be asked."""

import itertools
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from crm_store.sending import Sending
from hub.cluster.codec import encode
from hub.domain.ids import InteractionId, SessionId, TouchId
from hub.domain.interaction import InteractionState
from hub.domain.touch import Delivery, Direction, Touch, TouchKind
from hub.ids import new_id
from hub.ports.store import NewTouch, SendingStore
from tests.fakes.sending import FakeSendingStore
from tests.stores import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a reply stands."""

    delivery: Delivery
    detail: str
    provider_id: str
    attempt: int


class Replies(Protocol):
    """A store with replies in it; `channel` is one that no other test uses."""

    channel: str
    store: SendingStore

    async def queue(
        self, text: str, *, thread: str, at: datetime, channel: str = "", account: str = "demo"
    ) -> None:
        """A reply the desk has committed."""
        ...

    async def kept(self, text: str) -> Kept:
        """How it stands now."""
        ...


class FakeReplies:
    """The fake, with nothing else."""

    channel = "chat"

    def __init__(self) -> None:
        self.store: SendingStore = (store := FakeSendingStore())
        self._fake = store

    async def queue(
        self, text: str, *, thread: str, at: datetime, channel: str = "", account: str = "demo"
    ) -> None:
        self._fake.queue(text, thread=thread, channel=channel or self.channel, account=account, queued_at=at)

    async def kept(self, text: str) -> Kept:
        reply = self._fake.replies[text]
        return Kept(
            delivery=reply.delivery,
            detail=reply.detail,
            provider_id=reply.provider_id,
            attempt=reply.attempt,
        )


class StoredReplies:
    """The real store; each thread is a visitor with an interaction."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.channel = f"chat {new_id()}"
        self.store: SendingStore = Sending(house.store, encode=encode)
        self._agents = itertools.count()
        self._begun: dict[tuple[str, str], InteractionId] = {}

    async def queue(
        self, text: str, *, thread: str, at: datetime, channel: str = "", account: str = "demo"
    ) -> None:
        channel = channel or self.channel
        if (channel, thread) not in self._begun:
            await self.begin(thread, channel, account=account)
        async with self.house.store.unit(self.house.tenant_id) as unit:
            interaction_id = self._begun[channel, thread]
            found = (await unit.interactions([interaction_id]))[interaction_id]
            (session,) = await unit.open_sessions(interaction_id)
            numbered = replace(found, last_seq=found.last_seq + 1)
            unit.save_interaction(numbered)
            touch = Touch(
                id=TouchId(new_id()),
                tenant_id=found.tenant_id,
                interaction_id=found.id,
                session_id=session.id,
                person_id=found.person_id,
                seq=numbered.last_seq,
                channel=channel,
                account=session.account,
                direction=Direction.OUTBOUND,
                kind=TouchKind.MESSAGE,
                at=at,
                text=text,
                delivery=Delivery.QUEUED,
            )
            unit.add_touch(NewTouch(touch=touch, external_id=touch.id))

    async def begin(self, thread: str, channel: str = "", *, account: str = "demo") -> None:
        """A new conversation of that thread; an earlier one is closed."""
        channel = channel or self.channel
        if (before := self._begun.get((channel, thread))) is not None:
            async with self.house.store.unit(self.house.tenant_id) as unit:
                found = (await unit.interactions([before]))[before]
                (session,) = await unit.open_sessions(before)
                unit.end_session(SessionId(session.id), self.house.clock.now())
                unit.save_interaction(replace(found, state=InteractionState.CLOSED))
        message = self.house.message(
            "hello", thread, channel=channel, account=f"{channel}:{account}", continues=False
        )
        (received,) = await self.house.receive(message)
        self._begun[channel, thread] = received.interaction_id

    async def kept(self, text: str) -> Kept:
        ((delivery, detail, provider_id, attempt),) = await self.house.rows(
            "SELECT delivery, delivery_detail, provider_id, attempt FROM touches"
            " WHERE tenant_id = $1 AND text = $2 AND direction = 'outbound'",
            self.house.tenant_id,
            text,
        )
        return Kept(
            delivery=Delivery(delivery), detail=detail, provider_id=provider_id or "", attempt=attempt
        )
