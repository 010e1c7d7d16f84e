"""What the store knows about a batch of inbound touches: the decision works on it and adds to it."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.continuing import Engaged
from hub.domain.ids import InteractionId, PersonId, QueueId, TouchId
from hub.domain.interaction import Interaction, Session
from hub.domain.person import IdentityKind, Person
from hub.domain.queue import Queue
from hub.domain.work import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A touch that is there already under this (account, external id)."""

    touch_id: TouchId
    interaction_id: InteractionId
    seq: int
    at: datetime
    body_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThread:
    """An open session with its interaction and the pass of it that is under way, if any."""

    session: Session
    interaction: Interaction
    item: WorkItem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadClient:
    """With whom a thread was, when its last interaction ended: where they are written to, in which language, and whose
    work it was."""

    person: Person
    address: str
    language: str
    queue_id: QueueId


@dataclass(slots=True, kw_only=True)
class Known:
    """What the store knows about a batch of inbound touches; the decision works on it and adds to it.

    Keys: `stored` by (account, external id), `threads` by (account, thread), `persons` by (kind, value).
    `last_seqs` holds the newest number of a thread whose interactions have all ended: numbers go on over them,
    so that a client can tell new messages from seen ones. `ambiguous` are numbers of callers that may be of more
    than one person, or of one who only says so: they stand for nobody. `proven` are addresses by which somebody is
    known, `engaged` what is open with those persons. `clients` are those of the threads of which something came that is
    not from them (`InboundTouch.of_thread`). `site_users` are the users of web sites that persons are known to be,
    looked up when somebody comes whom a site vouches for.
    """

    stored: dict[tuple[str, str], StoredKey] = field(default_factory=dict)
    threads: dict[tuple[str, str], OpenThread] = field(default_factory=dict)
    persons: dict[tuple[IdentityKind, str], Person] = field(default_factory=dict)
    last_seqs: dict[tuple[str, str], int] = field(default_factory=dict)
    queues: dict[QueueId, Queue] = field(default_factory=dict)
    ambiguous: set[str] = field(default_factory=set)
    proven: set[tuple[IdentityKind, str]] = field(default_factory=set)
    engaged: dict[PersonId, dict[InteractionId, Engaged]] = field(default_factory=dict)
    clients: dict[tuple[str, str], ThreadClient] = field(default_factory=dict)
    site_users: dict[PersonId, set[str]] = field(default_factory=dict)
    _newest: dict[InteractionId, OpenThread] = field(default_factory=dict)

    def thread_at(self, account: str, thread: str) -> OpenThread | None:
        """That thread, with its interaction as it is now: another thread of it may have taken numbers meanwhile."""
        found = self.threads.get((account, thread))
        return None if found is None else self.as_it_is_now(found)

    def as_it_is_now(self, thread: OpenThread) -> OpenThread:
        """The thread with the newest interaction and pass that were kept."""
        newest = self._newest.get(thread.interaction.id)
        if newest is None or newest.interaction is thread.interaction:
            return thread
        return OpenThread(session=thread.session, interaction=newest.interaction, item=newest.item)

    def keep(self, thread: OpenThread) -> None:
        """This is how the thread is from now on."""
        self.threads[thread.session.account, thread.session.thread] = thread
        self._newest[thread.interaction.id] = thread
