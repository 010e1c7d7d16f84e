"""Who of many nodes does a thing of which there may be only one doer."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A right that ends by itself. `fencing` grows with every new holder of `name`."""

    name: str
    holder: str
    fencing: int


class Leases(Protocol):
    """For efficiency only: correctness is the store's compare-and-set."""

    async def acquire(self, name: str, ttl_s: float) -> Lease | None:
        """The lease, or None while somebody else holds it."""
        ...

    async def renew(self, lease: Lease, ttl_s: float) -> bool:
        """Keep it for `ttl_s` more; False when it was lost (then stop at once)."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give it back; a lost one is no error."""
        ...
