"""Where a touch belongs: it continues the open interaction of its thread, or of its client on another channel, or opens
one in the right queue."""

from datetime import datetime

from hub.domain.agent import Media
from hub.domain.call import SIP
from hub.domain.continuing import Engaged, continued
from hub.domain.errors import Invalid
from hub.domain.events import InteractionClosed, InteractionOpened
from hub.domain.ids import InteractionId, QueueId, SessionId
from hub.domain.interaction import Interaction, InteractionState, Session
from hub.domain.person import Person
from hub.domain.touch import InboundTouch
from hub.domain.values import changed
from hub.engaging import in_line
from hub.ids import new_id
from hub.intake.identity import known_as, person_behind
from hub.ports.known import Known, OpenThread
from hub.ports.store import UnitOfWork


def thread_of(
    touch: InboundTouch,
    known: Known,
    unit: UnitOfWork,
    now: datetime,
    *,
    queued: bool = True,
    as_call: bool = False,
    continuing: Engaged | None = None,
) -> OpenThread:
    """The open thread this touch belongs to, opened if there is none, and in the line unless it shall not be
    `queued`; `as_call`: whoever takes it calls the client. `continuing` is what its client has open elsewhere, which
    a thread that is not open yet becomes a part of. Keeps `known` current."""
    thread = known.thread_at(touch.account, touch.thread)
    if thread is None and continuing is not None:
        thread = _joined(touch, continuing, known, unit, now)
    elif thread is None:
        thread = _opened(touch, known, unit, now, queued=queued, as_call=as_call)
    if thread.item is None and queued:
        if touch.menu is not None and touch.menu.answers is not None:
            # they come from the menu: only now they are in a line, and it is known in which
            moved = changed(thread.interaction, queue_id=_line_of(touch, known))
            thread = changed(thread, interaction=moved)
        person = _client_of(touch, thread, known)
        thread = _queued(touch, thread, known, unit, person, now, as_call=as_call)
    known.keep(thread)
    return thread


def continued_by(touch: InboundTouch, known: Known, now: datetime) -> Engaged | None:
    """What the first touch of a thread continues: the one interaction that is open with its client on other channels.

    Only where the client is `known` by the address it came from.
    """
    if not touch.may_continue:
        return None
    found = known_as(touch, known)
    if found is None or found[0] not in known.proven:
        return None
    return continued(known.engaged.get(found[1].id, {}).values(), touch.channel, known.queues, now)


def closed_again(thread: OpenThread, known: Known, unit: UnitOfWork, now: datetime) -> None:
    """The thread was opened for a touch that is only kept: there is nothing to be done in it."""
    closed = changed(
        thread.interaction,
        state=InteractionState.CLOSED,
        closed_at=now,
        version=thread.interaction.version + 1,
    )
    closed = unit.note_fact(InteractionClosed(tenant_id=closed.tenant_id, interaction=closed), closed)
    key = (thread.session.account, thread.session.thread)
    del known.threads[key]
    known.engaged.get(closed.person_id, {}).pop(closed.id, None)
    known.last_seqs[key] = closed.last_seq


def _opened(
    touch: InboundTouch, known: Known, unit: UnitOfWork, now: datetime, *, queued: bool, as_call: bool
) -> OpenThread:
    whose = known.clients.get((touch.account, touch.thread)) if touch.of_thread else None
    queue_id = _line_of(touch, known)
    if (
        whose is not None
        and whose.queue_id in known.queues
        and not known.queues[whose.queue_id].rules.retired
    ):
        queue_id = whose.queue_id
    if queue_id not in known.queues:
        raise Invalid("this channel account names a queue that is not there", code="no_such_queue")
    person = person_behind(touch, known, unit, now) if whose is None else whose.person
    interaction = Interaction(
        id=InteractionId(new_id()),
        tenant_id=touch.tenant_id,
        person_id=person.id,
        channel=touch.channel,
        queue_id=queue_id,
        language=touch.language if whose is None else whose.language,
        state=InteractionState.OPEN,
        opened_at=now,
        last_seq=known.last_seqs.get((touch.account, touch.thread), 0),
    )
    unit.add_interaction(interaction)
    address = touch.sender.value if whose is None else whose.address
    session = _session(touch, interaction, unit, now, address)
    opened = unit.note_fact(
        InteractionOpened(tenant_id=touch.tenant_id, interaction=interaction), interaction
    )
    thread = OpenThread(session=session, interaction=opened, item=None)
    if queued:
        thread = _queued(touch, thread, known, unit, person, now, as_call=as_call)
    _engage(thread, frozenset({touch.channel}), known, now)
    return thread


