"""What people do with calls at the console: begin one, hold, hand over, record; and where their phone is."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from hub.desk.scope import holds, require_interaction
from hub.dialled import call_begun, client_behind, line_of, require_callable, require_there
from hub.domain.access import Permission, Principal, Scope
from hub.domain.call import AgentPhone, Call, PhoneKind, RecordingState
from hub.domain.errors import Conflict, HubError, Invalid, NotFound
from hub.domain.ids import CallId, InteractionId, PersonId, QueueId, UserId
from hub.domain.person import IdentityKind
from hub.domain.phone import phone_username
from hub.domain.texts import one_line
from hub.domain.work import WorkState
from hub.handing import one_who_holds
from hub.phone_numbers import dialled_number
from hub.ports.call_store import CallStore, CallUnit
from hub.ports.calls import Telephone
from hub.ports.clock import Clock
from hub.ports.starting import StartStore
from hub.promises import begin_call
from hub.steps import change_agent

_TRIES = 3
_SIP_URI = re.compile(
    r"sips?:[A-Za-z0-9.!~*'()&=+$,;?/%_-]{1,64}@[A-Za-z0-9.\-\[\]:]{1,255}(;[A-Za-z0-9=;.\-]{1,100})?"
)
_KEYS = re.compile(r"[0-9*#A-Da-d]{1,32}")


class Dials(Protocol):
    """Who makes calls of ours."""

    @property
    def node(self) -> str:
        """The hub that carries them."""
        ...

    async def dial(self, call: Call) -> None:
        """Make it now; raises what the telephone says, and the call is over then."""
        ...


class Calling:
    """Own calls, or those within the scope of a supervisor. `region` is whose national numbers are understood.

    `telephone` and `dialler` are None in a house without one: then every action is Conflict (`no_telephone`).
    """

    def __init__(
        self,
        calls: CallStore,
        clients: StartStore,
        clock: Clock,
        *,
        telephone: Telephone | None,
        dialler: Dials | None,
        region: str,
        lease_s: float,
    ) -> None:
        self._calls = calls
        self._clients = clients
        self._clock = clock
        self._telephone = telephone
        self._dialler = dialler
        self._region = region
        self._lease = timedelta(seconds=lease_s)

    @property
    def has_telephone(self) -> bool:
        """Whether there are calls at all."""
        return self._telephone is not None

    # — beginning one ——————————————————————————————————————————————————————————————————————

    async def dial(
        self,
        principal: Principal,
        *,
        number: str | None,
        person_id: PersonId | None,
        identity: str | None,
        queue_id: QueueId | None,
        interaction_id: InteractionId | None,
        key: str | None,
    ) -> Call:
        """Call a client: by a number, or by whom (and at which of their numbers). The work is in hand at once; in an
        open interaction that the principal has, no other work begins. The same `key` again is the same call.

        Nothing is written for a number that may not be called. Raises NotFound out of reach, Invalid (`no_number`,
        `no_such_queue`), Conflict `client_refused`, `on_a_call`, `phone_not_ready`, `at_capacity`, `be_there_first`,
        `not_assigned`, `no_telephone`; as `Telephone.judge`; Unavailable when the phone or the line does not answer.
        """
        principal.require(Permission.START_INTERACTION)
        me = principal.user_id
        if me is None:
            raise NotFound("you are no person")
        at, person_id = await self._reachable(principal, number, person_id, identity)
        telephone = self._required()
        if self._dialler is None:
            raise _no_telephone()
        request = None if key is None else f"{me}:{key}"
        for attempt in range(_TRIES):
            try:
                async with self._calls.unit(principal.tenant_id) as unit:
                    before = None if request is None else await unit.call_asked_for(request)
                    if before is not None:
                        return _same(before, at)
                    telephone.judge(at, me)
                    call = await self._begun(
                        unit,
                        principal,
                        me,
                        at,
                        person_id,
                        queue_id,
                        interaction_id,
                        request,
                        self._dialler.node,
                    )
            except Conflict as error:
                if error.stable_code != "raced" or attempt == _TRIES - 1:
                    raise
                # anew: the client may have become part of another record
                at, person_id = await self._reachable(principal, number, person_id, identity)
                continue
            if principal.may(Permission.SUPERVISE):
                now = self._clock.now()
                await self._clients.renew_presence(principal.tenant_id, [me], now + self._lease, now)
            await self._dialler.dial(call)
            return call
        raise AssertionError("the loop returns or raises")

    async def _reachable(
        self, principal: Principal, number: str | None, person_id: PersonId | None, identity: str | None
    ) -> tuple[str, PersonId | None]:
        """The number, and whose record it is of, if one was named."""
        if person_id is None:
            return dialled_number(number or "", region=self._region), None
        client = await self._clients.client(principal, person_id)
        known = client.addresses.get(IdentityKind.PHONE, ())
        if number is not None:
            return dialled_number(number, region=self._region), client.person_id
        if identity is not None and identity not in known:
            raise Invalid("this is no number of this client", field="identity", code="no_number")
        if not known:
            raise Invalid("nobody knows a number of this client", field="person_id", code="no_number")
        return identity or known[0], client.person_id

    async def _begun(
        self,
        unit: CallUnit,
        principal: Principal,
        me: UserId,
        number: str,
        person_id: PersonId | None,
        queue_id: QueueId | None,
        interaction_id: InteractionId | None,
        request: str | None,
        node: str,
    ) -> Call:
        now = self._clock.now()
        if interaction_id is not None:
            found = (await unit.interactions([interaction_id])).get(interaction_id)
            item = await unit.open_item(interaction_id)
            interaction = require_interaction(principal, Permission.REPLY, found, item)
            interaction.require_open()
            if item is None or item.state is not WorkState.ASSIGNED or not holds(principal, item):
                raise Conflict("you do not have this work", code="not_assigned")
            agent = require_there((await unit.agents([me])).get(me), now)
            await require_callable(unit, agent, interaction.person_id)
            if await unit.call_going_on(interaction.id) is not None:
                raise Conflict("there is a call with this client", code="on_a_call")
            call, _ = begin_call(
                unit, interaction, item, me, number, now, node=node, request=request, author=principal.name
            )
            return call
        if principal.may(Permission.SUPERVISE):
            agent = await one_who_holds(unit, principal, me, now, self._lease)
            agent = replace(agent, queues=agent.queues | principal.queues)
        else:
            agent = require_there((await unit.agents([me])).get(me), now)
        queue = await line_of(unit, agent, queue_id)
        if person_id is None:
            person = await client_behind(unit, number, agent, now)
        else:
            person = await unit.person(person_id)
        await require_callable(unit, agent, person.id)
        return await call_begun(unit, agent, person, queue, number, now, node=node, request=request)

    # — a call that goes on ————————————————————————————————————————————————————————————————

    async def hold(self, principal: Principal, call_id: CallId, *, held: bool) -> Call:
        """Put the client on hold with music, or take them back."""
        telephone = await self._of(principal, Permission.REPLY, call_id)
        await telephone.hold(call_id, held=held)
        return await self._now(principal, call_id)

    async def hang_up(self, principal: Principal, call_id: CallId) -> None:
        """End it for everybody. What is over already is success."""
        call = await self._reached(principal, Permission.REPLY, call_id)
        if call.ended_at is None:
            await self._required().hang_up(call_id)

    async def press(self, principal: Principal, call_id: CallId, keys: str) -> None:
        """Send keys. Raises Invalid (`bad_keys`)."""
        telephone = await self._of(principal, Permission.REPLY, call_id)
        if not _KEYS.fullmatch(keys):
            raise Invalid("these are no keys of a telephone", field="keys", code="bad_keys")
        await telephone.press(call_id, keys.upper())

    async def record(self, principal: Principal, call_id: CallId, state: RecordingState) -> Call:
        """Begin, pause or end keeping what is said."""
        telephone = await self._of(principal, Permission.REPLY, call_id)
        await telephone.record(call_id, state)
        return await self._now(principal, call_id)

    async def give(self, principal: Principal, call_id: CallId, to: Mapping[str, str]) -> None:
        """Blind transfer: to a colleague, a line, or a number."""
        telephone = await self._of(principal, Permission.TRANSFER, call_id)
        await telephone.give(call_id, await self._target(principal, to, lines=True))

    async def consult(self, principal: Principal, call_id: CallId, to: Mapping[str, str]) -> Call:
        """Hold the client and call somebody."""
        telephone = await self._of(principal, Permission.TRANSFER, call_id)
        await telephone.consult(call_id, await self._target(principal, to, lines=False))
        return await self._now(principal, call_id)

    async def join(self, principal: Principal, call_id: CallId) -> None:
        """The client and whoever was consulted talk; the agent is off the line."""
        await (await self._of(principal, Permission.TRANSFER, call_id)).join(call_id)

    async def take_back(self, principal: Principal, call_id: CallId) -> Call:
        """Drop whoever was consulted."""
        telephone = await self._of(principal, Permission.TRANSFER, call_id)
        await telephone.take_back(call_id)
        return await self._now(principal, call_id)

    async def _of(self, principal: Principal, permission: Permission, call_id: CallId) -> Telephone:
        call = await self._reached(principal, permission, call_id)
        if call.ended_at is not None:
            raise Conflict("this call is over", code="call_over")
        return self._required()

    async def _reached(self, principal: Principal, permission: Permission, call_id: CallId) -> Call:
        """The call, if it is the principal's own or within their scope; "not there" and "not yours" are one."""
        reach = principal.require(permission)
        call = await self._calls.find_call(principal.tenant_id, call_id)
        if call is None:
            raise NotFound("there is no such call")
        is_own = call.agent_id is not None and call.agent_id == principal.user_id
        if reach is Scope.ALL or is_own or (reach is Scope.TEAM and call.queue_id in principal.queues):
            return call
        raise NotFound("there is no such call")

    async def _now(self, principal: Principal, call_id: CallId) -> Call:
        call = await self._calls.find_call(principal.tenant_id, call_id)
        if call is None:
            raise NotFound("there is no such call")
        return call

    async def _target(self, principal: Principal, to: Mapping[str, str], *, lines: bool) -> str:
        """Raises Invalid unless exactly one is named, and it is there."""
        ((kind, value),) = to.items()
        if kind == "number":
            return value if _SIP_URI.fullmatch(value) else dialled_number(value, region=self._region)
        async with self._calls.unit(principal.tenant_id) as unit:
            if kind == "queue_id":
                queue = (await unit.queues()).get(QueueId(value))
                if queue is None or queue.rules.retired or not lines:
                    raise Invalid("there is no such queue", field="to.queue_id", code="no_such_queue")
                return f"queue:{value}"
            agent = (await unit.agents([UserId(value)])).get(UserId(value))
            if agent is None or not agent.queues & principal.queues or agent.id == principal.user_id:
                raise Invalid("there is no such agent", field="to.agent_id", code="no_such_agent")
            if not agent.phone_ready:
                raise Conflict(f"the phone of {agent.name} cannot be reached", code="agent_no_phone")
        return f"agent:{value}"

    def _required(self) -> Telephone:
        if self._telephone is None:
            raise _no_telephone()
        return self._telephone

    # — one's own phone ————————————————————————————————————————————————————————————————————

    async def phone(self, principal: Principal) -> AgentPhone:
        """Where the principal is reached. Raises NotFound for who is no person."""
        principal.require(Permission.OPEN_CONSOLE)
        if principal.user_id is None:
            raise NotFound("you are no person")
        found = await self._calls.phone(principal.tenant_id, principal.user_id)
        me = principal.user_id
        return found or AgentPhone(agent_id=me, account=phone_username(me, PhoneKind.BROWSER))

    def phone_refused(self, phone: AgentPhone) -> str:
        """Why a phone that is a number or an address is not rung although it was chosen, as a stable code: the rules
        of the house have changed since. Empty for any other."""
        if self._telephone is None or phone.kind is not PhoneKind.URI:
            return ""
        try:
            self._telephone.judge_phone(phone.uri)
        except HubError as refused:
            return refused.stable_code
        return ""

    async def set_phone(
        self, principal: Principal, kind: PhoneKind, uri: str, *, auto_answer: bool
    ) -> AgentPhone:
        """Be reached there from now on. An address can always be rung; any other phone when it registers.

        Raises Invalid (`bad_uri`) for an address that is neither a SIP URI nor a number; as `Telephone.judge_phone`
        for one that the house does not call: it would never ring.
        """
        before = await self.phone(principal)
        address = self._address(uri) if kind is PhoneKind.URI else ""
        if self._telephone is not None and address:
            self._telephone.judge_phone(address)
        account = phone_username(before.agent_id, kind)
        after = replace(before, kind=kind, uri=address, account=account, auto_answer=auto_answer)
        async with self._calls.unit(principal.tenant_id) as unit:
            agent = (await unit.agents([after.agent_id])).get(after.agent_id)
            await unit.put_agent_phone(after)
            if agent is not None and (kind, address) != (before.kind, before.uri):
                ready = kind is PhoneKind.URI
                if agent.phone_ready is not ready:
                    changed = replace(agent, phone_ready=ready)
                    change_agent(unit, changed, self._clock.now(), reason="phone_changed")
        return after

    def _address(self, typed: str) -> str:
        said = one_line(typed, 400)
        if _SIP_URI.fullmatch(said):
            return said
        try:
            return dialled_number(said, region=self._region)
        except Invalid:
            raise Invalid("this is no SIP address and no number", field="uri", code="bad_uri") from None


def _same(before: Call, number: str) -> Call:
    if before.number != number:
        raise Invalid("this key was used otherwise", field="Idempotency-Key", code="key_used_otherwise")
    return before


def _no_telephone() -> Conflict:
    return Conflict("this house has no telephone: switch the SIP channel on", code="no_telephone")
