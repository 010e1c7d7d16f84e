"""Sites, visitors and conversations in memory."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.errors import Unavailable
from hub.domain.ids import InteractionId, QueueId, TenantId, TouchId
from hub.domain.touch import Delivery, Direction
from hub.ports.visitors import Place, Site, ThreadState, ThreadTouch, Visitor

SHUT = ThreadState(open=False, agent="", waiting=False)


class FakeVisitors:
    """`hub.ports.visitors.VisitorStore`. `states`, `lines` and `said` are what it answers, by visitor id.

    `got` holds every write of `note_got`, `looks` every look at the lines. While `down`, it is unavailable.
    """

    def __init__(self, *sites: Site) -> None:
        self.sites = {site.key: site for site in sites}
        self.visitors: dict[tuple[str, str], Visitor] = {}
        self.said: dict[str, list[ThreadTouch]] = defaultdict(list)
        self.states: dict[str, ThreadState] = {}
        self.line: list[Place] = []
        self.looks: list[tuple[TenantId, tuple[QueueId, ...], str]] = []
        self.got: list[tuple[str, int]] = []
        self.down = False

    async def site(self, key: str) -> Site | None:
        self._require_up()
        return self.sites.get(key)

    async def visitor_by_token(self, site_key: str, token_sha256: str) -> Visitor | None:
        self._require_up()
        return self.visitors.get((site_key, token_sha256))

    async def add_visitor(self, visitor: Visitor) -> None:
        self._require_up()
        self.visitors[visitor.site_key, visitor.token_sha256] = visitor

    async def conversation(self, visitor: Visitor, *, after_seq: int, limit: int) -> list[ThreadTouch]:
        self._require_up()
        return [touch for touch in self.said[visitor.id] if touch.seq > after_seq][-limit:]

    async def thread_state(self, visitor: Visitor) -> ThreadState:
        self._require_up()
        return self.states.get(visitor.id, SHUT)

    async def note_got(self, visitor: Visitor, seq: int, now: datetime) -> None:
        self._require_up()
        self.got.append((visitor.id, seq))
        key = (visitor.site_key, visitor.token_sha256)
        self.visitors[key] = replace(self.visitors[key], got_seq=max(self.visitors[key].got_seq, seq))

    async def places(self, tenant_id: TenantId, queue_ids: Sequence[QueueId], account: str) -> list[Place]:
        self._require_up()
        self.looks.append((tenant_id, tuple(queue_ids), account))
        return [place for place in self.line if place.queue_id in queue_ids]

    def add_touch(
        self,
        visitor_id: str,
        seq: int,
        text: str,
        at: datetime,
        *,
        author: str = "",
        delivery: Delivery = Delivery.SENT,
        external_id: str = "",
        interaction_id: str = "interaction-1",
    ) -> None:
        """One more message: the agent's if it has an author, else the visitor's."""
        self.said[visitor_id].append(
            ThreadTouch(
                touch_id=TouchId(f"touch-{visitor_id}-{seq}"),
                interaction_id=InteractionId(interaction_id),
                seq=seq,
                direction=Direction.OUTBOUND if author else Direction.INBOUND,
                text=text,
                at=at,
                author=author,
                delivery=delivery if author else Delivery.RECEIVED,
                external_id=external_id,
            )
        )

    def _require_up(self) -> None:
        if self.down:
            raise Unavailable("the store is down", retry_after_s=0.5)
