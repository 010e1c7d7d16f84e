"""What the peers of a hub were told, written down the moment they were: an append-only file, synced line by line.

The hub may die at any time; the ledger says what it had promised until then.
"""

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag_field="entry"):
    """Base of all lines. `at` is wall time in seconds since 1970, set by the ledger."""

    at: float = 0.0


class Met(Entry, frozen=True, kw_only=True, tag="MET"):
    """A visitor was given this session."""

    visitor: str
    session: str


class Sent(Entry, frozen=True, kw_only=True, tag="SENT"):
    """A visitor sends message `number` for the first time: this frame."""

    visitor: str
    number: int
    msg_id: str
    text: str
    frame: str


class Acked(Entry, frozen=True, kw_only=True, tag="ACKED"):
    """The hub has promised that the message is durable under `seq`."""

    visitor: str
    msg_id: str
    seq: int


class Offered(Entry, frozen=True, kw_only=True, tag="OFFERED"):
    """An agent was asked."""

    agent: str
    reservation_id: str
    work_item_id: str


class Accepted(Entry, frozen=True, kw_only=True, tag="ACCEPTED"):
    """The hub has promised the work to an agent."""

    agent: str
    reservation_id: str
    work_item_id: str


class ReplyQueued(Entry, frozen=True, kw_only=True, tag="REPLY_QUEUED"):
    """The hub has promised (201) to send this reply. A held one has no touch yet: it is known by its text."""

    agent: str
    text: str
    touch_id: str
    interaction_id: str
    seq: int
    channel: str = "webchat"


class PeerGot(Entry, frozen=True, kw_only=True, tag="PEER_GOT"):
    """A visitor was shown this."""

    visitor: str
    text: str
    seq: int


class Wrote(Entry, frozen=True, kw_only=True, tag="WROTE"):
    """A client has written this letter, and will not rest before a mail server has it. `answers` is the text of the
    reply that it answers, if it answers one."""

    client: str
    text: str
    answers: str = ""


class Taken(Entry, frozen=True, kw_only=True, tag="TAKEN"):
    """A mail server, or the hub as one, has said that it has the letter."""

    text: str
    way: str


class MailGot(Entry, frozen=True, kw_only=True, tag="MAIL_GOT"):
    """The world's mail server keeps a letter of the hub's for these addresses."""

    text: str
    message_id: str
    recipients: tuple[str, ...]


class Texted(Entry, frozen=True, kw_only=True, tag="TEXTED"):
    """A client has written message `number` in this chat; Telegram keeps it until the hub says that it has it."""

    client: str
    number: int
    text: str
    chat: int


class BotSent(Entry, frozen=True, kw_only=True, tag="BOT_SENT"):
    """Telegram shows this message of a bot's in this chat. `mark` is that of the reply."""

    mark: str
    text: str
    chat: int


class Called(Entry, frozen=True, kw_only=True, tag="CALLED"):
    """Somebody begins a call. `thread` is what the hub calls it."""

    caller: str
    thread: str
    number: str


class CallTold(Entry, frozen=True, kw_only=True, tag="CALL_TOLD"):
    """The hub has said more than 100 of it: it is durable; with 200, that somebody has taken it."""

    thread: str
    status: int


class CallOver(Entry, frozen=True, kw_only=True, tag="CALL_OVER"):
    """The caller is not on the line any more: from now on they hang up, or they were refused or hung up on."""

    thread: str
    how: str


class Up(Entry, frozen=True, kw_only=True, tag="UP"):
    """The hub listens."""

    armed: str = ""
    """The crash point it will die at, if one."""


class Down(Entry, frozen=True, kw_only=True, tag="DOWN"):
    """The hub is dead. `how` is `kill` or the name of a crash point."""

    how: str


Line = (
    Met
    | Sent
    | Acked
    | Offered
    | Accepted
    | ReplyQueued
    | PeerGot
    | Wrote
    | Taken
    | MailGot
    | Texted
    | BotSent
    | Called
    | CallTold
    | CallOver
    | Up
    | Down
)
L = TypeVar("L", bound=Entry)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


class Ledger:
    """The file, and its lines in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[Entry] = []

    def __enter__(self) -> Self:
        self._file = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def note(self, line: Entry) -> None:
        """Write it down; it is on the disk when this returns."""
        line = msgspec.structs.replace(line, at=time.time())
        self.lines.append(line)
        os.write(self._file, _encode(line) + b"\n")
        os.fdatasync(self._file)

    def all(self, kind: type[L]) -> list[L]:
        """The lines of one kind, in order."""
        return [line for line in self.lines if isinstance(line, kind)]


def read_ledger(path: Path) -> list[Entry]:
    """The lines of a ledger that an earlier run left."""
    return [_decode(line) for line in path.read_bytes().splitlines()]
