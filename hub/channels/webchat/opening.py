"""Whether the lines of visitors are open: told at the greeting, and whenever it changes."""

import asyncio
from collections import defaultdict

from hub.channels.webchat.frames import HoursFrame, SiteView
from hub.channels.webchat.settings import WebChatSettings
from hub.channels.webchat.shown import site_view, words_of
from hub.channels.webchat.threads import Thread, Threads
from hub.domain.errors import Unavailable
from hub.domain.ids import QueueId
from hub.ports.visitors import OPEN_HOURS, HoursOf, LineHours


class Opening:
    """Looks at the hours of the lines in which visitors of this node are, or would be."""

    def __init__(self, threads: Threads, hours: HoursOf, *, every_s: float) -> None:
        self._threads = threads
        self._hours = hours
        self._every_s = every_s

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.look()

    async def look(self) -> None:
        """Tell everybody for whom it has changed; each line and language is asked for once."""
        lines: dict[tuple[QueueId, str], list[Thread]] = defaultdict(list)
        for thread in self._threads.all():
            lines[_line(thread), thread.language].append(thread)
        for (queue_id, language), threads in lines.items():
            try:
                hours = await self._hours(queue_id, language)
            except Unavailable:
                continue
            for thread in threads:
                if thread.hours != hours:
                    thread.hours = hours
                    away = hours.away or words_of(thread.site, thread.language).away
                    await thread.tell(HoursFrame(closed=hours.closed, opens_at=hours.opens_at, away=away))


async def hours_for(thread: Thread, hours: HoursOf) -> LineHours:
    """The hours of the visitor's line; open while nobody can tell: nobody is turned away by a fault of ours."""
    try:
        return await hours(_line(thread), thread.language)
    except Unavailable:
        return OPEN_HOURS


def view_of(thread: Thread, settings: WebChatSettings) -> SiteView:
    """The site as this visitor sees it."""
    return site_view(
        thread.site,
        thread.language,
        away=thread.hours.away,
        most_file_bytes=settings.most_file_bytes,
    )


def _line(thread: Thread) -> QueueId:
    return thread.waiting_in or thread.site.queue_id
