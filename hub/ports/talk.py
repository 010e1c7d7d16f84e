"""What the conversation at the desk asks of the store, beside the units of work of everybody else."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.drafts import Draft, DraftKind
from hub.domain.ids import InteractionId, PlannedId, QueueId, TenantId, TouchId, UserId
from hub.domain.planned import PlannedReply
from hub.domain.snooze import Snooze
from hub.domain.touch import Touch
from hub.ports.mail_out import LetterThread
from hub.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What the hub found out about a file that a user brought."""

    sha256: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody of the house who can open the console."""

    id: UserId
    name: str
    roles: tuple[str, ...]
    queues: frozenset[QueueId]


class TalkUnit(UnitOfWork, LetterThread, Protocol):
    """A unit of work that also knows drafts, plans, mentions, snoozes and uploads. These are written at once,
    in the same transaction, and told with everything else."""

    async def uploads(self, user_id: UserId, hashes: Sequence[str]) -> dict[str, Uploaded]:
        """What this user brought of these."""
        ...

    async def add_upload(self, user_id: UserId, uploaded: Uploaded, at: datetime) -> None:
        """This user brought this file (again)."""
        ...

    async def draft(self, user_id: UserId, interaction_id: InteractionId, kind: DraftKind) -> Draft | None:
        """The draft there is, locked."""
        ...

    async def put_draft(self, draft: Draft) -> None:
        """Keep it in the place of the one before; an empty one removes it."""
        ...

    async def drop_draft(self, user_id: UserId, interaction_id: InteractionId, kind: DraftKind) -> None:
        """It was sent."""
        ...

    async def is_mentioned(self, user_id: UserId, interaction_id: InteractionId) -> bool:
        """Whether a note of this interaction names this user."""
        ...

    async def colleagues(self) -> list[Colleague]:
        """Everybody who can open the console, by name."""
        ...

    async def add_mentions(self, note: Touch, user_ids: Sequence[UserId]) -> None:
        """The note names these people."""
        ...

    async def read_mentions(self, user_id: UserId, touch_ids: Sequence[TouchId], at: datetime) -> None:
        """This user has read them."""
        ...

    async def planned(self, planned_id: PlannedId) -> PlannedReply | None:
        """The plan, locked. Lock its interaction first."""
        ...

    async def planned_as(self, external_id: str) -> PlannedReply | None:
        """The plan under that external id, whatever became of it."""
        ...

    async def planned_for(self, interaction_id: InteractionId) -> list[PlannedReply]:
        """Those that wait, the first to be sent first, locked."""
        ...

    async def client_wrote_after(self, interaction_id: InteractionId, seq: int) -> bool:
        """Whether the client has written above that number."""
        ...

    async def put_planned(self, planned: PlannedReply) -> None:
        """A new plan, or the newer version of one."""
        ...

    async def snooze(self, interaction_id: InteractionId) -> Snooze | None:
        """The snooze of the interaction, if it has one, locked."""
        ...

    async def put_snooze(self, snooze: Snooze) -> None:
        """Laid aside. A new pass, or the close, ends it by itself."""
        ...


class TalkStore(Protocol):
    """The store of the conversation."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[TalkUnit]:
        """A unit of work. Raises Unavailable when the store cannot commit now, Conflict (`raced`)."""
        ...

    async def due_plans(self, tenant_id: TenantId, now: datetime, limit: int) -> list[PlannedReply]:
        """Plans whose time has come, and those that the client has made pointless; oldest first."""
        ...

    async def due_snoozes(self, tenant_id: TenantId, now: datetime, limit: int) -> list[Snooze]:
        """Snoozes that are over by now."""
        ...

    async def forget_drafts(self, tenant_id: TenantId, changed_before: datetime) -> int:
        """Drafts nobody came back to; how many."""
        ...
