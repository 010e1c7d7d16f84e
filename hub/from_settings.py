"""Parts of a hub that need nothing but its settings: a room of the composition root, imported by it alone."""

import os
import random
import socket
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from aiohttp import web

from agent_console.auth import loopback_origins
from agent_console.passwords import Cost, Passwords
from crm_store.alarms import SqlAlarms
from crm_store.engine import Database
from crm_store.sending import Sending
from crm_store.store import Store
from hub import own_checks
from hub.carried_calls import House
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.checkup import Checkup
from hub.client_side import ClientSide
from hub.cluster.codec import encode
from hub.cluster.embedded.bus import EmbeddedBus
from hub.cluster.watch import BusWatch
from hub.desk.hours import Hours
from hub.domain.ids import DEFAULT_TENANT, QueueId, UserId
from hub.insight.waits import Waits
from hub.intake.inbox import Inbox
from hub.mail_side import MailSide
from hub.metrics import Metrics
from hub.observing import Observer
from hub.outbound.sender import Sender, SenderWatch
from hub.own_status import OwnStatus
from hub.ports.attachments import Attachments
from hub.ports.bus import EventBus
from hub.ports.channel import Channel
from hub.ports.clock import Clock
from hub.ports.insight import InsightStore
from hub.ports.uniting import ProvesNumbers, SignsIn
from hub.ports.webhooks import WebhookQueue
from hub.recording_room import RecordingRoom
from hub.routing.sweeper import Sweeper
from hub.screenpop.floor import FloorFeed
from hub.screenpop.sessions import Streams
from hub.sealing import Seal
from hub.settings import Settings
from hub.telegram_side import TelegramSide
from hub.telephone_line import TelephoneLine
from hub.webhooks.calling import Caller

_GROUPS = (f"router:{DEFAULT_TENANT}",)


def node_name(settings: Settings) -> str:
    """What this node is called among others."""
    return settings.cluster.node or f"{socket.gethostname()}-{os.getpid()}"


def url(settings: Settings, port: int) -> str:
    """The address that people open: the public one, if there is one."""
    host = "127.0.0.1" if settings.http.host in {"0.0.0.0", "::"} else settings.http.host  # noqa: S104 - shown
    return settings.http.public_url or f"http://{host}:{port}"


def own_url(settings: Settings, port: int) -> str:
    """The address under which this process reaches itself."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.http.host, settings.http.host)  # noqa: S104
    return f"http://{host}:{port}"


def origins(settings: Settings, port: int) -> frozenset[str]:
    """The origins that are the console's own."""
    own = {settings.http.public_url} if settings.http.public_url else loopback_origins(port)
    return frozenset({*own, *settings.security.origins})


def passwords(settings: Settings) -> Passwords:
    """The pool that hashes."""
    security = settings.security
    return Passwords(
        cost=Cost(
            memory_kib=security.password_memory_kib,
            passes=security.password_passes,
            lanes=security.password_lanes,
        ),
        threads=security.password_threads,
    )


def bus(metrics: Metrics) -> EmbeddedBus:
    """The bus of one process, counting what goes wrong."""
    return EmbeddedBus(
        groups=_GROUPS,
        watch=BusWatch(
            handler_failed=lambda reader: metrics.bus_handler_errors.labels(reader).inc(),
            skipped=lambda kind: metrics.bus_skipped.labels(kind).inc(),
            listener_cut=lambda listener: metrics.bus_listeners_cut.labels(listener).inc(),
        ),
    )


def streams(settings: Settings, clock: Clock) -> Streams:
    """The frames of the agents' consoles."""
    return Streams(
        kept_frames=settings.screenpop.replay_frames,
        kept_s=settings.screenpop.replay_s,
        monotonic=clock.monotonic,
        first_seq=int(clock.now().timestamp()) * 1000,  # above any number of an earlier process
    )


def sweeper(settings: Settings, store: Store, clock: Clock) -> Sweeper:
    """Who ends what is over."""
    return Sweeper(
        store,
        clock,
        DEFAULT_TENANT,
        grace_s=settings.routing.grace_s,
        lease_s=settings.routing.presence_lease_s,
    )


def telephone_line(
    settings: Settings,
    database: Database,
    seal: Seal,
    clock: Clock,
    origins: frozenset[str],
    client_address: Callable[[web.Request], str],
    house: House,
) -> TelephoneLine:
    """Telephony, on the house's clock and with its own sounds."""
    return TelephoneLine(
        settings.channels.sip,
        database,
        seal,
        clock,
        origins,
        client_address,
        house,
        zone=settings.house.time_zone,
        region=settings.house.phone_region,
        sounds=settings.data_dir / "sounds",
    )


