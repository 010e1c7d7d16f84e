"""Telephony as a channel: what listens, who may sign in, and where phones are. Calls are made of it elsewhere."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from hub.channels.sip.asks import AsksOver
from hub.channels.sip.leg import IncomingCalls
from hub.channels.sip.legs.ours import Ours
from hub.channels.sip.message import Request
from hub.channels.sip.phones.book import Accounts, Counter
from hub.channels.sip.phones.hosts import PhoneHosts
from hub.channels.sip.phones.keep_alive import ANSWER_S, KeepAlive
from hub.channels.sip.phones.reach import ReachedPhones
from hub.channels.sip.phones.register import Registrations
from hub.channels.sip.phones.sign_in import SignIn, Watch
from hub.channels.sip.phones.sources import KnownSources, TrunkOf
from hub.channels.sip.phones.whereabouts import Ready, Whereabouts
from hub.channels.sip.registrar import Binding, Terms
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.transport.flow import Allowed, Door
from hub.channels.sip.transport.streams import Patience
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.transport.websocket import PATH, WebSocketDoor
from hub.channels.sip.user_agent import SipUserAgent
from hub.domain.agent import Media
from hub.domain.errors import ChannelRefused, Invalid
from hub.domain.ids import TenantId, UserId
from hub.domain.touch import OutboundMessage, Sent
from hub.ports.channel import ChannelLimits, ChannelSpec, WhoSends
from hub.ports.clock import Clock
from hub.ports.phones import PhoneStore

log = structlog.get_logger(__name__)

SPEC = ChannelSpec(
    name="sip",
    media=Media.VOICE,
    who_sends=WhoSends.ANY_NODE,
    one_reader=False,
    idempotent=False,
    limits=ChannelLimits(text_chars=0, attachment_bytes=0, give_up_s=60.0),
)


class Telephony:
    """The channel. `opened` listens for as long as its block lasts; `incoming` is to be set before that.

    `trunk_of` names the trunk that a call came by, `open_to` says from where strangers may call unproved, `is_known` at
    which addresses trunks are, `leads_to_trunk` where nobody is called but by a trunk, `watch` counts guesses,
    `allowed` says who is listened to, `ready` is told which phones can be reached.
    """

    def __init__(
        self,
        *,
        settings: SipSettings,
        tenant_id: TenantId,
        store: PhoneStore,
        clock: Clock,
        origins: Collection[str],
        client_address: Callable[[web.Request], str],
        ready: Ready,
        trunk_of: TrunkOf = lambda *_: "",
        open_to: Callable[[str], bool] = lambda _: False,
        leads_to_trunk: Callable[[str, int], bool] = lambda *_: False,
        is_known: Callable[[str], bool] = lambda _: False,
        watch: Watch | None = None,
        allowed: Allowed = lambda *_: True,
        count_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._listens = False
        door = Door(allowed=allowed, count_refused=count_refused)
        self.transports = Transports(_listening(settings), door, is_known=is_known)
        ours = Ours(session_s=settings.session_s)
        self.accounts = Accounts(store, tenant_id, clock)
        hosts = PhoneHosts(settings.phone_hosts, self._own_places)
        self.whereabouts = Whereabouts(
            store,
            tenant_id,
            clock,
            account=self.accounts.known,
            ready=ready,
            connects_to=hosts.allows,
            terms=Terms(default_s=settings.registration_s),
        )
        self._clock, self._watch = clock, watch
        trust = self.transports.trust
        sign_in = SignIn(self.accounts, clock, realm=settings.realm, watch=watch, trust=trust)
        self.user_agent = SipUserAgent(
            self.transports,
            sources=KnownSources(self.accounts, self.whereabouts, sign_in, trunk_of, open_to, trust),
            answering={"REGISTER": Registrations(sign_in, self.whereabouts, ours).answer},
            ours=ours,
            most_legs=settings.calls,
            flow_closed=self.whereabouts.flow_closed,
            leads_to_trunk=leads_to_trunk,
            waits=self.transports.waits,
        )
        self.whereabouts.flow_back = self.user_agent.flow_back
        door.receiver = self.user_agent
        self.asks = AsksOver(self.user_agent.stack, self.transports)
        self.counter = Counter(
            self.accounts,
            self.whereabouts,
            clock,
            realm=settings.realm,
            ws_path=PATH,
            browser_s=settings.browser_password_s,
            server=lambda: f"{settings.public_address or settings.host}:{self.transports.port}",
        )
        self.keep_alive = KeepAlive(self.whereabouts, self._is_answered, realm=settings.realm)
        self.phones = ReachedPhones(self.accounts, self.whereabouts, hosts)
        self._browsers = WebSocketDoor(
            self.transports,
            door,
            origins=origins,
            client_address=client_address,
            is_taking=lambda: self._listens,
        )

    @property
    def spec(self) -> ChannelSpec:
        """What this channel is."""
        return SPEC

    @property
    def listens(self) -> bool:
        """Whether phones and carriers can reach it."""
        return self._listens

    def take_calls(self, incoming: IncomingCalls) -> None:
        """Who takes calls that come in."""
        self.user_agent.incoming = incoming

    def routes(self) -> list[web.RouteDef]:
        """`/ws/sip`, for the house's application."""
        return self._browsers.routes()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Listen while the block lasts. Raises PortTaken, OSError, Unavailable."""
        await self.accounts.load()
        await self.whereabouts.load()
        self._trust_phones()
        async with self.user_agent, self.transports:
            self._listens = True
            log.debug("sip_listens", port=self.transports.port, tls_port=self.transports.tls_port)
            try:
                yield
            finally:
                self._listens = False

    def _trust_phones(self) -> None:
        """Phones that registered before the restart are still at their addresses, which nobody shuts out by writing
        them on an envelope."""
        if self._watch is None:
            return
        for username, binding in self.whereabouts.behind_udp():
            host, _, _ = (binding.flow or "").removeprefix("udp:").rpartition(":")
            self._watch.proved(host, username, self._clock.monotonic())

    def _own_places(self) -> Iterable[tuple[str, int]]:
        """Where the hub itself takes calls."""
        at, ways = self._settings, self.transports
        ports = [at.port or ways.port, *([at.tls_port or ways.tls_port] if at.tls_cert else [])]
        return [(host, port) for host in (at.host, at.public_address) if host for port in ports if port]

    async def run(self) -> None:
        """Tell who can be reached and keep the ways to desk phones open, until cancelled; within `opened`."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.whereabouts.run(), name="whereabouts")
            group.create_task(self.keep_alive.run(), name="keep-alive")

    async def _is_answered(self, request: Request, binding: Binding) -> bool:
        flow = None if binding.flow is None else self.transports.flow(binding.flow)
        if flow is None:
            return False
        try:
            async with asyncio.timeout(ANSWER_S):
                # an answer that never came has no fields
                return bool((await self.user_agent.ask(request, binding.uri, flow=flow)).fields)
        except TimeoutError:
            return False

    async def user_changed(self, user_id: UserId, *, disabled: bool) -> None:
        """Phones of a user who is disabled do not sign in, are not called and call nobody. Raises Unavailable."""
        if not disabled:
            await self.accounts.let(user_id)
            return
        for username in self.accounts.bar(user_id):
            await self.whereabouts.forget(username)

    async def drain(self) -> None:
        """No new calls; those that are there end, in at most ten seconds."""
        self._listens = False
        await self.user_agent.drain()
        async with asyncio.timeout(3.0):
            await self._browsers.close()

    async def send(self, message: OutboundMessage) -> Sent:  # noqa: ARG002 - whatever it says
        """A call is spoken: nothing that is written is sent by it. Raises ChannelRefused."""
        raise ChannelRefused("nothing that is written goes by telephone")


def _listening(settings: SipSettings) -> Listening:
    context = None
    if settings.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(settings.tls_cert, settings.tls_key)
        except OSError as exc:  # ssl.SSLError is one
            raise Invalid(
                f"the certificate and key of channels.sip.tls_cert and tls_key cannot be used: {exc}",
                code="bad_certificate",
            ) from exc
    return Listening(
        host=settings.host,
        port=settings.port,
        tls_port=settings.tls_port,
        tls=context,
        public_host=settings.public_address,
        connections=settings.connections,
        connections_per_address=settings.connections_per_address,
        patience=Patience(idle_s=settings.connection_idle_s),
    )
