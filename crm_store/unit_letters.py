"""The part of a unit of work that keeps what touches bring along from their letters."""

from dataclasses import dataclass, field

from crm_store.driver import Row, Wire
from crm_store.mapping import text
from crm_store.rows.mail import letter_bodies
from crm_store.thread_letters import UnitThreads
from hub.domain.ids import TenantId
from hub.domain.mail import LetterState, TouchLetter
from hub.domain.touch import Touch

_SETTLE = (
    "UPDATE letters SET state = $1, touch_id = $2, defects = $3, lease_until = NULL"
    " WHERE id = $4 AND state = 'kept'"
)
_ADD_ID = (
    "INSERT INTO mail_ids (tenant_id, message_id, account, thread, interaction_id, person_id, seen)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, message_id, thread) DO UPDATE"
    " SET interaction_id = excluded.interaction_id, seen = mail_ids.seen OR excluded.seen"
)
_ADD_PARTICIPANT = (
    "INSERT INTO mail_participants (tenant_id, account, thread, address) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT DO NOTHING"
)


@dataclass(slots=True)
class LetterWrites:
    """What is to be written."""

    settled: list[Row] = field(default_factory=list)
    bodies: list[Row] = field(default_factory=list)
    ids: dict[tuple[str, str], Row] = field(default_factory=dict)
    participants: set[tuple[str, ...]] = field(default_factory=set)


class UnitLetters(UnitThreads):
    """Collects beside `add_touch`, writes after the touches."""

    _wire: Wire
    _tenant: TenantId
    _letters: LetterWrites | None

    def _add_letter(self, touch: Touch, letter: TouchLetter) -> None:
        """The letter of this touch."""
        if self._letters is None:
            self._letters = LetterWrites()
        w, head, thread = self._letters, letter.head, letter.thread
        if letter.letter_id is not None:
            state = LetterState.UNREADABLE if head.unreadable else LetterState.STORED
            w.settled.append((state.value, touch.id, text(head.defects), letter.letter_id))
        if letter.html or letter.quoted:
            w.bodies.append((touch.id, touch.tenant_id, letter.html, letter.quoted))
        named = [(i, False) for i in head.references]
        if head.message_id:
            named.append((head.message_id, True))
        for message_id, seen in named:
            w.ids[message_id, thread] = (
                self._tenant,
                message_id,
                touch.account,
                thread,
                touch.interaction_id,
                touch.person_id,
                seen,
            )
        w.participants.update((self._tenant, touch.account, thread, a) for a in letter.participants)

    async def _flush_letters(self) -> None:
        w, wire = self._letters, self._wire
        if w is None:
            return
        if w.settled:
            await wire.many(_SETTLE, w.settled)
        if w.bodies:
            await wire.insert(letter_bodies, w.bodies)
        if w.ids:
            await wire.many(_ADD_ID, [w.ids[key] for key in sorted(w.ids)])
        if w.participants:
            await wire.many(_ADD_PARTICIPANT, sorted(w.participants))
