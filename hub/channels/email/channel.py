"""E-mail as a channel: letters come by IMAP, SMTP and LMTP, and replies go by the accounts' servers."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from hub.channels.email.accounts import Accounts, Opened
from hub.channels.email.composing import Composed, composed
from hub.channels.email.paper import FILES_BYTES
from hub.domain.agent import Media
from hub.domain.errors import (
    ChannelRefused,
    ChannelUnavailable,
    ChannelUncertain,
    ChannelWithheld,
    NotFound,
    Unavailable,
)
from hub.domain.ids import MailAccountId, TenantId
from hub.domain.mail import LetterBody
from hub.domain.mail_account import EMAIL, MailServer
from hub.domain.mail_told import Told, told_by
from hub.domain.touch import Attachment, OutboundMessage, Sent
from hub.domain.written_letter import REFUSED
from hub.ports.attachments import Attachments
from hub.ports.channel import ChannelLimits, ChannelSpec, WhoSends
from hub.ports.clock import Clock
from hub.ports.mail import LetterStore

log = structlog.get_logger(__name__)

_LARGE_BYTES = 256 * 1024

SPEC = ChannelSpec(
    name=EMAIL,
    media=Media.MAIL,
    who_sends=WhoSends.ANY_NODE,
    one_reader=True,
    idempotent=False,
    # five days are what mail servers themselves try for (RFC 5321 section 4.5.4.1)
    limits=ChannelLimits(text_chars=100_000, attachment_bytes=FILES_BYTES, give_up_s=5 * 86_400.0),
)


class EMail:
    """The sending side. `sent` hears of each attempt: the account, and the trouble, or None."""

    def __init__(
        self,
        *,
        tenant_id: TenantId,
        accounts: Accounts,
        letters: LetterStore,
        attachments: Attachments,
        clock: Clock,
        key: bytes,
        run: Callable[[], Awaitable[None]],
        sent: Callable[[MailAccountId, Told | None], None],
    ) -> None:
        self._tenant_id = tenant_id
        self._accounts = accounts
        self._letters = letters
        self._attachments = attachments
        self._clock = clock
        self._key = key
        self._run = run
        self._sent = sent

    @property
    def spec(self) -> ChannelSpec:
        """What this channel is."""
        return SPEC

    async def run(self) -> None:
        """Feed the inbox until cancelled; reconnects by itself."""
        await self._run()

    async def send(self, message: OutboundMessage) -> Sent:
        """Hand one reply to the account's server. See the port."""
        if self._accounts.is_deleted(message.account):
            await self._require_not_deleted(message)
        opened, server = self._ready(message)
        letter = await self._composed(message, opened)
        if message.by_machine:
            await self._require_allowed(message, letter)
        # loaded with the first letter: a hub starts without what it does not need yet
        from hub.channels.email.smtp import handed_over

        try:
            refused = await handed_over(
                server,
                self._accounts.signs_in_to_send(opened),
                letter,
                takes=partial(self._accounts.note_size, opened.account.id),
            )
        except (ChannelUnavailable, ChannelUncertain) as error:
            if error.stable_code == "sign_in_refused":
                self._accounts.forget_token(opened.account.id)
            self._sent(opened.account.id, told_by(error))
            raise
        except ChannelRefused:
            self._sent(opened.account.id, None)  # the server is well: it does not take this letter
            raise
        self._sent(opened.account.id, None)
        detail = f"{REFUSED}{', '.join(refused)}" if refused else ""
        return Sent(external_id=letter.message_id, detail=detail)

    async def _require_not_deleted(self, message: OutboundMessage) -> None:
        """A refusal is for good: another account may have been given the name a moment ago."""
        try:
            await self._accounts.refresh()
        except Unavailable as error:
            raise ChannelUnavailable(str(error), code="no_account", retry_after_s=5.0) from error
        if self._accounts.is_deleted(message.account):
            raise ChannelRefused("the mail account of this conversation was deleted", code="account_deleted")

    def _ready(self, message: OutboundMessage) -> tuple[Opened, MailServer]:
        opened = self._accounts.named(message.account)
        if opened is None:
            # a hub that begins sends before it knows its accounts
            wait = 60.0 if self._accounts.were_read else 1.0
            raise ChannelUnavailable("this mail account is not there", code="no_account", retry_after_s=wait)
        if not opened.account.enabled:
            raise ChannelUnavailable(
                "this mail account is switched off", code="account_off", retry_after_s=60.0
            )
        if opened.account.setup.outgoing is None:
            raise ChannelUnavailable(
                "this mail account has no server to send by", code="no_outgoing_server", retry_after_s=60.0
            )
        return opened, opened.account.setup.outgoing

    async def _composed(self, message: OutboundMessage, opened: Opened) -> Composed:
        answered = await self._letters.last_head(self._tenant_id, message.account, message.thread)
        body = await self._letters.letter_body(self._tenant_id, message.touch_id)
        body = body or LetterBody(touch_id=message.touch_id, html="", quoted="")
        files = [(file, await self._content(file)) for file in self._fitting(message)]
        make = partial(
            composed,
            message,
            opened.account,
            self._key,
            answered=answered,
            html=body.html,
            quoted=body.quoted,
            files=files,
            now=message.at,
        )
        # a large one takes long: the loop goes on meanwhile
        is_large = sum(len(content) for _, content in files) > _LARGE_BYTES
        return await asyncio.to_thread(make) if is_large else make()

    def _fitting(self, message: OutboundMessage) -> tuple[Attachment, ...]:
        if sum(file.size_bytes for file in message.attachments) > FILES_BYTES:
            raise ChannelRefused("the files are too large for a letter", code="files_too_large")
        return message.attachments

    async def _content(self, file: Attachment) -> bytes:
        whole = bytearray()
        try:
            async for chunk in self._attachments.read(self._tenant_id, file.sha256):
                whole += chunk
        except NotFound as error:
            raise ChannelRefused("one of the files is gone", code="file_gone") from error
        return bytes(whole)

    async def _require_allowed(self, message: OutboundMessage, letter: Composed) -> None:
        """What nobody wrote goes to one address once a day, and never into a conversation that runs in circles."""
        for address in letter.recipients:
            if not await self._letters.allow_auto_letter(
                self._tenant_id,
                message.touch_id,
                message.account,
                message.thread,
                address,
                self._clock.now(),
            ):
                raise ChannelWithheld(
                    "this address had an answer by the hub itself within a day", code="answered_lately"
                )
