"""What holds for every channel of the registry; the line that adds a channel adds it here, or this fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pydantic import BaseModel

from hub.channels import CHANNELS
from hub.channels.email.accounts import Accounts
from hub.channels.email.channel import EMail
from hub.domain.agent import Media
from hub.domain.errors import ChannelRefused, ChannelUnavailable, ChannelUncertain, Unavailable
from hub.domain.events import Typing
from hub.domain.ids import DEFAULT_TENANT, InteractionId, UserId
from hub.domain.mail_account import MailAccount, MailSecrets, MailServer, MailSetup, MailSignIn, Security
from hub.domain.touch import InboundTouch, OutboundMessage, Sent
from hub.ports.channel import Channel, TypingShown
from tests.fakes.inbox import FakeInbox
from tests.fakes.letters import FakeLetters
from tests.fakes.mailroom import ACCOUNT, KEY, MailRoom, brought
from tests.fakes.phones import telephony
from tests.fakes.telegram import bot_room
from tests.fakes.webchat import ChatServer, reply, until
from tests.servers.smtp import SmtpLookAlike

DECLARED = (ChannelUnavailable, ChannelRefused, ChannelUncertain)


@dataclass
class Outside:
    """A running channel with one client.

    `write` lets the client write (text, the client's own id) and tells whether the channel acknowledged it;
    `read` is the next reply the client sees.
    """

    channel: Channel
    inbox: FakeInbox
    reachable: OutboundMessage
    unreachable: OutboundMessage
    write: Callable[[str, str], Awaitable[bool]]
    read: Callable[[], Awaitable[str]]
    stop: Callable[[], Awaitable[None]]


@asynccontextmanager
async def webchat() -> AsyncIterator[Outside]:
    async with ChatServer() as server:
        page = await server.visitor()

        async def write(text: str, own_id: str) -> bool:
            await page.write(text, own_id)
            return bool((await page.next())["t"] == "ack")

        async def read() -> str:
            return str((await page.hears("message"))["text"])

        [thread] = server.chat.held_threads()
        yield Outside(
            channel=server.chat,
            inbox=server.inbox,
            reachable=reply(thread, 5, "Good day"),
            unreachable=reply(("webchat:demo", "nobody"), 5),
            write=write,
            read=read,
            stop=server.stop,
        )


class OneStore(FakeLetters):
    """Letters that cannot be kept while the inbox of the test cannot keep touches: there is one store."""

    def __init__(self, inbox: FakeInbox) -> None:
        super().__init__()
        self._inbox = inbox

    async def keep_letters(self, *given: Any) -> Sequence[bool]:
        if self._inbox.failing is not None:
            raise Unavailable("the store is down")
        return await super().keep_letters(*given)


@asynccontextmanager
async def email() -> AsyncIterator[Outside]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        room = await stack.enter_async_context(MailRoom(folder, letters=OneStore).open())
        server = await stack.enter_async_context(SmtpLookAlike())
        outgoing = MailServer(
            host="127.0.0.1", port=server.port, security=Security.NONE, sign_in=MailSignIn.NONE
        )
        account = replace(ACCOUNT, setup=MailSetup(outgoing=outgoing))
        running = asyncio.Event()

        class Kept:
            async def mail_accounts(self, _: object) -> list[MailAccount]:
                return [account]

            async def deleted_mail_accounts(self, _: object) -> list[MailAccount]:
                return []

            async def mail_secrets(self, _: object) -> MailSecrets:
                return MailSecrets()

        accounts = Accounts(
            Kept(),  # type: ignore[arg-type] # nobody puts one here
            DEFAULT_TENANT,
            ask_for_token=None,  # type: ignore[arg-type]
            changed=lambda: None,
        )
        await accounts.refresh()
        channel = EMail(
            tenant_id=DEFAULT_TENANT,
            accounts=accounts,
            letters=room.store,
            attachments=room.attachments,
            clock=room.clock,
            key=KEY,
            run=running.wait,  # type: ignore[arg-type]
            sent=lambda _account, _trouble: None,
        )

        async def write(text: str, own_id: str) -> bool:
            before = len(room.told)
            raw = f"From: client@example.test\r\nMessage-ID: <{own_id}@x>\r\n\r\n{text}\r\n".encode()
            try:
                new = await room.keeping.keep(account, brought(raw=raw))
            except Unavailable:
                return False
            await room.until(lambda: not new or len(room.told) > before)
            return True

        async def read() -> str:
            got = message_from_bytes(server.got.pop(0).raw, policy=default)
            return str(got.get_content()).strip()

        async def stop() -> None:
            await server.__aexit__()

        thread = (account.account, "a-thread")
        to_client = replace(reply(thread, 5, "Good day"), address="client@example.test")
        yield Outside(
            channel=channel,
            inbox=room.inbox,
            reachable=to_client,
            unreachable=replace(to_client, address=""),
            write=write,
            read=read,
            stop=stop,
        )


@asynccontextmanager
async def telegram() -> AsyncIterator[Outside]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        room = await stack.enter_async_context(bot_room(folder))
        ivan = room.api.person()

        async def write(text: str, own_id: str) -> bool:
            message = {
                **ivan.message(room.look, text=text),
                "message_id": 100 + int(own_id),
                "date": 1_700_000_000,
            }
            try:
                await room.bring({"update_id": 100 + int(own_id), "message": message})
            except Unavailable:
                return False
            return True

        async def read() -> str:
            return room.look.sent.pop(0).text

        async def stop() -> None:
            await room.api.__aexit__()

        yield Outside(
            channel=room.channel,
            inbox=room.inbox,
            reachable=room.reply("Good day"),
            unreachable=replace(room.reply("Good day"), thread="999"),
            write=write,
            read=read,
            stop=stop,
        )


OUTSIDES: dict[str, Callable[[], AbstractAsyncContextManager[Outside]]] = {
    "email": email,
    "telegram": telegram,
    "webchat": webchat,
}

SPOKEN: dict[str, Callable[[], Channel]] = {"sip": telephony}
"""Channels by which nothing is written: their touches come by calls, which have tests of their own."""

every_channel = pytest.mark.parametrize("name", CHANNELS)
every_written_channel = pytest.mark.parametrize("name", OUTSIDES)
every_spoken_channel = pytest.mark.parametrize("name", SPOKEN)


def test_every_channel_of_the_registry_is_tested_here() -> None:
    assert OUTSIDES.keys() | SPOKEN.keys() == CHANNELS.keys()
    assert {name for name, (spec, _) in CHANNELS.items() if spec.media is Media.VOICE} == SPOKEN.keys()


@every_channel
def test_a_channel_says_what_it_is_in_sane_terms(name: str) -> None:
    spec, _ = CHANNELS[name]
    assert spec.name == name
    assert spec.name.isidentifier()
    assert spec.media in Media
    assert spec.limits.text_chars >= 0
    assert spec.limits.attachment_bytes >= 0
    assert spec.limits.reply_window_s is None or spec.limits.reply_window_s > 0
    assert spec.limits.give_up_s > 0


@every_channel
def test_the_settings_of_a_channel_have_defaults_descriptions_and_no_unknown_keys(name: str) -> None:
    _, settings = CHANNELS[name]
    assert issubclass(settings, BaseModel)
    settings.model_validate({})
    assert settings.model_config.get("extra") == "forbid"
    assert settings.model_config.get("frozen") is True
    assert all(field.description for field in settings.model_fields.values())


@every_spoken_channel
async def test_nothing_that_is_written_goes_by_a_spoken_channel(name: str) -> None:
    channel = SPOKEN[name]()
    assert channel.spec == CHANNELS[name][0]
    assert channel.spec.limits.text_chars == 0
    with pytest.raises(ChannelRefused):
        await channel.send(reply(("sip:trunk", "nobody"), 5))


@every_spoken_channel
async def test_a_spoken_channel_runs_until_it_is_cancelled(name: str) -> None:
    running = asyncio.create_task(SPOKEN[name]().run())
    await asyncio.sleep(0)
    running.cancel()
    await until(running.done)
    assert running.cancelled()


@every_written_channel
async def test_the_channel_object_says_the_same_as_the_registry(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        assert outside.channel.spec == CHANNELS[name][0]


@every_written_channel
async def test_a_touch_is_handed_in_whole_and_acknowledged(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        assert await outside.write("Grüße", "1")
        [touch] = outside.inbox.touches
        assert isinstance(touch, InboundTouch)
        assert touch.channel == name
        assert touch.account.partition(":")[0] == name
        assert touch.text == "Grüße"
        assert touch.external_id
        assert touch.thread
        assert touch.raw or touch.letter  # what came is kept with the touch, or before it as a letter
        assert len(touch.body_sha256) == 64
        assert touch.received_at.utcoffset() is not None


@every_written_channel
async def test_nothing_is_acknowledged_that_could_not_be_kept(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        outside.inbox.failing = ChannelUnavailable("the store is down")
        assert not await outside.write("hi", "1")
        outside.inbox.failing = None
        assert await outside.write("hi", "1")
        assert outside.inbox.texts() == ["hi"]


@every_written_channel
async def test_the_same_touch_again_is_acknowledged_and_kept_once(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        assert await outside.write("hi", "1")
        assert await outside.write("hi", "1")
        assert outside.inbox.texts() == ["hi"]


@every_written_channel
async def test_touches_are_handed_in_in_the_order_they_came(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        for number in range(4):
            assert await outside.write(str(number), str(number))
        assert outside.inbox.texts() == ["0", "1", "2", "3"]


@every_written_channel
async def test_a_reply_reaches_the_client_as_it_was_written(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        assert isinstance(await outside.channel.send(outside.reachable), Sent)
        assert await outside.read() == outside.reachable.text


@every_written_channel
async def test_a_reply_to_nobody_raises_a_declared_error(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        with pytest.raises(DECLARED):
            await outside.channel.send(outside.unreachable)


@every_written_channel
async def test_a_reply_after_the_end_raises_a_declared_error_or_is_sent(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        await outside.stop()
        with suppress(*DECLARED):
            assert isinstance(await outside.channel.send(outside.reachable), Sent)


@every_written_channel
async def test_typing_shown_to_nobody_is_no_error(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        if isinstance(outside.channel, TypingShown):
            await outside.channel.show_typing(
                Typing(
                    tenant_id=DEFAULT_TENANT,
                    interaction_id=InteractionId("unknown"),
                    by_client=False,
                    agent_id=UserId("anna"),
                )
            )


@every_written_channel
async def test_a_channel_runs_until_it_is_cancelled_and_then_ends(name: str) -> None:
    async with OUTSIDES[name]() as outside:
        await outside.stop()
        running = asyncio.create_task(outside.channel.run())
        await asyncio.sleep(0)
        running.cancel()
        await until(running.done)
        assert running.cancelled()
