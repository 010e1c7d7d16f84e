"""Clients who use several channels: a chat on the site that they leave, then the bot, with their number shared, then a
letter, then a call. For the hub all that is one client."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle

from hub.simulator import carried
from hub.simulator.bot_clients import BotChat, BotClients, answers
from hub.simulator.callers import Caller, Callers
from hub.simulator.client import Street, play
from hub.simulator.letters import Correspondent, Correspondents
from hub.simulator.pictures import picture
from hub.simulator.plan import Visit
from hub.simulator.regulars import REGULARS, STORIES, Regular, Story
from hub.simulator.scripts import Line, Script
from hub.simulator.written import Kind

_TALKS_S = 30.0
_CALL_PATIENCE_S = 60.0


@dataclass(slots=True)
class AcrossTally:
    """What they did: `by` names the channels, as often as one was used."""

    came: int = 0
    by: list[str] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class Across:
    """They come to the `site` of the street with the `sessions` that their browsers keep (by address of mail), write to
    the bot of `bots`, to `mail_to` by `writers`, and call `queue` by `callers`; what is None is a channel that the hub
    does not have. At most `at_most_waiting` of them have no answer at a time. `pause_s` passes from one channel to the
    next."""

    street: Street
    site: str
    sessions: Mapping[str, str]
    bots: BotClients
    writers: Correspondents | None
    mail_to: str
    callers: Callers | None
    queue: str
    rng: random.Random
    at_most_waiting: int = 2
    pause_s: tuple[float, float] = (8.0, 20.0)
    tally: AcrossTally = field(default_factory=AcrossTally)

    def __post_init__(self) -> None:
        self._stories = {language: cycle(stories) for language, stories in STORIES.items()}
        self._waiting: dict[str, BotChat] = {}

    @property
    def waiting(self) -> int:
        """How many nobody of ours has answered."""
        for name in [name for name, chat in self._waiting.items() if chat.heard(answers)]:
            del self._waiting[name]
        return len(self._waiting)

    async def come(self, *, first_s: float, gap_s: tuple[float, float]) -> None:
        """One after the other, until cancelled."""
        await asyncio.sleep(first_s)
        async with asyncio.TaskGroup() as group:
            for regular in cycle(REGULARS):
                if self.waiting < self.at_most_waiting and regular.name not in self._waiting:
                    group.create_task(self.play(regular), name="client on several channels")
                await asyncio.sleep(self.rng.uniform(*gap_s))

    async def play(self, regular: Regular) -> None:
        """One matter, from the chat to the call."""
        story, order = next(self._stories[regular.language]), str(self.rng.randint(40_000, 99_999))
        first, _, last = regular.name.partition(" ")
        person = self.bots.api.person(regular.telegram, first, last_name=last, language_code=regular.language)
        chat = BotChat(self.bots.bot, person)
        self.tally.came += 1
        self._waiting[regular.name] = chat
        if await self._on_the_site(regular, story.chat.format(order=order)):
            self._waiting.pop(regular.name, None)
        await self._pause()
        if await self._with_the_bot(chat, regular, story):
            self._waiting.pop(regular.name, None)
        if self.writers is not None:
            await self._pause()
            who = Correspondent(name=regular.name, address=regular.email, language=regular.language)
            subject = story.subject.format(order=order)
            await self.writers.write_as(who, self.mail_to, subject, story.letter, kind=Kind.PLAIN)
            self.tally.by.append("email")
        await self._pause()
        if self.callers is not None:
            await self.callers.play(
                Caller(queue=self.queue, number=regular.phone, patience_s=_CALL_PATIENCE_S, talks_s=_TALKS_S)
            )
            self.tally.by.append("sip")
        await self.bots.rate(chat)

    async def _pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(*self.pause_s))

    async def _on_the_site(self, regular: Regular, words: str) -> bool:
        """They write, and close the page without a word, answered or not; whether they were."""
        script = Script(
            language=regular.language,
            topic="support",
            outcome="resolved",
            lines=(Line(by_client=True, text=words),),
        )
        visit = Visit(
            number=regular.telegram,
            at_s=0.0,
            site=self.site,
            script=script,
            name=regular.name,
            email="",
            page="https://shop.example/orders",
            referrer="",
            think_s=self.rng.uniform(*self.bots.pace.think_s),
            chars_per_s=20.0,
            patience_s=self.bots.pace.patience_s / 4,
            ask_again=False,
            reload_s=None,
            closes_quietly=True,
        )
        conversation = await play(self.street, visit, session=self.sessions.get(regular.email))
        self.tally.by.append("webchat")
        return conversation.answers > 0

    async def _with_the_bot(self, chat: BotChat, regular: Regular, story: Story) -> bool:
        """They show who they are, write, mend it, and send what they have at hand; whether they were answered."""
        bots, bot, person = self.bots, self.bots.bot, chat.person
        person.writes(bot, "/start")
        await bots.think()
        person.sends_contact(bot, regular.phone)
        await bots.think()
        written = person.writes(bot, story.bot)
        await bots.think()
        person.edits(bot, written, story.mended)
        person.sends_photo(bot, picture(self.rng), story.caption)
        self.tally.by.append("telegram")
        is_answered = await chat.wait_for(answers, bots.pace.patience_s / 4) is not None
        await bots.think()
        person.sends_location(bot, *story.place)
        person.sends_voice(bot, await asyncio.to_thread(carried.spoken, regular.language))
        if is_answered:
            chat.read()
            person.writes(bot, story.thanks)
        return is_answered
