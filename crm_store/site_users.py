"""Visitors who have signed in on a web site: whose a conversation is, and the browsers they come back with."""

from datetime import datetime, timedelta

from crm_store.driver import Wire
from crm_store.instants import to_us
from crm_store.mapping import columns
from crm_store.rows.floor import visitors
from crm_store.rows.webchat import visitor_sessions, visitor_users
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from crm_store.visitor_rows import OF_VISITOR, visitor_of
from hub.domain.site_identity import identity_value
from hub.domain.visitor_events import VisitorSignedIn
from hub.ports.visitors import Visitor

FORGOTTEN_AFTER = timedelta(days=90)
"""A further browser is forgotten then: its visitor only proves anew who they are."""

# what speaks for somebody else: a proved address that is neither a browser nor this very user
_SPEAKS_FOR_ANOTHER = (
    "SELECT 1 FROM identities d JOIN identities o ON o.tenant_id = d.tenant_id AND o.person_id = d.person_id"
    " WHERE d.tenant_id = $1 AND d.kind = 'webchat' AND d.value = $2 AND o.confidence = 'known'"
    " AND o.kind <> 'webchat' AND NOT (o.kind = 'site' AND o.value = $3) LIMIT 1"
)
_IS_OPEN = (
    "SELECT 1 FROM sessions s JOIN interactions i ON i.id = s.interaction_id AND i.state = 'open'"
    " WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3 AND s.ended_at IS NULL LIMIT 1"
)


class SiteUsers:
    """The half of VisitorStore (hub/ports/visitors.py) that is about who has signed in."""

    def __init__(self, store: Store, *, encode: Encode) -> None:
        self._store = store
        self._encode = encode

    async def visitor_by_token(self, site_key: str, token_sha256: str) -> Visitor | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"{OF_VISITOR} WHERE v.site_key = $1 AND (v.token_sha256 = $2 OR v.id IN"
                " (SELECT visitor_id FROM visitor_sessions WHERE site_key = $1 AND token_sha256 = $2))",
                site_key,
                token_sha256,
            )
        return visitor_of(rows[0]) if rows else None

    async def visitor_of_user(self, site_key: str, user: str) -> Visitor | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"{OF_VISITOR} WHERE u.site_key = $1 AND u.user_id = $2 ORDER BY u.at DESC, v.id DESC LIMIT 1",
                site_key,
                user,
            )
        return visitor_of(rows[0]) if rows else None

    async def add_session(self, visitor: Visitor, token_sha256: str, now: datetime) -> None:
        """See the port."""
        row = (visitor.site_key, token_sha256, visitor.tenant_id, visitor.id, to_us(now))
        async with self._store.database.transaction() as wire:
            await wire.insert(visitor_sessions, [row])
            await wire.execute(
                "DELETE FROM visitor_sessions WHERE visitor_id = $1 AND at < $2",
                visitor.id,
                to_us(now - FORGOTTEN_AFTER),
            )

    async def sign_in(self, visitor: Visitor, user: str, now: datetime) -> bool:
        """See the port."""
        async with self._store.database.transaction() as wire:
            # whoever writes here takes turns: of two who sign in the second finds whose it is
            added = await wire.execute(
                f"INSERT INTO visitor_users ({columns(visitor_users)}) VALUES ($1, $2, $3, $4, $5)"
                " ON CONFLICT (visitor_id) DO NOTHING",
                *_user_row(visitor, user, now),
            )
            if not added:
                rows = await wire.fetch("SELECT user_id FROM visitor_users WHERE visitor_id = $1", visitor.id)
                return bool(rows) and rows[0][0] == user
            if not await _may_go_along(wire, visitor, user):
                await wire.execute("DELETE FROM visitor_users WHERE visitor_id = $1", visitor.id)
                return False
            told = VisitorSignedIn(
                tenant_id=visitor.tenant_id, site_key=visitor.site_key, visitor_id=visitor.id, user=user
            )
            await self._store.add_events(wire, self._encode([told]))
        self._store.wake()
        return True


async def add_visitor_rows(wire: Wire, visitor: Visitor, row: tuple[object, ...]) -> None:
    """A new visitor, with whose they are."""
    await wire.insert(visitors, [row])
    if visitor.user:
        await wire.insert(visitor_users, [_user_row(visitor, visitor.user, visitor.created_at)])


async def _may_go_along(wire: Wire, visitor: Visitor, user: str) -> bool:
    account = f"webchat:{visitor.site_key}"
    if not await wire.fetch(_IS_OPEN, visitor.tenant_id, account, visitor.id):
        return False
    mine = identity_value(visitor.site_key, user)
    return not await wire.fetch(_SPEAKS_FOR_ANOTHER, visitor.tenant_id, visitor.id, mine)


def _user_row(visitor: Visitor, user: str, at: datetime) -> tuple[str, str, str, str, int]:
    return visitor.id, visitor.tenant_id, visitor.site_key, user, to_us(at)
