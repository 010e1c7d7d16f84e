"""Beginning a conversation with a client: by which ways it can be done now, and doing it in one unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.crashpoints import crash_at
from hub.desk.addressed import client_at, holder_within_reach, require_addressed
from hub.desk.files import NamedFile, carried, require_fitting
from hub.desk.letters import WITHOUT_MAIL, LetterDesk, Place
from hub.desk.writing import keyed
from hub.domain.access import Permission, Principal, Scope
from hub.domain.agent import Agent, Media, Wish
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import PersonId, PlannedId, QueueId, UserId, WorkItemId
from hub.domain.interaction import Interaction
from hub.domain.mail_account import EMAIL, is_address
from hub.domain.person import WRITTEN_TO, IdentityKind
from hub.domain.planned import LONGEST_HOLD, PlannedReply
from hub.domain.presence import is_present
from hub.domain.queue import Queue
from hub.domain.reach import (
    Client,
    Judged,
    UnderWay,
    Way,
    WayClosed,
    held_up,
    judged,
    likeliest_first,
    waits,
    within_reach,
)
from hub.domain.texts import one_line
from hub.domain.written_letter import PlannedLetter, WrittenLetter
from hub.engaging import engaged
from hub.handing import begin_work, give, one_who_holds, require_own_room
from hub.ids import new_id
from hub.ports.channel import ChannelLimits
from hub.ports.clock import Clock
from hub.ports.starting import StartStore, StartUnit, Ways

_TRIES = 3
_MEDIA = {IdentityKind.PHONE: Media.VOICE, IdentityKind.EMAIL: Media.MAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWords:
    """What is written first, in which queue. `account` chooses among the addresses of ours that could be the sender,
    empty: that of the queue, else any of one's own; `letter` is of e-mail only. It can be undone for `hold_s`
    seconds."""

    queue_id: QueueId
    text: str
    files: Sequence[NamedFile] = ()
    letter: WrittenLetter | None = None
    account: str = ""
    hold_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What was begun. `continued`: the conversation was open already, and the text went into it."""

    interaction: Interaction
    plan: PlannedReply
    continued: bool


