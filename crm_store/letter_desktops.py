"""What a composer of letters is told about a conversation."""

from crm_store.lookups import readable
from crm_store.queue_reads import queues_of
from crm_store.store import Store
from crm_store.thread_letters import letter_seen, letters_of_thread
from hub.domain.access import Principal
from hub.domain.ids import InteractionId, TouchId
from hub.domain.mail_account import EMAIL
from hub.ports.mail_out import LetterDesktop


class SqlLetterDesktops:
    """`LetterDesktops` on SQLite and PostgreSQL."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def letter_desktop(
        self, principal: Principal, interaction_id: InteractionId, quote: TouchId | None
    ) -> LetterDesktop:
        """See the port."""
        tenant_id = principal.tenant_id
        async with self._database.snapshot() as wire:
            interaction = await readable(wire, principal, interaction_id)
            rows = await wire.fetch(
                "SELECT account, thread, address FROM sessions WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
                " AND channel = $3 AND ended_at IS NULL ORDER BY started_at DESC LIMIT 1",
                tenant_id,
                interaction_id,
                EMAIL,
            )
            session = (rows[0][0], rows[0][1], rows[0][2]) if rows else None
            letters = await letters_of_thread(wire, tenant_id, session[0], session[1]) if session else []
            quoted = None if quote is None else await letter_seen(wire, tenant_id, interaction_id, quote)
            queues = await queues_of(wire, tenant_id)
        return LetterDesktop(
            language=interaction.language,
            queue=next((q for q in queues if q.id == interaction.queue_id), None),
            session=session,
            letters=tuple(letters),
            quoted=quoted,
        )
