"""What screens ask of the store about plans, drafts, mentions and snoozes."""

from collections.abc import Sequence
from typing import Protocol

from hub.desk.views import DraftView, MentionView, PlannedView, SnoozeView
from hub.domain.access import Principal
from hub.domain.ids import InteractionId, PlannedId, TenantId, TouchId, UserId
from hub.ports.talk import Colleague


class TalkReads(Protocol):
    """Those that take a principal answer within its reach: "not there" and "not yours" raise the same NotFound."""

    async def may_read(self, principal: Principal, interaction_id: InteractionId) -> None:
        """Raises NotFound unless the principal may read this interaction."""
        ...

    async def drafts(self, principal: Principal, interaction_id: InteractionId) -> tuple[DraftView, ...]:
        """What the principal began to write there."""
        ...

    async def planned_in(
        self, principal: Principal, interaction_id: InteractionId
    ) -> tuple[PlannedView, ...]:
        """Plans of an interaction that wait or have failed, whoever wrote them."""
        ...

    async def planned_by(self, tenant_id: TenantId, author_id: UserId) -> tuple[PlannedView, ...]:
        """This user's plans that wait or have failed."""
        ...

    async def planned_views(
        self, tenant_id: TenantId, ids: Sequence[PlannedId]
    ) -> dict[PlannedId, PlannedView]:
        """These plans, whatever became of them."""
        ...

    async def mentions_of(
        self, tenant_id: TenantId, user_id: UserId, *, after: str = "", limit: int = 50
    ) -> tuple[MentionView, ...]:
        """Mentions this user has not read, newest first; `after` is `<microseconds>.<touch id>` of the last seen."""
        ...

    async def mention_views(
        self, tenant_id: TenantId, user_id: UserId, ids: Sequence[TouchId]
    ) -> tuple[MentionView, ...]:
        """Of these, those that this user has not read."""
        ...

    async def snoozed_by(self, tenant_id: TenantId, agent_id: UserId) -> tuple[SnoozeView, ...]:
        """What this agent laid aside, the next to return first."""
        ...

    async def snooze_view(
        self, tenant_id: TenantId, agent_id: UserId, interaction_id: InteractionId
    ) -> SnoozeView | None:
        """One of them."""
        ...

    async def colleagues(self, tenant_id: TenantId) -> list[Colleague]:
        """Everybody who can sign in, by name."""
        ...
