"""News of the conversation besides its touches, to the desks that they concern: each only to whose it is."""

from collections.abc import Sequence

from hub.desk.drafting import draft_view
from hub.desk.talk_reading import TalkReads
from hub.domain.events import (
    DraftChanged,
    Event,
    Mentioned,
    MentionsRead,
    PlannedChanged,
    SnoozeChanged,
    Viewing,
)
from hub.domain.ids import InteractionId, PlannedId, TenantId, UserId
from hub.screenpop.frames import (
    DraftChangedFrame,
    MentionedFrame,
    MentionsReadFrame,
    PlannedChangedFrame,
    SnoozeChangedFrame,
    ViewersChanged,
)
from hub.screenpop.sessions import Streams
from hub.screenpop.viewers import Viewers


class TalkNews:
    """Hears what `Pusher` hears."""

    def __init__(self, streams: Streams, reads: TalkReads, viewers: Viewers) -> None:
        self._streams = streams
        self._reads = reads
        self.viewers = viewers

    async def heard(self, tenant_id: TenantId, events: Sequence[Event]) -> None:
        """Tell the desks, in the order of the events."""
        plans: dict[PlannedId, UserId] = {}
        for event in events:
            match event:
                case PlannedChanged(planned=planned):
                    if self._streams.get(planned.author_id) is not None:
                        plans[planned.id] = planned.author_id
                case DraftChanged(draft=draft):
                    stream = self._streams.get(draft.user_id)
                    if stream is not None:
                        stream.send(DraftChangedFrame(seq=0, draft=draft_view(draft)))
                case MentionsRead():
                    stream = self._streams.get(event.user_id)
                    if stream is not None:
                        stream.send(MentionsReadFrame(seq=0, touch_ids=event.touch_ids))
                case Mentioned():
                    await self._mentioned(event)
                case SnoozeChanged():
                    await self._snoozed(event)
                case Viewing():
                    self._viewing(event)
                case _:
                    pass
        if plans:
            await self._planned(tenant_id, plans)

    def tell_viewers(self, interaction_id: InteractionId) -> None:
        """Everybody who looks at it, and who else does."""
        shown = self.viewers.shown(interaction_id)
        for user_id in self.viewers.audience(interaction_id):
            stream = self._streams.get(user_id)
            if stream is not None:
                stream.send(ViewersChanged(seq=0, interaction_id=interaction_id, viewers=shown))

    async def forget_silent(self) -> None:
        """Every few seconds: who fell silent is not looking any more."""
        for interaction_id in self.viewers.forget_silent():
            self.tell_viewers(interaction_id)

    def _viewing(self, event: Viewing) -> None:
        if self.viewers.heard(event):
            self.tell_viewers(event.interaction_id)

    async def _planned(self, tenant_id: TenantId, plans: dict[PlannedId, UserId]) -> None:
        for planned_id, view in (await self._reads.planned_views(tenant_id, list(plans))).items():
            stream = self._streams.get(plans[planned_id])
            if stream is not None:
                stream.send(PlannedChangedFrame(seq=0, planned=view))

    async def _mentioned(self, event: Mentioned) -> None:
        for user_id in event.user_ids:
            if self._streams.get(user_id) is None:
                continue
            views = await self._reads.mention_views(event.tenant_id, user_id, [event.touch_id])
            stream = self._streams.get(user_id)
            for view in views:
                if stream is not None:
                    stream.send(MentionedFrame(seq=0, mention=view))

    async def _snoozed(self, event: SnoozeChanged) -> None:
        snooze = event.snooze
        if self._streams.get(snooze.agent_id) is None:
            return
        # as it is now: an event that was overtaken tells the newer truth
        view = await self._reads.snooze_view(event.tenant_id, snooze.agent_id, snooze.interaction_id)
        stream = self._streams.get(snooze.agent_id)
        if stream is not None:
            stream.send(SnoozeChangedFrame(seq=0, interaction_id=snooze.interaction_id, snooze=view))
