"""Drafts on the hub: begun in one browser, gone on with in another; the newest text wins, and it is told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from hub.desk.files import NamedFile, carried
from hub.desk.talk_reading import TalkReads
from hub.desk.views import DraftView
from hub.domain.access import Permission, Principal
from hub.domain.drafts import Draft, DraftKind
from hub.domain.errors import NotFound
from hub.domain.ids import InteractionId, TenantId, UserId
from hub.domain.texts import without_controls
from hub.domain.written_letter import WrittenLetter
from hub.ports.clock import Clock
from hub.ports.talk import TalkStore

KEPT: Final = timedelta(days=30)
"""A draft that nobody came back to for so long is forgotten."""


class Drafting:
    """Keeps drafts."""

    def __init__(self, store: TalkStore, reads: TalkReads, clock: Clock) -> None:
        self._store = store
        self._reads = reads
        self._clock = clock

    async def keep(
        self,
        principal: Principal,
        interaction_id: InteractionId,
        kind: DraftKind,
        *,
        channel: str,
        text: str,
        files: Sequence[NamedFile],
        mentions: Sequence[UserId],
        window: str,
        version: int,
        letter: WrittenLetter | None = None,
    ) -> tuple[Draft, bool]:
        """The draft as it is kept, and whether it replaced one that this window had not seen (`version`).

        An empty one is forgotten. Raises NotFound out of scope, Invalid for files that are not the principal's.
        """
        principal.require(Permission.WRITE_NOTE)
        await self._reads.may_read(principal, interaction_id)
        me = principal.user_id
        if me is None:
            raise NotFound("there is no such user")
        async with self._store.unit(principal.tenant_id) as unit:
            before = await unit.draft(me, interaction_id, kind)
            draft = Draft(
                tenant_id=principal.tenant_id,
                user_id=me,
                interaction_id=interaction_id,
                kind=kind,
                channel=channel,
                text=without_controls(text),
                attachments=await carried(unit, principal, files, before.attachments if before else ()),
                mentions=tuple(mentions),
                window=window,
                version=max(version, before.version if before else 0) + 1,
                changed_at=self._clock.now(),
                letter=letter,
            )
            is_other = before is not None and before.window != window and before.version > version
            if before is not None or not draft.is_empty:
                await unit.put_draft(draft)
        return draft, is_other

    async def forget_old(self, tenant_id: TenantId) -> None:
        """Forget what nobody came back to."""
        await self._store.forget_drafts(tenant_id, self._clock.now() - KEPT)


def draft_view(draft: Draft) -> DraftView:
    """What its writer sees of it."""
    return DraftView(
        interaction_id=draft.interaction_id,
        kind=draft.kind,
        channel=draft.channel,
        text=draft.text,
        attachments=draft.attachments,
        mentions=draft.mentions,
        window=draft.window,
        version=draft.version,
        changed_at=draft.changed_at,
        letter=None if draft.is_empty else draft.letter,
    )
