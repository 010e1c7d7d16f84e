"""Parts of a hub that need nothing but its settings: a room of the composition root, imported by it alone."""

import os
import socket
from zoneinfo import ZoneInfo

from agent_console.auth import loopback_origins
from agent_console.passwords import Cost, Passwords
from crm_store.alarms import SqlAlarms
from crm_store.store import Store
from hub.cluster.codec import encode
from hub.cluster.embedded.bus import EmbeddedBus
from hub.cluster.watch import BusWatch
from hub.domain.ids import DEFAULT_TENANT
from hub.insight.waits import Waits
from hub.metrics import Metrics
from hub.observing import Observer
from hub.ports.clock import Clock
from hub.ports.insight import InsightStore
from hub.screenpop.floor import FloorFeed
from hub.settings import Settings

_GROUPS = (f"router:{DEFAULT_TENANT}",)


def node_name(settings: Settings) -> str:
    """What this node is called among others."""
    return settings.cluster.node or f"{socket.gethostname()}-{os.getpid()}"


def url(settings: Settings, port: int) -> str:
    """The address that people open: the public one, if there is one."""
    host = "127.0.0.1" if settings.http.host in {"0.0.0.0", "::"} else settings.http.host  # noqa: S104 - shown
    return settings.http.public_url or f"http://{host}:{port}"


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