def _joined(
    touch: InboundTouch, continuing: Engaged, known: Known, unit: UnitOfWork, now: datetime
) -> OpenThread:
    """The interaction goes on in this thread too. Numbers go on over both: none of the thread's comes twice."""
    person_behind(
        touch, known, unit, now
    )  # who is known by another address is known by this one too from now on
    session = _session(touch, continuing.interaction, unit, now, touch.sender.value)
    thread = known.as_it_is_now(
        OpenThread(session=session, interaction=continuing.interaction, item=continuing.item)
    )
    last_seq = max(thread.interaction.last_seq, known.last_seqs.get((touch.account, touch.thread), 0))
    thread = changed(thread, interaction=changed(thread.interaction, last_seq=last_seq))
    _engage(thread, continuing.channels | {touch.channel}, known, now)
    return thread


def _client_of(touch: InboundTouch, thread: OpenThread, known: Known) -> Person | None:
    """The client of a thread that was there, if what is known tells who: not of a number that may be somebody else's,
    nor of a letter that another person wrote in it."""
    whose = known.clients.get((touch.account, touch.thread)) if touch.of_thread else None
    person = known.persons.get((touch.sender.kind, touch.sender.value)) if whose is None else whose.person
    return person if person is not None and person.id == thread.interaction.person_id else None


def _line_of(touch: InboundTouch, known: Known) -> QueueId:
    """Where it leads: what its client chose, while that line takes work."""
    chosen = (
        None if touch.menu is None or touch.menu.queue_id is None else known.queues.get(touch.menu.queue_id)
    )
    return touch.queue_id if chosen is None or chosen.rules.retired else chosen.id


def _engage(thread: OpenThread, channels: frozenset[str], known: Known, now: datetime) -> None:
    """What comes in the same batch may continue it."""
    interaction = thread.interaction
    known.engaged.setdefault(interaction.person_id, {})[interaction.id] = Engaged(
        interaction=interaction, item=thread.item, channels=channels, touched_at=now
    )


def _session(
    touch: InboundTouch, interaction: Interaction, unit: UnitOfWork, now: datetime, address: str
) -> Session:
    session = Session(
        id=SessionId(new_id()),
        tenant_id=touch.tenant_id,
        interaction_id=interaction.id,
        channel=touch.channel,
        account=touch.account,
        thread=touch.thread,
        address=address,
        started_at=now,
        ended_at=now if touch.only_kept else None,
    )
    unit.add_session(session)
    return session


def _queued(
    touch: InboundTouch,
    thread: OpenThread,
    known: Known,
    unit: UnitOfWork,
    person: Person | None,
    now: datetime,
    *,
    as_call: bool,
) -> OpenThread:
    item, interaction = in_line(
        unit,
        thread.interaction,
        known.queues[thread.interaction.queue_id],
        now,
        channel=SIP if as_call else touch.channel,
        media=Media.VOICE if as_call else touch.media,
        reason="new",
        person=person,
        priority=touch.priority,
        language=thread.interaction.language if touch.of_thread else touch.language,
        skills=touch.skills,
        received_at=touch.received_at,
    )
    return changed(thread, interaction=interaction, item=item)
