"""What is there already for a batch of inbound touches: a few look-ups, whatever the size of the batch."""

from collections.abc import Sequence

from crm_store.driver import Row, Wire
from crm_store.engaged import PASSES, known_by, load_engaged, locked_of, open_of
from crm_store.instants import from_us
from crm_store.mapping import columns, interaction_of, item_of, person_of, session_of
from crm_store.numbers_of_nobody import IS_THE_OWNER, among_shared_lines
from crm_store.rows.history import interactions, sessions
from crm_store.rows.people import persons
from hub.domain.ids import QueueId, TenantId
from hub.domain.person import Confidence, IdentityKind
from hub.domain.queue import Queue
from hub.domain.touch import InboundTouch
from hub.ports.known import Known, OpenThread, StoredKey, ThreadClient

_STORED = (
    "SELECT account, external_id, id, interaction_id, seq, at, body_sha256 FROM touches"
    " WHERE tenant_id = $1 AND account = ANY($2) AND external_id = ANY($3)"
)
# each by ids that are known, never joined, and by no index of what is open: with figures of a quiet night PostgreSQL
# would go through all of that, and for each through all of it again
_OPEN_SESSIONS = (
    f"SELECT {columns(sessions)} FROM sessions WHERE tenant_id = $1 AND account = ANY($2) AND thread = ANY($3)"
    " AND ended_at IS NULL"
)
# whoever waits here for a lock sees the interaction as it is after that, and the session as it was before: a
# conversation that was closed meanwhile shows by the interaction alone
_INTERACTIONS = (
    f"SELECT {columns(interactions)} FROM interactions WHERE /*+*/tenant_id = $1 AND id = ANY($2)"
    " AND state || '' = 'open' ORDER BY id FOR UPDATE"
)
_LAST_SEQS = (
    "SELECT s.account, s.thread, MAX(i.last_seq) FROM sessions s JOIN interactions i ON i.id = s.interaction_id"
    " WHERE s.tenant_id = $1 AND s.account = ANY($2) AND s.thread = ANY($3) GROUP BY s.account, s.thread"
)
_CLIENTS = (
    f"SELECT s.account, s.thread, s.address, i.language, i.queue_id, {columns(persons, 'p.')} FROM sessions s"
    " JOIN interactions i ON i.id = s.interaction_id JOIN persons p ON p.id = i.person_id"
    " WHERE s.tenant_id = $1 AND s.account = ANY($2) AND s.thread = ANY($3) ORDER BY s.started_at, s.id"
)
# a number is a hint: it stands for a person who is known by it, and only while nobody else says that it is theirs
_AMBIGUOUS = (
    "SELECT d.value FROM identities d WHERE d.tenant_id = $1 AND d.kind = 'phone' AND d.value = ANY($2)"
    " AND (d.confidence <> 'known' OR EXISTS"
    " (SELECT 1 FROM shared_numbers n WHERE n.tenant_id = d.tenant_id AND n.value = d.value"
    f" AND NOT {IS_THE_OWNER}))"
)
# a merge may be pointing these addresses at another record: one waits for the other
_PERSONS = (
    f"SELECT d.kind, d.value, d.confidence, {columns(persons, 'p.')} FROM identities d"
    " JOIN persons p ON p.id = d.person_id WHERE d.tenant_id = $1 AND d.kind = ANY($2)"
    " AND d.value = ANY($3) ORDER BY d.id FOR NO KEY UPDATE OF d"
)
_SITE_USERS = (
    "SELECT person_id, value FROM identities WHERE /*+*/tenant_id = $1 AND person_id = ANY($2) AND kind = 'site'"
    " AND confidence = 'known'"
)


