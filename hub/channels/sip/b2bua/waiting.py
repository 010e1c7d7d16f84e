"""What a caller hears and may press while nobody talks to them."""

import asyncio
import math
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from hub.channels.sip.b2bua.parties import CLIENT
from hub.channels.sip.b2bua.surroundings import Menu, Phrase
from hub.channels.sip.leg import LegOver
from hub.domain.call import CallEnd
from hub.domain.errors import HubError, Unavailable
from hub.domain.queue import Queue
from hub.ports.media import NoCommonMedia, NoRoom

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.channels.sip.b2bua.live import LiveCall

AGAIN_AFTER_S = 30.0
"""How long the music plays between two announcements."""
ROOM_AGAIN_S = 5.0
"""Until a caller whom there was no port for is tried to be answered again; meanwhile it rings."""
MESSAGE_MOST_S = 180.0
SAID_MOST_MIN = 30
"""Beyond so many minutes nothing exact is said of the wait."""
CALLBACK_KEY = "1"


class Waiting(Protocol):
    """What a caller hears while nobody talks to them."""

    async def begin(self) -> None:
        """From now on, from the beginning or where it stopped."""
        ...

    async def keyed(self, key: str) -> None:
        """The caller pressed a key."""
        ...

    async def played(self) -> None:
        """What was played is over."""
        ...

    def end(self) -> None:
        """Nothing more is said."""
        ...


class InLine:
    """A caller in a line. Nothing is said before the caller was answered: until then the phone rings there."""

    def __init__(self, live: "LiveCall", queue: Queue, *, greeted: bool = False) -> None:
        self._live = live
        self._queue = queue
        self._greeted = greeted
        self._speaking = False
        self._rings = False
        """They were told that they wait (182), and hear their phone ring."""
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False

    async def begin(self) -> None:
        """Answer and greet, or let it ring as long as the queue and the carrier allow; music after a talk."""
        self._stopped = False
        live, rules = self._live, self._queue.rules.voice
        if live.client is None or live.is_over:
            return
        if not live.client_answered and not rules.answer_with_music:
            self._rings = True
            await live.tell_client(182)
            self._after(rules.max_ring_s, self._answered)
            return
        await self._answered()

    async def _answered(self) -> None:
        live = self._live
        if self._stopped or live.agent is not None or (live.offering.goes_on and live.client_answered):
            return
        try:
            await live.answer_client()
        except LegOver:
            return  # their own end comes as a step
        except NoCommonMedia as error:
            await live.cannot_be_heard(error)
            return
        except NoRoom:
            if not self._rings:
                self._rings = True
                await live.tell_client(182)
            self._after(ROOM_AGAIN_S, self._answered)
            return
        if self._greeted:
            await self._music()
            return
        self._greeted = True
        rules = self._queue.rules.voice
        first = [Phrase.GREETING, *([Phrase.RECORDED] if rules.announce_recording else [])]
        await self._say(*first, *await self._standing())

    async def _standing(self) -> list[Phrase | tuple[Phrase, int]]:
        """Where the caller stands, and what they may do instead of waiting."""
        rules, call = self._queue.rules.voice, self._live.call
        place = None
        if rules.say_place or rules.say_wait:
            with suppress(Unavailable):  # nothing is said of it then
                place = await self._live.around.desk.place(call.id)
        said: list[Phrase | tuple[Phrase, int]] = []
        if place is not None and rules.say_place:
            said.append((Phrase.PLACE, place))
        if place is not None and rules.say_wait:
            wait_s = self._live.around.wait_s(self._queue.id, place)
            if wait_s is not None:
                said.append((Phrase.WAIT, min(SAID_MOST_MIN + 1, math.ceil(wait_s / 60))))
        if self._offers_callback:
            said.append(Phrase.CALLBACK_OFFER)
        return said

    async def _say(self, *phrases: Phrase | tuple[Phrase, int]) -> None:
        said = self._live.around.prompts.say(self._live.language, *phrases)
        if not said.files:
            await self._music()
            return
        self._speaking = True
        await (await self._live.sound()).play(CLIENT, said)

    async def _music(self) -> None:
        self._speaking = False
        session = await self._live.sound()
        await session.play(CLIENT, self._live.around.prompts.music())
        self._after(AGAIN_AFTER_S, self._announce)

    async def _announce(self) -> None:
        if self._stopped or self._live.agent is not None:
            return
        if said := await self._standing():
            await self._say(*said)
        else:
            await self._music()

    async def played(self) -> None:
        """After what was said comes the music."""
        if not self._stopped and self._speaking:
            await self._music()

    @property
    def _offers_callback(self) -> bool:
        """Whether the caller can be called back: the line offers it, the number is one, and there is a way to it."""
        is_number = self._live.call.number.startswith("+")
        return self._queue.rules.voice.offer_callback and is_number and self._live.around.outside.is_there

    async def keyed(self, key: str) -> None:
        """1 asks for a call back, and the place in line is kept."""
        live = self._live
        if self._stopped or key != CALLBACK_KEY or not self._offers_callback or not live.client_answered:
            return
        await live.around.desk.wants_callback(live.call.id, live.call.number)
        await live.offering.stop()
        live.waiting = Goodbye(live, CallEnd.CALLBACK, Phrase.CALLBACK_KEPT)
        self.end()
        await live.waiting.begin()

    def _after(self, after_s: float, step: "Callable[[], Awaitable[None]]") -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._live.turns.later(after_s, step)

    def end(self) -> None:
        """Nothing more is said, until `begin`."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()


class InMenu:
    """A caller who is to choose a line by a key."""

    def __init__(self, live: "LiveCall", menu: Menu, otherwise: "Callable[[str], Awaitable[None]]") -> None:
        self._live = live
        self._menu = menu
        self._chosen = otherwise
        self._tries = 0
        self._timer: asyncio.TimerHandle | None = None
        self._has_chosen = False
        """A key was taken, and is being kept: nothing more is asked."""
        self._has_music = False
        self._stopped = False

    async def begin(self) -> None:
        """Answer, and say what there is to choose."""
        await self._live.answer_client()
        await self._ask()

    async def _ask(self, *before: Phrase) -> None:
        self._tries += 1
        session = await self._live.sound()
        prompts, language = self._live.around.prompts, self._live.language
        said = prompts.menu(language, self._menu.name)
        if before:
            said = replace(said, files=prompts.say(language, *before).files + said.files)
        await session.play(CLIENT, said)

    async def played(self) -> None:
        """It was said: now they have a while to press."""
        if not self._stopped and not self._has_chosen:
            self._timer = self._live.turns.later(self._menu.wait_s, self._silent)

    async def _silent(self) -> None:
        if self._stopped or self._has_chosen:
            return
        if self._tries < self._menu.tries:
            await self._ask()
        else:
            await self._take("")

    async def keyed(self, key: str) -> None:
        """A key that leads somewhere is taken at once; another one leads nowhere, they hear, and are
        asked again: a further try."""
        if self._stopped or self._has_chosen:
            return
        if self._timer is not None:
            self._timer.cancel()
        if key in self._menu.choices:
            await self._take(key)
        elif self._tries < self._menu.tries:
            await self._ask(Phrase.NOT_KNOWN)
        else:
            await self._take("")

    async def _take(self, key: str) -> None:
        self._has_chosen = True
        await self._live.until_kept(lambda: self._keep(key))

    async def _keep(self, key: str) -> None:
        """The menu is over once it is kept what was chosen; until the store is back there is music."""
        if self._stopped:
            return
        try:
            await self._chosen(key)
        except Unavailable:
            if not self._has_music:
                self._has_music = True
                session = await self._live.sound()
                await session.play(CLIENT, self._live.around.prompts.music())
            raise
        self.end()

    def end(self) -> None:
        """Nothing is asked any more."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()


