"""Beginning a conversation with a client: the ways there are, and doing it."""

from agent_console.bodies import Id
from agent_console.operations import Call, Operation, Operations
from agent_console.start_bodies import Start, StartedView, WayPage, WayView
from hub.desk.starting import Starting
from hub.desk.talk_reading import TalkReads
from hub.domain.access import Permission
from hub.domain.ids import PersonId, QueueId
from hub.domain.reach import Judged, WayClosed


def operations(*, starting: Starting, reads: TalkReads) -> list[Operation]:
    """What those who serve clients may begin."""
    made = Operations("clients")

    @made.op(
        "GET",
        "/api/v1/persons/{person_id}/ways",
        Permission.START_INTERACTION,
        "By which ways a client can be written to first",
    )
    async def list_ways(call: Call, person_id: Id) -> WayPage:
        """Every kind of channel; `closed` says in one stable word why a way cannot be used now."""
        found = await starting.ways(call.principal, PersonId(person_id))
        return WayPage(items=tuple(_shown(one) for one in found), next=None)

    @made.op(
        "POST",
        "/api/v1/persons/{person_id}/interactions",
        Permission.START_INTERACTION,
        "Write to a client first",
        status=201,
        idempotent=True,
    )
    async def start_interaction(call: Call, person_id: Id, body: Start) -> StartedView:
        """The work is yours at once, and takes room like any other; the text can be undone for `hold_s`.

        A conversation that is open there already is continued, in its own queue. 409 with the way's `closed` as
        its code, `be_there_first` or `at_capacity`.
        """
        started = await starting.start(
            call.principal,
            PersonId(person_id),
            queue_id=QueueId(body.queue_id),
            channel=body.channel,
            address=body.address,
            text=body.text,
            hold_s=body.hold_s,
            key=call.idempotency_key,
        )
        plan = started.plan
        planned = (await reads.planned_views(plan.tenant_id, [plan.id]))[plan.id]
        return StartedView(
            interaction_id=started.interaction.id, planned=planned, continued=started.continued
        )

    return list(made)


def _shown(one: Judged) -> WayView:
    way, there = one.way, one.under_way
    return WayView(
        kind=way.kind,
        channel=way.channel,
        address=way.address,
        label=way.label,
        language=way.language,
        queue_id=way.queue_id,
        last_at=way.last_at,
        closed="" if one.closed is None else one.closed.value,
        holder=there.agent if there is not None and one.closed is WayClosed.COLLEAGUE_HAS_IT else "",
        continues=there is not None and one.closed is None,
        continues_in=there.queue_id if there is not None and one.closed is None else None,
    )
