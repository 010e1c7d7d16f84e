"""Where phones are: their bindings, in memory and, for phones that outlive a restart, in the store (RFC 3261, 10)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.registrar import Binding, Bindings, Terms, alive, registered, targets, without_flow
from hub.channels.sip.transport.flow import Flow
from hub.channels.sip.uri import Uri
from hub.channels.sip.way import uri_hop
from hub.domain.call import PhoneKind
from hub.domain.errors import Unavailable
from hub.domain.ids import TenantId, UserId
from hub.domain.phone import PhoneAccount, phone_username
from hub.ports.clock import Clock
from hub.ports.phones import KeptBinding, PhoneStore

log = structlog.get_logger(__name__)

Ready = Callable[[PhoneAccount, bool], Awaitable[None]]
"""Told when a phone can be reached, and when it cannot be any more."""

_REMEMBERED_S = 120.0
"""So long a browser whose socket was closed is known as the same one when it comes back."""
_RENEWS_S = 5.0
"""So long a browser that asked for a new password may take to register by it before it is said to be gone."""
_LOOK_S = 1.0
_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class _Left:
    """A connection that was closed: whose it was, which addresses registered by it, and when."""

    account: str
    contacts: frozenset[str]
    at_s: float


@dataclass(frozen=True, slots=True)
class _Proof:
    """A connection that a phone registered by: the account with the secret that it proved, and the other end."""

    account: PhoneAccount
    host: str


class Whereabouts:
    """`run` tells what changed, one thing after the other. `account` finds the account of a name. `connects_to` says
    to which addresses a connection is made for a phone: to where it registered from in any case."""

    def __init__(
        self,
        store: PhoneStore,
        tenant_id: TenantId,
        clock: Clock,
        *,
        account: Callable[[str], PhoneAccount | None],
        ready: Ready,
        connects_to: Callable[[Uri], bool] = lambda _: False,
        terms: Terms | None = None,
    ) -> None:
        self._store = store
        self._tenant_id = tenant_id
        self._clock = clock
        self._account = account
        self._ready = ready
        self._connects_to = connects_to
        self._terms = terms or Terms()
        self._bindings: dict[str, Bindings] = {}
        self._of_flow: dict[str, _Proof] = {}
        """Whose a connection is, by its name: the account that registered by it last."""
        self._left: dict[str, _Left] = {}
        """Connections of browsers that were closed lately, by their names."""
        self._silent: set[tuple[str, str]] = set()
        """Addresses of phones that have ceased to answer, until they register or answer again."""
        self._told: dict[str, bool] = {}
        self._renewing: dict[str, float] = {}
        """Browsers whose password has just been renewed, and until when they may be without a place."""
        self.flow_back: Callable[[str, Flow], None] = lambda *_: None
        """Told when a phone is reached by another connection than before: the name of that one, and the new one."""
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()

    def now_s(self) -> float:
        """Seconds since 1970: bindings outlive the process."""
        return self._clock.now().timestamp()

    async def load(self) -> None:
        """Find the phones of before the restart. Raises Unavailable."""
        for username, kept in (await self._store.kept_bindings(self._tenant_id)).items():
            if self._account(username) is None:
                continue
            found = tuple(one for one in map(_binding_of, kept) if one is not None)
            self._bindings[username] = alive(found, self.now_s())
        self._changed.set()

    # what phones do

    async def registered(self, account: PhoneAccount, request: Request, flow: Flow) -> Bindings:
        """The bindings after this REGISTER, kept; none of them outlasts the secret that it was made with. Raises
        Refused (see `registrar.registered`), Unavailable."""
        now_s, name = self.now_s(), account.username
        had = self._bindings.get(name, ())
        bindings = registered(had, request, now_s, terms=self._terms, flow=flow.id)
        if account.expires_at is not None:
            ends_s = account.expires_at.timestamp()
            bindings = tuple(replace(one, until_s=min(one.until_s, ends_s)) for one in bindings)
        self._bindings[name] = bindings
        self._silent = {one for one in self._silent if one[0] != name}
        if flow.transport != "UDP":
            if any(one.flow == flow.id for one in bindings):
                self._of_flow[flow.id] = _Proof(account, flow.host)
            elif self._is_of(flow.id, name):
                del self._of_flow[flow.id]
            self._came_back(name, had, bindings, flow)
        self._changed.set()
        if account.kind is PhoneKind.REGISTERED:
            await self._keep(name)
        return bindings

    def _came_back(self, name: str, had: Bindings, now: Bindings, flow: Flow) -> None:
        """The same phone by another connection: a socket was lost, or is, and nobody has noticed it yet."""
        here = {str(one.uri) for one in now if one.flow == flow.id}
        before = {one.flow for one in had if one.flow not in {None, flow.id} and str(one.uri) in here}
        before |= {
            closed
            for closed, left in self._left.items()
            if closed != flow.id and left.account == name and left.contacts & here
        }
        for one in before:
            if one is not None:
                self._left.pop(one, None)
                self.flow_back(one, flow)

    def flow_closed(self, flow: Flow) -> None:
        """A connection is closed: nothing reaches a browser but by its own."""
        proof = self._of_flow.pop(flow.id, None)
        if proof is None:
            return
        account, name = proof.account, proof.account.username
        before = self._bindings.get(name, ())
        if account.kind is PhoneKind.REGISTERED:
            # a desk phone listens, and is connected to
            self._bindings[name] = tuple(
                replace(one, flow=None) if one.flow == flow.id else one
                for one in before
                if one.flow != flow.id or self._is_connected_to(one, flow.host)
            )
            self._changed.set()
            return
        self._leave(flow.id, name)
        self._bindings[name] = without_flow(before, flow.id)
        self._changed.set()

    def _leave(self, flow_id: str, name: str) -> None:
        """Remember whose that connection was, for when the same phone comes by another."""
        now_s = self.now_s()
        self._left = {n: left for n, left in self._left.items() if now_s - left.at_s < _REMEMBERED_S}
        contacts = frozenset(str(one.uri) for one in self._bindings.get(name, ()) if one.flow == flow_id)
        self._left[flow_id] = _Left(name, contacts, now_s)

    async def forget(self, username: str, *, renews: bool = False) -> None:
        """Its secret is void: nothing rings where it registered, nobody is believed by the connections that it
        registered by, and it must sign in anew. `renews`: it will at once, and is not said to be gone meanwhile."""
        for flow_id in [one for one in self._of_flow if self._is_of(one, username)]:
            self._leave(flow_id, username)
            del self._of_flow[flow_id]
        if renews:
            self._renewing[username] = self.now_s() + _RENEWS_S
        self._bindings[username] = ()
        self._changed.set()
        account = self._account(username)
        if account is not None and account.kind is PhoneKind.REGISTERED:
            # a REGISTER that was being written meanwhile has not the last word
            with suppress(Unavailable):
                await self._keep(username)

    def _is_of(self, flow_id: str, username: str) -> bool:
        proof = self._of_flow.get(flow_id)
        return proof is not None and proof.account.username == username

    def _is_connected_to(self, binding: Binding, host: str) -> bool:
        """Whether a connection is made to where the phone says to be: not to just any place that it names."""
        try:
            hop = uri_hop(binding.uri)
        except Malformed:
            return False
        return hop.host == host or self._connects_to(binding.uri)

    def _outlasts(self, binding: Binding) -> bool:
        """Whether it is of use without its connection."""
        flow = binding.flow
        if flow is None or flow.startswith("udp:"):
            return True
        proof = self._of_flow.get(flow)
        return proof is not None and self._is_connected_to(binding, proof.host)

    async def _keep(self, username: str) -> None:
        async with self._writing:
            there = alive(self._bindings.get(username, ()), self.now_s())
            kept = [_kept(one) for one in there if self._outlasts(one)]
            await self._store.put_bindings(self._tenant_id, username, kept)

    # who asks

    def account_of(self, flow: Flow) -> str | None:
        """Who registered by this connection, with the secret that is still good, and is reached by it."""
        proof = self._of_flow.get(flow.id)
        if proof is None:
            return None
        proved, name = proof.account, proof.account.username
        now = self._account(name)
        if now is None or now.secrets != proved.secrets or not now.is_good(self._clock.now()):
            return None
        is_there = any(one.flow == flow.id for one in alive(self._bindings.get(name, ()), self.now_s()))
        return name if is_there else None

    def reach(self, agent_id: UserId, kind: PhoneKind) -> Binding | None:
        """Where this phone of the agent's is now: of several places the one wanted most, or the newest."""
        found = targets(self._answering(phone_username(agent_id, kind)), self.now_s())
        return found[0] if found else None

    def _answering(self, name: str) -> Bindings:
        return tuple(one for one in self._bindings.get(name, ()) if (name, str(one.uri)) not in self._silent)

    # who is looked after

    def behind_udp(self) -> list[tuple[str, Binding]]:
        """The phones that registered over UDP, by their accounts."""
        now_s = self.now_s()
        return [
            (name, one)
            for name, bindings in self._bindings.items()
            for one in alive(bindings, now_s)
            if (one.flow or "").startswith("udp:")
        ]

    def note_alive(self, name: str, binding: Binding, *, is_alive: bool) -> None:
        """Whether a phone answers: one that does not is not there, as long as it says nothing."""
        before, at = len(self._silent), (name, str(binding.uri))
        (self._silent.discard if is_alive else self._silent.add)(at)
        if len(self._silent) != before:
            self._changed.set()

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
            is_there = bool(self._answering(name))
            account = self._account(name)
            if account is None or self._told.get(name, False) is is_there:
                continue
            if not is_there and self._renewing.get(name, 0.0) > now_s:
                continue
            self._renewing.pop(name, None)
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
