"""Where letters are kept as they came, whichever way they came by: many share a commit, and none is acknowledged before
its own."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from hub.batch_writer import BatchWriter
from hub.channels.email.content import Content, content_of
from hub.channels.email.limits import RAW_BYTES
from hub.domain.errors import HubError, Invalid, Unavailable
from hub.domain.ids import LetterId, MailAccountId
from hub.domain.mail import LetterState, LetterWay, MailCursor, NewLetter
from hub.domain.mail_account import MailAccount
from hub.ids import new_id
from hub.ports.attachments import Attachments
from hub.ports.mail import LetterStore

log = structlog.get_logger(__name__)

IN_ROW_BYTES = 64 * 1024
"""Letters up to this size lie in their row; larger ones among the attachments."""
_BATCH = 64
_WAITING_LIMIT = 500
_WAITING_BYTES = 64 * 1024 * 1024
_DEADLINE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A letter as its bearer has it. `uid` is its number in the mailbox; see NewLetter. `whole_bytes` is its size where
    only the beginning was brought. `before`: it is only to be known again, and becomes nothing."""

    raw: bytes = field(repr=False)
    way: LetterWay
    received_at: datetime
    uid: int | None = None
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()
    whole_bytes: int | None = None
    before: bool = False


@dataclass(slots=True)
class _Kept:
    account: MailAccount
    letter: NewLetter


class Keeping:
    """Keeps letters. `kept` is told that there is something to read."""

    def __init__(self, store: LetterStore, attachments: Attachments, *, kept: Callable[[], None]) -> None:
        self._store = store
        self._attachments = attachments
        self._kept = kept
        self._writer = BatchWriter(self._write, most=_BATCH, waiting=_WAITING_LIMIT, what="letters")
        self._bytes = 0

    async def keep(self, account: MailAccount, brought: Brought) -> bool:
        """Keep one letter that came by itself; returns after the commit. False: it was there already.

        Raises Invalid (`too_large`) beyond the limit, Unavailable when it cannot be durable now: it must not be
        acknowledged, and will come again.
        """
        self._writer.require_room()
        if self._bytes >= _WAITING_BYTES:
            raise Unavailable("too many letters wait to be kept", code="overloaded", retry_after_s=5.0)
        self._bytes += len(brought.raw)
        try:
            letter = await self._prepared(account, brought)
            return await self._writer.written(_Kept(account, letter))
        finally:
            self._bytes -= len(brought.raw)

    async def keep_from(self, account: MailAccount, brought: Sequence[Brought], cursor: MailCursor) -> int:
        """Keep letters of a mailbox, and that it was read up to `cursor`, in one commit. How many were new.

        Of one beyond the limit the beginning is brought. Raises Unavailable.
        """
        letters = [await self._prepared(account, one) for one in brought]
        async with _deadline():
            new = await self._store.keep_letters(account, letters, cursor)
        if any(new):
            self._kept()
        return sum(new)

    async def run(self) -> None:
        """Write what waits, until cancelled."""
        await self._writer.run()

    async def _write(self, batch: Sequence[_Kept]) -> Sequence[bool | HubError]:
        accounts: dict[MailAccountId, list[int]] = {}
        for at, one in enumerate(batch):
            accounts.setdefault(one.account.id, []).append(at)
        outcomes: dict[int, bool | HubError] = {}
        for places in accounts.values():
            outcomes |= zip(places, await self._written([batch[at] for at in places]), strict=True)
        return [outcomes[at] for at in range(len(batch))]

    async def _written(self, some: Sequence[_Kept]) -> Sequence[bool | HubError]:
        """Letters of one account, in one commit; where one of them cannot be kept, each in its own."""
        try:
            async with _deadline():
                new = await self._store.keep_letters(some[0].account, [k.letter for k in some], None)
        except Invalid as error:
            if len(some) == 1:
                return [error]
            return [outcome for one in some for outcome in await self._written([one])]
        except HubError as error:
            return [error] * len(some)
        except Exception:
            log.exception("letters_not_kept", letters=len(some))
            return [Unavailable("the letter could not be kept", code="store_fault")] * len(some)
        self._kept()
        return list(new)

    async def _prepared(self, account: MailAccount, brought: Brought) -> NewLetter:
        raw = brought.raw
        if len(raw) > RAW_BYTES:
            raise Invalid("the letter is too large", code="too_large")
        sha256 = None
        if len(raw) > IN_ROW_BYTES and not brought.before:
            sha256, _ = await self._attachments.put(account.tenant_id, _once(raw), limit_bytes=RAW_BYTES)
        content = await asyncio.to_thread(content_of, raw) if len(raw) > IN_ROW_BYTES else content_of(raw)
        return NewLetter(
            id=LetterId(new_id()),
            way=brought.way,
            content_hash=_known_by(content, brought),
            size_bytes=brought.whole_bytes or len(raw),
            raw=None if sha256 or brought.before else raw,
            raw_sha256=sha256,
            received_at=brought.received_at,
            uid=brought.uid,
            envelope_from=brought.envelope_from,
            envelope_to=brought.envelope_to,
            state=LetterState.BEFORE if brought.before else LetterState.KEPT,
        )


def _known_by(content: Content, brought: Brought) -> str:
    """A device that says the same twice (`Alarm in hall 1`) and gives neither a date nor an id wants to be heard twice:
    only within the hour is it taken for one who did not hear our answer. A mailbox numbers what it has."""
    if content.is_named or brought.uid is not None:
        return content.sha256
    hour = int(brought.received_at.timestamp()) // 3600
    return hashlib.sha256(f"{content.sha256} {hour}".encode()).hexdigest()


async def _once(raw: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(raw), IN_ROW_BYTES):
        yield raw[start : start + IN_ROW_BYTES]


@asynccontextmanager
async def _deadline() -> AsyncIterator[None]:
    """A store that does not answer is a store that cannot now."""
    try:
        async with asyncio.timeout(_DEADLINE_S):
            yield
    except TimeoutError as error:
        raise Unavailable("the store did not answer in time", code="store_unavailable") from error
