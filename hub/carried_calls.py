"""Calls carried, wired: the switchboard with its sound, its numbers and the house behind it; a room of the
composition root."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol, Self

from hub.channels.sip.b2bua.house_lines import HouseLines
from hub.channels.sip.b2bua.house_outside import HouseOutside
from hub.channels.sip.b2bua.live import SILENT_S
from hub.channels.sip.b2bua.surroundings import Choice, Menu, Surroundings
from hub.channels.sip.b2bua.switchboard import Switchboard
from hub.channels.sip.channel import Telephony
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.trunks import Trunks
from hub.client_side import line_hours
from hub.desk.hours import Hours
from hub.domain.call import SIP
from hub.domain.ids import DEFAULT_TENANT, QueueId
from hub.domain.queue import Queue
from hub.insight.waits import Waits
from hub.lifecycle import Jobs
from hub.media.embedded.engine import EmbeddedEngine
from hub.media.prompts import RecordedPrompts
from hub.namebook import Namebook
from hub.opening import OpeningHours
from hub.ports.calls import CallDesk
from hub.ports.clock import Clock
from hub.ports.inbox import Inbox
from hub.ports.recordings import RecordingVault
from hub.ports.visitors import HoursOf

_BEAT_S = 20.0


class LineRules(Protocol):
    """The queues and their hours."""

    @property
    def opening(self) -> OpeningHours:
        """The queues as they are, and when they are open."""
        ...

    @property
    def hours(self) -> Hours:
        """The same in words."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What calls need of the house. `queue` gives a line as it is now, `queue_named` finds one by its name,
    `first_queue` is who takes what is for none, `queue_names` are all that take calls, `hours` says whether one is
    open, `wait_s` what somebody at that place of it may expect. `count` is told why a call did not go where it was
    meant to."""

    inbox: Inbox
    queue: Callable[[QueueId], Awaitable[Queue | None]]
    queue_named: Callable[[str], QueueId | None]
    first_queue: Callable[[], QueueId | None]
    queue_names: Callable[[], Sequence[str]]
    count: Callable[[str], None]
    hours: HoursOf
    wait_s: Callable[[QueueId, int], float | None]
    vault: RecordingVault

    @classmethod
    def of(
        cls,
        inbox: Inbox,
        rules: LineRules,
        names: Namebook,
        waits: Waits,
        vault: RecordingVault,
        count_bad: Callable[[str, str], None],
    ) -> Self:
        """Of the parts of this hub."""
        return cls(
            inbox=inbox,
            queue=rules.opening.queue,
            queue_named=names.queue_named,
            first_queue=names.first_queue,
            queue_names=names.queue_names,
            count=lambda code: count_bad(SIP, code),
            hours=line_hours(rules.hours),
            wait_s=waits.estimate,
            vault=vault,
        )


class CarriedCalls:
    """`switchboard` takes the calls of `telephony`, and does what people ask for at the console."""

    def __init__(
        self,
        sip: SipSettings,
        telephony: Telephony,
        trunks: Trunks,
        desk: CallDesk,
        clock: Clock,
        house: House,
        *,
        node: str,
        region: str,
        sounds: Path,
    ) -> None:
        self.engine = EmbeddedEngine(
            clock=clock,
            chance=random.Random(),  # noqa: S311 - ports and sequence numbers, which anybody sees
            host=sip.host,
            public_address=sip.public_address,
            port_min=sip.rtp_ports_first,
            port_max=sip.rtp_ports_last,
            loopback=ip_address(sip.host).is_loopback,
            silent_after_s=SILENT_S,
        )
        lines = HouseLines(
            trunks,
            house.queue_named,
            menu_of=lambda name: _menu(sip, name, house.queue_named),
            first_queue=house.first_queue,
            count=house.count,
            region=region,
            open_to_loopback=sip.open_to_loopback,
        )
        self.switchboard = Switchboard(
            Surroundings(
                tenant_id=DEFAULT_TENANT,
                node=node,
                realm=sip.realm,
                inbox=house.inbox,
                desk=desk,
                engine=self.engine,
                user_agent=telephony.user_agent,
                lines=lines,
                phones=telephony.phones,
                outside=HouseOutside(trunks, clock.now),
                prompts=RecordedPrompts(sounds),
                vault=house.vault,
                clock=clock,
                queue=house.queue,
                hours=house.hours,
                wait_s=house.wait_s,
            ),
            limit=sip.calls,
        )
        telephony.take_calls(self.switchboard)

    @asynccontextmanager
    async def running(self, jobs: Jobs) -> AsyncIterator[None]:
        """Calls are carried while the block lasts."""
        async with self.engine.running(), self.switchboard.running():
            jobs.every("call beats", _BEAT_S, self.switchboard.beat)
            yield


def _menu(sip: SipSettings, name: str, queue_named: Callable[[str], QueueId | None]) -> Menu | None:
    """The menu of that name; a key that leads to a queue that is not there leads nowhere."""
    menu = next((one for one in sip.menus if one.name == name), None)
    if menu is None:
        return None
    return Menu(
        name=menu.name,
        choices={
            key: Choice(queue_id=queue_id, language=entry.language)
            for key, entry in menu.keys.items()
            if (queue_id := queue_named(entry.queue)) is not None
        },
        wait_s=menu.wait_s,
        tries=menu.tries,
    )
