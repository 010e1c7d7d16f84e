"""The REST operations of one hub, wired: the composition root's second room, imported by it alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from agent_console import audit_api, desk_api, insight_api, log_api, lookup_api, session_api
from agent_console.auth import Gate
from agent_console.operations import Operation
from agent_console.set_up import FirstAdministrator
from agent_console.sign_ins import SignIns
from crm_store.access import SqlAccessStore
from crm_store.cards import Cards
from crm_store.floor import FloorStore
from crm_store.insight import SqlInsight
from crm_store.log import SqlLog
from crm_store.log_views import SqlLogViews
from crm_store.reads import DeskLookups, DeskReads
from crm_store.store import Store
from hub.desk.states import States
from hub.desk.transfer import Transfers
from hub.desk.work import Work
from hub.namebook import Namebook
from hub.ports.attachments import Attachments
from hub.ports.channel import ChannelLimits
from hub.ports.clock import Clock
from hub.screenpop.snapshot import Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the operations stand on. `limits` is of each channel that sends; `pop_ms` the latest pop latencies."""

    sign_ins: SignIns
    first_administrator: FirstAdministrator
    gate: Gate
    access: SqlAccessStore
    store: Store
    cards: Cards
    floor: FloorStore
    live: DeskReads
    insight: SqlInsight
    attachments: Attachments
    names: Namebook
    snapshots: Snapshots
    clock: Clock
    pop_ms: Callable[[], Iterable[float]]
    limits: Mapping[str, ChannelLimits]
    presence_lease_s: float
    zone: ZoneInfo


def operations(p: Parts) -> list[Operation]:
    """Every operation of the API; one block a role."""
    lookups = DeskLookups(p.store, p.cards, p.floor)
    return [
        *session_api.operations(
            sign_ins=p.sign_ins, first_administrator=p.first_administrator, gate=p.gate, me=p.snapshots.me
        ),
        *desk_api.operations(
            work=Work(p.store, p.clock, p.limits),
            states=States(p.store, p.clock, lease_s=p.presence_lease_s),
            transfers=Transfers(p.store, p.clock),
            lookups=lookups,
            me=p.snapshots.me,
            agent_name=p.names.agent,
        ),
        *lookup_api.operations(lookups=lookups, dispositions=p.live.dispositions),
        *insight_api.operations(store=p.insight, clock=p.clock, zone=p.zone, pop_ms=p.pop_ms),
        *log_api.operations(log=SqlLog(p.store), views=SqlLogViews(p.store), clock=p.clock, zone=p.zone),
        *audit_api.operations(store=p.access, clock=p.clock),
    ]
