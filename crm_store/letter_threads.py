"""The threads that message ids belong to, whatever number of letters names one id."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from crm_store.driver import Row, Wire
from hub.domain.ids import InteractionId, PersonId, TenantId
from hub.domain.mail import ThreadSeen

_THREAD = "i.message_id, i.account, i.thread, i.interaction_id, i.person_id, i.seen"
_IDS_OF_OTHERS, _OF_OTHERS_EACH = 8, 4
"""Thousands of threads may name one id (a round letter that everybody answers): of so many of the nearest ids so many
of the newest threads are enough, of those that have the letter and of those that only refer to it."""
_LEAST = ", ".join(
    "(SELECT MIN(n.interaction_id) FROM (SELECT y.interaction_id FROM mail_ids y WHERE y.tenant_id = $1"
    f" AND y.message_id = x.value AND y.seen = {seen} ORDER BY y.interaction_id DESC LIMIT {_OF_OTHERS_EACH}) n)"
    f" AS {seen}_from"
    for seen in ("true", "false")
)
_OTHERS = "".join(
    f" UNION ALL SELECT {_THREAD}, NULL FROM near JOIN mail_ids i ON i.tenant_id = $1 AND i.message_id = near.value"
    f" AND i.seen = {seen} AND i.interaction_id >= near.{seen}_from"
    for seen in ("true", "false")
)
# materialized, so that no database begins elsewhere: with all participants, or with all threads that name an id
_THREADS_OF = f"""
WITH near AS MATERIALIZED (SELECT x.value, {_LEAST} FROM unnest($4::text[]) AS x(value)),
ours AS MATERIALIZED (SELECT {_THREAD}, i.tenant_id FROM unnest($2::text[]) AS x(value)
  JOIN mail_ids i ON i.tenant_id = $1 AND i.message_id = x.value AND i.seen = TRUE)
SELECT {_THREAD.replace("i.", "o.")}, p.address FROM ours o JOIN mail_participants p ON p.tenant_id = o.tenant_id
  AND p.account = o.account AND p.thread = o.thread AND p.address = ANY($3){_OTHERS}
"""
"""Of letters: the threads in which who wrote them takes part, and what else is near, without an address."""


class Named(NamedTuple):
    """The ids that a letter names, the nearest last, and by whom it is."""

    tenant_id: TenantId
    message_ids: Sequence[str]
    address: str


async def threads_of(wire: Wire, letters: Sequence[Named]) -> list[list[ThreadSeen]]:
    """For each letter, see `LetterStore.threads_of`. One question for all letters of a tenant."""
    found: dict[Named, list[ThreadSeen]] = {}
    for tenant_id in dict.fromkeys(one.tenant_id for one in letters):
        some = [one for one in letters if one.tenant_id == tenant_id]
        ids = {message_id for one in some for message_id in one.message_ids}
        near = {message_id for one in some for message_id in one.message_ids[-_IDS_OF_OTHERS:]}
        rows = await wire.fetch(
            _THREADS_OF,
            tenant_id,
            sorted(ids),
            sorted({one.address for one in some}),
            sorted(near),
        )
        by_id: dict[str, list[Row]] = {}
        for row in rows:
            by_id.setdefault(row[0], []).append(row)
        for one in some:
            found[one] = _seen_by(one, by_id)
    return [found[one] for one in letters]


def _seen_by(letter: Named, rows: Mapping[str, Sequence[Row]]) -> list[ThreadSeen]:
    """Those of `rows`, which are by their ids, that are for this letter. A thread stands where the nearest of its ids
    does, and whoever takes part in it by a letter further back takes part, though of the nearest we have no letter."""
    threads: dict[tuple[str, str], ThreadSeen] = {}
    near = set(letter.message_ids[-_IDS_OF_OTHERS:])
    for message_id in dict.fromkeys(reversed(letter.message_ids)):
        for r in sorted(rows.get(message_id, ()), key=lambda r: (r[1], r[2])):
            is_own = r[6] is not None
            if r[6] != letter.address if is_own else message_id not in near:
                continue
            before = threads.get((r[1], r[2]))
            if before is None or (is_own and not before.takes_part):
                threads[r[1], r[2]] = ThreadSeen(
                    account=r[1],
                    thread=r[2],
                    interaction_id=InteractionId(r[3]),
                    person_id=PersonId(r[4]),
                    seen=bool(r[5]),
                    takes_part=is_own,
                )
    return list(threads.values())
