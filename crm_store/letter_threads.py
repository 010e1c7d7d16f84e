"""The threads that message ids belong to, whatever number of letters names one id."""

from collections.abc import Sequence

from crm_store.driver import Wire
from hub.domain.ids import InteractionId, PersonId, TenantId
from hub.domain.mail import ThreadSeen

_THREAD = "i.message_id, i.account, i.thread, i.interaction_id, i.person_id, i.seen"
_OWN_THREADS = (
    f"SELECT {_THREAD}, TRUE FROM mail_ids i WHERE i.tenant_id = $1 AND i.message_id = ANY($2) AND i.seen = TRUE"
    " AND EXISTS (SELECT 1 FROM mail_participants p WHERE p.tenant_id = i.tenant_id AND p.account = i.account"
    " AND p.thread = i.thread AND p.address = $3)"
)
_IDS_OF_OTHERS, _OF_OTHERS_EACH = 8, 4
"""Thousands of threads may name one id (a round letter that everybody answers): of so many of the nearest ids so many
of the newest threads are enough, of those that have the letter and of those that only refer to it."""
_OTHER_THREADS = "".join(
    f" UNION ALL SELECT * FROM (SELECT {_THREAD}, FALSE FROM mail_ids i WHERE i.tenant_id = $1"
    f" AND i.message_id = ${{0}} AND i.seen = {seen} ORDER BY i.interaction_id DESC LIMIT {_OF_OTHERS_EACH})"
    f" AS {seen[0]}{{0}}"
    for seen in ("TRUE", "FALSE")
)


async def threads_of(
    wire: Wire, tenant_id: TenantId, message_ids: Sequence[str], address: str
) -> list[ThreadSeen]:
    """See `LetterStore.threads_of`."""
    near = message_ids[-_IDS_OF_OTHERS:]
    sql = _OWN_THREADS + "".join(_OTHER_THREADS.format(n) for n in range(4, 4 + len(near)))
    rows = await wire.fetch(sql, tenant_id, list(message_ids), address, *near)
    place = {message_id: n for n, message_id in enumerate(message_ids)}
    found: dict[tuple[str, str], ThreadSeen] = {}
    for r in sorted(rows, key=lambda r: (-place[r[0]], r[1], r[2], not r[6])):
        found.setdefault(
            (r[1], r[2]),
            ThreadSeen(
                account=r[1],
                thread=r[2],
                interaction_id=InteractionId(r[3]),
                person_id=PersonId(r[4]),
                seen=bool(r[5]),
                takes_part=bool(r[6]),
            ),
        )
    return list(found.values())
