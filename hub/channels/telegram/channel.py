"""Telegram as a channel: updates come by polling or webhook, and replies go by the Bot API."""

from collections.abc import Awaitable, Callable

from hub.channels.telegram.bots import Bots, Opened
from hub.channels.telegram.buttons import Buttons, buttons_of
from hub.channels.telegram.parts import Part, parts_of
from hub.channels.telegram.told import told_by
from hub.crashpoints import crash_at
from hub.domain.agent import Media
from hub.domain.errors import ChannelRefused, ChannelUnavailable, ChannelUncertain, NotFound, Unavailable
from hub.domain.ids import TelegramBotId, TenantId
from hub.domain.mail_told import Told
from hub.domain.telegram import BUSINESS, MESSAGE_UNITS, TELEGRAM, place_of_thread
from hub.domain.touch import Attachment, OutboundMessage, Sent
from hub.ports.attachments import Attachments
from hub.ports.channel import ChannelLimits, ChannelSpec, WhoSends
from hub.ports.clock import Clock
from hub.ports.questions import Questions
from hub.ports.telegram import UpdateStore

SPEC = ChannelSpec(
    name=TELEGRAM,
    media=Media.CHAT,
    who_sends=WhoSends.ANY_NODE,
    one_reader=True,
    idempotent=False,
    limits=ChannelLimits(
        text_chars=4 * MESSAGE_UNITS,
        attachment_bytes=20 * 1024 * 1024,
        # https://core.telegram.org/bots/api#businessbotrights: chats with a message in the last 24 hours
        reply_window_s=86_400.0,
        window_threads=BUSINESS,
        give_up_s=86_400.0,
    ),
)


class Telegram:
    """The sending side. `sent` hears of each attempt: the bot, and the trouble, or none."""

    def __init__(
        self,
        *,
        tenant_id: TenantId,
        bots: Bots,
        updates: UpdateStore,
        questions: Questions,
        attachments: Attachments,
        clock: Clock,
        run: Callable[[], Awaitable[None]],
        sent: Callable[[TelegramBotId, Told | None], None],
    ) -> None:
        self._tenant_id = tenant_id
        self._bots = bots
        self._updates = updates
        self._questions = questions
        self._attachments = attachments
        self._clock = clock
        self._run = run
        self._sent = sent
        self._quiet_until: dict[TelegramBotId, float] = {}

    @property
    def spec(self) -> ChannelSpec:
        """What this channel is."""
        return SPEC

    async def run(self) -> None:
        """Feed the inbox until cancelled; reconnects by itself."""
        await self._run()

    async def send(self, message: OutboundMessage) -> Sent:
        """Send what of the reply was not sent yet, message by message. See the port."""
        if self._bots.named(message.account) is None:
            await self._require_not_deleted(message)
        opened = self._ready(message)
        bot_id = opened.bot.id
        try:
            first = await self._all_sent(opened, message)
        except (ChannelUnavailable, ChannelUncertain) as error:
            if error.stable_code == "too_many" and isinstance(error, ChannelUnavailable):
                # it is the bot that is to wait, whomever it writes to
                self._quiet_until[bot_id] = self._clock.monotonic() + error.retry_after_s
            else:
                self._sent(bot_id, told_by(error))
            raise
        self._sent(bot_id, None)
        return Sent(external_id=first)

    async def _require_not_deleted(self, message: OutboundMessage) -> None:
        """A refusal is for good: the same bot may have been added again a moment ago."""
        try:
            await self._bots.refresh()
        except Unavailable as error:
            raise ChannelUnavailable(str(error), code="no_account", retry_after_s=5.0) from error
        if self._bots.is_deleted(message.account):
            raise ChannelRefused("the bot of this conversation was deleted", code="account_deleted")

    def _ready(self, message: OutboundMessage) -> Opened:
        opened = self._bots.named(message.account)
        if opened is None:
            raise ChannelUnavailable("this bot is not there", code="no_account", retry_after_s=60.0)
        if not opened.bot.enabled:
            raise ChannelUnavailable("this bot is switched off", code="account_off", retry_after_s=60.0)
        wait_s = self._quiet_until.get(opened.bot.id, 0.0) - self._clock.monotonic()
        if wait_s > 0:
            raise ChannelUnavailable("Telegram asks to wait", code="too_many", retry_after_s=wait_s)
        return opened

    async def _all_sent(self, opened: Opened, message: OutboundMessage) -> str:
        try:
            there = dict(await self._updates.parts_sent(message.touch_id))
            buttons = await self._buttons(message)
        except Unavailable as error:
            raise ChannelUnavailable(str(error), code=error.stable_code) from error
        parts = parts_of(message.text, message.attachments)
        if not parts:
            raise ChannelRefused("there is nothing to send", code="empty")
        for number, part in enumerate(parts):
            if number in there:
                continue
            there[number] = await self._one_sent(
                opened, message.thread, part, buttons if number == len(parts) - 1 else ()
            )
            crash_at("telegram.after_part_before_note")
            if len(parts) > 1:
                await self._noted(message, number, there[number], is_last=number == len(parts) - 1)
        return there[0]

    async def _buttons(self, message: OutboundMessage) -> Buttons:
        """Those under it, if it asks something: only the hub by itself does."""
        if not message.by_machine:
            return ()
        asked = await self._questions.question(self._tenant_id, message.touch_id)
        # answered in other words before it went out: nobody is to press any more
        return () if asked is None or asked.settled_at is not None else buttons_of(asked)

    async def _noted(self, message: OutboundMessage, part: int, message_id: str, *, is_last: bool) -> None:
        try:
            await self._updates.note_part_sent(self._tenant_id, message.touch_id, part, message_id)
        except Unavailable as error:
            if not is_last:  # what is sent already would be sent again
                raise ChannelUncertain("a part of it was sent", code="part_sent") from error

    async def _one_sent(self, opened: Opened, thread: str, part: Part, buttons: Buttons) -> str:
        # loaded with the first reply
        from hub.channels.telegram.api import Place

        found = place_of_thread(thread)
        if found is None:
            raise ChannelRefused("this is no chat of Telegram", code="no_chat")
        place = Place(chat_id=found[0], connection_id=found[1])
        try:
            api = self._bots.api(opened)
        except Unavailable as error:
            raise ChannelUnavailable(
                str(error), code=error.stable_code, retry_after_s=error.retry_after_s
            ) from error
        if part.location is not None:
            return await api.send_location(place, *part.location)
        if part.file is not None:
            content = await self._content(part.file)
            return await api.send_file(place, part.kind, content, part.file.name, part.text)
        return await api.send_text(place, part.text, buttons)

    async def _content(self, file: Attachment) -> bytes:
        if file.size_bytes > SPEC.limits.attachment_bytes:
            raise ChannelRefused("the file is too large for Telegram", code="files_too_large")
        whole = bytearray()
        try:
            async for chunk in self._attachments.read(self._tenant_id, file.sha256):
                whole += chunk
        except NotFound as error:
            raise ChannelRefused("one of the files is gone", code="file_gone") from error
        return bytes(whole)
