"""Beginning a conversation in the store: who is reached, which threads are open, and the ways of the web chat."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import msgspec

from crm_store.closed_places import places_closed
from crm_store.floor_mapping import agent_of
from crm_store.instants import from_us
from crm_store.lookups import loaded
from crm_store.mapping import at, columns, session_of
from crm_store.open_work import open_in
from crm_store.person_scope import ClientReach, roots_of
from crm_store.repeated import repeated
from crm_store.rows.floor import agents
from crm_store.rows.history import sessions
from crm_store.store import Store
from crm_store.unit_of_work import Unit
from crm_store.unit_starting import refused_kinds
from hub.desk.scope import require_interaction
from hub.domain.access import Permission, Principal
from hub.domain.agent import Agent, Media
from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId, UserId
from hub.domain.person import IdentityKind, Tier
from hub.domain.reach import Client, UnderWay, Way, WayClosed
from hub.domain.site import SiteSetup
from hub.domain.telegram import TELEGRAM
from hub.domain.work import WorkState
from hub.ports.reply_ways import Replying
from hub.ports.telegram import TelegramBots

_CHANNEL = IdentityKind.WEBCHAT.value
_MOST_ADDRESSES = 30

_AGENT = columns(agents, "a.")
_HELD = open_in(WorkState.ASSIGNED, WorkState.WRAP_UP, of="w.")
_setup = msgspec.json.Decoder(SiteSetup).decode

_UNDER_WAY = (
    "SELECT s.account, s.thread, i.id, i.queue_id, w.state, w.agent_id, COALESCE(a.name, '') FROM sessions s"
    " JOIN interactions i ON i.id = s.interaction_id LEFT JOIN work_items w ON w.interaction_id = i.id"
    " AND w.state IN ('queued', 'offered', 'assigned', 'wrap_up') LEFT JOIN agents a ON a.id = w.agent_id"
    " WHERE s.tenant_id = $1 AND s.account = ANY($2) AND s.thread = ANY($3) AND s.ended_at IS NULL"
    " AND i.state = 'open'"
)
_SESSIONS = (
    f"SELECT {columns(sessions, 's.')}, (SELECT MAX(t.at) FROM sessions o JOIN touches t ON t.session_id = o.id"
    " WHERE o.tenant_id = s.tenant_id AND o.account = s.account AND o.thread = s.thread"
    " AND t.direction = 'inbound'), (SELECT d.display FROM identities d WHERE d.tenant_id = s.tenant_id"
    " AND d.kind = s.channel AND d.value = s.address)"
    " FROM sessions s WHERE /*+*/s.tenant_id = $1 AND s.interaction_id = $2"
    " AND s.ended_at IS NULL ORDER BY s.started_at DESC, s.id DESC"
)
_BOT_CHATS = (
    "SELECT account, thread, MAX(started_at) AS last_at FROM sessions WHERE tenant_id = $1 AND account = ANY($2)"
    " AND thread = ANY($3) AND address = thread GROUP BY account, thread ORDER BY last_at DESC, account"
)
_CHATS = (
    "SELECT v.id, v.site_key, v.language, t.title, t.language, t.queue_id, u.setup,"
    " (SELECT COALESCE(MAX(s.started_at), 0) FROM sessions s WHERE s.tenant_id = v.tenant_id"
    " AND s.account = 'webchat:' || v.site_key AND s.thread = v.id) AS last_at"
    " FROM visitors v JOIN sites t ON t.key = v.site_key LEFT JOIN site_setups u ON u.site_key = v.site_key"
    " WHERE /*+*/v.tenant_id = $1 AND v.id = ANY($2) ORDER BY last_at DESC, v.id"
)


class Starts:
    """StartStore of hub/ports/starting.py."""

    def __init__(self, store: Store, reach: ClientReach) -> None:
        self._store = store
        self._reach = reach

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Unit]:
        """See the port."""
        return self._store.unit(tenant_id)

    async def standing(self, tenant_id: TenantId, agent_id: UserId) -> tuple[Agent | None, int]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_AGENT}, (SELECT COALESCE(SUM(w.weight), 0) FROM work_items w WHERE w.tenant_id = $1"
                f" AND w.agent_id = $2 AND {_HELD}) FROM agents a WHERE /*+*/a.tenant_id = $1 AND a.id = $2",
                tenant_id,
                agent_id,
            )
        return (agent_of(rows[0][:-1]), int(rows[0][-1])) if rows else (None, 0)

    async def last_used(self, tenant_id: TenantId, person_id: PersonId) -> Mapping[tuple[str, str], datetime]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT s.account, s.address, MAX(s.started_at) FROM interactions i"
                " JOIN sessions s ON s.interaction_id = i.id WHERE /*+*/i.tenant_id = $1 AND i.person_id = $2"
                " GROUP BY s.account, s.address",
                tenant_id,
                person_id,
            )
        return {(r[0], r[1]): from_us(r[2]) for r in rows}

    async def client(self, principal: Principal, person_id: PersonId) -> Client:
        """See the port."""
        return await repeated(lambda: self._client(principal, person_id))

    async def _client(self, principal: Principal, person_id: PersonId) -> Client:
        async with self._store.database.snapshot() as wire:
            root = await self._reach.require(wire, principal, Permission.READ_PERSON, person_id)
            ((tier, language),) = await wire.fetch(
                "SELECT tier, language FROM persons WHERE tenant_id = $1 AND id = $2",
                principal.tenant_id,
                root,
            )
            rows = await wire.fetch(
                "SELECT kind, value FROM identities WHERE /*+*/tenant_id = $1 AND person_id = $2"
                " ORDER BY created_at, id LIMIT $3",
                principal.tenant_id,
                root,
                _MOST_ADDRESSES,
            )
            refused = await refused_kinds(wire, principal.tenant_id, root)
            # each answer was of its own moment: a merge in between took the addresses to another record
            stands = (await roots_of(wire, principal.tenant_id, [person_id])).get(person_id, person_id)
            if stands != root:
                raise Conflict("this record became part of another one just now", code="raced")
        addresses: dict[IdentityKind, tuple[str, ...]] = {}
        for kind, value in rows:
            addresses[IdentityKind(kind)] = (*addresses.get(IdentityKind(kind), ()), value)
        return Client(
            person_id=root, tier=Tier(tier), addresses=addresses, refused=refused, language=language
        )

    async def under_way(
        self, tenant_id: TenantId, threads: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], UnderWay]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                _UNDER_WAY, tenant_id, sorted({a for a, _ in threads}), sorted({t for _, t in threads})
            )
        return {
            (r[0], r[1]): UnderWay(
                interaction_id=InteractionId(r[2]),
                queue_id=QueueId(r[3]),
                state=None if r[4] is None else WorkState(r[4]),
                agent_id=None if r[5] is None else UserId(r[5]),
                agent=r[6],
            )
            for r in rows
        }

    async def replying(self, principal: Principal, interaction_id: InteractionId) -> Replying:
        """ReplyStore of hub/ports/reply_ways.py."""
        async with self._store.database.snapshot() as wire:
            found, item = await loaded(wire, principal, interaction_id)
            interaction = require_interaction(principal, Permission.REPLY, found, item)
            rows = await wire.fetch(_SESSIONS, principal.tenant_id, interaction.id)
            closed = await places_closed(wire, interaction)
        mine = tuple(session_of(row[:-2]) for row in rows)
        heard = {s.id: when for s, row in zip(mine, rows, strict=True) if (when := at(row[-2])) is not None}
        called = {s.id: str(row[-1]) for s, row in zip(mine, rows, strict=True) if row[-1]}
        return Replying(interaction=interaction, sessions=mine, heard=heard, called=called, closed=closed)

    async def renew_presence(
        self, tenant_id: TenantId, agent_ids: Sequence[UserId], until: datetime, now: datetime
    ) -> None:
        """See the port."""
        await self._store.renew_presence(tenant_id, agent_ids, until, now)


class ChatWays:
    """Ways of hub/ports/starting.py for the web chat: every browser in which the client has used a site's chat."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def ways(self, tenant_id: TenantId, addresses: Sequence[str]) -> list[Way]:
        """See the port. A site that was switched off takes nobody, so nobody would read it there."""
        async with self._database.snapshot() as wire:
            rows = await wire.fetch(_CHATS, tenant_id, list(addresses))
        return [
            Way(
                kind=IdentityKind.WEBCHAT,
                channel=_CHANNEL,
                media=Media.CHAT,
                account=f"{_CHANNEL}:{r[1]}",
                thread=r[0],
                address=r[0],
                label=r[3],
                language=r[2] or r[4],
                queue_id=QueueId(r[5]),
                last_at=at(r[7] or None),
                closed=None if r[6] is None or _setup(r[6]).enabled else WayClosed.SITE_OFF,
            )
            for r in rows
        ]


class BotChats:
    """Ways of hub/ports/starting.py for Telegram: a bot writes only to whoever has written to it."""

    def __init__(self, store: Store, bots: TelegramBots) -> None:
        self._database = store.database
        self._bots = bots

    async def ways(self, tenant_id: TenantId, addresses: Sequence[str]) -> list[Way]:
        """See the port. Groups, and what a bot writes in the name of others, are no way to a client."""
        bots = {bot.account: bot for bot in await self._bots.telegram_bots(tenant_id)}
        if not bots:
            return []
        async with self._database.snapshot() as wire:
            rows = await wire.fetch(_BOT_CHATS, tenant_id, sorted(bots), list(addresses))
        return [
            Way(
                kind=IdentityKind.TELEGRAM,
                channel=TELEGRAM,
                media=Media.CHAT,
                account=account,
                thread=thread,
                address=thread,
                label=bots[account].name,
                language="",
                queue_id=bots[account].queue_id,
                last_at=at(last_at),
                closed=None if bots[account].enabled else WayClosed.ACCOUNT_OFF,
                usual_language=bots[account].setup.language,
            )
            for account, thread, last_at in rows
        ]
