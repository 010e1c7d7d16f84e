"""Where phones are: their bindings, in memory and, for phones that outlive a restart, in the store (RFC 3261, 10)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.registrar import Binding, Bindings, Terms, alive, registered, targets, without_flow
from hub.channels.sip.transport.flow import Flow
from hub.domain.call import PhoneKind
from hub.domain.errors import Unavailable
from hub.domain.ids import TenantId, UserId
from hub.domain.phone import PhoneAccount, phone_username
from hub.ports.clock import Clock
from hub.ports.phones import KeptBinding, PhoneStore

log = structlog.get_logger(__name__)

Ready = Callable[[PhoneAccount, bool], Awaitable[None]]
"""Told when a phone can be reached, and when it cannot be any more."""

_LOOK_S = 1.0
_AGAIN_S = 2.0


class Whereabouts:
    """`run` tells what changed, one thing after the other. `account` finds the account of a name."""

    def __init__(
        self,
        store: PhoneStore,
        tenant_id: TenantId,
        clock: Clock,
        *,
        account: Callable[[str], PhoneAccount | None],
        ready: Ready,
        terms: Terms | None = None,
    ) -> None:
        self._store = store
        self._tenant_id = tenant_id
        self._clock = clock
        self._account = account
        self._ready = ready
        self._terms = terms or Terms()
        self._bindings: dict[str, Bindings] = {}
        self._of_flow: dict[str, str] = {}
        """Whose a connection is, by its name: the account that registered by it."""
        self._told: dict[str, bool] = {}
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()

    def now_s(self) -> float:
        """Seconds since 1970: bindings outlive the process."""
        return self._clock.now().timestamp()

    async def load(self) -> None:
        """Find the phones of before the restart. Raises Unavailable."""
        for username, kept in (await self._store.kept_bindings(self._tenant_id)).items():
            found = tuple(one for one in map(_binding_of, kept) if one is not None)
            self._bindings[username] = alive(found, self.now_s())
        self._changed.set()

    # what phones do

    async def registered(self, account: PhoneAccount, request: Request, flow: Flow) -> Bindings:
        """The bindings after this REGISTER, kept. Raises Refused (see `registrar.registered`), Unavailable."""
        now_s, name = self.now_s(), account.username
        bindings = registered(self._bindings.get(name, ()), request, now_s, terms=self._terms, flow=flow.id)
        self._bindings[name] = bindings
        if flow.transport != "UDP":
            self._of_flow[flow.id] = name
        self._changed.set()
        if account.kind is PhoneKind.REGISTERED:
            await self._keep(name)
        return bindings

    def flow_closed(self, flow: Flow) -> None:
        """A connection is closed: nothing reaches a browser but by its own."""
        name = self._of_flow.pop(flow.id, None)
        if name is None:
            return
        account, before = self._account(name), self._bindings.get(name, ())
        if account is not None and account.kind is PhoneKind.REGISTERED:
            # a desk phone listens, and is connected to
            self._bindings[name] = tuple(
                replace(one, flow=None) if one.flow == flow.id else one for one in before
            )
            return
        self._bindings[name] = without_flow(before, flow.id)
        self._changed.set()

    async def forget(self, username: str) -> None:
        """It must register anew."""
        self._bindings.pop(username, None)
        self._of_flow = {flow: name for flow, name in self._of_flow.items() if name != username}
        self._changed.set()

    async def _keep(self, username: str) -> None:
        async with self._writing:
            kept = [_kept(one) for one in alive(self._bindings.get(username, ()), self.now_s())]
            await self._store.put_bindings(self._tenant_id, username, kept)

    # who asks

    def account_of(self, flow: Flow) -> str | None:
        """Who registered by this connection."""
        return self._of_flow.get(flow.id)

    def reach(self, agent_id: UserId, kind: PhoneKind) -> Binding | None:
        """Where this phone of the agent's is now: of several places the one wanted most, or the newest."""
        found = targets(self._bindings.get(phone_username(agent_id, kind), ()), self.now_s())
        return found[0] if found else None

    # what is told

    async def run(self) -> None:
        """Tell who can be reached, and who not any more, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            try:
                await self._tell()
            except Unavailable:
                self._changed.set()
                await asyncio.sleep(_AGAIN_S)
            except Exception:
                log.exception("phone_ready_failed")
                await asyncio.sleep(_AGAIN_S)

    async def _tell(self) -> None:
        now_s = self.now_s()
        for name in list(self._bindings):
            left = alive(self._bindings[name], now_s)
            self._bindings[name] = left
        for name in {*self._bindings, *self._told}:
            is_there = bool(self._bindings.get(name))
            account = self._account(name)
            if account is None or self._told.get(name, False) is is_there:
                continue
            await self._ready(account, is_there)
            self._told[name] = is_there
            if not is_there and not self._bindings.get(name):
                self._bindings.pop(name, None)


def _kept(binding: Binding) -> KeptBinding:
    flow = binding.flow or ""
    return KeptBinding(
        contact=str(binding.contact),
        call_id=binding.call_id,
        cseq=binding.cseq,
        until=datetime.fromtimestamp(binding.until_s, UTC),
        flow=flow if flow.startswith("udp:") else "",
    )


def _binding_of(kept: KeptBinding) -> Binding | None:
    try:
        contact = name_addr_of(kept.contact)
    except Malformed:
        return None
    return Binding(
        contact=contact,
        call_id=kept.call_id,
        cseq=kept.cseq,
        until_s=kept.until.timestamp(),
        flow=kept.flow or None,
    )
