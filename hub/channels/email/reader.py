"""Reads one account's mailbox, and goes on reading: after news, after silence, and after everything that can break."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import structlog

from hub.backoff import Backoff
from hub.channels.email import limits
from hub.channels.email.accounts import Opened
from hub.channels.email.keeping import Brought, Keeping
from hub.channels.email.mailbox import SLICE, Mailbox, MailboxTrouble, Selected
from hub.crashpoints import crash_at
from hub.domain.errors import HubError, Unavailable
from hub.domain.mail import LetterWay, MailCursor
from hub.domain.mail_account import MailAccount
from hub.domain.mail_told import DETAIL, QUOTE, Told, told_by
from hub.ports.clock import Clock
from hub.ports.mail import LetterStore

log = structlog.get_logger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 300.0
_TOGETHER_BYTES = 8 * 1024 * 1024
"""Letters are fetched and kept together up to this many bytes."""
_BEGINNING_BYTES = 256 * 1024
"""What is kept of a letter that is too large."""

_TRIES = 3

Connects = Callable[[], AbstractAsyncContextManager[Mailbox]]
Hears = Callable[[str, Told | None], None]


class MailboxReader:
    """One mailbox. `connect` opens a connection, `told` hears what it does (`reading`, `waiting`, `broken`) and, if it
    is broken, why."""

    def __init__(
        self,
        opened: Opened,
        connect: Connects,
        store: LetterStore,
        keeping: Keeping,
        clock: Clock,
        *,
        told: Hears,
        poll_s: float,
        idle_s: float,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._account: MailAccount = opened.account
        self._connect = connect
        self._store = store
        self._keeping = keeping
        self._clock = clock
        self._told = told
        self._wait_s = min(poll_s, idle_s)
        self._tries: dict[int, int] = {}
        self._pause = pause

    async def run(self) -> None:
        """Until cancelled."""
        backoff = Backoff(first_s=FIRST_PAUSE_S, longest_s=LONGEST_PAUSE_S)
        while True:
            try:
                async with self._connect() as box:
                    await self._stay(box, backoff)
            except Unavailable as error:
                told = told_by(error)
                self._told("broken", told)
                greeting = {"greeting": told.values[QUOTE]} if told.code == "not_imap" else {}
                log.warning("mailbox_broken", account=self._account.name, why=error.stable_code, **greeting)
            except Exception as error:
                detail = type(error).__name__
                self._told("broken", Told(code="reader_broke", text=detail, values={DETAIL: detail}))
                log.exception("mailbox_reader_broke", account=self._account.name)
            await self._pause(backoff.next_s() * (1 + 0.25 * random.random()))  # noqa: S311 - jitter

    async def _stay(self, box: Mailbox, backoff: Backoff) -> None:
        folder = self._account.setup.folder
        while True:
            self._told("reading", None)
            # chosen anew each time: a mailbox that was made anew while we looked at it has other numbers
            selected = await box.choose(folder)
            await self._catch_up(box, selected)
            backoff.reset()
            self._told("waiting", None)
            await box.wait_for_news(self._wait_s)

    async def _catch_up(self, box: Mailbox, selected: Selected) -> None:
        """Keep everything that was not kept. After a change of UIDVALIDITY that is decided by content alone."""
        cursor = await self._begun(selected)
        uids = await box.uids_from(cursor.last_uid + 1)
        for start in range(0, len(uids), SLICE):
            some = uids[start : start + SLICE]
            sizes = await box.sizes(some)
            there = [uid for uid in some if uid in sizes]
            for together in _by_size(there, sizes):
                # those that were gone before they could be fetched are passed over for good
                last = some[-1] if together[-1] == there[-1] else together[-1]
                await self._keep(box, together, sizes, replace(cursor, last_uid=last))

    async def _begun(self, selected: Selected) -> MailCursor:
        """Where to go on; noted before the first letter, so that a hub that dies in the middle goes on in the same
        way."""
        folder, validity = self._account.setup.folder, selected.uidvalidity
        cursor = await self._store.cursor(self._account, folder)
        if cursor is not None and cursor.uidvalidity == validity:
            return cursor
        before = 0
        if cursor is None and not self._account.setup.import_old:
            before = max(selected.uidnext - 1, 0)
        if cursor is not None:
            log.warning("mailbox_uidvalidity_changed", account=self._account.name)
        begun = MailCursor(folder=folder, uidvalidity=validity, last_uid=0, before_uid=before)
        await self._keeping.keep_from(self._account, [], begun)
        return begun

    async def _keep(
        self, box: Mailbox, uids: Sequence[int], sizes: dict[int, int], cursor: MailCursor
    ) -> None:
        large = [uid for uid in uids if sizes[uid] > limits.RAW_BYTES]
        fitting = [uid for uid in uids if sizes[uid] <= limits.RAW_BYTES]
        found = await box.letters(fitting) if fitting else {}
        if large:
            found |= await box.letters(large, first_bytes=_BEGINNING_BYTES)
        found |= await self._not_given(box, [uid for uid in uids if uid not in found], cursor)
        now = self._clock.now()
        brought = [
            Brought(
                raw=found[uid],
                way=LetterWay.IMAP,
                received_at=now,
                uid=uid,
                whole_bytes=sizes[uid] if uid in large else None,
                before=uid <= cursor.before_uid,
            )
            for uid in uids
            if uid in found
        ]
        await self._keeping.keep_from(self._account, brought, cursor)
        crash_at("mail.after_keep")
        if work := [one.uid for one in brought if one.uid is not None and not one.before]:
            await self._put_aside(box, work)

    async def _not_given(self, box: Mailbox, uids: Sequence[int], cursor: MailCursor) -> dict[int, bytes]:
        """Letters that the server lists and does not give. It is asked again; after some tries that is what is kept of
        them, so that the others come through. Raises MailboxTrouble before that."""
        there = await box.sizes(uids) if uids else {}
        if not there:
            return {}
        again = [uid for uid in there if self._tries.get(uid, 0) < _TRIES]
        for uid in again:
            self._tries[uid] = self._tries.get(uid, 0) + 1
        if again:
            text = f"the mail server does not give the letter {again[0]}"
            told = Told(code="not_given", text=text, values={"number": again[0]})
            raise MailboxTrouble(told, code="not_given")
        self._tries.clear()
        log.error("letters_not_given", account=self._account.name, letters=len(there))
        place = f"{self._account.account} {cursor.folder} {cursor.uidvalidity}"
        return {uid: f"X-Not-Given: {place} {uid}\r\n\r\n".encode() for uid in there}

    async def _put_aside(self, box: Mailbox, uids: Sequence[int]) -> None:
        """Show at the mailbox that these were read. They are kept: trouble here loses nothing."""
        folder = self._account.setup.read_folder
        try:
            if folder:
                await box.move(uids, folder)
            else:
                await box.mark_read(uids)
        except HubError as error:
            if error.stable_code != "refused_command":
                raise
            log.warning("mailbox_letters_not_put_aside", account=self._account.name, why=str(error))


def _by_size(uids: Sequence[int], sizes: dict[int, int]) -> list[list[int]]:
    """In groups that are not too large together."""
    groups: list[list[int]] = []
    room = 0
    for uid in uids:
        size = min(sizes[uid], limits.RAW_BYTES)
        if not groups or size > room:
            groups.append([])
            room = _TOGETHER_BYTES
        groups[-1].append(uid)
        room -= size
    return groups
