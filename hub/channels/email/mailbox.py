"""One connection to a mailbox by IMAP (RFC 3501, IDLE of RFC 2177, MOVE of RFC 6851), without its library's traps.

The only module that imports aioimaplib (GPL-3.0-only). Its commands may hang beyond every timeout, its parser recurses
once a line, and a dead link is told to nobody: here every command has a deadline, answers are asked for in slices, and
whoever meets trouble throws the connection away (`MailboxTrouble`).
"""

import asyncio
import base64
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aioimaplib

from hub.cancelling import raise_if_cancelled
from hub.channels.email.signing_in import NO_ANSWER, SignsIn, trusting, why_not_reached
from hub.domain.mail_account import MailServer, MailSignIn, Security
from hub.domain.mail_told import DETAIL, QUOTE, MailUnavailable, Told, quoted_words, told_by

T = TypeVar("T")

SLICE = 200
"""UIDs a command: an answer of a thousand lines ends the library's parser."""
_HANG_UP_S = 2.0
_IDLE_ANSWER_S = 10.0
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_FETCH = re.compile(rb"^\d+ FETCH \(")
_EXISTS = re.compile(rb"^(?:\* )?\d+ EXISTS")
_UIDVALIDITY = re.compile(rb"UIDVALIDITY (\d+)")
_GREETING = re.compile(rb"\* (?:OK|PREAUTH)\b", re.IGNORECASE)
_GREETING_BYTES = 512
_UIDNEXT = re.compile(rb"UIDNEXT (\d+)")


class MailboxTrouble(MailUnavailable):
    """The connection is of no use any more, or never was. `code` is a stable word, `told` a sentence."""

    code = "mailbox_unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A mailbox as it was when it was chosen. `uidnext` 0: the server did not say."""

    uidvalidity: int
    uidnext: int


