"""Web chat as a channel: visitors write through sockets, and a reply is sent by the node that has theirs."""

import asyncio
from collections.abc import Callable, Collection
from secrets import token_urlsafe

import structlog
from aiohttp import web

from hub.backoff import Backoff
from hub.channels.webchat.endings import Endings
from hub.channels.webchat.files import Files
from hub.channels.webchat.frames import MessageFrame
from hub.channels.webchat.limits import VisitorLimits
from hub.channels.webchat.news import News
from hub.channels.webchat.opening import Opening
from hub.channels.webchat.pages import Pages
from hub.channels.webchat.parse import CHANNEL
from hub.channels.webchat.places import EstimatedWait, Places
from hub.channels.webchat.receipts import Receipts
from hub.channels.webchat.settings import WebChatSettings
from hub.channels.webchat.shown import file_views
from hub.channels.webchat.signed import Identities
from hub.channels.webchat.socket import GOING_AWAY
from hub.channels.webchat.surroundings import Surroundings
from hub.channels.webchat.threads import Threads
from hub.channels.webchat.upgrade import ClientAddress, Upgrade
from hub.channels.webchat.visitors import TOKEN_BYTES
from hub.domain.agent import Media
from hub.domain.errors import ChannelUnavailable, Unavailable
from hub.domain.events import Typing
from hub.domain.ids import UserId
from hub.domain.touch import OutboundMessage, Sent
from hub.ids import new_id
from hub.ports.attachments import Attachments
from hub.ports.bus import EventBus, Lagged
from hub.ports.channel import ChannelLimits, ChannelSpec, WhoSends
from hub.ports.clock import Clock
from hub.ports.inbox import CallbackDesk, Inbox
from hub.ports.uniting import SignsIn
from hub.ports.visitors import HoursOf, Site, SiteSecretStore, VisitorStore

log = structlog.get_logger(__name__)

SPEC = ChannelSpec(
    name=CHANNEL,
    media=Media.CHAT,
    who_sends=WhoSends.HOLDING_NODE,
    one_reader=False,
    idempotent=True,
    # a visitor who does not come back for a weekend will not read the answer here
    limits=ChannelLimits(text_chars=4000, attachment_bytes=25 * 1024 * 1024, give_up_s=72 * 3600.0),
)

_LISTENER = CHANNEL
_SWEEP_S = 900.0


def _new_token() -> str:
    return token_urlsafe(TOKEN_BYTES)


