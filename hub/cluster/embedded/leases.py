"""The leases of a hub that is one process: granted at once, and yet they exclude and expire as anywhere."""

from dataclasses import dataclass

from hub.ports.clock import Clock
from hub.ports.leases import Lease


@dataclass(slots=True)
class _Held:
    lease: Lease
    until_s: float


class EmbeddedLeases:
    """Leases of hub/ports/leases.py, for the holder `node`.

    Fencing numbers begin at the milliseconds of the wall clock, so that they grow over restarts as well.
    """

    def __init__(self, clock: Clock, *, node: str) -> None:
        self._clock = clock
        self._node = node
        self._held: dict[str, _Held] = {}
        self._fencing = int(clock.now().timestamp() * 1000)

    async def acquire(self, name: str, ttl_s: float) -> Lease | None:
        """See the port."""
        now_s = self._clock.monotonic()
        held = self._held.get(name)
        if held is not None and held.until_s > now_s:
            return None
        self._fencing += 1
        lease = Lease(name=name, holder=self._node, fencing=self._fencing)
        self._held[name] = _Held(lease, now_s + ttl_s)
        return lease

    async def renew(self, lease: Lease, ttl_s: float) -> bool:
        """See the port."""
        now_s = self._clock.monotonic()
        held = self._held.get(lease.name)
        if held is None or held.lease != lease or held.until_s <= now_s:
            return False
        held.until_s = now_s + ttl_s
        return True

    async def release(self, lease: Lease) -> None:
        """See the port."""
        held = self._held.get(lease.name)
        if held is not None and held.lease == lease:
            del self._held[lease.name]
