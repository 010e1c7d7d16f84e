"""From letters that are kept to touches: read, placed, handed in; each by itself, so that a bad one delays nobody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

import structlog

from hub.backoff import Backoff
from hub.channels.email.entering import Placed, entered, is_our_own, place_of
from hub.channels.email.excerpt import message_id_in, unreadable_letter
from hub.channels.email.in_hand import InHand
from hub.channels.email.limits import RAW_BYTES
from hub.channels.email.machines import is_read_by_nobody
from hub.channels.email.ours import Ours
from hub.crashpoints import crash_at
from hub.domain.errors import Conflict, HubError, Invalid, Unavailable
from hub.domain.ids import MailAccountId, QueueId, TenantId
from hub.domain.letter import Letter, Unreadable
from hub.domain.mail import KeptLetter, LetterState
from hub.domain.mail_account import MailAccount
from hub.domain.touch import Attachment, InboundTouch
from hub.gathering import Gathering
from hub.ports.attachments import Attachments
from hub.ports.clock import Clock
from hub.ports.inbox import Inbox, Received
from hub.ports.mail import DOUBTFUL_TRIES, DOUBTFUL_WAIT_S, LetterStore

log = structlog.get_logger(__name__)

_LEASE_S = 60.0
_LOOK_S = 2.0
_AGAIN_S = 5.0
"""When one is tried again for which something of ours was not there: those behind it have their turn before."""
_TRIES = 5
"""After so many it is shown as unreadable: the first ones it shared with others, in the rest it was alone."""
_CHUNK = 64 * 1024
_GATHER_S = 0.05
"""How long more letters may end before others are claimed, while at least half of all places are taken: a claim is a
commit."""
_TOGETHER_S, _TOGETHER = 0.05, 64
"""Letters that were read within so long, or so many, are handed in together while at least half of all places are
taken: each commit makes the router choose, and consoles be told."""
_AFTER_S = 5.0
"""How long an answer waits for the letter that it answers, while that is in hand."""
_LARGE_AT_ONCE = 8
"""Large letters in hand: each takes up to 25 MiB and its files."""


class ReadsLetters(Protocol):
    """Reads letters in processes of their own."""

    async def read(self, raw: bytes, ours: Ours | None = None) -> Letter:
        """The letter; an unreadable one says why. Never raises for what is in it; Unavailable: try later."""
        ...


class Incoming:
    """Reads what is kept, several letters at once. `account_of` knows the accounts, `is_ours` the addresses of all of
    them, `key` signs the tokens of our letters, `takes_work` knows the queues; `told` hears (account, what came of it)
    of each."""

    def __init__(
        self,
        *,
        tenant_id: TenantId,
        store: LetterStore,
        inbox: Inbox,
        attachments: Attachments,
        reader: ReadsLetters,
        clock: Clock,
        key: bytes,
        account_of: Callable[[MailAccountId], MailAccount | None],
        is_ours: Callable[[str], bool],
        takes_work: Callable[[QueueId], bool],
        told: Callable[[str, str], None],
        parallel: int = 32,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tenant_id = tenant_id
        self._store = store
        self._inbox = inbox
        self._attachments = attachments
        self._reader = reader
        self._clock = clock
        self._key = key
        self._account_of = account_of
        self._is_ours = is_ours
        self._takes_work = takes_work
        self._told = told
        self._parallel = parallel
        self._pause = pause
        self._woken = asyncio.Event()
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._gathering = Gathering(within_s=_TOGETHER_S, most=_TOGETHER)
        self._under_way: set[asyncio.Task[None]] = set()
        self._in_hand = InHand(within_s=_AFTER_S)
        self._doubtful: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Something was kept: look now."""
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled. What was being read then is read again after its lease."""
        backoff = Backoff(first_s=0.1, longest_s=10.0)
        async with asyncio.TaskGroup() as group:
            while True:
                self._woken.clear()
                if 0 < self._parallel - len(self._under_way) < self._parallel // 2:
                    await self._pause(_GATHER_S)
                free = self._parallel - len(self._under_way)
                try:
                    taken = await self._claimed(free) if free else []
                except Unavailable:
                    await self._pause(backoff.next_s())
                    continue
                backoff.reset()
                for kept in taken:
                    task = group.create_task(self._one(kept))
                    self._under_way.add(task)
                    self._in_hand.enter(task, message_id_in(kept.raw or b""))
                    if kept.tries > DOUBTFUL_TRIES:
                        self._doubtful = task
                    task.add_done_callback(self._ended)
                if len(taken) == free and free:
                    continue
                try:
                    async with asyncio.timeout(_LOOK_S):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def _claimed(self, limit: int) -> list[KeptLetter]:
        now = self._clock.now()
        doubtful = self._doubtful is None or self._doubtful.done()
        return list(
            await self._store.claim_letters(
                self._tenant_id, now, lease_s=_LEASE_S, limit=limit, doubtful=doubtful
            )
        )

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._woken.set()

    async def _one(self, kept: KeptLetter) -> None:
        """One letter, to its end. Nothing that goes wrong here ends the job: the letter is tried again, and after some
        tries it is shown as unreadable."""
        try:
            async with asyncio.timeout(_LEASE_S - 5.0):
                async with self._large if kept.raw is None else nullcontext():
                    outcome = await self._taken_in(kept)
        except Unavailable as error:
            log.warning("letter_waits", letter_id=kept.id, why=str(error))
            self._told(str(kept.account_id), "waits")
            await self._put_back(kept, _AGAIN_S, counts=False)
        except TimeoutError:
            # it may be the letter's own fault: it waits longer each time, and others have its place meanwhile
            log.warning("letter_waits", letter_id=kept.id, why="timeout", tries=kept.tries)
            self._told(str(kept.account_id), "waits")
            await self._put_back(kept, DOUBTFUL_WAIT_S * kept.tries**2, counts=True)
        except Exception:
            log.exception("letter_not_taken_in", letter_id=kept.id, tries=kept.tries)
            self._told(str(kept.account_id), "broke")  # its lease ends by itself; the try counts
        else:
            self._told(str(kept.account_id), outcome)

    async def _put_back(self, kept: KeptLetter, wait_s: float, *, counts: bool) -> None:
        until = self._clock.now() + timedelta(seconds=wait_s)
        try:
            await self._store.release_letter(kept.id, until, counts=counts)
        except HubError:
            log.warning("letter_lease_runs_out", letter_id=kept.id)

    async def _taken_in(self, kept: KeptLetter) -> str:
        account = self._account_of(kept.account_id)
        if account is None:
            raise Unavailable("the account of this letter is not known yet", code="no_account")
        raw = await self._raw(kept)
        letter = await self._letter(kept, account, raw)
        crash_at("mail.after_read")
        if is_our_own(letter, account, self._key):
            await self._store.settle_letter(kept.id, LetterState.OURS, touch_id=None, defects=())
            return "ours"
        files = await self._files(letter, account)
        if (task := asyncio.current_task()) is not None:
            self._in_hand.enter(task, letter.message_id)
        await self._in_hand.after((*letter.references, *letter.in_reply_to))
        if len(self._under_way) >= self._parallel // 2:
            await self._gathering.together()
        placed = await place_of(letter, kept, account, self._key, self._store)
        touch = entered(letter, kept, account, placed, files)
        if touch.queue_id != account.queue_id and not self._takes_work(touch.queue_id):
            touch = self._without_rules_queue(touch, account)
        touch = replace(touch, acknowledgement=self._acknowledgement(letter, account, placed, touch))
        # before the letter is settled: a hub that dies in between reads it again, and saying it twice changes nothing
        if placed.failed is not None and letter.bounce is not None:
            reasons = [one.reason or one.status for one in letter.bounce.recipients if one.permanent]
            missed = letter.bounce.failed_addresses
            await self._store.note_bounced(account.tenant_id, placed.failed, missed, "; ".join(reasons)[:180])
        received = await self._received(touch, account)
        crash_at("mail.after_receive_before_settle")
        state = LetterState.UNREADABLE if letter.unreadable else LetterState.STORED
        if received.repeated:  # else it was settled in the commit of its touch
            defects = touch.letter.head.defects if touch.letter else ()
            await self._store.settle_letter(kept.id, state, touch_id=received.touch_id, defects=defects)
        return state.value

    def _acknowledgement(
        self, letter: Letter, account: MailAccount, placed: Placed, touch: InboundTouch
    ) -> str:
        """What the client is told at once, if anything: only a person's first letter is acknowledged, and never one
        from ourselves, whatever account of ours it names, nor from where nobody reads (RFC 3834 section 2)."""
        if placed.joined or not touch.queued or not letter.may_be_answered_by_a_program:
            return ""
        if letter.from_ is None or is_read_by_nobody(letter.from_.address):
            return ""
        if account.is_own(letter.from_.address) or self._is_ours(letter.from_.address):
            return ""
        texts = account.setup.auto_answer.texts
        return texts.get(touch.language) or texts.get(account.setup.language, "")

    async def _letter(self, kept: KeptLetter, account: MailAccount, raw: bytes) -> Letter:
        if kept.size_bytes > RAW_BYTES:
            return await asyncio.to_thread(unreadable_letter, raw, Unreadable.TOO_LONG)
        if kept.tries > 2 * _TRIES:
            # not even what is shown of an unreadable letter could be stored: nothing of what is written in it
            return Letter(
                content_sha256=kept.content_hash, size_bytes=kept.size_bytes, unreadable_why=Unreadable.BROKEN
            )
        if kept.tries > _TRIES:
            return await asyncio.to_thread(unreadable_letter, raw, Unreadable.BROKEN)
        ours = Ours(addresses=tuple(sorted(account.own_addresses)), trusted_host=account.setup.trusted_host)
        return await self._reader.read(raw, ours)

    async def _received(self, touch: InboundTouch, account: MailAccount) -> Received:
        try:
            return await self._inbox.receive(touch)
        except Invalid as error:
            if touch.queue_id == account.queue_id or error.stable_code != "no_such_queue":
                raise
            return await self._inbox.receive(self._without_rules_queue(touch, account))
        except Conflict as error:
            raise Unavailable(str(error), code=error.stable_code) from error

    def _without_rules_queue(self, touch: InboundTouch, account: MailAccount) -> InboundTouch:
        """The rule names a queue that is gone, or was retired: the account's own takes the letter."""
        log.warning("mail_rule_queue_gone", account=account.name, queue_id=touch.queue_id)
        self._told(str(account.id), "rule_queue_gone")
        return replace(touch, queue_id=account.queue_id)

    async def _raw(self, kept: KeptLetter) -> bytes:
        if kept.raw is not None:
            return kept.raw
        if kept.raw_sha256 is None:
            return b""
        whole = bytearray()
        async for chunk in self._attachments.read(kept.tenant_id, kept.raw_sha256):
            whole += chunk
        return bytes(whole)

    async def _files(self, letter: Letter, account: MailAccount) -> tuple[Attachment, ...]:
        """The letter's parts among the attachments, in their order: the HTML names them by it."""
        files = []
        for part in letter.parts:
            content = letter.contents.get(part.sha256, b"")
            await self._attachments.put(account.tenant_id, _chunks(content), limit_bytes=RAW_BYTES)
            files.append(
                Attachment(
                    sha256=part.sha256,
                    name=part.name,
                    media_type=part.media_type,
                    size_bytes=part.size_bytes,
                )
            )
        return tuple(files)


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]
