"""The numbers of the house as they are set: trunks and what they lead to, and a door for the demo."""

import ipaddress
from collections.abc import Callable
from datetime import datetime

from hub.channels.sip.b2bua.surroundings import Line, Menu, Way
from hub.channels.sip.leg import Source
from hub.channels.sip.message import Request
from hub.channels.sip.numbers import caller_number, user_of
from hub.channels.sip.outbound_policy import NotCalled
from hub.channels.sip.trunks import NoTrunk, Trunks
from hub.domain.errors import Invalid, Unavailable
from hub.domain.ids import QueueId, UserId

OPEN_DOOR = "sip:local"
"""The account of calls that come from this machine itself, where the house lets them in."""


class HouseLines:
    """Implements Lines. `open_to_loopback`: programs of this machine may call queues by their names, unproved."""

    def __init__(
        self,
        trunks: Trunks,
        queue_of: Callable[[str], QueueId | None],
        *,
        menu_of: Callable[[str], Menu | None],
        region: str,
        open_to_loopback: bool,
    ) -> None:
        self._trunks = trunks
        self._queue_of = queue_of
        self._menu_of = menu_of
        self._region = region
        self._open = open_to_loopback

    def of(self, invite: Request, source: Source) -> Line | None:
        """By the trunk it came by; from this machine by the name of a queue; None for strangers."""
        trunk = self._trunks.named(source.trunk) if source.trunk else None
        if trunk is None:
            return self._from_here(invite) if self._open and _is_loopback(source.address) else None
        entry, caller = trunk.entry(invite), trunk.caller(invite)
        menu = self._menu_of(entry.menu) if entry.menu else None
        queue_id = self._queue_of(entry.queue) or self._some_queue(menu)
        if queue_id is None:
            return None
        return Line(
            account=f"sip:{trunk.name}",
            queue_id=queue_id,
            dialled=entry.dialled,
            number=caller.number,
            name=caller.display,
            language=entry.language,
            menu=menu,
        )

    def queue_named(self, user: str) -> QueueId | None:
        """By its name."""
        return self._queue_of(user)

    def _from_here(self, invite: Request) -> Line | None:
        user = user_of(invite.uri)
        queue_id = self._queue_of(user)
        if queue_id is None:
            return None
        display = invite.from_.display or ""
        return Line(
            account=OPEN_DOOR,
            queue_id=queue_id,
            dialled=user,
            number=caller_number(invite.from_.uri, self._region),
            name=" ".join(display.split())[:80],
        )

    @staticmethod
    def _some_queue(menu: Menu | None) -> QueueId | None:
        """A number that leads to a menu only: who chooses nothing goes where its first key leads."""
        return next((choice.queue_id for choice in menu.choices.values()), None) if menu else None


class HouseOutside:
    """Implements Outside: by a trunk, as the rules of the house allow."""

    def __init__(self, trunks: Trunks, now: Callable[[], datetime]) -> None:
        self._trunks = trunks
        self._now = now

    @property
    def is_there(self) -> bool:
        """Whether a trunk may be called by."""
        return self._trunks.call_outside

    def way(self, leg: str, called: str, agent_id: UserId | None) -> Way:
        """Only numbers, and only for an agent: no address that somebody else wrote is ever called."""
        if agent_id is None:
            raise Invalid("only an agent calls outside", field="number", code="number_not_allowed")
        try:
            found = self._trunks.begin(leg, agent_id, called, now=self._now())
        except NotCalled as refused:
            raise Invalid(str(refused), field="number", code="number_not_allowed") from refused
        except NoTrunk as refused:
            raise Unavailable(str(refused), code="no_trunk") from refused
        return Way(target=found.target, shown=found.shown)

    def over(self, leg: str) -> None:
        """It counts no more."""
        self._trunks.over(leg)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
