"""The composition root: the only place that knows every part."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
from aiohttp import web
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.documentation import add_documentation
from agent_console.errors import unserved
from agent_console.middleware import protect
from agent_console.passwords import Passwords
from agent_console.routes import Api
from agent_console.set_up import FirstAdministrator
from crm_store.answers import SqlAnswers
from crm_store.cards import Cards
from crm_store.engine import Database
from crm_store.floor import FloorStore
from crm_store.insight import SqlInsight
from crm_store.migrate import migrate
from crm_store.reads import DeskReads
from crm_store.rows.history import outbox
from crm_store.store import Store
from hub import from_settings, rest
from hub.call_side import CallSide
from hub.carried_calls import House
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.cluster.embedded.attachments import FolderAttachments
from hub.cluster.embedded.leases import EmbeddedLeases
from hub.domain.access import system_principal
from hub.domain.agent import Agent
from hub.domain.events import Event
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.queue import Queue
from hub.entrance import Entrance, Limits
from hub.http import add_health, address_behind, free_port, listening
from hub.insight.waits import Waits
from hub.intake.inbox import Inbox
from hub.lifecycle import Jobs
from hub.metrics import measure_loop_lag, metrics_text, new_metrics
from hub.namebook import Namebook
from hub.observing import Observer
from hub.only_one import only_hub_on
from hub.ports.bus import EventBus, Handler, Lagged
from hub.ports.channel import Channel
from hub.relay import Relay, RelayWatch
from hub.routing.dispatcher import Dispatcher
from hub.screenpop.pusher import Pusher
from hub.screenpop.snapshot import Snapshots
from hub.screenpop.socket import AgentSockets
from hub.screenpop.talk import TalkNews
from hub.screenpop.viewers import Viewers
from hub.screenpop.windows import Windows
from hub.settings import NotInThisRelease, Settings
from hub.sheets_side import Exporting
from hub.started import Started

log = structlog.get_logger(__name__)

VERSION = "0.1.0"
_BEAT_S = 5.0


async def serve(
    settings: Settings,
    *,
    on_ready: Callable[[Started], None],
    stop: asyncio.Event,
    prepare: Callable[[Store], Awaitable[None]] | None = None,
) -> None:
    """Run a hub until `stop` is set, then drain it. `prepare` may fill the store before anything listens.

    Raises hub.http.PortTaken, hub.only_one.AlreadyRunning, crm_store.engine.DatabaseInUse and StoreNotDurable,
    Unavailable, OSError; and an ExceptionGroup when a part dies: the process must end, and be started again.
    """
    if not settings.is_embedded:
        raise NotInThisRelease
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # conversations are nobody else's
    with only_hub_on(settings.data_dir):
        database = await Database.open(settings.store_url, pool_size=settings.store.pool_size)
        try:
            async with database.only_user():
                await migrate(database)
                hub = Hub(settings, database)
                if prepare is not None:
                    await prepare(hub.store)
                await hub.run(on_ready, stop)
        finally:
            await database.close()


class Hub:
    """Every part of one node, made and wired; `run` brings it to life."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock = SystemClock()
        self._draining = self._started = False
        self.store = store = Store(database, encode=encode, clock=clock)
        self._names = Namebook(self._load_names)
        self._metrics = metrics = new_metrics()
        self._seen = seen = Observer(metrics, self._names)
        self._bus: EventBus = from_settings.bus(metrics)
        self._leases = EmbeddedLeases(clock, node=from_settings.node_name(settings))
        self._cards = Cards(store)
        self._clients = rest.Clients(settings.access.agents_see_clients, settings.house.phone_region)
        self._live = DeskReads(store, clock, self._cards, self._clients.reach)
        self._floor = FloorStore(store, clock, encode=encode)
        self._insight = SqlInsight(store)
        self._attachments = FolderAttachments(settings.data_dir / "attachments")
        self._waits = Waits(self._insight, clock, system_principal(DEFAULT_TENANT))
        self._inbox = Inbox(store, clock, on_batch=seen.batch)
        self._relay = Relay(
            store,
            self._bus,
            watch=RelayWatch(carried=metrics.relay_rows.inc, failed=metrics.relay_failures.inc),
        )
        self._rules = rules = rest.Rules(store, clock, DEFAULT_TENANT, metrics.clock_faults.inc)
        self._dispatcher = Dispatcher(
            store,
            self._bus,
            self._leases,
            clock,
            DEFAULT_TENANT,
            avoid_s=settings.routing.avoid_s,
            batch=settings.routing.batch,
            on_offers=seen.offers,
            closed=self._rules.opening.closed_queues,
        )
        self._sweeper = from_settings.sweeper(settings, store, clock)
        self._address_of = address_behind(settings.http.trusted_proxies)
        self._port = settings.http.port or free_port(settings.http.host)
        self._origins = from_settings.origins(settings, self._port)
        self._entrance = Entrance(
            database,
            clock,
            self._announce,
            DEFAULT_TENANT,
            secret_key=settings.security.secret_key.get_secret_value(),
            data_dir=settings.data_dir,
            allow_private=settings.webhooks.allow_private,
        )
        self._recordings = kept = from_settings.recordings(settings, store, clock)
        self._line = from_settings.telephone_line(
            settings,
            database,
            self._entrance.seal,
            clock,
            self._origins,
            self._address_of,
            House.of(self._inbox, rules, self._names, self._waits, kept.vault, seen.bad_input),
        )
        self._calls = CallSide(store, clock, settings.cluster.node, telephone_of=self._line.carry)
        uniting = self._clients.uniting(store, clock)
        own = (settings, store, self._inbox, self._attachments, clock, seen, self._entrance.seal)
        self._client_side = from_settings.client_side(
            *own,
            uniting,
            hours=self._rules.hours,
            bus=self._bus,
            origins=self._origins,
            client_address=self._address_of,
            agent_name=self._names.agent,
            estimated_wait=self._waits.estimate,
            thread_held=lambda: self._sender.wake(WEBCHAT.name),
            has_telephone=self._line.calls_outside,
        )
        self._mail = from_settings.mail_side(*own, self._entrance.caller, self._names.takes_work)
        self._telegram = from_settings.telegram_side(*own, uniting)
        channels: list[Channel] = [self._client_side.webchat, self._mail.channel, self._telegram.channel]
        self._sender = from_settings.sender(store, self._bus, channels, clock, seen, metrics)
        self._streams = from_settings.streams(settings, clock)
        self._windows = Windows(
            self._streams,
            self._live,
            store,
            clock,
            wait=self._waits.estimate,
            lease_s=settings.routing.presence_lease_s,
            on_queues=seen.queues,
        )
        file_bytes = settings.http.max_file_bytes
        desk = self._mail.desk
        self._talk = rest.Conversation(store, clock, channels, file_bytes=file_bytes, letters=desk)
        self._news = TalkNews(self._streams, self._talk.store, Viewers(clock.monotonic))
        self._pusher = Pusher(
            self._streams,
            self._windows,
            self._live,
            clock,
            self._news,
            queue_name=self._names.queue,
            agent_name=self._names.agent,
            on_pop=seen.pops.add,
            on_card=self._line.card_shown,
        )
        self._snapshots = Snapshots(
            self._live, self._talk.store, clock, self._names.queue, self._waits.estimate
        )
        self._wallboard = from_settings.LiveFloor(settings, store, self._insight, clock, self._waits, seen)
        self._checkup, self._status = from_settings.own_parts(
            settings,
            self._port,
            version=VERSION,
            clock=clock,
            database=database,
            bus=self._bus,
            webhooks=self._entrance.webhooks,
            caller=self._entrance.caller,
            client_side=self._client_side,
            agent_sockets=self._streams.sockets,
        )
        house = settings.house
        self._exporting = Exporting(
            store, self._entrance.access, clock, settings.data_dir, house.time_zone, house.phone_region
        )

    async def run(self, on_ready: Callable[[Started], None], stop: asyncio.Event) -> None:
        """Start every job, listen, and stay until `stop`; then end in order."""
        settings = self._settings
        async with AsyncExitStack() as stack:
            passwords = await stack.enter_async_context(from_settings.passwords(settings))
            app, first, sockets = await self._application(passwords)
            await self._names.refresh()
            await self._attachments.clear_incoming()
            await self._calls.begin()
            await self._sweeper.step()
            if settings.is_embedded:
                await self._sender.take_over()
            await stack.enter_async_context(self._recordings.running(self._checkup))
            jobs = await stack.enter_async_context(Jobs(self._clock))
            self._start(jobs, sockets)
            await stack.enter_async_context(self._line.opened(jobs, self._checkup, self._metrics))
            await stack.enter_async_context(self._mail.opened(jobs, self._checkup))
            await stack.enter_async_context(self._telegram.opened(jobs, self._checkup))
            port = await stack.enter_async_context(
                listening(app, settings.http.host, self._port, unserved=unserved)
            )
            self._started = True
            token = await first.token_to_print()  # an older one counts until this hub really listens
            on_ready(Started(url=from_settings.url(settings, port), port=port, setup_token=token))
            await stop.wait()
            self._draining = True
            await self._client_side.webchat.drain()
            await self._line.drain()
            await sockets.close_all()

    def _start(self, jobs: Jobs, sockets: AgentSockets) -> None:
        sweep_s = self._settings.routing.sweep_s
        jobs.start("inbox", self._inbox.run())
        jobs.start("relay", self._relay.run())
        jobs.start("router", self._dispatcher.run())
        jobs.start("screenpop", self._hear("screenpop", self._pusher.heard, sockets))
        jobs.start("names", self._hear("names", self._names.heard, sockets))
        jobs.start("hours", self._hear("hours", self._rules.heard, sockets))
        jobs.start("telephone", self._hear("telephone", self._line.heard, sockets))
        jobs.start("mail", self._hear("mail", self._mail.hearing(self._pusher.house_changed), sockets))
        jobs.start("telegram bots", self._hear("telegram", self._telegram.heard, sockets))
        jobs.start("lines", self._windows.tell_lines())
        jobs.start("floor", self._hear("floor", self._wallboard.feed.heard, sockets))
        jobs.start("floor frames", self._wallboard.feed.run())
        jobs.start("sender", self._sender.run())
        self._client_side.start(jobs, every_s=sweep_s)
        jobs.start("webhooks", self._entrance.webhook_job.run())
        jobs.every("sweeper", sweep_s, self._sweeper.step)
        self._calls.start(jobs)
        jobs.every("router tick", 1.0, self._dispatcher.tick)
        jobs.every("overflow", 1.0, self._rules.overflows.step)
        jobs.every("clocks", sweep_s, self._rules.clocks.step)
        jobs.every("presence", _BEAT_S, self._windows.renew)
        jobs.every("ticks", _BEAT_S, sockets.tick)
        jobs.every("waits", _BEAT_S, self._waits.refresh)
        jobs.every("replies", _BEAT_S, self._sender.sweep)
        self._talk.start(jobs, DEFAULT_TENANT, every_s=sweep_s)
        jobs.every("viewers", _BEAT_S, self._news.forget_silent)
        self._recordings.start(jobs)
        self._exporting.start(jobs)
        jobs.start("audit check", self._entrance.chain_check.run())
        jobs.start("loop lag", measure_loop_lag(self._metrics, self._clock, also=self._status.lagged))
        jobs.start("watch", jobs.watch())

    async def _hear(self, name: str, handler: Handler, sockets: AgentSockets) -> None:
        """Listen for news; after a gap every window of this node gets its desk anew."""
        while True:
            try:
                await self._bus.listen(name, handler)
            except Lagged:
                log.warning("listener_lagged", listener=name)
                await self._names.refresh()
                self._streams.forget_all()
                self._wallboard.feed.forget()
                await sockets.close_all()

    async def _application(
        self, passwords: Passwords
    ) -> tuple[web.Application, FirstAdministrator, AgentSockets]:
        settings, clock = self._settings, self._clock
        is_https = settings.http.public_url.startswith("https://")
        app = web.Application(client_max_size=settings.http.max_body_bytes)
        protect(app, origins=self._origins, is_https=is_https, address_from=self._address_of)
        entrance = self._entrance.opened(
            passwords,
            Limits(
                idle=timedelta(minutes=settings.security.session_idle_min),
                longest=timedelta(hours=settings.security.session_hours),
                origins=self._origins,
                is_https=is_https,
            ),
        )
        gate, first = entrance.gate, entrance.first_administrator
        parts = rest.Parts(
            entrance=entrance,
            store=self.store,
            cards=self._cards,
            floor=self._floor,
            live=self._live,
            alarms=self._wallboard.alarms,
            insight=self._insight,
            rules=self._rules,
            attachments=self._attachments,
            names=self._names,
            snapshots=self._snapshots,
            clock=clock,
            pop_ms=self._seen.pops.ms,
            talk=self._talk,
            clients=self._clients,
            presence_lease_s=settings.routing.presence_lease_s,
            zone=self._exporting.zone,
            exporting=self._exporting,
            recordings=self._recordings.desk,
            status=self._status,
            checkup=self._checkup,
            phones=self._line.telephony.counter,
            calls=self._calls,
            client_side=self._client_side,
            mail=self._mail,
            telegram=self._telegram,
            help_title=settings.help.title,
            help_origin=from_settings.url(settings, self._port) if settings.help.enabled else "",
        )
        operations = rest.operations(parts)
        api = Api(
            gate=gate,
            store=self._entrance.access,
            answers=SqlAnswers(reading=self._database.reading, writing=self._database.writing),
            clock=clock,
            tenant_id=DEFAULT_TENANT,
        )
        api.add_to(app, operations)
        add_documentation(app, operations, version=VERSION)
        add_health(
            app, is_draining=lambda: self._draining, not_ready=self._not_ready, metrics=self._metrics_text
        )
        sockets = AgentSockets(
            self._streams,
            self._windows,
            self._pusher,
            self._snapshots,
            self._wallboard.feed,
            self._bus,
            clock,
            authenticate=gate.authenticate_socket,
            renew_sign_in=entrance.sign_ins.renew,
            may_read=self._talk.store.may_read,
            backlog_bytes=settings.screenpop.backlog_bytes,
            backlog_s=settings.screenpop.backlog_s,
            on_too_slow=lambda: self._seen.too_slow("agent"),
        )
        app.router.add_get("/ws/agent", sockets.serve)
        if settings.channels.webchat.enabled:
            app.add_routes(self._client_side.webchat.routes())
        app.add_routes([*self._line.routes(), *self._telegram.routes()])
        rest.add_pages(app, parts)
        return app, first, sockets

    def _metrics_text(self) -> bytes:
        self._seen.sockets("agent", self._streams.sockets())
        self._seen.sockets("visitor", self._client_side.webchat.open_sockets)
        return metrics_text(self._metrics)

    async def _not_ready(self) -> str:
        return "" if self._started else "starting"

    async def _load_names(self) -> tuple[Sequence[Queue], Sequence[Agent]]:
        rows = await self.store.board_rows(DEFAULT_TENANT)
        return rows.queues, rows.agents

    async def _announce(self, connection: AsyncConnection, events: Sequence[Event]) -> None:
        await connection.execute(insert(outbox).values(payload=encode(events)))
        self.store.wake()
