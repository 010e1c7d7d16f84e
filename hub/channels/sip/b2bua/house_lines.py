"""The numbers of the house as they are set: trunks and what they lead to, and a door for the demo.

A caller is not lost by a slip in the settings: where the queue of a number is not there, the trunk's own takes it,
or the first key of the menu, or the first queue of the house, with a warning in the log. Refused are numbers that the
settings say nothing of, and every call of a house without queues.
"""

import ipaddress
from collections.abc import Callable

import structlog

from hub.channels.sip.b2bua.surroundings import Line, Menu
from hub.channels.sip.leg import Source
from hub.channels.sip.message import Request
from hub.channels.sip.numbers import caller_number, user_of
from hub.channels.sip.trunk import Entry, Trunk
from hub.channels.sip.trunks import Trunks
from hub.domain.ids import QueueId

log = structlog.get_logger(__name__)

OPEN_DOOR = "sip:local"
"""The account of calls that come from this machine itself, where the house lets them in."""

_NOBODY = frozenset({"anonymous", "restricted", "unavailable", "unknown", "withheld"})
"""What stands in the place of a name that is not told."""


class HouseLines:
    """Implements Lines. `open_to_loopback`: programs of this machine may call queues by their names, unproved.

    `first_queue` is who takes a call whose own queue is not there. `count` is told of each call that did not go where
    it was meant to: `no_such_queue` (another took it, or none is there), `no_such_number` (refused).
    """

    def __init__(
        self,
        trunks: Trunks,
        queue_of: Callable[[str], QueueId | None],
        *,
        menu_of: Callable[[str], Menu | None],
        first_queue: Callable[[], QueueId | None],
        region: str,
        open_to_loopback: bool,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._trunks = trunks
        self._queue_of = queue_of
        self._menu_of = menu_of
        self._first_queue = first_queue
        self._region = region
        self._open = open_to_loopback
        self._count = count

    def of(self, invite: Request, source: Source) -> Line | None:
        """By the trunk it came by; from this machine by the name of a queue; None for strangers, for numbers that
        lead nowhere, and where there is no queue at all."""
        trunk = self._trunks.named(source.trunk) if source.trunk else None
        if trunk is None:
            return self._from_here(invite) if self._open and _is_loopback(source.address) else None
        entry, caller = trunk.entry(invite), trunk.caller(invite)
        menu = self._menu_of(entry.menu) if entry.menu else None
        queue_id = self._queue(trunk, entry, menu)
        if queue_id is None:
            return None
        return Line(
            account=f"sip:{trunk.name}",
            queue_id=queue_id,
            dialled=entry.dialled,
            number=caller.number,
            name=_name(caller.display),
            language=entry.language,
            menu=menu,
        )

    def _queue(self, trunk: Trunk, entry: Entry, menu: Menu | None) -> QueueId | None:
        if entry.queue and (found := self._queue_of(entry.queue)) is not None:
            return found
        if not entry.queue and menu is not None and (found := _first_choice(menu)) is not None:
            return found
        if not entry.queue and not entry.menu:
            self._count("no_such_number")
            log.warning("call_refused", reason="no_such_number", trunk=trunk.name, dialled=entry.dialled)
            return None
        self._count("no_such_queue")
        of_trunk = self._queue_of(trunk.settings.queue) if trunk.settings.queue else None
        taker = of_trunk or (_first_choice(menu) if menu else None) or self._first_queue()
        says = {"trunk": trunk.name, "dialled": entry.dialled, "queue": entry.queue, "menu": entry.menu}
        if taker is None:
            log.error("call_refused", reason="no_queue_at_all", **says)
        else:
            log.warning("call_to_missing_queue", taken_by=taker, **says)
        return taker

    def queue_named(self, user: str) -> QueueId | None:
        """By its name."""
        return self._queue_of(user)

    def _from_here(self, invite: Request) -> Line | None:
        user = user_of(invite.uri)
        queue_id = self._queue_of(user)
        if queue_id is None:
            self._count("no_such_queue")
            log.warning("call_refused", reason="no_such_queue", queue=user[:80])
            return None
        display = invite.from_.display or ""
        return Line(
            account=OPEN_DOOR,
            queue_id=queue_id,
            dialled=user,
            number=caller_number(invite.from_.uri, self._region),
            name=_name(display),
        )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _first_choice(menu: Menu) -> QueueId | None:
    """A number that leads to a menu only: who chooses nothing goes where its first key leads."""
    return next((choice.queue_id for choice in menu.choices.values()), None)


def _name(display: str) -> str:
    """The name that a caller gives, at most 80 characters; one that says that it is not told is none (RFC 3323)."""
    name = " ".join(display.split())[:80]
    return "" if name.casefold() in _NOBODY else name
