"""Saved views of the log: a filter with a name, kept by its owner and shared as far as their role reaches."""

from datetime import datetime
from typing import Protocol

import msgspec

from hub.domain.access import Principal

SHARED_WITH_TEAM, SHARED_WITH_HOUSE = "team", "house"


class LogView(msgspec.Struct, frozen=True, kw_only=True):
    """A filter with a name. `query` is what stands in the address; `shared` is empty, `team` or `house`."""

    name: str
    query: str
    shared: str
    owner: str
    is_mine: bool


class LogViews(Protocol):
    """Where views are kept. One's own are found by name; those of others can be used, not changed."""

    async def views(self, principal: Principal) -> tuple[LogView, ...]:
        """One's own, and those others share with one: the house's, and of people of the same queues."""
        ...

    async def save(self, principal: Principal, name: str, query: str, shared: str, at: datetime) -> None:
        """Add a view, or replace one's own of that name. Raises Forbidden to share beyond one's reach."""
        ...

    async def forget(self, principal: Principal, name: str) -> None:
        """Remove one's own view of that name, if there is one."""
        ...
