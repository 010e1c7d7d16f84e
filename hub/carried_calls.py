"""Calls carried, wired: the switchboard with its sound, its numbers and the house behind it; a room of the
composition root."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from hub.channels.sip.b2bua.house_lines import HouseLines, HouseOutside
from hub.channels.sip.b2bua.surroundings import Choice, Menu, Prompts, Surroundings
from hub.channels.sip.b2bua.switchboard import Switchboard
from hub.channels.sip.channel import Telephony
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.trunks import Trunks
from hub.domain.call import Call
from hub.domain.ids import DEFAULT_TENANT, QueueId
from hub.domain.queue import Queue
from hub.domain.touch import Attachment
from hub.lifecycle import Jobs
from hub.media.embedded.engine import EmbeddedEngine
from hub.ports.attachments import Attachments
from hub.ports.calls import CallDesk
from hub.ports.clock import Clock
from hub.ports.inbox import Inbox
from hub.ports.visitors import HoursOf

_BEAT_S = 20.0
_MESSAGE_MOST_BYTES = 16 * 1024 * 1024


class CarriedCalls:
    """`switchboard` takes the calls of `telephony`, and does what people ask for at the console."""

    def __init__(
        self,
        sip: SipSettings,
        telephony: Telephony,
        trunks: Trunks,
        desk: CallDesk,
        clock: Clock,
        *,
        node: str,
        region: str,
        inbox: Inbox,
        attachments: Attachments,
        prompts: Prompts,
        queue: Callable[[QueueId], Awaitable[Queue | None]],
        queue_named: Callable[[str], QueueId | None],
        hours: HoursOf,
        wait_s: Callable[[QueueId, int], float | None],
    ) -> None:
        self._attachments = attachments
        self.engine = EmbeddedEngine(
            clock=clock,
            chance=random.Random(),  # noqa: S311 - ports and sequence numbers, which anybody sees
            host=sip.host,
            public_address=sip.public_address,
            port_min=sip.rtp_ports_first,
            port_max=sip.rtp_ports_last,
        )
        lines = HouseLines(
            trunks,
            queue_named,
            menu_of=lambda name: _menu(sip, name, queue_named),
            region=region,
            open_to_loopback=sip.open_to_loopback,
        )
        self.switchboard = Switchboard(
            Surroundings(
                tenant_id=DEFAULT_TENANT,
                node=node,
                realm=sip.realm,
                inbox=inbox,
                desk=desk,
                engine=self.engine,
                user_agent=telephony.user_agent,
                lines=lines,
                phones=telephony.phones,
                outside=HouseOutside(trunks, clock.now),
                prompts=prompts,
                vault=None,
                clock=clock,
                queue=queue,
                hours=hours,
                wait_s=wait_s,
                keep_message=self._keep_message,
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

    async def _keep_message(self, call: Call, wav: bytes) -> Attachment:
        async def chunks() -> AsyncIterator[bytes]:
            yield wav

        sha256, size = await self._attachments.put(call.tenant_id, chunks(), limit_bytes=_MESSAGE_MOST_BYTES)
        name = f"message-{call.started_at:%Y%m%d-%H%M%S}.wav"
        return Attachment(sha256=sha256, name=name, media_type="audio/wav", size_bytes=size)


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
