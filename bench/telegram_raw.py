"""The raw pipeline for updates: `python -m bench.telegram_raw SETUP`; see `bench.raw` for all that is not of updates.

An update is decoded by msgspec into its message, and what a batch makes is one transaction: the rows of a touch, and
that of its update. It leaves out what python-telegram-bot knows of 30 kinds of messages; whether the update or its
message is there already; the order within a chat; menus, ratings and numbers that are proved; and that an update is
kept before it is read.
"""

import hashlib
import sys
from typing import Any

import msgspec

from bench.fed_hub import Setup
from bench.feed import Done, Fed
from bench.raw import TABLES, WHY, RawPipeline, Rows, serve, written
from bench.telegram_hub import furnish_telegram
from bench.telegram_updates import BOT, BOT_NUMBER, update_of
from crm_store.engine import Database
from crm_store.rows.telegram import telegram_bots, telegram_updates
from hub.cli.loop import until_stopped
from hub.crm.names import fold
from hub.domain.ids import DEFAULT_TENANT
from hub.ids import new_id


class Chat(msgspec.Struct, gc=False):
    """Where it was written."""

    id: int


class Message(msgspec.Struct, gc=False):
    """What was written."""

    message_id: int
    chat: Chat
    date: int
    text: str


class Update(msgspec.Struct, gc=False):
    """As it came."""

    update_id: int
    message: Message


_decode = msgspec.json.Decoder(Update).decode


class RawTelegram(RawPipeline):
    """See the module."""

    tables = (*TABLES, (telegram_updates, written(telegram_updates, "number")))

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._bot_id = new_id()

    async def learn(self, database: Database) -> None:
        """And put the bot."""
        await super().learn(database)
        async with database.transaction() as wire:
            row = (self._bot_id, DEFAULT_TENANT, BOT, self.queue_id, False, "{}", None, 1)
            await wire.insert(telegram_bots, [row])

    def take(self, fed: Fed, raw: bytes, done: Done) -> None:
        """From the feed, of which only the numbers are wanted."""
        del raw
        super().take(fed, update_of(fed), done)

    def rows(self, rows: Rows, fed: Fed, raw: bytes, agent_id: str, at: int) -> None:
        """Add the rows of an update."""
        del fed
        update = _decode(raw)
        said, thread = update.message, str(update.message.chat.id)
        tenant, queue, person = DEFAULT_TENANT, self.queue_id, self.persons[thread]
        interaction, session, item, touch = new_id(), new_id(), new_id(), new_id()
        account, external = f"telegram:{BOT}", f"{BOT_NUMBER}:{thread}:{said.message_id}"
        body = hashlib.sha256(said.text.encode()).hexdigest()
        into = [some.append for some in rows]
        into[0](
            (interaction, tenant, person, "telegram", queue, "en", "open", at, *[None] * 5, 3, 1)
        )  # fmt: skip
        into[1]((session, tenant, interaction, "telegram", account, thread, thread, at, None))
        into[2](
            (item, tenant, interaction, person, queue, "telegram", "chat", "en", '{"lang:en":1}', 0, "offered",
             at, at, at, at, at, at + 3_600_000_000, None, None, None, agent_id, None, 5, 1, 2)
        )  # fmt: skip
        into[3](
            (touch, tenant, interaction, session, person, 3, "telegram", account, external, "inbound", "message",
             at, said.date * 1_000_000, said.text, "[]", None, "received", "", 0, None, None, None, body, raw)
        )  # fmt: skip
        into[4](
            (new_id(), tenant, item, interaction, queue, agent_id, "offered", 1, at, at + 3_600_000_000, None,
             None, "", WHY)
        )  # fmt: skip
        into[5]((tenant, interaction, item, queue, None, "queue", at, at))
        head = (tenant, person, at)
        into[6]((interaction, 1, *head, "interaction_opened", None, queue, None, "open", "telegram"))
        into[6]((interaction, 2, *head, "work_stepped", item, queue, None, "queued", "new"))
        into[7]((tenant, touch, interaction, at, fold(said.text)))
        into[8](
            (tenant, self._bot_id, update.update_id, hashlib.sha256(raw).hexdigest(), f":{thread}", at, None,
             "stored", 1, None, touch)
        )  # fmt: skip


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    until_stopped(lambda stop: serve(setup, stop, RawTelegram, furnish_telegram))


if __name__ == "__main__":
    main(sys.argv[1])
