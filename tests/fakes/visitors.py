"""Sites, visitors and conversations in memory."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.domain.errors import NotFound, Unavailable
from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId, TouchId, UserId
from hub.domain.touch import Attachment, Claim, Delivery, Direction
from hub.ports.visitors import OldFile, Place, Rating, Site, ThreadState, ThreadTouch, Visitor, VisitorFile

SHUT = ThreadState(open=False, agent="", waiting=False)


class FakeVisitors:
    """`hub.ports.visitors.VisitorStore`. `states`, `lines` and `said` are what it answers, by visitor id.

    `somebody` are the visitors for whom something proved speaks already. `got` holds every write of `note_got`, `looks`
    every look at the lines. While `down`, it is unavailable: `refusals` counts how often.
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
        self.refusals = 0
        self.ratings: dict[str, Rating] = {}
        self.claimed: dict[str, tuple[str, tuple[Claim, ...]]] = {}
        self.uploaded: dict[str, VisitorFile] = {}
        self.somebody: set[str] = set()

    async def site(self, key: str) -> Site | None:
        self._require_up()
        return self.sites.get(key)

    async def visitor_by_token(self, site_key: str, token_sha256: str) -> Visitor | None:
        self._require_up()
        return self.visitors.get((site_key, token_sha256))

    async def visitor_of_user(self, site_key: str, user: str) -> Visitor | None:
        self._require_up()
        of_user = [one for one in self.visitors.values() if (one.site_key, one.user) == (site_key, user)]
        return of_user[-1] if of_user else None

    async def add_session(self, visitor: Visitor, token_sha256: str, now: datetime) -> None:
        self._require_up()
        self.visitors[visitor.site_key, token_sha256] = visitor

    async def sign_in(self, visitor: Visitor, user: str, now: datetime) -> bool:
        self._require_up()
        if not self.states.get(visitor.id, SHUT).open or visitor.id in self.somebody:
            return False
        self._change(visitor, user=user)
        return True

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

    async def rate(
        self, visitor: Visitor, interaction_id: InteractionId, score: int, comment: str, now: datetime
    ) -> Rating:
        self._require_up()
        if self.states.get(visitor.id, SHUT).interaction_id != interaction_id:
            raise NotFound("there is no such conversation")
        rating = Rating(
            interaction_id=interaction_id,
            person_id=PersonId("person-1"),
            agent_id=UserId("anna"),
            queue_id=QueueId("support"),
            score=score,
            comment=comment,
            at=now,
        )
        self.ratings[visitor.id] = rating
        self.states[visitor.id] = replace(self.states[visitor.id], rating=rating)
        return rating

    async def put_answers(
        self, visitor: Visitor, answers: dict[str, str], name: str, claims: Sequence[Claim], now: datetime
    ) -> None:
        self._require_up()
        self.claimed[visitor.id] = (name, tuple(claims))
        self._change(visitor, answers=answers)

    async def note_about(self, visitor: Visitor, about: dict[str, str]) -> None:
        self._require_up()
        self._change(visitor, about=about)

    async def add_file(self, file: VisitorFile) -> None:
        self._require_up()
        self.uploaded[file.id] = file

    async def files(self, visitor: Visitor, ids: Sequence[str]) -> dict[str, VisitorFile]:
        self._require_up()
        found = (self.uploaded[id_] for id_ in ids if id_ in self.uploaded)
        return {file.id: file for file in found if file.visitor_id == visitor.id}

    async def uploaded_since(self, visitor: Visitor, since: datetime) -> tuple[int, int]:
        self._require_up()
        theirs = [f for f in self.uploaded.values() if f.visitor_id == visitor.id and f.at >= since]
        return len(theirs), sum(f.file.size_bytes for f in theirs)

    async def sent_file(self, visitor: Visitor, sha256: str) -> Attachment | None:
        self._require_up()
        sent = (a for touch in self.said[visitor.id] for a in touch.attachments if a.sha256 == sha256)
        return next(sent, None)

    async def old_files(self, before: datetime, limit: int, after: VisitorFile | None) -> list[OldFile]:
        self._require_up()
        place = (after.at, after.id) if after else (datetime.min.replace(tzinfo=UTC), "")
        old = sorted((f.at, f.id) for f in self.uploaded.values() if f.at < before and (f.at, f.id) > place)
        return [OldFile(file=self.uploaded[id_], is_held=False) for _, id_ in old[:limit]]

    async def forget_files(self, ids: Sequence[str]) -> None:
        self._require_up()
        for id_ in ids:
            del self.uploaded[id_]

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

    def _change(self, visitor: Visitor, **changes: Any) -> None:
        key = (visitor.site_key, visitor.token_sha256)
        self.visitors[key] = replace(self.visitors[key], **changes)

    def _require_up(self) -> None:
        if self.down:
            self.refusals += 1
            raise Unavailable("the store is down", retry_after_s=0.5)