class Mailbox:
    """A connection that is signed in. Made by `connected`."""

    def __init__(self, server: MailServer, answer_s: float) -> None:
        self._server = server
        self._answer_s = answer_s
        self._is_lost = False
        self._waiting: asyncio.Timeout | None = None
        self._has_news = False
        self._trouble: MailboxTrouble | None = None
        self._welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client: Any = aioimaplib.IMAP4(
            host=server.host,
            port=server.port,
            timeout=answer_s,
            conn_lost_cb=self._lost,
            ssl_context=None if server.security is Security.NONE else trusting(server.certificate),
        )
        self._listen()
        self._look_at_greeting()

    async def sign_in(self, signs_in: SignsIn) -> None:
        """Wait for the server, and sign in. Raises MailboxTrouble (`sign_in_refused`)."""
        server = self._server
        await self._wait(self._hello(), self._answer_s)
        if server.sign_in is MailSignIn.OAUTH and signs_in.token is not None:
            token = await signs_in.token()
            response = await self._answered(self._client.xoauth2(server.username, token.encode()))
        else:
            response = await self._answered(self._client.login(quoted(server.username), signs_in.password))
        if response.result != "OK":
            said = quoted_words(b" ".join(bytes(line) for line in response.lines[-1:]))
            text = f"the mail server refuses our user or password: {said}"
            raise _trouble("sign_in_refused", text, **{QUOTE: said})

    async def _hello(self) -> None:
        """The library asks for what the server can under a lock that its own waiting needs to end, so that a server
        which greets and is silent then holds it for ever: here nobody waits for that lock."""
        await self._client._client_task  # noqa: SLF001 - a connection that is refused is told here
        await self._welcomed

    async def say_goodbye(self) -> None:
        """Best effort."""
        with contextlib.suppress(MailboxTrouble):
            await self._wait(self._client.logout(), _HANG_UP_S)

    def throw_away(self) -> None:
        """Nothing of the connection is left: neither its socket nor what the library began and waits for."""
        client = self._client
        for task in {client._client_task, *client.tasks, *client.protocol.tasks}:  # noqa: SLF001 - the library never ends them by itself
            task.cancel()
            task.add_done_callback(lambda t: t.cancelled() or t.exception())
        if client._idle_waiter is not None:  # noqa: SLF001
            client._idle_waiter.cancel()  # noqa: SLF001
        if (transport := getattr(client.protocol, "transport", None)) is not None:
            transport.abort()

    async def choose(self, folder: str) -> Selected:
        """Select the folder. Raises MailboxTrouble (`no_folder`)."""
        response = await self._answered(self._client.select(quoted(mutf7(folder))))
        if response.result != "OK":
            raise _trouble("no_folder", f"there is no folder {folder} in the mailbox", folder=folder)
        said = b"\n".join(bytes(line) for line in response.lines)
        validity, following = _UIDVALIDITY.search(said), _UIDNEXT.search(said)
        if validity is None:
            raise _trouble("no_uidvalidity", "the mail server names no UIDVALIDITY")
        self._has_news = False
        return Selected(uidvalidity=int(validity[1]), uidnext=int(following[1]) if following else 0)

    async def uids_from(self, first: int) -> list[int]:
        """The numbers of the letters from `first` on, rising."""
        response = await self._ok(self._client.uid_search(f"UID {max(first, 1)}:*", charset=None))
        words = b" ".join(bytes(line) for line in response.lines[:-1]).split()
        # `n:*` names the last letter even when its number is below n
        return sorted({int(word) for word in words if word.isdigit() and int(word) >= first})

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Bytes of each of at most SLICE letters; one that is gone is not named."""
        response = await self._ok(self._client.uid("fetch", uid_set(uids), "(UID RFC822.SIZE)"))
        found = {}
        for line in response.lines:
            uid, size = _UID.search(bytes(line)), _SIZE.search(bytes(line))
            if uid and size:
                found[int(uid[1])] = int(size[1])
        return found

    async def letters(self, uids: Sequence[int], *, first_bytes: int | None = None) -> dict[int, bytes]:
        """The letters as they are, or their beginnings, without marking them read."""
        part = "" if first_bytes is None else f"<0.{first_bytes}>"
        response = await self._ok(
            self._client.uid("fetch", uid_set(uids), f"(UID BODY.PEEK[]{part})"), times=4.0
        )
        return letters_in(response.lines)

    async def mark_read(self, uids: Sequence[int]) -> None:
        """Set `\\Seen`."""
        await self._ok(self._client.uid("store", uid_set(uids), "+FLAGS.SILENT", r"(\Seen)"))

    async def move(self, uids: Sequence[int], folder: str) -> None:
        """Move them to another folder, which is made if it is missing."""
        name = quoted(mutf7(folder))
        if self._client.has_capability("MOVE"):
            response = await self._answered(self._client.uid("move", uid_set(uids), name))
            if response.result == "NO":
                await self._answered(self._client.create(name))
                await self._ok(self._client.uid("move", uid_set(uids), name))
            return
        response = await self._answered(self._client.uid("copy", uid_set(uids), name))
        if response.result == "NO":
            await self._answered(self._client.create(name))
            await self._ok(self._client.uid("copy", uid_set(uids), name))
        await self._ok(self._client.uid("store", uid_set(uids), "+FLAGS.SILENT", r"(\Seen \Deleted)"))
        if self._client.has_capability("UIDPLUS"):
            await self._ok(self._client.uid("expunge", uid_set(uids)))

    async def wait_for_news(self, seconds: float) -> None:
        """Until the server says that letters came, or for so long; not at all when it has said so since the folder was
        chosen.

        Raises MailboxTrouble when the link is dead: the server must answer when IDLE ends."""
        if self._has_news:
            return
        if not self._client.has_capability("IDLE"):
            await self._wait(asyncio.sleep(seconds), seconds + 1.0)
            await self._ok(self._client.noop())
            return
        idle = await self._wait(self._client.idle_start(timeout=seconds + 60.0), self._answer_s)
        with contextlib.suppress(TimeoutError):
            await self._within(self._client.wait_server_push(timeout=seconds + 60.0), seconds)
        self._client.idle_done()
        await self._wait(idle, _IDLE_ANSWER_S)

    def _listen(self) -> None:
        """A server says once that letters came, with the answer to whatever command is under way: the library drops
        that, and in IDLE there would be nothing left to be said."""
        protocol = self._client.protocol
        heard = protocol._untagged_response  # noqa: SLF001 - the library tells nobody

        def noted(line: bytes) -> Any:
            self._has_news = self._has_news or _EXISTS.match(line) is not None
            return heard(line)

        protocol._untagged_response = noted  # noqa: SLF001

    def _look_at_greeting(self) -> None:
        """The library takes whatever comes first for a greeting, and tells the log with a traceback that it was none;
        what it cannot read later ends the connection in the same way. Here that is trouble like any other."""
        protocol = self._client.protocol
        takes, first = protocol.data_received, bytearray()
        is_greeted = False

        def heard(data: bytes) -> None:
            nonlocal is_greeted
            if self._is_lost:
                return
            if not is_greeted:
                first.extend(data)
                if b"\n" not in first and len(first) < _GREETING_BYTES:
                    return
                if (trouble := self._trouble_of(bytes(first))) is not None:
                    self._turn_away(trouble)
                    return
                is_greeted, data = True, bytes(first)
            try:
                takes(data)
            except Exception as error:  # noqa: BLE001 - whatever it is, the connection is done with
                self._turn_away(_garbled(error))
            for task in protocol.tasks:
                task.add_done_callback(self._tasted)

        protocol.data_received = heard

    def _tasted(self, task: asyncio.Task[Any]) -> None:
        """What the library made of the greeting, and tells nobody else if it went wrong."""
        if task.cancelled():
            return
        if (error := task.exception()) is None:
            if not self._welcomed.done():
                self._welcomed.set_result(None)
        elif not self._is_lost:
            self._turn_away(_garbled(error))

    def _trouble_of(self, first: bytes) -> MailboxTrouble | None:
        """None: this is the greeting of an IMAP server that lets us in (RFC 3501 section 7.1)."""
        line = first.partition(b"\n")[0]
        if _GREETING.match(line) is not None:
            return None
        said, place = quoted_words(line), f"{self._server.host}:{self._server.port}"
        if line.upper().startswith(b"* BYE"):
            return _trouble("turned_away", f"the mail server turns us away: {said}", **{QUOTE: said})
        text = f"{place} is not an IMAP server: it greeted with “{said}”; see server and port"
        return _trouble("not_imap", text, server=place, **{QUOTE: said})

    def _turn_away(self, trouble: MailboxTrouble) -> None:
        self._trouble = trouble
        self._client.protocol.transport.abort()
        self._lost(None)

    # --- deadlines ---

    async def _ok(self, command: Awaitable[Any], *, times: float = 1.0) -> Any:
        response = await self._answered(command, times=times)
        if response.result != "OK":
            said = quoted_words(b" ".join(bytes(line) for line in response.lines[-1:]))
            raise _trouble("refused_command", f"the mail server refuses: {said}", **{QUOTE: said})
        return response

    async def _answered(self, command: Awaitable[Any], *, times: float = 1.0) -> Any:
        return await self._wait(command, self._answer_s * times)

    async def _wait(self, work: Awaitable[T], seconds: float) -> T:
        try:
            return await self._within(work, seconds)
        except TimeoutError as error:
            raise MailboxTrouble(NO_ANSWER, code="no_answer") from error
        except MailboxTrouble:
            raise
        except Exception as error:  # whatever the library raises, the connection is done with
            raise MailboxTrouble(why_not_reached(error, self._server)) from error

    async def _within(self, work: Awaitable[T], seconds: float) -> T:
        """The work, unless the time is over (TimeoutError) or the connection is lost before."""
        try:
            async with asyncio.timeout(0 if self._is_lost else seconds) as self._waiting:
                result = await work
                raise_if_cancelled()
                return result
        except TimeoutError:
            if self._is_lost:
                raise self._trouble or _trouble(
                    "lost", "the connection to the mail server was lost"
                ) from None
            raise
        finally:
            self._waiting = None

    def _lost(self, _: Exception | None) -> None:
        self._is_lost = True
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(asyncio.get_running_loop().time())


@contextlib.asynccontextmanager
async def connected(server: MailServer, signs_in: SignsIn, *, answer_s: float) -> AsyncIterator[Mailbox]:
    """A connection that is signed in, for the length of the block. Raises MailboxTrouble."""
    try:
        box = Mailbox(server, answer_s)
    except OSError as error:
        raise MailboxTrouble(told_by(error), code="no_certificate") from error
    try:
        await box.sign_in(signs_in)
        yield box
        await box.say_goodbye()
    finally:
        box.throw_away()


def _trouble(code: str, text: str, **values: str | int) -> MailboxTrouble:
    return MailboxTrouble(Told(code=code, text=text, values=values), code=code)


def _garbled(error: BaseException) -> MailboxTrouble:
    detail = type(error).__name__
    return _trouble("garbled", f"the mail server's answer cannot be read ({detail})", **{DETAIL: detail})


def letters_in(lines: Sequence[bytes | bytearray]) -> dict[int, bytes]:
    """The letters of a FETCH answer, by their numbers: what is within a letter is never taken for the answer."""
    found: dict[int, bytes] = {}
    uid: int | None = None
    content: bytes | None = None
    for line in lines:
        if isinstance(line, bytearray):
            content = bytes(line)
        else:
            if _FETCH.match(line):
                uid = content = None
            if named := _UID.search(line):
                uid = int(named[1])
        if uid is not None and content is not None:
            found[uid] = content
            uid = content = None
    return found


def uid_set(uids: Sequence[int]) -> str:
    """Numbers as IMAP writes them, neighbours as ranges (RFC 3501 section 9, `sequence-set`)."""
    ranges: list[list[int]] = []
    for uid in sorted(uids):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in ranges)


def quoted(text: str) -> str:
    """A quoted string (RFC 3501 section 4.3). Raises MailboxTrouble (`not_ascii`) for what cannot be in one."""
    if not re.fullmatch(r"[\x20-\x7e]*", text):
        raise _trouble("not_ascii", "only printable ASCII can be sent to a mail server here")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def mutf7(name: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501 section 5.1.3)."""

    def shifted(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        encoded = found[0].encode("utf-16-be")
        return "&" + base64.b64encode(encoded).decode().rstrip("=").replace("/", ",") + "-"

    return re.sub(r"&|[^\x20-\x7e]+", shifted, name)
