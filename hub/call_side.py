"""The durable side of calls, wired: the desk of calls, who makes calls of ours, and what people do at the console."""

from collections.abc import Callable

from agent_console import calls_api
from agent_console.operations import Operation
from crm_store.calls import SqlCalls
from crm_store.reads import DeskReads
from crm_store.starting import Starts
from crm_store.store import Store
from hub.calls.desk import Calls
from hub.calls.dialling import Dialler
from hub.desk.calling import Calling
from hub.domain.errors import HubError
from hub.domain.ids import DEFAULT_TENANT
from hub.lifecycle import Jobs
from hub.ports.calls import CallDesk, Telephone
from hub.ports.clock import Clock
from hub.screenpop.snapshot import Snapshots

_SWEEP_S = 2.0


class CallSide:
    """`desk` is where the telephone has its calls kept. `telephone_of` makes the telephone on it, None: the house
    has none, and nobody can call. `dialler` is for those who promise calls."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        node: str,
        *,
        telephone_of: Callable[[CallDesk, str], Telephone | None] | None = None,
    ) -> None:
        node = node or "hub"
        self._clock = clock
        self._store = SqlCalls(store)
        self.desk = Calls(self._store, clock, DEFAULT_TENANT, node=node)
        self.telephone = None if telephone_of is None else telephone_of(self.desk, node)
        self.dialler = None if self.telephone is None else Dialler(self.desk, self.telephone)

    def operations(
        self, starts: Starts, reads: DeskReads, snapshots: Snapshots, *, region: str, lease_s: float
    ) -> list[Operation]:
        """What the API does with calls. `region` is whose national numbers are understood."""
        calling = Calling(
            self._store,
            starts,
            self._clock,
            telephone=self.telephone,
            dialler=self.dialler,
            region=region,
            lease_s=lease_s,
        )
        return calls_api.operations(calling=calling, reads=reads, me=snapshots.me)

    async def begin(self) -> None:
        """End what an earlier life of this hub carried: before anything listens."""
        await self.desk.lost(self.desk.node)
        if self.telephone is not None:
            await self.desk.judge_phones(self._rings)

    def _rings(self, address: str) -> bool:
        try:
            if self.telephone is not None:
                self.telephone.judge_phone(address)
        except HubError:
            return False
        return True

    def start(self, jobs: Jobs) -> None:
        """Watch that calls live, and make those that are owed."""
        jobs.every("calls", _SWEEP_S, self.desk.step)
        if self.dialler is not None:
            jobs.start("dialler", self.dialler.run())
