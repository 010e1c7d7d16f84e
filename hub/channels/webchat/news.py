"""Turns what happened in the hub into what the visitors connected here are told."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from hub.channels.webchat.endings import Endings
from hub.channels.webchat.frames import ClosedFrame, SiteFrame, TypingNotice
from hub.channels.webchat.opening import view_of
from hub.channels.webchat.parse import CHANNEL
from hub.channels.webchat.places import Places
from hub.channels.webchat.receipts import Receipts
from hub.channels.webchat.settings import WebChatSettings
from hub.channels.webchat.shown import rate_view
from hub.channels.webchat.threads import Thread, Threads
from hub.domain.errors import Unavailable
from hub.domain.events import (
    DeliveryChanged,
    Event,
    InteractionClosed,
    InteractionOpened,
    ReservationEnded,
    ReservationOffered,
    TouchStored,
    Typing,
    WorkStepped,
)
from hub.domain.ids import InteractionId
from hub.domain.interaction import Interaction
from hub.domain.setting_events import SiteChanged
from hub.domain.touch import Delivery, Direction
from hub.domain.visitor_events import VisitorSignedIn
from hub.domain.work import WorkItem
from hub.ports.clock import Clock
from hub.ports.visitors import Site, VisitorStore

_ON_THE_WAY = frozenset({Delivery.QUEUED, Delivery.SENDING})


class News:
    """Hears every event on this node; most concern nobody here.

    `site_changed` is told how a site is now, or that it is none any more, and which of its secrets count (`still_good`
    knows); `signed_in` whose a visitor's conversation is; `look_again` has `missed` called soon.
    """

    def __init__(
        self,
        threads: Threads,
        places: Places,
        receipts: Receipts,
        endings: Endings,
        visitors: VisitorStore,
        clock: Clock,
        settings: WebChatSettings,
        *,
        site_changed: Callable[[str, Site | None, Collection[str]], None],
        signed_in: Callable[[str, str], None],
        still_good: Callable[[str], Awaitable[Collection[str]]],
        look_again: Callable[[], None],
    ) -> None:
        self._threads = threads
        self._places = places
        self._receipts = receipts
        self._endings = endings
        self._visitors = visitors
        self._clock = clock
        self._settings = settings
        self._tell_sockets = site_changed
        self._signed_in = signed_in
        self._still_good = still_good
        self._look_again = look_again

    async def hear(self, events: Sequence[Event]) -> None:
        """Tell the visitors what these events mean to them."""
        for event in events:
            match event:
                case WorkStepped() | ReservationOffered() | ReservationEnded():
                    await self._stepped(event.item)
                case InteractionOpened() if event.thread:
                    await self._begun(event)
                case InteractionClosed():
                    await self._closed(event.interaction)
                case TouchStored():
                    await self._stored(event)
                case DeliveryChanged() if event.delivery not in _ON_THE_WAY:
                    await self._came_further(event)
                case SiteChanged():
                    await self._site_changed(event)
                case VisitorSignedIn():
                    self._signed_in(event.visitor_id, event.user)
                case Typing() if not event.by_client:
                    await self.typing(event)
                case _:
                    pass

    async def missed(self) -> None:
        """Some events never came: ask the store how sites and conversations stand. Raises Unavailable."""
        for key in {thread.site.key for thread in self._threads.all()}:
            await self._site_now(key)
        for thread in self._threads.all():
            was_open = thread.open
            self._threads.ask(thread)
            state = await self._visitors.thread_state(thread.visitor)
            if not thread.known or not thread.sockets:
                continue
            frames = self._threads.learn(thread, state)
            self.line_matters_to(thread)
            is_closed = was_open and not thread.open
            closed = ClosedFrame(at=self._clock.now(), rate=thread.rate)
            await thread.tell(*([closed] if is_closed else frames))

    async def bound(self, thread: Thread, interaction_id: InteractionId) -> None:
        """A message of this conversation is in that open interaction."""
        await self.over(thread)
        frames = self._threads.bind(thread, interaction_id)
        self.line_matters_to(thread)
        await thread.tell(*frames)

    async def joined(self, thread: Thread, interaction_id: InteractionId) -> None:
        """As `bound`, of an interaction that was under way on another channel: nothing told here how it stands."""
        await self.over(thread)
        self._threads.ask(thread)
        try:
            state = await self._visitors.thread_state(thread.visitor)
        except Unavailable:
            frames = self._threads.bind(thread, interaction_id)
            self._look_again()
        else:
            frames = self._threads.learn(thread, state)
        self.line_matters_to(thread)
        await thread.tell(*frames)

    async def over(self, thread: Thread) -> None:
        """Another conversation begins: what is to be told of the one before is told now."""
        await self._endings.now(thread)

    async def typing(self, news: Typing) -> None:
        """An agent is typing, or has stopped."""
        for thread in self._threads.of(news.interaction_id):
            await thread.tell(TypingNotice(typing=news.typing))

    def line_matters_to(self, thread: Thread) -> None:
        """If this visitor waits, they want to know their place."""
        if thread.waiting_in is not None:
            self._places.changed(thread.waiting_in)

    async def _stepped(self, item: WorkItem) -> None:
        # a conversation that began on another channel may go on here
        if item.channel == CHANNEL or self._threads.of(item.interaction_id):
            for thread, frames in self._threads.stepped(item):
                await thread.tell(*frames)
        # whoever stepped, those behind have moved
        if self._threads.waiting([item.queue_id]):
            self._places.changed(item.queue_id)

    async def _begun(self, event: InteractionOpened) -> None:
        """One of us writes first: whoever has this visitor connected learns whose conversation it is."""
        thread = self._threads.find(event.account, event.thread)
        if thread is not None and thread.visitor.tenant_id == event.tenant_id:
            await self.bound(thread, event.interaction.id)
            thread.silent = thread.interaction_id == event.interaction.id

    async def _closed(self, interaction: Interaction) -> None:
        for thread in self._threads.closed(interaction.id):
            if interaction.closed_at is None:
                continue
            # who has said nothing has nothing to rate
            is_served = interaction.last_agent_id is not None and not thread.silent
            if is_served and thread.site.setup.features.rating:
                thread.rate = rate_view(interaction.id, interaction.closed_at)
            await self._endings.end(thread, ClosedFrame(at=interaction.closed_at, rate=thread.rate))

    async def _site_changed(self, event: SiteChanged) -> None:
        """Its visitors see at once what it chose."""
        try:
            await self._site_now(event.site_key)
        except Unavailable:
            self._look_again()  # one that was switched off must not go on

    async def _site_now(self, key: str) -> None:
        site = await self._visitors.site(key)
        self._tell_sockets(key, site, await self._still_good(key))
        if site is None or not site.setup.enabled:
            return
        for thread in self._threads.all():
            if thread.site.key == key and thread.site != site:
                thread.site = site
                await thread.tell(SiteFrame(site=view_of(thread, self._settings)))

    async def _came_further(self, event: DeliveryChanged) -> None:
        """The visitor may have confirmed a reply before it was written down as sent."""
        for thread in self._threads.of(event.interaction_id):
            await self._endings.settled(thread, event.touch_id)
            if event.delivery is Delivery.SENT and event.seq <= thread.got_seq:
                self._receipts.repeat(thread)

    async def _stored(self, event: TouchStored) -> None:
        """A visitor has pages on several nodes: what one wrote opened the conversation of all."""
        touch = event.touch
        if touch.channel == CHANNEL and touch.direction is Direction.INBOUND:
            thread = self._threads.find(touch.account, event.external_id.partition(":")[0])
            if thread is not None and thread.interaction_id is None:
                await self.bound(thread, touch.interaction_id)
            if thread is not None and thread.interaction_id == touch.interaction_id:
                thread.silent = False
        elif touch.channel == CHANNEL and touch.direction is Direction.OUTBOUND:
            for thread in self._threads.of(touch.interaction_id):
                self._endings.owe(thread, touch.id)
