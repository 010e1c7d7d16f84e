"""A hub with one deliberate mistake, to prove that a chaos run finds it.

`python -m tests.chaos.broken_hub MISTAKE FLOOR`. Each mistake is put over the real parts in this process only.
"""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import hub.desk.work
from crm_store.driver import Wire
from crm_store.store import Store
from crm_store.unit_of_work import Unit
from hub.calls.lost import Lost
from hub.channels.sip.b2bua import inbound, switchboard
from hub.channels.sip.b2bua.caller import invite_key
from hub.channels.sip.b2bua.inbound import InboundCall
from hub.channels.sip.b2bua.surroundings import Line, Surroundings
from hub.channels.sip.leg import InboundLeg
from hub.channels.sip.message import Request
from hub.channels.telegram import channel as telegram
from hub.channels.telegram.channel import Telegram
from hub.channels.telegram.keeping import Keeping
from hub.channels.webchat.channel import WebChat
from hub.clock import SystemClock
from hub.domain.access import Principal
from hub.domain.call import Call
from hub.domain.ids import InteractionId, TouchId
from hub.domain.telegram import TelegramBot
from hub.domain.touch import InboundTouch, OutboundMessage, Sent
from hub.ids import new_id
from hub.intake import inbox
from hub.ports.inbox import Received
from hub.ports.known import Known
from hub.routing.sweeper import Sweeper
from hub.settings import Settings
from tests import seeding
from tests.chaos import child
from tests.hubs import Floor

_UNIQUE = re.compile(r",\s*(CONSTRAINT \w+ )?UNIQUE \(tenant_id, account, external_id\)", re.IGNORECASE)


def ack_before_commit() -> None:
    """The channel is told "durable" as soon as the touch came; the commit comes a moment later."""
    receive, write = inbox.Inbox.receive, inbox.Inbox._write
    waiting: set[asyncio.Task[Received]] = set()

    async def told_at_once(self: inbox.Inbox, touch: InboundTouch) -> Received:
        task = asyncio.create_task(receive(self, touch))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
        return Received(
            touch_id=TouchId(new_id()),
            interaction_id=InteractionId(new_id()),
            seq=1,
            at=SystemClock().now(),
            repeated=False,
        )

    async def written_late(self: inbox.Inbox, touches: Sequence[InboundTouch]) -> Sequence[inbox.Outcome]:
        await asyncio.sleep(0.05)
        return await write(self, touches)

    inbox.Inbox.receive = told_at_once  # type: ignore[method-assign]
    inbox.Inbox._write = written_late  # type: ignore[method-assign]


def no_unique_index() -> None:
    """A touch may be stored twice: the table allows it, and nobody looks whether it is there."""
    fill, load = seeding.seed, Unit.known

    async def fill_without_index(store: Store, settings: Settings, floor: Floor) -> None:
        async with store.database.transaction() as wire:
            await _drop_unique(wire)
        await fill(store, settings, floor)

    async def nothing_stored(self: Unit, inbound: Sequence[InboundTouch]) -> Known:
        known = await load(self, inbound)
        known.stored.clear()
        return known

    seeding.seed = fill_without_index
    Unit.known = nothing_stored  # type: ignore[method-assign, assignment]  # a unit of work is what reads


async def _drop_unique(wire: Wire) -> None:
    """SQLite drops no constraint: the empty table is made anew."""
    made = await wire.fetch("SELECT sql FROM sqlite_master WHERE tbl_name = 'touches' AND sql IS NOT NULL")
    ((table,),) = [row for row in made if row[0].upper().startswith("CREATE TABLE")]
    if _UNIQUE.search(table):
        await wire.execute("DROP TABLE touches")
        await wire.execute(_UNIQUE.sub("", table))
        for (sql,) in made:
            if sql != table:
                await wire.execute(sql)


def sweeper_off() -> None:
    """Offers do not end by themselves."""

    async def nothing(self: Sweeper) -> None:
        return

    Sweeper.step = nothing  # type: ignore[method-assign]


def reply_key_ignored() -> None:
    """A reply that is asked for again, because its answer was lost, is another reply."""

    def another(principal: Principal, key: str | None) -> str:
        return f"desk:{new_id()}"

    hub.desk.work.keyed = another  # type: ignore[attr-defined]


def sent_unsent() -> None:
    """A reply counts as sent though nobody wrote it to the visitor."""

    async def send(self: WebChat, message: OutboundMessage) -> Sent:
        return Sent()

    WebChat.send = send  # type: ignore[method-assign]


def calls_forgotten() -> None:
    """A hub that begins does not look after what its earlier life carried."""

    async def nothing(self: Lost, node: str) -> list[Call]:
        return []

    Lost.of = nothing  # type: ignore[method-assign]


def invite_never_the_same() -> None:
    """An INVITE that comes again is another call."""

    def another(invite: Request) -> tuple[str, str]:
        external_id, body_sha256 = invite_key(invite)
        return f"{external_id}-{new_id()}", body_sha256

    inbound.invite_key = another  # type: ignore[attr-defined]


def told_before_kept() -> None:
    """A caller hears that it rings before the call is on the disk."""
    receive = inbound.received

    async def told(around: Surroundings, leg: InboundLeg, line: Line) -> InboundCall | None:
        await leg.progress(182)
        await asyncio.sleep(1.0)
        return await receive(around, leg, line)

    switchboard.received = told  # type: ignore[attr-defined]


def confirmed_before_kept() -> None:
    """Telegram is told that its updates are here a moment before they are."""
    keep, keep_all = Keeping.keep, Keeping.keep_all
    waiting: set[asyncio.Task[None]] = set()

    def later(kept: Callable[[], Awaitable[object]]) -> None:
        async def kept_late() -> None:
            await asyncio.sleep(0.3)
            await kept()

        task = asyncio.create_task(kept_late())
        waiting.add(task)
        task.add_done_callback(waiting.discard)

    async def brought(self: Keeping, bot: TelegramBot, raw: bytes) -> bool:
        later(lambda: keep(self, bot, raw))
        return True

    async def asked(self: Keeping, bot: TelegramBot, updates: Sequence[Mapping[str, Any]]) -> None:
        later(lambda: keep_all(self, bot, updates))

    Keeping.keep = brought  # type: ignore[method-assign]
    Keeping.keep_all = asked  # type: ignore[method-assign]


def uncertain_sent_again() -> None:
    """What may have reached a client in Telegram is sent again, as if they would not see it twice."""
    Telegram.spec = property(lambda _: replace(telegram.SPEC, idempotent=True))  # type: ignore[assignment, method-assign]


MISTAKES = {
    mistake.__name__: mistake
    for mistake in (
        ack_before_commit,
        no_unique_index,
        sweeper_off,
        reply_key_ignored,
        sent_unsent,
        calls_forgotten,
        invite_never_the_same,
        told_before_kept,
        confirmed_before_kept,
        uncertain_sent_again,
    )
}


if __name__ == "__main__":
    MISTAKES[sys.argv[1]]()
    child.main(sys.argv[2])
