"""Where a reply can go: the channels on which an interaction goes on, and those on which it can be made to."""

from collections.abc import Mapping

from hub.desk.scope import require_interaction
from hub.desk.starting import Starting
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import InteractionId, SessionId
from hub.domain.interaction import Interaction, Session
from hub.domain.reach import Client, Judged, Way, judged
from hub.domain.reply_way import WINDOW_OVER, ElsewhereClosed, ReplyWay, window_end
from hub.domain.values import changed
from hub.ids import new_id
from hub.ports.channel import ChannelLimits
from hub.ports.clock import Clock
from hub.ports.reply_ways import Held, Replying, ReplyStore
from hub.ports.starting import StartUnit

_TRIES = 3


class ReplyWays:
    """Whoever may reply in an interaction chooses the channel of each reply."""

    def __init__(
        self,
        store: ReplyStore,
        starting: Starting,
        clock: Clock,
        limits: Mapping[str, ChannelLimits],
        held: Held,
    ) -> None:
        self._store = store
        self._starting = starting
        self._clock = clock
        self._limits = limits
        self._held = held

    async def all(self, principal: Principal, interaction_id: InteractionId) -> list[ReplyWay]:
        """Those the interaction goes on in, where the client was heard last first, then those it can be taken to.

        Raises NotFound, Forbidden.
        """
        there = await self._store.replying(principal, interaction_id)
        mine = {s.channel: s for s in reversed(there.sessions) if s.channel in self._limits}
        heard = sorted(mine.values(), key=lambda s: there.heard.get(s.id, s.started_at), reverse=True)
        ways = [self._open(there, session) for session in heard]
        return ways + [
            self._other(one)
            for one in await self._elsewhere(principal, there.interaction)
            if one.way.channel not in mine
        ]

    async def add(
        self, principal: Principal, interaction_id: InteractionId, *, channel: str, address: str, account: str
    ) -> None:
        """From now on the interaction goes on there too, and a reply can be sent there. Twice is success.

        Nothing is said to the client by it. Raises NotFound, Invalid `no_such_way`; Conflict `interaction_closed`,
        `open_elsewhere`, or a code of `WayClosed`: what the client said of being written to counts.
        """
        principal.require(Permission.START_INTERACTION)
        for attempt in range(_TRIES):
            there = await self._store.replying(principal, interaction_id)
            client, ways = await self._starting.reached(principal, there.interaction.person_id)
            try:
                async with self._store.unit(principal.tenant_id) as unit:
                    await self._added(
                        unit, principal, interaction_id, client, ways, (channel, address, account)
                    )
            except Conflict as error:
                if error.stable_code != "raced" or attempt == _TRIES - 1:
                    raise
                continue
            return

    async def _added(
        self,
        unit: StartUnit,
        principal: Principal,
        interaction_id: InteractionId,
        client: Client,
        ways: list[Way],
        wanted: tuple[str, str, str],
    ) -> None:
        found = (await unit.interactions([interaction_id])).get(interaction_id)
        item = await unit.open_item(interaction_id)
        interaction = require_interaction(principal, Permission.REPLY, found, item)
        interaction.require_open()
        channel, address, account = wanted
        if any(session.channel == channel for session in await unit.open_sessions(interaction.id)):
            return
        there = [
            w for w in ways if (w.channel, w.address) == (channel, address) and account in {"", w.account}
        ]
        if not there or channel not in self._limits:
            raise Invalid("there is no such way to this client", field="address", code="no_such_way")
        refused = await unit.refused(client.person_id)
        known = [judged(way, refused, None, None, principal.queues) for way in there]
        # where no account is named, one that is open; of none of them the first says why
        chosen = next((one for one in known if one.closed is None), known[0])
        if chosen.closed is not None:
            raise Conflict("this client cannot be written to there now", code=chosen.closed.value)
        way = chosen.way
        if await unit.open_thread(way.account, way.thread) is not None:
            raise Conflict(
                "this conversation is a part of another", code=ElsewhereClosed.OPEN_ELSEWHERE.value
            )
        now = self._clock.now()
        last_seq = max(interaction.last_seq, await unit.last_seq(way.account, way.thread))
        unit.save_interaction(changed(interaction, last_seq=last_seq))
        unit.add_session(
            Session(
                id=SessionId(new_id()),
                tenant_id=interaction.tenant_id,
                interaction_id=interaction.id,
                channel=way.channel,
                account=way.account,
                thread=way.thread,
                address=way.address,
                started_at=now,
            )
        )
        unit.audit(
            AuditDraft(
                tenant_id=principal.tenant_id,
                at=now,
                actor_id=principal.user_id,
                actor=principal.name,
                action=AuditAction.START_INTERACTION,
                object=interaction.id,
                reason=way.channel,
                address=principal.address,
            )
        )

    def _open(self, there: Replying, session: Session) -> ReplyWay:
        limits, heard_at = self._limits[session.channel], there.heard.get(session.id)
        until = window_end(limits.window_of(session.thread), heard_at)
        closed = there.closed.get(session.id, "")
        if not closed and until is not None and self._clock.now() > until:
            closed = WINDOW_OVER
        held = self._held(session.channel, session.account, session.thread)
        return ReplyWay(
            channel=session.channel,
            account=session.account,
            address=session.address,
            label="" if held is not None else there.called.get(session.id, session.address),
            is_open=True,
            text_chars=limits.text_chars,
            file_bytes=limits.attachment_bytes,
            closed=str(closed),
            last_at=heard_at,
            until=until,
            is_away=held is False,
        )

    async def _elsewhere(self, principal: Principal, interaction: Interaction) -> list[Judged]:
        if not principal.may(Permission.START_INTERACTION):
            return []
        try:
            found = await self._starting.ways(principal, interaction.person_id)
        except NotFound:  # they reply here without reaching the client's record
            return []
        return [one for one in found if one.way.address and one.way.channel in self._limits]

    def _other(self, one: Judged) -> ReplyWay:
        way, limits = one.way, self._limits[one.way.channel]
        closed = "" if one.closed is None else one.closed.value
        if not closed and one.under_way is not None:
            closed = ElsewhereClosed.OPEN_ELSEWHERE.value
        held = self._held(way.channel, way.account, way.thread)
        return ReplyWay(
            channel=way.channel,
            account=way.account,
            address=way.address,
            label=way.label,
            is_open=False,
            text_chars=limits.text_chars,
            file_bytes=limits.attachment_bytes,
            closed=closed,
            last_at=way.last_at,
            is_away=held is False,
        )
