"""From updates that are kept to touches: a chat in its order, many chats at once, so that a busy one delays nobody."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import structlog

from hub.backoff import Backoff
from hub.batch_writer import BatchWriter
from hub.channels.telegram.bots import Bots, Opened
from hub.channels.telegram.buttons import is_ours
from hub.channels.telegram.files import Files
from hub.channels.telegram.menus import Menus
from hub.channels.telegram.presses import Chosen, Presses
from hub.channels.telegram.settings import TelegramSettings
from hub.channels.telegram.words import language_of_work, said
from hub.crashpoints import crash_at
from hub.domain.agent import Media
from hub.domain.errors import Conflict, HubError, Invalid, NotFound, Unavailable
from hub.domain.ids import TenantId
from hub.domain.person import IdentityKind
from hub.domain.question import AtMenu
from hub.domain.telegram import TELEGRAM, KeptUpdate, SettledUpdate, UpdateState, bot_number
from hub.domain.touch import Attachment, Claim, InboundTouch, Sender
from hub.phone_numbers import caller_number
from hub.ports.attachments import Attachments
from hub.ports.clock import Clock
from hub.ports.inbox import Inbox
from hub.ports.telegram import UpdateStore
from hub.ports.uniting import ProvesNumbers

if TYPE_CHECKING:
    from hub.channels.telegram.parse import Read, Removed, Said

log = structlog.get_logger(__name__)

_LEASE_S = 120.0
_LOOK_S = 2.0
_TRIES = 3
_OF_CHAT = 50
_SETTLED_TOGETHER = 256
_SETTLE_S = 15.0


class Incoming:
    """Reads what is kept. `told` hears what came of each update, in a word; `proves` the numbers that clients share."""

    def __init__(
        self,
        *,
        tenant_id: TenantId,
        store: UpdateStore,
        bots: Bots,
        inbox: Inbox,
        attachments: Attachments,
        clock: Clock,
        settings: TelegramSettings,
        told: Callable[[str], None],
        proves: ProvesNumbers,
        presses: Presses,
        menus: Menus,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tenant_id = tenant_id
        self._store = store
        self._bots = bots
        self._inbox = inbox
        self._clock = clock
        self._settings = settings
        self._told = told
        self._proves = proves
        self._presses = presses
        self._menus = menus
        self._pause = pause
        self._woken = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._files = Files(tenant_id, bots, attachments, limit_bytes=settings.file_bytes, tries=_TRIES)
        self._settling = BatchWriter[Sequence[SettledUpdate], None](
            self._settle, most=_SETTLED_TOGETHER, waiting=settings.read_at_once, what="settled updates"
        )

    def wake(self) -> None:
        """Something was kept, or a bot has changed: look now."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. What was being read then is read again after its lease."""
        backoff = Backoff(first_s=0.1, longest_s=10.0)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settling.run())
            while True:
                self._woken.clear()
                free = self._settings.read_at_once - len(self._under_way)
                try:
                    taken = await self._claimed(free) if free else []
                except Unavailable:
                    await self._pause(backoff.next_s())
                    continue
                backoff.reset()
                for updates in taken:
                    task = group.create_task(self._chat(updates))
                    self._under_way.add(task)
                    task.add_done_callback(self._ended)
                if free and len(taken) == free:
                    continue
                try:
                    async with asyncio.timeout(_LOOK_S):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def _claimed(self, chats: int) -> list[list[KeptUpdate]]:
        """By chat, each in its order."""
        taken = await self._store.claim_updates(
            self._tenant_id, self._clock.now(), lease_s=_LEASE_S, chats=chats, each=_OF_CHAT
        )
        return [list(some) for _, some in groupby(taken, key=lambda one: (one.bot_id, one.chat))]

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._woken.set()

    async def _chat(self, updates: Sequence[KeptUpdate]) -> None:
        """Updates of one chat, one after the other. Nothing that goes wrong here ends the job: what is left of them is
        tried again, and one that broke some times is kept as it came, so that the chat goes on."""
        left = list(updates)
        settled: list[SettledUpdate] = []
        deadline_s = self._clock.monotonic() + _LEASE_S / 2
        try:
            async with asyncio.timeout(_LEASE_S - 10.0):
                while left and self._clock.monotonic() < deadline_s:
                    settled.append(await self._taken_in(left[0]))
                    crash_at("telegram.after_receive_before_settle")
                    left.pop(0)
                await self._settling.written(settled)
        except (Unavailable, TimeoutError) as error:
            why = error.stable_code if isinstance(error, Unavailable) else "timeout"
            log.warning("telegram_update_waits", number=updates[0].number, why=why)
            self._told("waits")
            await self._ended_early(settled, [], left)
        except Exception as error:  # noqa: BLE001 - told without a traceback: an address in it would hold the token
            first, *rest = left or updates
            why = type(error).__name__
            log.error("telegram_update_broke", number=first.number, tries=first.tries, why=why)
            self._told("broke")
            if first.tries >= _TRIES:
                unreadable = UpdateState.UNREADABLE
                settled.append(SettledUpdate(number=first.number, state=unreadable, keep_raw=True))
                await self._ended_early(settled, [], rest)
            else:
                await self._ended_early(settled, [first], rest)
        else:
            self._tell(settled)
            if left:
                await self._ended_early([], [], left)

    async def _ended_early(
        self, settled: Sequence[SettledUpdate], broke: Sequence[KeptUpdate], left: Sequence[KeptUpdate]
    ) -> None:
        """Write down how far it came; what cannot be written now is read again after its lease, and changes nothing."""
        try:
            await self._settling.written(settled)
            self._tell(settled)
            await self._pause(1.0)
            await self._store.release_updates([one.number for one in broke], count_try=True)
            await self._store.release_updates([one.number for one in left], count_try=False)
        except HubError:
            log.warning("telegram_updates_lease_runs_out", updates=len(left))

    async def _settle(self, chats: Sequence[Sequence[SettledUpdate]]) -> Sequence[HubError | None]:
        """Chats that end at the same moment share a commit."""
        try:
            async with asyncio.timeout(_SETTLE_S):
                await self._store.settle_updates([one for chat in chats for one in chat])
        except HubError as error:
            return [error] * len(chats)
        except Exception as error:  # noqa: BLE001 - told without a traceback: an address in it would hold the token
            log.error("telegram_updates_not_settled", why=type(error).__name__)
            return [Unavailable("what came of updates cannot be written now", code="store_fault")] * len(
                chats
            )
        return [None] * len(chats)

    def _tell(self, settled: Sequence[SettledUpdate]) -> None:
        for one in settled:
            self._told(one.state.value)

    async def _taken_in(self, update: KeptUpdate) -> SettledUpdate:
        from hub.channels.telegram.parse import Illegible, Nothing, Removed, Said, read_update

        opened = self._bots.of(update.bot_id)
        if opened is None:
            raise Unavailable("the bot of this update is not known yet", code="no_bot")
        read: Read = read_update(update.raw)
        crash_at("telegram.after_read")
        if isinstance(read, Illegible):
            log.warning("telegram_update_unreadable", bot=opened.bot.name, number=update.number, why=read.why)
            return SettledUpdate(number=update.number, state=UpdateState.UNREADABLE, keep_raw=True)
        chosen = None
        if query_id := getattr(read, "query_id", ""):
            pressed = await self._pressed(opened, update, read, query_id)
            if isinstance(pressed, SettledUpdate):
                return pressed
            chosen = pressed
        if isinstance(read, Nothing):
            return SettledUpdate(
                number=update.number, state=UpdateState.IGNORED, keep_raw=read.why == "other_kind"
            )
        if (wanted := await self._wanted(opened, read)) is None:
            return SettledUpdate(number=update.number, state=UpdateState.IGNORED)
        read = wanted
        if isinstance(read, Removed):
            touch = await self._removed(opened, update, read)
        else:
            touch = await self._touch(opened, update, read, chosen)
        # before, so that this message is in the one conversation; after, for who had no record yet
        is_one = await self._proven(touch)
        try:
            received = await self._inbox.receive(touch)
            if not is_one:
                await self._proven(touch)
        except Conflict:
            if chosen is not None:  # two presses, and the other was first
                return await self._stale(opened, update, read)
            return await self._known(opened, update, touch)
        except Invalid as error:
            if error.stable_code != "no_such_queue":  # it will be as little kept the next time
                raise
            raise Unavailable(str(error), code=error.stable_code) from error
        if chosen is not None and isinstance(read, Said):
            await self._presses.chosen(opened, read, chosen)
            self._told("chosen")
        return SettledUpdate(number=update.number, state=UpdateState.STORED, touch_id=received.touch_id)

    async def _proven(self, touch: InboundTouch) -> bool:
        """Telegram vouches for a number that a client shares of themselves: who is known by it is the same person."""
        sender, found = touch.sender, False
        for claim in touch.claims:
            if claim.proven:
                found |= await self._proves.proven(touch.tenant_id, sender.kind, sender.value, claim.value)
        return found

    async def _known(self, opened: Opened, update: KeptUpdate, touch: InboundTouch) -> SettledUpdate:
        """Something is kept under its key. It may be the same in another form: with its file, or without. Else nobody
        would ever see this one: it is told as unreadable."""
        from hub.channels.telegram.parse import is_same

        before = await self._store.raw_of(self._tenant_id, touch.account, touch.external_id)
        if before is not None and is_same(before, update.raw):
            return SettledUpdate(number=update.number, state=UpdateState.STORED, keep_raw=True)
        log.warning("telegram_update_conflicts", bot=opened.bot.name, number=update.number)
        self._told("other_content")
        return SettledUpdate(number=update.number, state=UpdateState.UNREADABLE, keep_raw=True)

    async def _wanted(self, opened: Opened, read: "Said | Removed") -> "Said | Removed | None":
        """The same with the keys that it is known by here; None: it is not for us."""
        from hub.channels.telegram.parse import of_account

        setup = opened.bot.setup
        if not read.connection_id:
            return read if setup.groups or not getattr(read, "in_group", False) else None
        try:
            owner = await self._bots.owner_of(opened, read.connection_id) if setup.business_owners else 0
        except NotFound:
            return None
        # what the owner writes there is no client's word
        return (
            of_account(read, owner) if owner in setup.business_owners and owner != read.who.number else None
        )

    async def _pressed(
        self, opened: Opened, update: KeptUpdate, read: "Read", query_id: str
    ) -> "SettledUpdate | Chosen | None":
        """A rating is done with here. What was chosen of a menu becomes a touch, as does a button of another program:
        None."""
        from hub.channels.telegram.parse import Said

        if not isinstance(read, Said) or not is_ours(read.pressed):
            await self._presses.answer(opened, query_id)
            return None
        word = await self._presses.taken(opened, read)
        if isinstance(word, Chosen):
            return word
        self._told(word)
        state = UpdateState.IGNORED if word == "stale_press" else UpdateState.STORED
        return SettledUpdate(number=update.number, state=state)

    async def _stale(self, opened: Opened, update: KeptUpdate, read: "Read") -> SettledUpdate:
        from hub.channels.telegram.parse import Said

        if isinstance(read, Said):
            await self._presses.refused(opened, read)
        self._told("stale_press")
        return SettledUpdate(number=update.number, state=UpdateState.IGNORED)

    async def _removed(self, opened: Opened, update: KeptUpdate, read: "Removed") -> InboundTouch:
        texts = []
        for key in read.keys:
            text = await self._store.text_of(self._tenant_id, opened.bot.account, self._external(opened, key))
            if text is not None:
                texts.append(text)
        line = said("deleted", opened.bot.setup.language, "\n".join(texts) or "…")
        digest = hashlib.sha256(" ".join(read.keys).encode()).hexdigest()
        return self._made(
            opened, update, read, key=f"deleted:{read.chat}:{digest[:32]}", text=line, only_kept=True
        )

    async def _touch(
        self, opened: Opened, update: KeptUpdate, read: "Said", chosen: Chosen | None
    ) -> InboundTouch:
        language = opened.bot.setup.language
        text, files = read.text, []
        if read.file is not None:
            file, trouble = await self._files.fetched(opened, read.file, tries=update.tries)
            if file is not None:
                files.append(file)
            else:
                label = f"{read.file.name} ({max(read.file.size_bytes // 1000, 1)} kB)"
                text = "\n".join(part for part in (text, said(trouble, language, label)) if part)
        claims = []
        if read.phone and (number := caller_number("+" + read.phone.lstrip("+"), region="").number):
            text = number
            claims.append(Claim(kind=IdentityKind.PHONE, value=number, display=number, proven=True))
        if chosen is not None:
            text = said("pressed", language, chosen.choice.label)
        elif read.word:
            text = said(read.word, language, text or "…")
        return self._made(
            opened,
            update,
            read,
            # of a menu one choice counts, however often it is pressed
            key=read.key if chosen is None else f"menu:{chosen.asked.touch_id}",
            text=text,
            files=tuple(files),
            claims=tuple(claims),
            # who only opened the chat, or mended an old word, wants nothing yet
            only_kept=read.is_start or read.word == "edited",
            menu=await self._menus.of(opened, read) if chosen is None else chosen.at_menu,
            skills={} if chosen is None else chosen.choice.skills,
        )

    def _made(
        self,
        opened: Opened,
        update: KeptUpdate,
        read: "Said | Removed",
        *,
        key: str,
        text: str,
        files: tuple[Attachment, ...] = (),
        claims: tuple[Claim, ...] = (),
        only_kept: bool = False,
        menu: AtMenu | None = None,
        skills: dict[str, int] | None = None,
    ) -> InboundTouch:
        bot, who = opened.bot, read.who
        # who was at a menu was welcomed with it
        welcome = {} if menu is not None and menu.answers is not None else bot.setup.welcome
        body = "\n".join([text, *(file.sha256 for file in files)])
        return InboundTouch(
            tenant_id=bot.tenant_id,
            channel=TELEGRAM,
            account=bot.account,
            external_id=self._external(opened, key),
            thread=read.thread,
            sender=Sender(
                kind=IdentityKind.TELEGRAM,
                value=str(who.number),
                display=f"@{who.username}" if who.username else "",
                name=who.name,
            ),
            queue_id=bot.queue_id,
            text=text,
            raw=update.raw,
            body_sha256=hashlib.sha256(body.encode()).hexdigest(),
            received_at=update.received_at,
            source_at=getattr(read, "at", None),
            language=language_of_work(who.language, bot.setup),
            media=Media.CHAT,
            attachments=files,
            claims=claims,
            only_kept=only_kept,
            # what is answered in a group, everybody in it reads
            continues=not getattr(read, "in_group", False),
            acknowledgement=welcome.get(who.language) or welcome.get(bot.setup.language, ""),
            menu=menu,
            skills=skills or {},
        )

    def _external(self, opened: Opened, key: str) -> str:
        """Messages are numbered within a chat of a bot: another bot under the same name has numbers of its own."""
        try:
            number = bot_number(opened.secrets.token)
        except Invalid as error:
            raise Unavailable("this bot has no token", code="wrong_token") from error
        return f"{number}:{key}"
