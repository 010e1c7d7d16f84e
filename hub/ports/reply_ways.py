"""What choosing the channel of a reply asks of the store and of channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.ids import InteractionId, SessionId
from hub.domain.interaction import Interaction, Session
from hub.domain.reach import WayClosed
from hub.ports.starting import StartStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Replying:
    """An interaction with its open sessions, the newest first, when the client was last heard in each thread, how its
    address is written for people where that is not itself (`@ivan`), and which of them take no reply now."""

    interaction: Interaction
    sessions: tuple[Session, ...]
    heard: Mapping[SessionId, datetime]
    called: Mapping[SessionId, str]
    closed: Mapping[SessionId, WayClosed]


class ReplyStore(StartStore, Protocol):
    """The store of those who reply."""

    async def replying(self, principal: Principal, interaction_id: InteractionId) -> Replying:
        """The interaction, if the principal may reply in it. Raises Forbidden, NotFound."""
        ...


class Held(Protocol):
    """Who knows whose pages are open."""

    def __call__(self, channel: str, account: str, thread: str) -> bool | None:
        """Whether this client reads at once what is sent; None: that is nothing the channel can know."""
        ...
