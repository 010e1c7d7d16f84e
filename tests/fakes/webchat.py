"""A web chat on a real server on loopback, around ports in memory, and the pages that visitors have open."""

import asyncio
import itertools
import json
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hub.channels.webchat.channel import WebChat
from hub.channels.webchat.pages import Pages
from hub.channels.webchat.settings import WebChatSettings
from hub.cluster.embedded.attachments import FolderAttachments
from hub.cluster.embedded.bus import EmbeddedBus
from hub.domain.ids import DEFAULT_TENANT, InteractionId, QueueId, TouchId, UserId
from hub.domain.touch import OutboundMessage
from hub.ports.visitors import OPEN_HOURS, LineHours, Site
from tests.fakes.callbacks import FakeCallbacks
from tests.fakes.clock import FakeClock
from tests.fakes.inbox import FakeInbox
from tests.fakes.site_secrets import FakeSignsIn, FakeSiteSecrets
from tests.fakes.visitors import FakeVisitors

SHOP = "https://shop.example"
SITE = Site(
    key="demo",
    tenant_id=DEFAULT_TENANT,
    queue_id=QueueId("support"),
    title="Shop",
    origins=(SHOP,),
    language="tr",
)
OTHER_SITE = Site(
    key="other",
    tenant_id=DEFAULT_TENANT,
    queue_id=QueueId("sales"),
    title="Other",
    origins=("https://other.example",),
)
AGENTS = {UserId("anna"): "Anna", UserId("boris"): "Boris"}
QUICK = {"places_every_s": 0.01, "got_every_s": 0.01, "close_s": 1.0}

ANSWER_S = 5.0
"""A test fails when an answer takes longer."""


class Page:
    """A page of a site with the widget open, as far as its socket goes."""

    def __init__(self, ws: ClientConnection) -> None:
        self.ws = ws
        self.token = ""
        self.greeting: dict[str, Any] = {}

    async def say(self, t: str, **fields: Any) -> None:
        """Send one frame."""
        await self.ws.send(json.dumps({"t": t, **fields}))

    async def write(self, text: str, client_msg_id: str) -> None:
        """Send one message."""
        await self.say("message", client_msg_id=client_msg_id, text=text)

    async def hello(self, **fields: Any) -> dict[str, Any]:
        """Say hello; the answer."""
        await self.say("hello", **{"session": None, "lang": "en", **fields})
        answer = await self.hears("hello")
        self.token, self.greeting = answer["session"], answer
        return answer

    async def next(self) -> dict[str, Any]:
        """The next frame, whatever it is."""
        async with asyncio.timeout(ANSWER_S):
            frame = json.loads(await self.ws.recv())
        assert isinstance(frame, dict)
        return frame

    async def hears(self, t: str) -> dict[str, Any]:
        """The next frame, which is one of kind `t`."""
        frame = await self.next()
        assert frame["t"] == t, frame
        return frame

    async def hears_no_more(self) -> None:
        """Nothing has been said since: the answer to a ping is the next frame."""
        await self.say("ping")
        await self.hears("pong")

    async def close_code(self) -> int:
        """The code with which the hub closes, whatever it says before."""
        async with asyncio.timeout(ANSWER_S):
            try:
                while True:
                    await self.ws.recv()
            except ConnectionClosed as closed:
                return 1006 if closed.rcvd is None else closed.rcvd.code


class ChatServer:
    """Use as `async with`. Keyword arguments are settings; `send_buffer_bytes` is what the kernel takes."""

    def __init__(
        self,
        *,
        pages: Pages | None = None,
        bus: EmbeddedBus | None = None,
        send_buffer_bytes: int = 0,
        **settings: Any,
    ) -> None:
        self._stack = AsyncExitStack()
        self.clock = FakeClock()
        self.inbox = FakeInbox(self.clock)
        self.visitors = FakeVisitors(SITE, OTHER_SITE)
        self.bus = bus or EmbeddedBus()
        self.bad: Counter[str] = Counter()
        self.waits: dict[int, float] = {}
        self.came = 0
        self.callbacks = FakeCallbacks(self.clock)
        self.folder = Path(tempfile.mkdtemp())
        self.attachments = FolderAttachments(self.folder)
        self._stack.callback(shutil.rmtree, self.folder)
        self.hours: dict[QueueId, LineHours] = {}
        self.secrets, self.signs_in, self.signed = FakeSiteSecrets(), FakeSignsIn(), 0
        self._send_buffer_bytes = send_buffer_bytes
        self._numbers = itertools.count(1)
        self.chat = WebChat(
            inbox=self.inbox,
            visitors=self.visitors,
            attachments=self.attachments,
            callbacks=self.callbacks,
            hours=self._hours,
            bus=self.bus,
            clock=self.clock,
            settings=WebChatSettings.model_validate(QUICK | settings),
            client_address=lambda request: request.headers.get("X-Test-Address", "192.0.2.1"),
            agent_name=AGENTS.__getitem__,
            estimated_wait=lambda _, place: self.waits.get(place),
            thread_held=self._thread_held,
            count_bad=lambda code: self.bad.update([code]),
            secrets=self.secrets,
            signs_in=self.signs_in,
            count_signed=self._count_signed,
            ids=lambda: f"visitor-{next(self._numbers)}",
            pages=pages,
        )

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.chat.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        listening = socket.create_server(("127.0.0.1", 0))
        if self._send_buffer_bytes:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer_bytes)
        await web.SockSite(runner, listening).start()
        self.port = listening.getsockname()[1]
        self._running = asyncio.create_task(self.chat.run())
        self._stack.push_async_callback(self.stop)
        await until(lambda: self.chat.takes_visitors)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def stop(self) -> None:
        """End the channel's job, as a hub does that goes down."""
        self._running.cancel()
        await asyncio.wait([self._running])

    def _count_signed(self) -> None:
        self.signed += 1

    def url(self, path: str) -> str:
        """Where this server serves `path`."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def page(
        self, site: str = "demo", *, address: str = "192.0.2.1", origin: str | None = SHOP, **options: Any
    ) -> Page:
        """Open a page; raises InvalidStatus when the hub refuses the upgrade."""
        ws = await connect(
            f"ws://127.0.0.1:{self.port}/ws/chat?site={site}",
            additional_headers=[
                ("X-Test-Address", address),
                *([] if origin is None else [("Origin", origin)]),
            ],
            proxy=None,
            compression=None,
            **options,
        )
        self._stack.push_async_callback(ws.close)
        return Page(ws)

    async def visitor(self, *, address: str = "192.0.2.1", **hello: Any) -> Page:
        """Open a page and say hello."""
        page = await self.page(address=address)
        await page.hello(**hello)
        return page

    async def _hours(self, queue_id: QueueId, _: str) -> LineHours:
        return self.hours.get(queue_id, OPEN_HOURS)

    def _thread_held(self) -> None:
        self.came += 1


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that happens by itself."""
    async with asyncio.timeout(ANSWER_S):
        while not is_so():
            await asyncio.sleep(0.002)


def reply(thread: tuple[str, str], seq: int, text: str = "Hello", **fields: Any) -> OutboundMessage:
    """What the sender hands the channel for that (account, thread)."""
    account, name = thread
    return OutboundMessage(
        **{
            "touch_id": TouchId(f"reply-{seq}"),
            "tenant_id": DEFAULT_TENANT,
            "interaction_id": InteractionId("interaction-1"),
            "account": account,
            "thread": name,
            "address": name,
            "seq": seq,
            "text": text,
            "author_name": "Anna",
            "at": datetime(2026, 3, 2, 9, tzinfo=UTC),
            "attempt": 1,
            **fields,
        }
    )
