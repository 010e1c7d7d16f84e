"""The demo's bot and those who use several channels: made once, found again, and nobody asks Telegram about them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from agent_console.passwords import Cost, Passwords
from crm_store.engine import Database
from crm_store.store import Store
from crm_store.telegram import TelegramUpdates
from crm_store.telegram_bots import SqlTelegramBots
from crm_store.webchat import Visitors
from hub import telegram_checks
from hub.channels.telegram.bots import Bots
from hub.channels.telegram.settings import TelegramSettings
from hub.channels.telegram.standing import Standings
from hub.channels.webchat.visitors import token_sha256
from hub.cli.access import access_store
from hub.cluster.codec import encode
from hub.demo.regulars import SITE, put_regulars
from hub.demo.seed import Seeding, seed
from hub.demo.telegram import NAME, is_demos, put_demo_bot
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.telegram import BotSecrets
from hub.sealing import Seal
from hub.simulator.regulars import REGULARS, STORIES
from tests.fakes.clock import FakeClock
from tests.migrated import copy_to

KEY = b"k" * 32


@pytest.fixture
async def seeded(tmp_path: Path) -> AsyncIterator[tuple[Store, FakeClock]]:
    clock = FakeClock()
    clock.advance(6 * 3600)
    await copy_to(tmp_path / "hub.db")
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/hub.db", pool_size=2)
    try:
        store = Store(database, encode=encode, clock=clock)
        async with Passwords(cost=Cost(memory_kib=8, passes=1), threads=1) as passwords:
            made = Seeding(
                store=store, access=access_store(database), passwords=passwords, clock=clock, rng=Random(1)
            )
            await seed(made, "short")
        yield store, clock
    finally:
        await database.close()


async def rows(store: Store, statement: str) -> list[Any]:
    async with store.database.snapshot() as wire:
        return list(await wire.fetch(statement))


async def test_they_are_made_once_and_their_browsers_are_known_again(seeded) -> None:
    store, clock = seeded
    sessions = await put_regulars(store, clock, KEY)
    assert await put_regulars(store, clock, KEY) == sessions
    assert set(sessions) == {regular.email for regular in REGULARS}
    names = [row[0] for row in await rows(store, "SELECT name FROM persons")]
    visitors = Visitors(store, encode=encode)
    for regular in REGULARS:
        assert names.count(regular.name) == 1
        visitor = await visitors.visitor_by_token(SITE, token_sha256(sessions[regular.email]))
        assert visitor is not None
        (owner,) = await rows(
            store,
            "SELECT p.name FROM identities i JOIN persons p ON p.id = i.person_id"
            f" WHERE i.kind = 'webchat' AND i.value = '{visitor.id}'",
        )
        assert owner[0] == regular.name
    assert await put_regulars(store, clock, b"x" * 32) == {}  # another key: none of their browsers is known
    assert len(await rows(store, "SELECT name FROM persons")) == len(names)


async def test_the_bot_is_made_once_and_stays_as_people_left_it(seeded) -> None:
    store, clock = seeded
    bots = SqlTelegramBots(store, encode=encode, seal=Seal(KEY))
    await put_demo_bot(store, clock, Seal(KEY))
    (bot,) = await bots.telegram_bots(DEFAULT_TENANT)
    assert (bot.name, bot.enabled, len(bot.setup.menu.buttons)) == (NAME, True, 3)
    for texts in (bot.setup.welcome, bot.setup.rating, bot.setup.menu.text, bot.setup.menu.buttons[0].labels):
        assert set(texts) == {"en", "ru", "tr"}
    audit = AuditDraft(
        tenant_id=DEFAULT_TENANT,
        at=clock.now(),
        actor="anna",
        action=AuditAction.CHANGE_TELEGRAM_BOT,
        object=NAME,
    )
    off = replace(bot, enabled=False)
    await bots.put_telegram_bot(off, seen_version=1, secrets=BotSecrets(), audit=audit)
    await put_demo_bot(store, clock, Seal(KEY))
    (bot,) = await bots.telegram_bots(DEFAULT_TENANT)
    assert not bot.enabled


async def test_telegram_is_not_asked_about_the_demos_bot(seeded) -> None:
    store, clock = seeded
    kept = SqlTelegramBots(store, encode=encode, seal=Seal(KEY))
    await put_demo_bot(store, clock, Seal(KEY))
    (bot,) = await kept.telegram_bots(DEFAULT_TENANT)
    assert await is_demos(kept, bot)
    settings = TelegramSettings.model_validate({"base_url": "http://127.0.0.1:1"})  # where nobody answers
    standings = Standings(Bots(kept, DEFAULT_TENANT, settings, changed=lambda: None), clock)
    (spared,) = await telegram_checks.examined(
        kept,
        standings,
        TelegramUpdates(store),
        DEFAULT_TENANT,
        clock.now(),
        lives_elsewhere=lambda one: is_demos(kept, one),
    )
    assert "demo's own bot" in spared.text
    (asked,) = await telegram_checks.examined(
        kept, standings, TelegramUpdates(store), DEFAULT_TENANT, clock.now()
    )
    assert asked.code == "telegram_broken"


def test_there_is_a_story_for_everybody_in_their_language() -> None:
    assert {regular.language for regular in REGULARS} == set(STORIES)
    assert len({regular.telegram for regular in REGULARS}) == len(REGULARS)
    assert len({regular.phone for regular in REGULARS}) == len(REGULARS)
    for stories in STORIES.values():
        for story in stories:
            assert story.mended != story.bot
            assert "{order}" in story.chat
            assert "{order}" in story.subject
