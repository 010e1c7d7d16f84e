"""Naming colleagues in notes: whom one may name, and what one has read."""

from collections.abc import Sequence

from hub.desk.talk_reading import TalkReads
from hub.domain.access import Permission, Principal, Scope
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import TouchId, UserId
from hub.ports.clock import Clock
from hub.ports.talk import Colleague, TalkStore, TalkUnit


class Mentioning:
    """Mentions of the principal, and people to mention."""

    def __init__(self, store: TalkStore, reads: TalkReads, clock: Clock) -> None:
        self._store = store
        self._reads = reads
        self._clock = clock

    async def colleagues(self, principal: Principal) -> list[Colleague]:
        """Whom the principal may name: those who share a queue, or all, as far as READ_AGENTS reaches."""
        principal.require(Permission.READ_AGENTS)
        return within_reach(principal, await self._reads.colleagues(principal.tenant_id))

    async def read(self, principal: Principal, touch_ids: Sequence[TouchId]) -> None:
        """The principal has read these; those of others stay as they are."""
        principal.require(Permission.OPEN_CONSOLE)
        if principal.user_id is None:
            raise NotFound("there is no such user")
        async with self._store.unit(principal.tenant_id) as unit:
            await unit.read_mentions(principal.user_id, touch_ids, self._clock.now())


def within_reach(principal: Principal, people: Sequence[Colleague]) -> list[Colleague]:
    """Those of `people` that READ_AGENTS reaches, without the principal."""
    reach = principal.scope(Permission.READ_AGENTS)
    return [
        p
        for p in people
        if p.id != principal.user_id
        and (reach is Scope.ALL or (reach is Scope.TEAM and bool(p.queues & principal.queues)))
    ]


async def mentioned(unit: TalkUnit, principal: Principal, ids: Sequence[UserId]) -> tuple[UserId, ...]:
    """The people a note names, each once. Raises Invalid `no_such_colleague` for anybody out of reach."""
    wanted = tuple(dict.fromkeys(ids))
    if not wanted:
        return ()
    reached = {p.id for p in within_reach(principal, await unit.colleagues())}
    for n, user_id in enumerate(wanted):
        if user_id not in reached:
            raise Invalid("there is no such colleague", field=f"mentions.{n}", code="no_such_colleague")
    return wanted
