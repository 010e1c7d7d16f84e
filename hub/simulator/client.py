"""Simulated clients on real sockets: each plays one visit, comes back when its connection breaks, and is
counted."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from math import inf
from urllib.parse import quote

import aiohttp
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin

from hub.channels.webchat.frames import HubFrame, RatedFrame, VisitorRate
from hub.simulator.conversation import LAST_ACKS_S, Conversation, End
from hub.simulator.pictures import picture
from hub.simulator.plan import Visit

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 10.0
_CONNECT_WITHIN_S = 10.0
_RATE_WITHIN_S = 5.0
_REGULARS = 50
_NO_FILE = ""
_NEVER = {400, 403, 404, 426}
"""Answers to the upgrade that will be the same next time: no such site, or not our origin."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(HubFrame).decode


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of everybody so far. Messages: `sent` = `acked` + those nobody confirmed yet (or ever).

    `came` counts clients; each is `open` until it is `answered`, `abandoned`, `refused` (see `refusals`),
    `cut_off` (no connection until its patience ended) or its `time_up` came. `answers` counts what agents
    wrote; `skipped` are clients who did not come because enough were there.
    """

    came: int = 0
    open: int = 0
    answered: int = 0
    abandoned: int = 0
    refused: int = 0
    cut_off: int = 0
    time_up: int = 0
    skipped: int = 0
    sent: int = 0
    resent: int = 0
    acked: int = 0
    answers: int = 0
    connections_lost: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    ratings: int = 0
    files: int = 0

    @property
    def unconfirmed(self) -> int:
        """Messages that were sent and never acknowledged."""
        return self.sent - self.acked


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """Where the clients come from: the hub's address (`http://…`), who counts them, how they tell time,
    make ids.

    `origin` is the web site's, if it differs from the hub's own. `there` are those on the site now,
    `regulars` those of each site who may come again, with their sessions.
    """

    address: str
    tally: Tally
    monotonic: Callable[[], float]
    new_id: Callable[[], str]
    rng: random.Random
    origin: str = ""
    there: set[Conversation] = field(default_factory=set)
    regulars: dict[str, list[tuple[Visit, str]]] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """How many have written and wait for a first answer."""
        return sum(conversation.is_waiting for conversation in self.there)

    def chat_url(self, site: str) -> str:
        """The visitor socket of `site`."""
        return f"ws{self.address.removeprefix('http').rstrip('/')}/ws/chat?site={quote(site)}"


async def simulate(
    street: Street,
    coming: Iterator[Visit],
    *,
    for_s: float = inf,
    at_most_open: int | None = None,
    at_most_waiting: int | None = None,
) -> None:
    """Let clients arrive at their times, whatever the hub does, for `for_s` seconds (or until cancelled).

    With `at_most_open`, a client who would be one too many does not come, and with `at_most_waiting` none while
    so many wait for a first answer: then as many come as there are agents for. At the end those still there
    have their last messages acknowledged, and close their pages.
    """
    begun = street.monotonic()
    until = begun + for_s
    async with asyncio.TaskGroup() as group:
        for visit in coming:
            if visit.at_s >= for_s:
                break
            await asyncio.sleep(begun + visit.at_s - street.monotonic())
            is_full = at_most_open is not None and street.tally.open >= at_most_open
            if is_full or (at_most_waiting is not None and street.waiting >= at_most_waiting):
                street.tally.skipped += 1
                continue
            group.create_task(play(street, visit, until=until), name=f"client {visit.number}")
        if for_s != inf:
            await asyncio.sleep(until - street.monotonic())


async def play(
    street: Street, visit: Visit, *, until: float = inf, session: str | None = None
) -> Conversation:
    """One visit from beginning to end, and how it went. `session` is the token that the client's browser keeps."""
    tally = street.tally
    if visit.regular and (before := _somebody_of(street, visit)) is not None:
        earlier, session = before
        visit = replace(visit, name=earlier.name, email=earlier.email)
    conversation = Conversation(visit, new_id=street.new_id, until=until, session=session)
    street.there.add(conversation)
    tally.came += 1
    tally.open += 1
    pause_s = _FIRST_PAUSE_S
    gone_at = street.monotonic() + visit.patience_s
    try:
        while conversation.end is None:
            try:
                if await _connected(street, conversation):
                    pause_s = _FIRST_PAUSE_S
                    gone_at = street.monotonic() + visit.patience_s
                    continue
            except InvalidStatus as exc:
                if exc.response.status_code in _NEVER:
                    conversation.refuse(f"http_{exc.response.status_code}")
                    break
                tally.connections_lost += 1
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                tally.connections_lost += 1
            conversation.lost()
            last_s = LAST_ACKS_S if conversation.is_unconfirmed else 0.0
            if street.monotonic() >= min(gone_at, until + last_s):
                break
            await asyncio.sleep(pause_s * street.rng.uniform(0.5, 1.0))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
    finally:
        tally.open -= 1
        street.there.discard(conversation)
        _count(tally, conversation)
        is_anybody = not visit.closes_quietly  # those who come to close quietly are somebody in particular
        if conversation.end is End.ANSWERED and conversation.session is not None and is_anybody:
            known = street.regulars.setdefault(visit.site, [])
            known.append((visit, conversation.session))
            del known[:-_REGULARS]
    return conversation


