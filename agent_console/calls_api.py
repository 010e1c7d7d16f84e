"""The telephone's operations: one's phone, beginning a call, and what is done with one that goes on."""

from collections.abc import Awaitable, Callable
from typing import Literal

from agent_console.bodies import Done, Id
from agent_console.calls_bodies import (
    CallPage,
    Dial,
    HandOver,
    Keys,
    PhoneView,
    PhoneWish,
    RecordingWish,
    ToWhom,
)
from agent_console.operations import Call as Request
from agent_console.operations import Operation, Operations
from hub.desk.calling import Calling
from hub.desk.reading import CallReads
from hub.desk.views import CallView, MeView
from hub.domain.access import Permission, Principal
from hub.domain.call import AgentPhone, Call
from hub.domain.errors import Invalid
from hub.domain.ids import CallId, InteractionId, PersonId, QueueId


def operations(
    *, calling: Calling, reads: CallReads, me: Callable[[Principal], Awaitable[MeView]]
) -> list[Operation]:
    """What people do with calls. Without a telephone every action is 409 `no_telephone`."""
    made = Operations("calls")

    async def shown(call: Call) -> CallView:
        return (await reads.calls(call.tenant_id, [call.id]))[call.id]

    async def phone_shown(request: Request, phone: AgentPhone) -> PhoneView:
        return PhoneView(
            kind=phone.kind,
            uri=phone.uri,
            account=phone.account,
            auto_answer=phone.auto_answer,
            ready=(await me(request.principal)).phone_ready,
            telephony=calling.has_telephone,
            refused=calling.phone_refused(phone),
        )

    # — one's phone ————————————————————————————————————————————————————————————————————————

    @made.op("GET", "/api/v1/agents/me/phone", Permission.OPEN_CONSOLE, "Where one is reached")
    async def get_phone(call: Request) -> PhoneView:
        """Whoever never chose talks in the console."""
        return await phone_shown(call, await calling.phone(call.principal))

    @made.op("PUT", "/api/v1/agents/me/phone", Permission.OPEN_CONSOLE, "Choose where one is reached")
    async def set_phone(call: Request, body: PhoneWish) -> PhoneView:
        """422 `bad_uri` for an address that is neither a SIP URI nor a number, and `number_country`, `number_premium`,
        `number_short`, `number_unknown`, `number_never` for a number that this house does not call; 409 `no_trunk`
        where there is no line for it.
        """
        phone = await calling.set_phone(call.principal, body.kind, body.uri, auto_answer=body.auto_answer)
        return await phone_shown(call, phone)

    # — beginning one ——————————————————————————————————————————————————————————————————————

    @made.op(
        "POST", "/api/v1/calls", Permission.START_INTERACTION, "Call a client", status=201, idempotent=True
    )
    async def dial(call: Request, body: Dial) -> CallView:
        """One's own phone rings first; frames tell how far it comes. The work is in hand at once.

        409 `client_refused`, `on_a_call`, `phone_not_ready`, `at_capacity`, `be_there_first`, `not_assigned`,
        `no_telephone`, `calls_at_night`; 422 `bad_phone`, `no_number`, `number_country`, `number_premium`,
        `number_short`, `number_unknown`, `number_never`; 429 `calls_an_hour`, `calls_at_a_time`,
        `all_calls_at_a_time`; 503 `no_trunk`. Nothing is begun then.
        """
        if (body.number is None) and (body.person_id is None):
            raise Invalid("say whom to call", field="number", code="no_number")
        begun = await calling.dial(
            call.principal,
            number=body.number,
            person_id=None if body.person_id is None else PersonId(body.person_id),
            identity=body.identity,
            queue_id=None if body.queue_id is None else QueueId(body.queue_id),
            interaction_id=None if body.interaction_id is None else InteractionId(body.interaction_id),
            key=call.idempotency_key,
        )
        return await shown(begun)

    @made.op("GET", "/api/v1/calls", Permission.SUPERVISE, "Calls that go on in one's queues")
    async def list_calls(call: Request, state: Literal["active"] = "active") -> CallPage:  # noqa: ARG001
        """The oldest first, 500 at most. `state` has one value: calls that are over are in the log."""
        return CallPage(items=await reads.calls_now(call.principal), next=None)

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/calls",
        Permission.READ_INTERACTION,
        "The calls of an interaction",
    )
    async def list_interaction_calls(call: Request, interaction_id: Id) -> CallPage:
        """Over or not, the oldest first; 500 at most."""
        found = await reads.calls_of(call.principal, InteractionId(interaction_id))
        return CallPage(items=found, next=None)

    # — a call that goes on ————————————————————————————————————————————————————————————————

    @made.op("POST", "/api/v1/calls/{call_id}/hold", Permission.REPLY, "Put the client on hold")
    async def hold_call(call: Request, call_id: Id) -> CallView:
        """They hear music. On hold already is success."""
        return await shown(await calling.hold(call.principal, CallId(call_id), held=True))

    @made.op("POST", "/api/v1/calls/{call_id}/resume", Permission.REPLY, "Talk to the client again")
    async def resume_call(call: Request, call_id: Id) -> CallView:
        """Not on hold is success."""
        return await shown(await calling.hold(call.principal, CallId(call_id), held=False))

    @made.op("POST", "/api/v1/calls/{call_id}/hangup", Permission.REPLY, "End the call for everybody")
    async def hang_up(call: Request, call_id: Id) -> Done:
        """Over already is success."""
        await calling.hang_up(call.principal, CallId(call_id))
        return Done()

    @made.op("POST", "/api/v1/calls/{call_id}/keys", Permission.REPLY, "Send keys to the client's side")
    async def press_keys(call: Request, call_id: Id, body: Keys) -> Done:
        """422 `bad_keys`."""
        await calling.press(call.principal, CallId(call_id), body.keys)
        return Done()

    @made.op("POST", "/api/v1/calls/{call_id}/recording", Permission.REPLY, "Keep what is said, or do not")
    async def record_call(call: Request, call_id: Id, body: RecordingWish) -> CallView:
        """Paused, nothing is kept, and the recording goes on later."""
        return await shown(await calling.record(call.principal, CallId(call_id), body.state))

    @made.op("POST", "/api/v1/calls/{call_id}/give", Permission.TRANSFER, "Blind transfer")
    async def give_call(call: Request, call_id: Id, body: HandOver) -> Done:
        """One is off the line at once. Given to a colleague or a queue, the client is as urgent there as here."""
        await calling.give(call.principal, CallId(call_id), _target(body.to))
        return Done()

    @made.op(
        "POST", "/api/v1/calls/{call_id}/consult", Permission.TRANSFER, "Ask somebody, the client on hold"
    )
    async def consult_on_call(call: Request, call_id: Id, body: HandOver) -> CallView:
        """A colleague or a number, then `join` or `take-back`."""
        return await shown(await calling.consult(call.principal, CallId(call_id), _target(body.to)))

    @made.op(
        "POST", "/api/v1/calls/{call_id}/join", Permission.TRANSFER, "Let the client and whom one asked talk"
    )
    async def join_calls(call: Request, call_id: Id) -> Done:
        """An attended transfer: one is off the line."""
        await calling.join(call.principal, CallId(call_id))
        return Done()

    @made.op(
        "POST", "/api/v1/calls/{call_id}/take-back", Permission.TRANSFER, "Talk to the client again, alone"
    )
    async def take_call_back(call: Request, call_id: Id) -> CallView:
        """Whom one asked is off the line."""
        return await shown(await calling.take_back(call.principal, CallId(call_id)))

    return list(made)


def _target(to: ToWhom) -> dict[str, str]:
    named = {
        kind: value
        for kind, value in (("agent_id", to.agent_id), ("queue_id", to.queue_id), ("number", to.number))
        if value is not None
    }
    if len(named) != 1:
        raise Invalid("name one agent, one queue or one number", field="to", code="one_of_them")
    return named
