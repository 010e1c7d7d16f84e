"""The letters of a thread, as whoever answers them needs them."""

from crm_store.driver import Row, Wire
from crm_store.instants import from_us
from crm_store.mapping import TOUCHES_OF_SESSION, letter_head
from hub.domain.ids import InteractionId, TenantId, TouchId
from hub.domain.letter import MailAddress
from hub.domain.written_letter import SeenLetter

_SEEN = 30
"""Letters of a thread that are looked at for one that can be answered."""
_COLUMNS = "t.id, COALESCE(t.source_at, t.at), t.text, t.letter, t.direction"
_OF_THREAD = (
    f"SELECT {_COLUMNS} FROM {TOUCHES_OF_SESSION} WHERE s.tenant_id = $1"
    " AND s.account = $2 AND s.thread = $3 AND t.letter IS NOT NULL"
    " ORDER BY t.seq DESC LIMIT $4"
)
# what was said in the thread before belongs to the conversation in which it goes on
_ONE = (
    f"SELECT {_COLUMNS} FROM touches t WHERE /*+*/t.tenant_id = $1 AND t.id = $3 AND t.letter IS NOT NULL"
    " AND (t.interaction_id = $2 OR EXISTS (SELECT 1 FROM sessions s JOIN sessions o ON o.tenant_id = s.tenant_id"
    " AND o.account = s.account AND o.thread = s.thread WHERE s.tenant_id = $1 AND s.interaction_id = $2"
    " AND o.id = t.session_id))"
)


async def letters_of_thread(wire: Wire, tenant_id: TenantId, account: str, thread: str) -> list[SeenLetter]:
    """See `LetterThread`."""
    return [_seen(r) for r in await wire.fetch(_OF_THREAD, tenant_id, account, thread, _SEEN)]


async def letter_seen(
    wire: Wire, tenant_id: TenantId, interaction_id: InteractionId, touch_id: TouchId
) -> SeenLetter | None:
    """See `LetterThread`."""
    rows = await wire.fetch(_ONE, tenant_id, interaction_id, touch_id)
    return _seen(rows[0]) if rows else None


class UnitThreads:
    """`LetterThread` in a unit of work."""

    _wire: Wire
    _tenant: TenantId

    async def letters_of_thread(self, account: str, thread: str) -> list[SeenLetter]:
        return await letters_of_thread(self._wire, self._tenant, account, thread)

    async def letter_seen(self, interaction_id: InteractionId, touch_id: TouchId) -> SeenLetter | None:
        return await letter_seen(self._wire, self._tenant, interaction_id, touch_id)


def _seen(r: Row) -> SeenLetter:
    head = letter_head(r[3])
    return SeenLetter(
        touch_id=TouchId(r[0]),
        at=from_us(r[1]),
        ours=r[4] == "outbound",
        wrote=head.sender or MailAddress(address=""),
        text=r[2],
        head=head,
    )
