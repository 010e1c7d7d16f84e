"""What clients are asked with buttons, and what they answer; behind `hub.ports.questions`."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from crm_store.instants import to_us
from crm_store.mapping import columns as columns_of
from crm_store.mapping import person_of, session_of
from crm_store.question_mapping import QUESTION, QUESTION_WIDTH, SETTLE_QUESTION, question_of, settled
from crm_store.ratings import rated, rating_of
from crm_store.rows.history import sessions
from crm_store.rows.people import persons
from crm_store.store import Store
from crm_store.unit_of_work import Unit
from hub.domain.ids import TenantId, TouchId
from hub.domain.person import Person
from hub.domain.question import AskedQuestion, BareQuestion
from hub.ports.questions import Unrated

_SESSION = columns_of(sessions, "s.")
_LAST_INBOUND = (
    " (SELECT t.{} FROM touches t WHERE t.interaction_id = i.id AND t.direction = 'inbound'"
    " ORDER BY t.seq DESC LIMIT 1)"
)
# an agent served it, nobody rated it, nothing was asked, and the client is in no other conversation there by now
_UNRATED = (
    f"SELECT {_SESSION},{_LAST_INBOUND.format('raw')} FROM sessions s JOIN interactions i ON i.id = s.interaction_id"
    " WHERE s.tenant_id = $1 AND s.channel = 'telegram' AND s.ended_at IS NOT NULL AND s.ended_at > $2"
    " AND s.account = ANY($3)"
    " AND i.state = 'closed' AND i.last_agent_id IS NOT NULL"
    f" AND s.id = {_LAST_INBOUND.format('session_id')}"
    " AND NOT EXISTS (SELECT 1 FROM ratings r WHERE r.tenant_id = i.tenant_id AND r.interaction_id = i.id)"
    " AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.interaction_id = i.id AND q.kind = 'rating')"
    " AND NOT EXISTS (SELECT 1 FROM sessions o WHERE o.tenant_id = s.tenant_id AND o.account = s.account"
    " AND o.thread = s.thread AND o.ended_at IS NULL)"
    " ORDER BY s.ended_at LIMIT $4"
)
_OF = "FROM questions q JOIN touches t ON t.id = q.touch_id JOIN sessions s ON s.id = t.session_id"
_ASKED = f"SELECT {QUESTION} {_OF} WHERE q.tenant_id = $1"
_STANDING = (
    f"{_ASKED} AND q.account = $2 AND q.thread = $3 AND q.kind = 'menu' AND q.settled_at IS NULL"
    " ORDER BY q.asked_at DESC LIMIT 1"
)
_UNANSWERED = (
    f"SELECT {QUESTION}, {columns_of(persons, 'p.')} {_OF}"
    " JOIN interactions i ON i.id = q.interaction_id JOIN persons p ON p.id = i.person_id"
    " WHERE q.tenant_id = $1 AND q.kind = 'menu' AND q.settled_at IS NULL AND q.until IS NOT NULL"
    " AND q.until <= $2 ORDER BY q.until LIMIT $3"
)
# one that is on its way yet waits; of what never arrived, or perhaps, nobody knows the buttons
_BARE = (
    f"SELECT {QUESTION}, t.provider_id {_OF} WHERE q.tenant_id = $1 AND q.buttons_due IS NOT NULL"
    " AND q.buttons_due <= $2 AND t.delivery NOT IN ('queued', 'sending') ORDER BY q.buttons_due LIMIT $3"
)
_BUTTONS_DUE = "UPDATE questions SET buttons_due = $1 WHERE tenant_id = $2 AND touch_id = $3"


class SqlQuestions:
    """`Questions` on SQLite and PostgreSQL."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Unit]:
        """See the port."""
        return self._store.unit(tenant_id)

    async def question(self, tenant_id: TenantId, touch_id: TouchId) -> AskedQuestion | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(f"{_ASKED} AND q.touch_id = $2", tenant_id, touch_id)
        return question_of(rows[0]) if rows else None

    async def standing_menu(self, tenant_id: TenantId, account: str, thread: str) -> AskedQuestion | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_STANDING, tenant_id, account, thread)
        return question_of(rows[0]) if rows else None

    async def unanswered_menus(
        self, tenant_id: TenantId, now: datetime, *, limit: int
    ) -> Sequence[tuple[AskedQuestion, Person]]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_UNANSWERED, tenant_id, to_us(now), limit)
        return [(question_of(r[:QUESTION_WIDTH]), person_of(r[QUESTION_WIDTH:])) for r in rows]

    async def rate(self, asked: AskedQuestion, choice: int, now: datetime) -> int:
        """See the port."""
        score = choice + 1
        async with self._store.unit(asked.tenant_id) as unit:
            # before all else: of two presses at once the second sees what the first did
            is_first = await unit.wire.execute(
                SETTLE_QUESTION, *settled(asked.touch_id, asked.tenant_id, choice, now)
            )
            if not is_first:
                rating = await rating_of(unit.wire, asked.tenant_id, asked.interaction_id)
                return score if rating is None else rating.score
            rating = await rated(
                unit,
                asked.interaction_id,
                (asked.account, asked.thread),
                score=score,
                comment="",
                now=now,
                is_first_final=True,
            )
        return rating.score

    async def bare(self, tenant_id: TenantId, now: datetime, *, limit: int) -> Sequence[BareQuestion]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_BARE, tenant_id, to_us(now), limit)
        return [BareQuestion(asked=question_of(r), message_id=r[QUESTION_WIDTH] or "") for r in rows]

    async def put_buttons_off(self, asked: AskedQuestion, until: datetime | None) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            await wire.execute(
                _BUTTONS_DUE, None if until is None else to_us(until), asked.tenant_id, asked.touch_id
            )

    async def unrated(
        self, tenant_id: TenantId, accounts: Sequence[str], *, since: datetime, limit: int
    ) -> Sequence[Unrated]:
        """See the port."""
        if not accounts:
            return []
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_UNRATED, tenant_id, to_us(since), list(accounts), limit)
        return [Unrated(session=session_of(r[:-1]), raw=bytes(r[-1] or b"")) for r in rows]