def client_side(
    settings: Settings,
    store: Store,
    inbox: Inbox,
    attachments: Attachments,
    clock: Clock,
    seen: Observer,
    seal: Seal,
    signs_in: SignsIn,
    *,
    hours: Hours,
    bus: EventBus,
    origins: frozenset[str],
    client_address: Callable[[web.Request], str],
    agent_name: Callable[[UserId], str],
    estimated_wait: Callable[[QueueId, int], float | None],
    thread_held: Callable[[], None],
    has_telephone: bool,
) -> ClientSide:
    """Web chat, with the house's seal for the secrets of its sites. `signs_in` hears who visitors have proved to be."""
    return ClientSide(
        store=store,
        inbox=inbox,
        attachments=attachments,
        hours=hours,
        bus=bus,
        clock=clock,
        settings=settings.channels.webchat,
        origins=origins,
        client_address=client_address,
        agent_name=agent_name,
        estimated_wait=estimated_wait,
        thread_held=thread_held,
        count_bad=lambda code: seen.bad_input(WEBCHAT.name, code),
        count_signed=seen.site_user,
        seal=seal,
        signs_in=signs_in,
        has_telephone=has_telephone,
    )


def mail_side(
    settings: Settings,
    store: Store,
    inbox: Inbox,
    attachments: Attachments,
    clock: Clock,
    seen: Observer,
    seal: Seal,
    caller: Caller,
    takes_work: Callable[[QueueId], bool],
) -> MailSide:
    """E-mail, with the house's seal for its secrets; `takes_work` knows the queues."""
    return MailSide(
        settings.channels.email,
        settings.smtp_intake,
        store=store,
        inbox=inbox,
        attachments=attachments,
        clock=clock,
        seal=seal,
        caller=caller,
        count=seen.letter,
        is_alone=settings.is_embedded,
        zone=ZoneInfo(settings.house.time_zone),
        house=settings.help.title,
        takes_work=takes_work,
    )


def telegram_side(
    settings: Settings,
    store: Store,
    inbox: Inbox,
    attachments: Attachments,
    clock: Clock,
    seen: Observer,
    seal: Seal,
    proves: ProvesNumbers,
) -> TelegramSide:
    """Telegram, with the house's seal for the tokens of its bots. `proves` hears of the numbers that clients share."""
    return TelegramSide(
        settings.channels.telegram,
        store=store,
        inbox=inbox,
        attachments=attachments,
        clock=clock,
        seal=seal,
        public_url=settings.http.public_url,
        count=seen.update,
        is_alone=settings.is_embedded,
        proves=proves,
    )


def sender(
    store: Store, bus: EventBus, channels: Sequence[Channel], clock: Clock, seen: Observer, metrics: Metrics
) -> Sender:
    """Who sends the replies of these channels."""
    return Sender(
        Sending(store, encode=encode),
        bus,
        channels,
        clock,
        random.Random(),  # noqa: S311 - jitter
        watch=SenderWatch(settled=seen.reply, lapsed=metrics.replies_lapsed.inc),
    )


def own_parts(
    settings: Settings,
    port: int,
    *,
    version: str,
    clock: Clock,
    database: Database,
    bus: EventBus,
    webhooks: WebhookQueue,
    caller: Caller,
    client_side: ClientSide,
    agent_sockets: Callable[[], int],
) -> tuple[Checkup, OwnStatus]:
    """The tests of this hub's parts, where every channel registers itself, and what the process knows of itself."""
    made = own_checks.checkup(
        clock=clock, database=database, bus=bus, data_dir=settings.data_dir, webhooks=webhooks, caller=caller
    )
    client_side.registered(made, own_url=own_url(settings, port), public_url=settings.http.public_url)
    status = OwnStatus(
        clock,
        version=version,
        data_dir=settings.data_dir,
        sockets={"agent": agent_sockets, "visitor": lambda: client_side.webchat.open_sockets},
        channels=made.channel_states,
    )
    return made, status


def recordings(settings: Settings, store: Store, clock: Clock) -> RecordingRoom:
    """The vault of recordings, and what stands around it."""
    chosen = settings.recordings
    return RecordingRoom(
        store,
        clock,
        settings.data_dir,
        keys=chosen.key.get_secret_value(),
        keep_days=chosen.keep_days,
        agents_listen=chosen.agents_listen,
    )


class LiveFloor:
    """The live wallboard of this node, and its alarms."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        insight: InsightStore,
        clock: Clock,
        waits: Waits,
        seen: Observer,
    ) -> None:
        self.alarms = SqlAlarms(store, clock, encode=encode)
        self.feed = FloorFeed(
            insight,
            self.alarms,
            clock,
            ZoneInfo(settings.house.time_zone),
            wait=waits.estimate,
            pop_ms=seen.pops.ms,
        )
