"""The agent's operations: own state, offers, replies, notes, closing, handing on."""

from collections.abc import Awaitable, Callable, Sequence

from agent_console.bodies import (
    WRITING_BYTES,
    AttachedFile,
    Close,
    Decline,
    Done,
    Id,
    Note,
    ReadMark,
    Reply,
    StateWish,
    Transfer,
    written_letter,
)
from agent_console.operations import Call, Operation, Operations
from hub.desk.files import NamedFile
from hub.desk.found import InteractionView
from hub.desk.reading import Lookups
from hub.desk.states import States
from hub.desk.touch_views import TouchView, touch_view
from hub.desk.transfer import Transfers
from hub.desk.views import MeView
from hub.desk.work import Work
from hub.domain.access import Permission, Principal
from hub.domain.ids import InteractionId, QueueId, ReservationId, UserId, WorkItemId
from hub.domain.interaction import Disposition
from hub.domain.touch import Touch

Me = Callable[[Principal], Awaitable[MeView]]


def named(files: Sequence[AttachedFile]) -> list[NamedFile]:
    """The files that a body names."""
    return [NamedFile(sha256=file.sha256, name=file.name) for file in files]


def operations(
    *,
    work: Work,
    states: States,
    transfers: Transfers,
    lookups: Lookups,
    me: Me,
    agent_name: Callable[[UserId | None], str],
) -> list[Operation]:
    """What an agent does."""
    made = Operations("desk")

    def shown(call: Call, touch: Touch) -> TouchView:
        return touch_view(touch, agent_name(touch.author_id) or call.principal.name)

    @made.op(
        "POST", "/api/v1/agents/me/state", Permission.SET_OWN_STATE, "Become available, paused or offline"
    )
    async def set_state(call: Call, body: StateWish) -> MeView:
        """Answers with what one is now."""
        await states.set_own(call.principal, body.state, body.reason)
        return await me(call.principal)

    @made.op(
        "POST", "/api/v1/reservations/{reservation_id}/accept", Permission.ANSWER_OFFER, "Take offered work"
    )
    async def accept(call: Call, reservation_id: Id) -> InteractionView:
        """Accepting twice is success; 409 `offer_over` when it ended or somebody was faster."""
        item = await work.accept(call.principal, ReservationId(reservation_id))
        return await lookups.interaction(call.principal, item.interaction_id)

    @made.op(
        "POST",
        "/api/v1/reservations/{reservation_id}/decline",
        Permission.ANSWER_OFFER,
        "Pass offered work on",
    )
    async def decline(call: Call, reservation_id: Id, body: Decline = Decline()) -> Done:  # noqa: B008 - frozen
        """The work returns to its old place in line and goes to the next agent."""
        await work.decline(call.principal, ReservationId(reservation_id), body.reason)
        return Done()

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/touches",
        Permission.REPLY,
        "Answer the client",
        status=201,
        idempotent=True,
        body_limit_bytes=WRITING_BYTES,
    )
    async def reply(call: Call, interaction_id: Id, body: Reply) -> TouchView:
        """Durable and `queued` when this answers; frames tell how far it came."""
        return shown(
            call,
            await work.reply(
                call.principal,
                InteractionId(interaction_id),
                channel=body.channel,
                text=body.text,
                files=named(body.attachments),
                letter=written_letter(body.letter),
                key=call.idempotency_key,
            ),
        )

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/notes",
        Permission.WRITE_NOTE,
        "Write a note among ourselves",
        status=201,
        idempotent=True,
    )
    async def note(call: Call, interaction_id: Id, body: Note) -> TouchView:
        """No channel ever sees it."""
        return shown(
            call,
            await work.note(
                call.principal,
                InteractionId(interaction_id),
                body.text,
                files=named(body.attachments),
                mentions=[UserId(i) for i in body.mentions],
                key=call.idempotency_key,
            ),
        )

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/close",
        Permission.CLOSE_INTERACTION,
        "Record the outcome and close",
        idempotent=True,
    )
    async def close(call: Call, interaction_id: Id, body: Close) -> InteractionView:
        """The wrap-up begins; 422 for an unknown outcome or a missing note."""
        outcome = Disposition(code=body.disposition, note=body.note, fields=dict(body.fields))
        await work.close(call.principal, InteractionId(interaction_id), outcome)
        return await lookups.interaction(call.principal, InteractionId(interaction_id))

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/transfer",
        Permission.TRANSFER,
        "Hand the work on to a queue",
        idempotent=True,
    )
    async def transfer(call: Call, interaction_id: Id, body: Transfer) -> Done:
        """The client is as urgent there as here."""
        await transfers.to_queue(
            call.principal, InteractionId(interaction_id), QueueId(body.queue_id), body.note
        )
        return Done()

    @made.op(
        "POST", "/api/v1/interactions/{interaction_id}/read", Permission.READ_INTERACTION, "Mark as read"
    )
    async def read(call: Call, interaction_id: Id, body: ReadMark) -> Done:
        """Everything up to `seq` was on the screen."""
        await lookups.mark_read(call.principal, InteractionId(interaction_id), body.seq)
        return Done()

    @made.op("POST", "/api/v1/work/{work_item_id}/complete", Permission.ANSWER_OFFER, "End one's wrap-up now")
    async def complete(call: Call, work_item_id: Id) -> Done:
        """Completing twice is success."""
        await work.complete(call.principal, WorkItemId(work_item_id))
        return Done()

    return list(made)