class WebChat:
    """The channel. Its routes take visitors while `run` runs.

    `client_address` says whose request it is, `agent_name` which name visitors see, `estimated_wait` how long
    a place in a queue waits, `hours` whether a line is open; `attachments` keeps files, `callbacks` wishes to be
    called; `thread_held` is told that a visitor has come for whom replies may be waiting,
    `count_bad` the code of everything refused. `secrets` are what sites prove with who their visitors are, `signs_in`
    hears of it, `count_signed` too.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        visitors: VisitorStore,
        attachments: Attachments,
        callbacks: CallbackDesk,
        hours: HoursOf,
        bus: EventBus,
        clock: Clock,
        settings: WebChatSettings,
        client_address: ClientAddress,
        agent_name: Callable[[UserId], str],
        estimated_wait: EstimatedWait,
        thread_held: Callable[[], None],
        count_bad: Callable[[str], None],
        secrets: SiteSecretStore,
        signs_in: SignsIn,
        count_signed: Callable[[], None],
        ids: Callable[[], str] = new_id,
        tokens: Callable[[], str] = _new_token,
        pages: Pages | None = None,
    ) -> None:
        self._bus = bus
        self._settings = settings
        self._threads = Threads(agent_name)
        self._places = Places(visitors, self._threads, estimated_wait, every_s=settings.places_every_s)
        self._receipts = Receipts(visitors, clock, every_s=settings.got_every_s)
        self._endings = Endings(wait_s=settings.end_waits_s)
        self._missed_news = asyncio.Event()
        identities = Identities(secrets, clock, settings, count_signed)
        self._news = News(
            self._threads,
            self._places,
            self._receipts,
            self._endings,
            visitors,
            clock,
            settings,
            site_changed=self._site_changed,
            signed_in=self._signed_in,
            still_good=identities.still_good,
            look_again=self._missed_news.set,
        )
        self._opening = Opening(self._threads, hours, every_s=settings.hours_every_s)
        limits = VisitorLimits(settings)
        self._files = Files(
            visitors=visitors,
            attachments=attachments,
            clock=clock,
            settings=settings,
            client_address=client_address,
            count_bad=count_bad,
            new_id=tokens,
            is_proved=lambda visitor: self._around.is_proved(visitor.id, visitor.user),
            address_key=limits.key,
        )
        self._around = Surroundings(
            inbox=inbox,
            visitors=visitors,
            bus=bus,
            clock=clock,
            settings=settings,
            limits=limits,
            threads=self._threads,
            news=self._news,
            receipts=self._receipts,
            count_bad=count_bad,
            thread_held=thread_held,
            new_id=ids,
            new_token=tokens,
            callbacks=callbacks,
            hours=hours,
            identities=identities,
            signs_in=signs_in,
        )
        self._upgrade = Upgrade(self._around, client_address)
        self._pages = Pages() if pages is None else pages

    @property
    def spec(self) -> ChannelSpec:
        """What web chat is."""
        return SPEC

    @property
    def takes_visitors(self) -> bool:
        """Whether a visitor who comes now is let in: while `run` runs and hears the news."""
        return self._around.takes_visitors

    @property
    def open_sockets(self) -> int:
        """Visitors' sockets open on this node."""
        return len(self._around.sockets)

    def routes(self) -> list[web.RouteDef]:
        """`/ws/chat`, `/widget.js`, `/chat/demo`, `/chat/files`: all public."""
        return [
            web.get("/ws/chat", self._upgrade.visitor_socket),
            *self._pages.routes(),
            *self._files.routes(),
        ]

    def held_threads(self) -> list[tuple[str, str]]:
        """(account, thread) of every visitor connected here: the replies this node can send."""
        return self._threads.held()

    async def run(self) -> None:
        """Take visitors and tell them the news until cancelled; then close every socket with 1012."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._catch_up())
                group.create_task(self._places.run())
                group.create_task(self._receipts.run())
                group.create_task(self._opening.run())
                group.create_task(self._endings.run())
                group.create_task(self._sweep_files())
        finally:
            await self.drain()

    async def drain(self) -> None:
        """Take no new visitor, close the sockets with 1012, and let what was read before be handed in; within
        `close_s`."""
        self._around.takes_visitors = False
        for socket in tuple(self._around.sockets):
            socket.close_soon(GOING_AWAY)
        try:
            async with asyncio.timeout(self._settings.close_s):
                await self._around.none_left.wait()
                await self._receipts.write()
        except (TimeoutError, Unavailable):
            log.warning("webchat_drained_in_part", sockets=self.open_sockets)

    def _site_changed(self, key: str, site: Site | None, good: Collection[str]) -> None:
        self._around.site_changed(key, site)
        self._around.secrets_changed(key, good)

    def _signed_in(self, visitor_id: str, user: str) -> None:
        self._around.signed_in(visitor_id, user)

    async def _listen(self) -> None:
        def listening() -> None:
            self._around.takes_visitors = True

        while True:
            try:
                await self._bus.listen(_LISTENER, self._news.hear, started=listening)
            except Lagged:
                log.warning("webchat_lagged", threads=len(self._threads.held()))
                listening = self._missed_news.set

    async def _catch_up(self) -> None:
        backoff = Backoff()
        while True:
            await self._missed_news.wait()
            self._missed_news.clear()
            try:
                await self._news.missed()
            except Unavailable:
                self._missed_news.set()
                await asyncio.sleep(backoff.next_s())
            else:
                backoff.reset()

    async def sweep_files(self) -> int:
        """Remove files that were uploaded and never sent; how many. Raises Unavailable."""
        return await self._files.sweep()

    async def _sweep_files(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            try:
                await self.sweep_files()
            except Unavailable:
                log.warning("webchat_files_not_swept")

    async def send(self, message: OutboundMessage) -> Sent:
        """Write the reply to every page the visitor has open here.

        Raises ChannelUnavailable when there is none. Of attachments they get names and sizes; the contents they
        fetch from `/chat/files`.
        """
        thread = self._threads.find(message.account, message.thread)
        if thread is None or thread.visitor.tenant_id != message.tenant_id:
            raise ChannelUnavailable("the visitor is not connected here")
        frame = MessageFrame(
            seq=message.seq,
            text=message.text,
            at=message.at,
            name=message.author_name,
            files=file_views(message.attachments),
        )
        if not await thread.tell(frame):
            raise ChannelUnavailable("the visitor's connection is closing")
        thread.newest_seq = max(thread.newest_seq, message.seq)
        await self._endings.settled(thread, message.touch_id)
        return Sent(delivered=message.seq <= thread.got_seq)

    async def show_typing(self, news: Typing) -> None:
        """Show the visitor that an agent is typing; best effort."""
        await self._news.typing(news)