async def load_known(
    wire: Wire, tenant_id: TenantId, inbound: Sequence[InboundTouch], queues: dict[QueueId, Queue]
) -> Known:
    """What the store knows; the open interactions are locked until the unit ends.

    Raises Conflict (`raced`) when something was opened with one of these clients at the same moment.
    """
    known = Known(queues=queues)
    accounts = sorted({t.account for t in inbound})
    places = (tenant_id, accounts, sorted({t.thread for t in inbound}))
    addresses = {address for t in inbound for address in _addresses(t)}
    writing = {(kind, value) for t in inbound if t.may_continue for kind, value in _addresses(t) if value}
    stored, in_progress, *clients = await wire.fetch_each(
        (_STORED, (tenant_id, accounts, [t.external_id for t in inbound])),
        (_OPEN_SESSIONS, places),
        *([known_by(tenant_id, writing)] if writing else []),
    )
    for account, external_id, touch_id, interaction_id, seq, at, body in stored:
        known.stored[account, external_id] = StoredKey(
            touch_id=touch_id, interaction_id=interaction_id, seq=seq, at=from_us(at), body_sha256=body
        )
    known.threads = await _threads_of(wire, tenant_id, in_progress)
    # whoever is in no line, as one who comes from a menu, may get into one only now: it matters who they are
    fresh = sorted(
        {
            t.thread
            for t in inbound
            if (there := known.threads.get((t.account, t.thread))) is None or there.item is None
        }
    )
    if not fresh:
        return known
    kinds, values = sorted({kind.value for kind, _ in addresses}), sorted({value for _, value in addresses})
    who = [row[0] for row in clients[0]] if clients else []
    # interactions before addresses and persons, as everywhere: nobody waits in a ring
    last_seqs, *opened, addressed = await wire.fetch_each(
        (_LAST_SEQS, (tenant_id, accounts, fresh)),
        *([open_of(tenant_id, who)] if who else []),
        (_PERSONS, (tenant_id, kinds, values)),
    )
    for account, thread, last_seq in last_seqs:
        known.last_seqs[account, thread] = last_seq
    foreign = sorted({t.thread for t in inbound if t.of_thread} & set(fresh))
    for row in await wire.fetch(_CLIENTS, tenant_id, accounts, foreign) if foreign else ():
        known.clients[row[0], row[1]] = ThreadClient(
            person=person_of(row[5:]), address=row[2], language=row[3], queue_id=QueueId(row[4])
        )
    for row in addressed:
        key = IdentityKind(row[0]), row[1]
        known.persons[key] = person_of(row[3:])
        if row[2] == Confidence.KNOWN:
            known.proven.add(key)
    going_on = sorted({known.persons[key].id for key in known.proven & writing})
    if any(kind is IdentityKind.SITE for kind, _ in addresses):
        met = sorted({person.id for person in known.persons.values()})
        for person_id, user in await wire.fetch(_SITE_USERS, tenant_id, met) if met else ():
            known.site_users.setdefault(person_id, set()).add(user)
    known.engaged = await load_engaged(wire, tenant_id, going_on, locked_of(opened[0] if opened else ()))
    numbers = sorted({value for kind, value in addresses if kind is IdentityKind.PHONE})
    for (value,) in await wire.fetch(_AMBIGUOUS, tenant_id, numbers) if numbers else ():
        known.persons.pop((IdentityKind.PHONE, value), None)
        known.ambiguous.add(value)
    for value in await among_shared_lines(wire, tenant_id, numbers):
        known.persons.pop((IdentityKind.PHONE, value), None)
        known.ambiguous.add(value)
    return known


def _addresses(touch: InboundTouch) -> list[tuple[IdentityKind, str]]:
    """What may say who it is: where it came from, and what a site vouches for of its user."""
    proven = [(claim.kind, claim.value) for claim in touch.claims if claim.proven]
    is_vouched = any(kind is IdentityKind.SITE for kind, _ in proven)
    return [(touch.sender.kind, touch.sender.value), *(proven if is_vouched else ())]


async def load_threads(
    wire: Wire, tenant_id: TenantId, accounts: list[str], threads: list[str]
) -> dict[tuple[str, str], OpenThread]:
    """The open sessions of these threads with what hangs on them; their interactions are locked."""
    return await _threads_of(wire, tenant_id, await wire.fetch(_OPEN_SESSIONS, tenant_id, accounts, threads))


async def _threads_of(
    wire: Wire, tenant_id: TenantId, rows: Sequence[Row]
) -> dict[tuple[str, str], OpenThread]:
    if not rows:
        return {}
    in_progress = [session_of(row) for row in rows]
    what = (tenant_id, sorted({session.interaction_id for session in in_progress}))
    locked, waiting = await wire.fetch_each((_INTERACTIONS, what), (PASSES, what))
    open_now = {one.id: one for one in map(interaction_of, locked)}
    passes = {item.interaction_id: item for item in map(item_of, waiting)}
    return {
        (session.account, session.thread): OpenThread(
            session=session,
            interaction=open_now[session.interaction_id],
            item=passes.get(session.interaction_id),
        )
        for session in in_progress
        if session.interaction_id in open_now
    }
