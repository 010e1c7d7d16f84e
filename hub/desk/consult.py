"""Asking a colleague within a conversation: they see it and write notes; they may be made its owner; it ends."""

from hub.desk.scope import holds, require_interaction
from hub.domain.access import Permission, Principal
from hub.domain.agent import Media
from hub.domain.consult import Consult
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import ConsultChanged
from hub.domain.ids import ConsultId, InteractionId, UserId
from hub.domain.interaction import InteractionState
from hub.domain.texts import written_text
from hub.domain.work import WorkItem, WorkState
from hub.handing import give, require_room, require_there
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.supervise import SuperviseStore, SuperviseUnit

MOST_AT_ONCE = 5
"""So many colleagues may be asked about one conversation at the same time."""


class Consults:
    """Consults of conversations in hand."""

    def __init__(self, store: SuperviseStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def ask(
        self, principal: Principal, interaction_id: InteractionId, colleague_id: UserId, question: str
    ) -> Consult:
        """Ask a colleague about work that the principal has. Asking one who is being asked is success.

        Raises NotFound out of scope or for somebody who shares no queue, Invalid without a question, Conflict
        `agent_away`, `not_assigned`, `too_many_consults`.
        """
        said = written_text(question)
        if not said:
            raise Invalid("there is nothing in it", field="question", code="empty")
        principal.require(Permission.TRANSFER)
        async with self._store.unit(principal.tenant_id) as unit:
            found = (await unit.interactions([interaction_id])).get(interaction_id)
            item = await unit.open_item(interaction_id)
            interaction = require_interaction(principal, Permission.TRANSFER, found, item)
            interaction.require_open()
            if item is None or item.state is not WorkState.ASSIGNED or principal.user_id is None:
                raise Conflict("nobody has this work", code="not_assigned")
            colleague = (await unit.agents([colleague_id])).get(colleague_id)
            if (
                colleague is None
                or not colleague.queues & principal.queues
                or colleague.id == principal.user_id
            ):
                raise NotFound("there is no such agent")
            now = self._clock.now()
            require_there(colleague, now)
            going_on = await unit.open_consults(interaction.id)
            if before := next((c for c in going_on if c.colleague_id == colleague.id), None):
                return before
            if len(going_on) >= MOST_AT_ONCE:
                raise Conflict("enough colleagues are being asked", code="too_many_consults")
            consult = Consult(
                id=ConsultId(new_id()),
                tenant_id=principal.tenant_id,
                interaction_id=interaction.id,
                asked_by=principal.user_id,
                asked_by_name=principal.name,
                colleague_id=colleague.id,
                colleague_name=colleague.name,
                question=said,
                started_at=now,
            )
            unit.add_consult(consult)
            unit.emit(ConsultChanged(tenant_id=consult.tenant_id, consult=consult))
            return consult

    async def end(self, principal: Principal, consult_id: ConsultId) -> Consult:
        """Either of the two ends it. Ending twice is success.

        Raises NotFound, Conflict `call_stays` for one on the telephone: it ends there.
        """
        principal.require(Permission.WRITE_NOTE)
        async with self._store.unit(principal.tenant_id) as unit:
            consult = await self._own(unit, principal, consult_id)
            if consult.ended_at is not None:
                return consult
            if consult.is_spoken:
                raise Conflict("whoever is asked on the telephone is asked there", code="call_stays")
            reason = "left" if consult.colleague_id == principal.user_id else "done"
            return self._ended(unit, consult, reason)

    async def hand_over(self, principal: Principal, consult_id: ConsultId) -> WorkItem:
        """Make the colleague the owner: they know the matter, so they are not asked again. The consult ends.

        Raises NotFound, Conflict `consult_over`, `not_assigned`, `agent_away`, `agent_full`, `call_stays`.
        """
        principal.require(Permission.TRANSFER)
        async with self._store.unit(principal.tenant_id) as unit:
            consult = await self._own(unit, principal, consult_id)
            found = (await unit.interactions([consult.interaction_id])).get(consult.interaction_id)
            item = await unit.open_item(consult.interaction_id)
            if found is None or found.state is not InteractionState.OPEN:
                raise Conflict("this interaction is closed", code="interaction_closed")
            if consult.ended_at is not None:
                raise Conflict("this consult is over", code="consult_over")
            if item is None or item.state is not WorkState.ASSIGNED or not holds(principal, item):
                raise Conflict("you do not have this work", code="not_assigned")
            if item.media is Media.VOICE:
                raise Conflict("a call is handed over by the telephone", code="call_stays")
            colleague = (await unit.agents([consult.colleague_id])).get(consult.colleague_id)
            if colleague is None:
                raise NotFound("there is no such agent")
            now = self._clock.now()
            require_there(colleague, now)
            weight = await require_room(unit, colleague, item)
            given, _ = await give(
                unit, found, item, colleague, weight=weight, now=now, reason="consulted", by=principal.name
            )
            self._ended(unit, consult, "handed_over")
            return given

    async def _own(self, unit: SuperviseUnit, principal: Principal, consult_id: ConsultId) -> Consult:
        consult = await unit.consult(consult_id)
        if consult is None or principal.user_id is None:
            raise NotFound("there is no such consult")
        if principal.user_id not in {consult.asked_by, consult.colleague_id}:
            raise NotFound("there is no such consult")
        return consult

    def _ended(self, unit: SuperviseUnit, consult: Consult, reason: str) -> Consult:
        over = consult.ended(self._clock.now(), reason)
        unit.end_consult(over)
        unit.emit(ConsultChanged(tenant_id=over.tenant_id, consult=over))
        return over
