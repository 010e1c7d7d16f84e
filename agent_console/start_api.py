"""Beginning a conversation with a client: the ways there are, and doing it."""

from agent_console.bodies import WRITING_BYTES, Id, written_letter
from agent_console.desk_api import named
from agent_console.operations import Call, Operation, Operations
from agent_console.start_bodies import FirstLetter, Start, StartedView, WayPage, WayView
from hub.desk.starting import FirstWords, Started, Starting
from hub.desk.talk_reading import TalkReads
from hub.domain.access import Permission
from hub.domain.ids import PersonId, QueueId
from hub.domain.reach import Judged, WayClosed


def operations(*, starting: Starting, reads: TalkReads) -> list[Operation]:
    """What those who serve clients may begin."""
    made = Operations("clients")

    async def shown(started: Started) -> StartedView:
        plan = started.plan
        planned = (await reads.planned_views(plan.tenant_id, [plan.id]))[plan.id]
        return StartedView(
            interaction_id=started.interaction.id, planned=planned, continued=started.continued
        )

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
        body_limit_bytes=WRITING_BYTES,
    )
    async def start_interaction(call: Call, person_id: Id, body: Start) -> StartedView:
        """The work is yours at once, and takes room like any other; the text can be undone for `hold_s`.

        A conversation that is open there already is continued, in its own queue. 409 with the way's `closed` as
        its code, `be_there_first` or `at_capacity`.
        """
        words = _words(body)
        started = await starting.start(
            call.principal,
            PersonId(person_id),
            words,
            channel=body.channel,
            address=body.address,
            key=call.idempotency_key,
        )
        return await shown(started)

    @made.op(
        "POST",
        "/api/v1/letters",
        Permission.START_INTERACTION,
        "Write a letter to an address",
        status=201,
        idempotent=True,
        body_limit_bytes=WRITING_BYTES,
    )
    async def write_letter(call: Call, body: FirstLetter) -> StartedView:
        """To whoever is known by the address, else to a new client. As writing to a client first.

        By an account of a queue that you serve: 422 `no_such_account` for another, 409 `account_of_others` where there
        is none.
        """
        words = _words(body)
        return await shown(
            await starting.write_to(call.principal, body.address, body.name, words, key=call.idempotency_key)
        )

    return list(made)


def _words(body: Start | FirstLetter) -> FirstWords:
    return FirstWords(
        queue_id=QueueId(body.queue_id),
        text=body.text,
        files=named(body.attachments),
        letter=written_letter(body.letter),
        account=body.account,
        hold_s=body.hold_s,
    )


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
        account=way.account,
        sender=way.sender,
        held_up=one.held_up if one.closed is None else "",
    )