class Starting:
    """Whoever serves a queue may begin. `ways` has one entry for each kind of channel that can."""

    def __init__(
        self,
        store: StartStore,
        clock: Clock,
        ways: Mapping[IdentityKind, Ways],
        limits: Mapping[str, ChannelLimits],
        *,
        lease_s: float,
        letters: LetterDesk = WITHOUT_MAIL,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ways = ways
        self._limits = limits
        self._lease = timedelta(seconds=lease_s)
        self._letters = letters

    async def ways(self, principal: Principal, person_id: PersonId) -> list[Judged]:
        """Every kind of channel: the ways there are, closed ones with their reason. Raises NotFound, Forbidden."""
        principal.require(Permission.START_INTERACTION)
        client, found = await self.reached(principal, person_id)
        there = await self._store.under_way(principal.tenant_id, [(w.account, w.thread) for w in found])
        seen = [
            judged(
                way, client.refused, there.get((way.account, way.thread)), principal.user_id, principal.queues
            )
            for way in found
        ]
        if principal.user_id is None:
            return seen
        agent, units = await self._store.standing(principal.tenant_id, principal.user_id)
        is_there = principal.may(Permission.SUPERVISE) or _is_there(agent, self._clock.now())
        return [replace(one, held_up=held_up(one, agent, units, is_there=is_there)) for one in seen]

    async def reached(self, principal: Principal, person_id: PersonId) -> tuple[Client, list[Way]]:
        """The client, and the ways there are, unjudged. Raises NotFound, Forbidden."""
        client = await self._store.client(principal, person_id)
        return client, await self._found(principal, client)

    async def start(
        self,
        principal: Principal,
        person_id: PersonId,
        words: FirstWords,
        *,
        channel: str,
        address: str,
        key: str | None,
    ) -> Started:
        """Write to the client first. The work is the principal's at once; the text goes out when it cannot be undone.

        Where that conversation is open already, the text goes into it, in the queue it has. The same `key` again
        is the same beginning. Raises NotFound for a client out of reach, Invalid for a text, a queue or a way
        that is none, and as `LetterDesk.read` and `made`; Conflict with the code of `WayClosed`, `be_there_first` or
        `at_capacity`.
        """
        me = _user_of(principal)
        words = await self._read(channel, words)
        for attempt in range(_TRIES):
            client, found = await self.reached(principal, person_id)
            way = _chosen([w for w in found if (w.channel, w.address) == (channel, address)], words)
            try:
                async with self._store.unit(principal.tenant_id) as unit:
                    started = await self._started(unit, principal, me, client, way, words, key)
            except Conflict as error:
                # the client wrote, or another request of ours began it, at the same moment: look again
                if error.stable_code != "raced" or attempt == _TRIES - 1:
                    raise
                continue
            return await self._begun(principal, me, started)
        raise AssertionError("the loop returns or raises")

    async def write_to(
        self, principal: Principal, address: str, name: str, words: FirstWords, *, key: str | None
    ) -> Started:
        """Write a letter to an address. Who is known by it and within reach gets it; else it is a new client, who has
        this address if nobody else may have it.

        Raises Invalid `bad_address`, and as `start`.
        """
        me = _user_of(principal)
        address = address.strip().lower()
        if not is_address(address) or not address.isascii():
            raise Invalid(f"{one_line(address, 80)} is no mail address", field="address", code="bad_address")
        if self._letters.is_ours(address):
            raise Invalid("this address is our own", field="address", code="our_own_address")
        words = await self._read(EMAIL, words)
        channel = self._ways.get(IdentityKind.EMAIL)
        for attempt in range(_TRIES):
            ways = await self._by(principal, channel, [address]) if channel else []
            known = await holder_within_reach(self._store, principal, address)
            try:
                async with self._store.unit(principal.tenant_id) as unit:
                    named, now = one_line(name, 200), self._clock.now()
                    client = await client_at(unit, principal, address, named, now, known)
                    started = await self._started(
                        unit, principal, me, client, _chosen(ways, words), words, key
                    )
            except Conflict as error:
                if error.stable_code != "raced" or attempt == _TRIES - 1:
                    raise
                continue
            return await self._begun(principal, me, started)
        raise AssertionError("the loop returns or raises")

    async def _read(self, channel: str, words: FirstWords) -> FirstWords:
        text, letter = await self._letters.read(channel, words.text, words.letter, files=bool(words.files))
        return replace(words, text=text, letter=letter)

    async def _begun(self, principal: Principal, me: UserId, started: Started) -> Started:
        crash_at("desk.plan_after_commit")
        if principal.may(Permission.SUPERVISE):
            now = self._clock.now()
            await self._store.renew_presence(principal.tenant_id, [me], now + self._lease, now)
        return started

    async def _found(self, principal: Principal, client: Client) -> list[Way]:
        found: list[Way] = []
        used = await self._store.last_used(principal.tenant_id, client.person_id)
        for kind in [kind for kind in IdentityKind if kind in WRITTEN_TO]:
            addresses = client.addresses.get(kind, ())
            channel = self._ways.get(kind)
            known = await self._by(principal, channel, addresses) if channel and addresses else []
            closed = WayClosed.NO_ADDRESS if channel else WayClosed.NOT_CONNECTED
            found += likeliest_first(known, used, principal.queues) or [
                _no_way(kind, address, closed) for address in addresses or ("",)
            ]
        return found

    async def _by(self, principal: Principal, channel: Ways, addresses: Sequence[str]) -> list[Way]:
        reach = principal.scope(Permission.START_INTERACTION)
        queues = None if reach is Scope.ALL else principal.queues
        return within_reach(await channel.ways(principal.tenant_id, addresses), queues)

    async def _started(
        self,
        unit: StartUnit,
        principal: Principal,
        me: UserId,
        client: Client,
        way: Way | None,
        words: FirstWords,
        key: str | None,
    ) -> Started:
        external_id = keyed(principal, key)
        if key is not None and (before := await unit.planned_as(external_id)) is not None:
            return await _again(unit, before, client, words.text)
        if way is None and words.account:
            raise Invalid("no account of yours has this name", field="account", code="no_such_account")
        if way is None or way.channel not in self._limits:
            raise Invalid("there is no such way to this client", field="address", code="no_such_way")
        files = await carried(unit, principal, words.files)
        require_fitting(self._limits[way.channel], words.text, files)
        thread = await unit.open_thread(way.account, way.thread)
        under_way = None
        if thread is not None:
            item = thread.item
            under_way = UnderWay(
                interaction_id=thread.interaction.id,
                queue_id=thread.interaction.queue_id,
                state=item.state if item else None,
                agent_id=item.agent_id if item else None,
            )
        closed = judged(way, await unit.refused(client.person_id), under_way, me, principal.queues).closed
        if closed is not None:
            raise Conflict("this client cannot be written to there now", code=closed.value)
        now = self._clock.now()
        agent = await self._holder(unit, principal, me, now)
        if thread is None:
            queue = await _queue(unit, principal, words.queue_id)
            interaction = await engaged(
                unit,
                way,
                queue,
                person_id=client.person_id,
                language=way.language or client.language or way.usual_language,
                agent_id=me,
                now=now,
            )
        else:
            queue = await _queue(unit, principal, thread.interaction.queue_id)
            interaction = thread.interaction
        if thread is not None and thread.item is not None and under_way is not None and waits(under_way):
            weight = await require_own_room(unit, agent, thread.item.media, besides=thread.item.id)
            _, interaction = await give(
                unit, interaction, thread.item, agent, weight=weight, now=now, reason="started", by=agent.name
            )
        elif thread is None or thread.item is None:
            item_id = WorkItemId(new_id())
            _, interaction = begin_work(
                unit,
                interaction,
                agent,
                queue,
                id=item_id,
                channel=way.channel,
                media=way.media,
                tier=client.tier,
                weight=await require_own_room(unit, agent, way.media, besides=item_id),
                now=now,
                text=f"{agent.name} wrote to this client first.",
            )
        place = Place(
            account=way.account,
            thread=way.thread,
            address=way.address,
            interaction_id=interaction.id,
            queue=queue,
            language=interaction.language,
            writer=principal.name,
        )
        if way.channel == EMAIL:
            require_addressed(words.letter, way.address)
        made = await self._letters.made(unit, place, words.letter, files) if way.channel == EMAIL else None
        plan = PlannedReply(
            id=PlannedId(new_id()),
            tenant_id=principal.tenant_id,
            interaction_id=interaction.id,
            author_id=me,
            author=principal.name,
            external_id=external_id,
            channel=way.channel,
            text=words.text,
            attachments=files,
            send_at=now + min(timedelta(seconds=words.hold_s), LONGEST_HOLD),
            made_at=now,
            after_seq=interaction.last_seq,
            held=True,
            unless_client_writes=False,
            letter=None if made is None else PlannedLetter(written=words.letter, made=made),
        )
        unit.add_planned(plan)
        unit.audit(
            AuditDraft(
                tenant_id=principal.tenant_id,
                at=now,
                actor_id=me,
                actor=principal.name,
                action=AuditAction.START_INTERACTION,
                object=interaction.id,
                reason=way.channel,
                address=principal.address,
            )
        )
        return Started(interaction=interaction, plan=plan, continued=thread is not None)

    async def _holder(self, unit: StartUnit, principal: Principal, me: UserId, now: datetime) -> Agent:
        if principal.may(Permission.SUPERVISE):
            return await one_who_holds(unit, principal, me, now, self._lease)
        agent = (await unit.agents([me])).get(me)
        if agent is None or not _is_there(agent, now):
            raise Conflict("you are not there", code="be_there_first")
        return agent


def _is_there(agent: Agent | None, now: datetime) -> bool:
    return agent is not None and agent.wish is not Wish.OFFLINE and is_present(agent, now)


def _user_of(principal: Principal) -> UserId:
    principal.require(Permission.START_INTERACTION)
    if principal.user_id is None:
        raise NotFound("you are no person")
    return principal.user_id


def _chosen(ways: Sequence[Way], words: FirstWords) -> Way | None:
    """The way by the account that was named, else by the queue's own, else the first."""
    if words.account:
        return next((way for way in ways if way.account == words.account), None)
    return next((way for way in ways if way.queue_id == words.queue_id), ways[0] if ways else None)


async def _again(unit: StartUnit, before: PlannedReply, client: Client, text: str) -> Started:
    interaction = (await unit.interactions([before.interaction_id]))[before.interaction_id]
    # what is over keeps no text
    if interaction.person_id != client.person_id or before.text not in {text, ""}:
        raise Invalid("this key was used otherwise", field="Idempotency-Key", code="key_used_otherwise")
    return Started(interaction=interaction, plan=before, continued=interaction.opened_at != before.made_at)


async def _queue(unit: StartUnit, principal: Principal, queue_id: QueueId) -> Queue:
    queue = (await unit.queues()).get(queue_id)
    if queue is None or queue.id not in principal.queues or queue.rules.retired:
        raise Invalid("there is no such queue of yours", field="queue_id", code="no_such_queue")
    return queue


def _no_way(kind: IdentityKind, address: str, closed: WayClosed) -> Way:
    return Way(
        kind=kind,
        channel=kind.value,
        media=_MEDIA.get(kind, Media.CHAT),
        account="",
        thread="",
        address=address,
        label="" if kind is IdentityKind.WEBCHAT else address,
        language="",
        queue_id=None,
        closed=closed,
    )
