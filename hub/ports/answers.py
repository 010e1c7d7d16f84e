"""Keeping the answers to requests that carry a key of the client's, so that a repeat gets the same one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What was answered. `request_sha256` tells a repeat from another request under the same key."""

    request_sha256: str
    status: int
    body: bytes


class Answers(Protocol):
    """Answers by principal and key. Raises Unavailable when the store fails for now."""

    async def find_answer(self, principal: Principal, key: str) -> KeptAnswer | None:
        """The answer given under this key, if one was kept."""
        ...

    async def keep_answer(self, principal: Principal, key: str, answer: KeptAnswer, at: datetime) -> None:
        """Keep it for a day; one that is there already stays."""
        ...
