"""What clients thought of their interactions: one rating each, told to everybody, a fact of the history."""

from datetime import datetime

from crm_store.driver import Row, Wire
from crm_store.instants import from_us, to_us
from crm_store.mapping import columns
from crm_store.rows.webchat import ratings
from crm_store.store import Store
from crm_store.unit_of_work import Unit
from hub.domain.errors import Conflict, NotFound
from hub.domain.events import InteractionRated
from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId, UserId
from hub.ports.visitors import RATING_OPEN, Rating, Visitor

RATING = columns(ratings)


class Ratings:
    """Ratings of visitors."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def rate(
        self, visitor: Visitor, interaction_id: InteractionId, score: int, comment: str, now: datetime
    ) -> Rating:
        """See VisitorStore."""
        async with self._store.unit(visitor.tenant_id) as unit:
            return await rated(
                unit,
                interaction_id,
                (f"webchat:{visitor.site_key}", visitor.id),
                score=score,
                comment=comment,
                now=now,
            )


async def rated(
    unit: Unit,
    interaction_id: InteractionId,
    place: tuple[str, str],
    *,
    score: int,
    comment: str,
    now: datetime,
    is_first_final: bool = False,
) -> Rating:
    """Keep what whoever is at `place` (account, thread) thinks of an interaction of theirs; as kept. `is_first_final`:
    the first word stands, else the last one does. Raises NotFound, Conflict (`too_early`, `too_late`)."""
    interaction = (await unit.interactions([interaction_id])).get(interaction_id)
    if interaction is None:
        raise NotFound("there is no such conversation")
    tenant_id = interaction.tenant_id
    account, thread = place
    theirs = await unit.wire.fetch(
        "SELECT 1 FROM sessions WHERE /*+*/tenant_id = $1 AND interaction_id = $2 AND account = $3"
        " AND thread = $4",
        tenant_id,
        interaction_id,
        account,
        thread,
    )
    if not theirs:
        raise NotFound("there is no such conversation")
    before = await rating_of(unit.wire, tenant_id, interaction_id)
    agent_id = interaction.last_agent_id
    if agent_id is None:
        raise Conflict("nobody has served this conversation yet", code="too_early")
    if before is not None and is_first_final:
        return before
    since = before.at if before else interaction.closed_at
    if since is not None and now - since > RATING_OPEN:
        raise Conflict("this conversation can be rated no more", code="too_late")
    if before is not None and (before.score, before.comment) == (score, comment):
        return before
    rating = Rating(
        interaction_id=interaction_id,
        person_id=interaction.person_id,
        agent_id=agent_id,
        queue_id=interaction.queue_id,
        score=score,
        comment=comment,
        at=before.at if before else now,
    )
    await unit.wire.execute(
        f"INSERT INTO ratings ({RATING}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (tenant_id, interaction_id) DO UPDATE SET score = excluded.score,"
        " comment = excluded.comment",
        tenant_id,
        interaction_id,
        rating.person_id,
        rating.agent_id,
        rating.queue_id,
        score,
        comment,
        to_us(rating.at),
    )
    unit.note_fact(
        InteractionRated(
            tenant_id=tenant_id,
            interaction_id=interaction_id,
            person_id=rating.person_id,
            agent_id=agent_id,
            queue_id=rating.queue_id,
            score=score,
            comment=comment,
            at=rating.at,
        ),
        interaction,
    )
    return rating


async def rating_of(wire: Wire, tenant_id: TenantId, interaction_id: InteractionId) -> Rating | None:
    """What the client gave this interaction, if anything."""
    rows = await wire.fetch(
        f"SELECT {RATING} FROM ratings WHERE tenant_id = $1 AND interaction_id = $2",
        tenant_id,
        interaction_id,
    )
    return _rating(rows[0]) if rows else None


def _rating(r: Row) -> Rating:
    return Rating(
        interaction_id=InteractionId(r[1]),
        person_id=PersonId(r[2]),
        agent_id=None if r[3] is None else UserId(r[3]),
        queue_id=QueueId(r[4]),
        score=r[5],
        comment=r[6],
        at=from_us(r[7]),
    )