class Goodbye:
    """Something is said, and the call ends."""

    def __init__(self, live: "LiveCall", end: CallEnd, *phrases: Phrase) -> None:
        self._live = live
        self._end = end
        self._phrases = phrases
        self._over = False

    async def begin(self) -> None:
        """Say it. A caller who has not been answered is answered for it."""
        try:
            await self._live.answer_client()
            session = await self._live.sound()
            said = self._live.around.prompts.say(self._live.language, *self._phrases)
            if said.files:
                await session.play(CLIENT, said)
                self._live.turns.later(20.0, self.played)  # whatever becomes of the sound
                return
        except (LegOver, NoRoom, NoCommonMedia, HubError):
            pass
        await self.played()

    async def played(self) -> None:
        """It was said."""
        if not self._over:
            self._over = True
            await self._live.over(self._end)

    async def keyed(self, key: str) -> None:
        """Nothing can be chosen."""

    def end(self) -> None:
        """The caller went before it was all said."""
        self._over = True


class LeavesMessage:
    """A caller leaves a message: said so, a tone, and what they say is kept until `#`, three minutes, or the end."""

    def __init__(self, live: "LiveCall", record: "Callable[[], Awaitable[None]]", *before: Phrase) -> None:
        self._live = live
        self._record = record
        self._before = before
        self._recording = False

    async def begin(self) -> None:
        """Say what is to be done."""
        await self._live.answer_client()
        session = await self._live.sound()
        said = self._live.around.prompts.say(self._live.language, *self._before, Phrase.LEAVE_MESSAGE)
        if said.files:
            await session.play(CLIENT, said)
        else:
            await self.played()

    async def played(self) -> None:
        """After the tone."""
        if not self._recording:
            self._recording = True
            await self._record()
            self._live.turns.later(MESSAGE_MOST_S, self._enough)

    async def keyed(self, key: str) -> None:
        """`#` ends it."""
        if key == "#" and self._recording:
            await self._enough()

    async def _enough(self) -> None:
        await self._live.over(CallEnd.VOICEMAIL)

    def end(self) -> None:
        """The caller hung up: what was said is kept by the call's end."""