def _somebody_of(street: Street, visit: Visit) -> tuple[Visit, str] | None:
    """One who was on that site before and speaks that language; nobody is here twice at once."""
    known = street.regulars.get(visit.site, [])
    same = [one for one in known if one[0].script.language == visit.script.language]
    if not same:
        return None
    chosen = street.rng.choice(same)
    known.remove(chosen)
    return chosen


async def _connected(street: Street, conversation: Conversation) -> bool:
    """One connection, until the visit ends or the client loses the page; then True."""
    async with connect(
        street.chat_url(conversation.visit.site),
        origin=Origin(street.origin or street.address.rstrip("/")),
        compression=None,
        proxy=None,
        open_timeout=_CONNECT_WITHIN_S,
        close_timeout=2.0,
    ) as socket:
        await socket.send(_encode(conversation.hello()), text=True)
        while conversation.end is None:
            now = street.monotonic()
            with _counted(street.tally, conversation):
                for frame in conversation.due(now):
                    await socket.send(_encode(frame), text=True)
                if conversation.wants_new_page(now):
                    conversation.lost()
                    return True
                if conversation.end is None:
                    await _hear(socket, conversation, street)
            if conversation.wants_to_send_a_file:
                await _send_file(street, conversation)
        if conversation.end is End.ANSWERED and conversation.visit.score is not None:
            await _rate(socket, conversation, street)
    return True


async def _send_file(street: Street, conversation: Conversation) -> None:
    """A picture for the next message; a hub or a site that takes none is no reason not to write."""
    conversation.carry(_NO_FILE)
    origin = street.origin or street.address.rstrip("/")
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_CONNECT_WITHIN_S)) as http,
            http.post(
                f"{street.address.rstrip('/')}/chat/files",
                params={"site": conversation.visit.site, "name": "photo.png"},
                headers={"X-Chat-Session": conversation.session or "", "Origin": origin},
                data=picture(street.rng),
            ) as answer,
        ):
            if answer.status == HTTPStatus.CREATED:
                conversation.carry((await answer.json())["id"])
                street.tally.files += 1
    except (aiohttp.ClientError, TimeoutError):
        return


async def _rate(socket: ClientConnection, conversation: Conversation, street: Street) -> None:
    """Wait for the question, answer it, and see that it is kept; whoever gets no question goes."""
    with suppress(TimeoutError, ConnectionClosed):
        async with asyncio.timeout(_RATE_WITHIN_S):
            while not conversation.rateable:
                conversation.heard(_decode(await socket.recv(decode=False)), street.monotonic())
            score = conversation.visit.score or 5
            await socket.send(
                _encode(VisitorRate(conversation=conversation.rateable, score=score)), text=True
            )
            while not isinstance(_decode(await socket.recv(decode=False)), RatedFrame):
                pass
            street.tally.ratings += 1


async def _hear(socket: ClientConnection, conversation: Conversation, street: Street) -> None:
    next_at = conversation.next_at()
    try:
        async with asyncio.timeout(None if next_at == inf else max(0.0, next_at - street.monotonic())):
            raw = await socket.recv(decode=False)
    except TimeoutError:
        return
    conversation.heard(_decode(raw), street.monotonic())


@contextmanager
def _counted(tally: Tally, conversation: Conversation) -> Iterator[None]:
    """Add what happens in the block to the tally, also when the connection breaks in it."""
    sent, resent = conversation.sent, conversation.resent
    acked, answers = conversation.acked, conversation.answers
    try:
        yield
    finally:
        tally.sent += conversation.sent - sent
        tally.resent += conversation.resent - resent
        tally.acked += conversation.acked - acked
        tally.answers += conversation.answers - answers


def _count(tally: Tally, conversation: Conversation) -> None:
    match conversation.end:
        case End.ANSWERED:
            tally.answered += 1
        case End.ABANDONED:
            tally.abandoned += 1
        case End.REFUSED:
            tally.refused += 1
            tally.refusals[conversation.refusal] = tally.refusals.get(conversation.refusal, 0) + 1
        case End.TIME_UP:
            tally.time_up += 1
        case None:
            tally.cut_off += 1
