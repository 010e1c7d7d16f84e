"""One bot of the look-alike Bot API: what waits for it, what it sent, and its webhook."""

import asyncio
import itertools
import json
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from hub.clock import SystemClock
from hub.ports.clock import Clock
from hub.simulator.bot_api.people import Person

_AGAIN_S = 0.2
"""Between two deliveries of an update that a webhook did not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with one request. `code` is answered; 0: nothing is, and the connection is cut after `delay_s`.
    `done`: the deed is done all the same."""

    code: int = 0
    retry_after_s: int = 0
    delay_s: float = 0.0
    done: bool = False
    said: str = ""


@dataclass(slots=True, kw_only=True)
class Sent:
    """What a bot sent, as the server has it."""

    method: str
    chat_id: int
    message_id: int
    text: str = ""
    content: bytes = b""
    file_name: str = ""
    connection_id: str = ""
    keyboard: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The Bot API answers with this error; `parameters` tell more, such as `retry_after`."""

    def __init__(self, code: int, said: str, **parameters: int) -> None:
        super().__init__(said)
        self.code = code
        self.parameters = parameters


def utf16(text: str) -> int:
    """Telegram's length of a text."""
    return len(text.encode("utf-16-le")) // 2


class LookBot:
    """One bot. `sent` is what it sent, `pending` what it has not confirmed."""

    def __init__(
        self, token: str, username: str, *, first_message: int = 1, clock: Clock | None = None
    ) -> None:
        self.token = token
        self.id = int(token.partition(":")[0])
        self.username = username
        self.pending: deque[dict[str, Any]] = deque()
        self.delivered: list[dict[str, Any]] = []
        self.confirmed: list[int] = []
        self.history: list[dict[str, Any]] = []
        self.sent: list[Sent] = []
        self.answered: list[str] = []
        self.toasts: list[str] = []
        self.alerts: list[str] = []
        self.queries: set[str] = set()
        self.actions: list[tuple[int, str]] = []
        self.deleted: list[tuple[int, int]] = []
        self.edited: list[tuple[int, int, str]] = []
        self.files: dict[str, tuple[bytes, int]] = {}
        self.calls: Counter[str] = Counter()
        self.webhook: dict[str, str] = {}
        self.blocked_by: set[int] = set()
        self.connections: dict[str, dict[str, Any]] = {}
        self.next_update_id = 100_000
        self.webhook_answers: list[int] = []
        self.arrived = asyncio.Event()
        self._clock = clock or SystemClock()
        self._messages = itertools.count(first_message)
        self._poller: asyncio.Task[Any] | None = None
        self._files = itertools.count(1)
        self._moved = asyncio.Event()

    def now_s(self) -> int:
        """The moment that messages carry."""
        return int(self._clock.now().timestamp())

    def stirred(self) -> None:
        """Something may have changed: whoever waits looks again."""
        self._moved.set()

    async def until(self, is_so: Callable[[], bool], within_s: float = 30.0) -> None:
        """Wait for it. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not is_so():
                self._moved.clear()
                await self._moved.wait()

    def restart_ids(self, rng: random.Random) -> None:
        """After a week without updates the next id is chosen at random, lower or higher."""
        self.next_update_id = rng.randrange(1, 1 << 31)

    def message_id(self) -> int:
        """The number of the next message."""
        return next(self._messages)

    def update(self, **what: Any) -> dict[str, Any]:
        """Something happened that the bot is told of."""
        return self.raw_update({"update_id": self.next_update_id, **what})

    def raw_update(self, update: dict[str, Any]) -> dict[str, Any]:
        """The same, however it looks."""
        self.next_update_id += 1
        self.pending.append(update)
        self.history.append(update)
        self.arrived.set()
        self.stirred()
        return update

    def file(self, content: bytes, size_bytes: int | None = None) -> dict[str, Any]:
        """A file that the bot may fetch; `size_bytes` is what is said of it."""
        number = next(self._files)
        size = len(content) if size_bytes is None else size_bytes
        self.files[f"file-{number}"] = (content, size)
        return {"file_id": f"file-{number}", "file_unique_id": f"unique-{number}", "file_size": size}

    def connect_business(self, owner: "Person", connection_id: str = "business-1") -> str:
        """A person lets the bot act for their account."""
        connection = {
            "id": connection_id,
            "user": owner.user(),
            "user_chat_id": owner.id,
            "date": self.now_s(),
            "can_reply": True,
            "is_enabled": True,
        }
        self.connections[connection_id] = connection
        self.update(business_connection=connection)
        return connection_id

    async def until_sent(self, count: int, within_s: float = 30.0) -> list[Sent]:
        """What was sent, once it is so much. Raises TimeoutError."""
        await self.until(lambda: len(self.sent) >= count, within_s)
        return self.sent

    async def until_confirmed(self, within_s: float = 30.0) -> None:
        """Until nothing waits for the bot. Raises TimeoutError."""
        await self.until(lambda: not self.pending, within_s)

    # --- getUpdates ---

    async def updates(self, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """What waits, and what comes within `timeout_s`; what is before `offset` is confirmed. Raises Refused."""
        if self.webhook:
            raise Refused(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        if self._poller is not None and not self._poller.done():
            self._poller.cancel("another poller")
        me = self._poller = asyncio.current_task()
        try:
            self._confirm(offset)
            async with asyncio.timeout(max(timeout_s, 0.001)):
                while not self.pending:
                    self.arrived.clear()
                    await self.arrived.wait()
        except TimeoutError:
            return []
        except asyncio.CancelledError:
            if self._poller is me:
                raise
            raise Refused(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            ) from None
        return list(itertools.islice(self.pending, limit))

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self.confirmed.append(self.pending.popleft()["update_id"])
        elif offset:
            kept = [one for one in self.pending if one.get("update_id", 0) >= offset]
            self.confirmed += [one["update_id"] for one in self.pending if one.get("update_id", 0) < offset]
            self.pending = deque(kept)
        self.stirred()

    # --- the webhook ---

    async def deliver(self, session: aiohttp.ClientSession) -> None:
        """Hand updates to the webhook, whenever there is one, until cancelled."""
        while True:
            if not self.pending or not self.webhook:
                self.arrived.clear()
                await self.arrived.wait()
                continue
            update, hook = self.pending[0], dict(self.webhook)
            status = await self._posted(session, hook, json.dumps(update).encode())
            self.webhook_answers.append(status)
            self.stirred()
            if 200 <= status < 300:
                if self.pending and self.pending[0] is update:
                    self.pending.popleft()
                self.delivered.append(update)
                self.stirred()
            else:
                await asyncio.sleep(_AGAIN_S)

    async def _posted(self, session: aiohttp.ClientSession, hook: dict[str, str], body: bytes) -> int:
        headers = {"Content-Type": "application/json"}
        if hook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook["secret_token"]
        try:
            async with session.post(hook["url"], data=body, headers=headers) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
