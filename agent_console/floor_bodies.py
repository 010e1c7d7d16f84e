"""Bodies of administering the floor: queues and staffing."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from agent_console.bodies import Answer, Body, Id
from hub.domain.hours import CalendarId
from hub.domain.ids import QueueId, TenantId
from hub.domain.queue import (
    Overflow,
    Queue,
    QueueRules,
    RecordRule,
    Relaxation,
    RoutingOrder,
    ServiceLevelTarget,
    VoiceRules,
    WhenClosed,
)
from hub.domain.signature import Signature
from hub.domain.text_times import TextTimes

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Names = Annotated[dict[Language, Annotated[str, Meta(max_length=100)]], Meta(max_length=20)]
Texts = Annotated[dict[Language, Annotated[str, Meta(max_length=1_000)]], Meta(max_length=20)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
SkillName = Annotated[str, Meta(min_length=1, max_length=60)]
Levels = Annotated[dict[SkillName, Annotated[int, Meta(ge=1, le=10)]], Meta(max_length=50)]
LevelsDown = Annotated[dict[SkillName, Annotated[int, Meta(ge=0, le=10)]], Meta(max_length=50)]
Seconds = Annotated[float, Meta(ge=0, le=86_400)]
Version = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Priority = Annotated[int, Meta(ge=-100, le=100)]


class RelaxationBody(Body, frozen=True, kw_only=True):
    """After `after_s` of waiting these levels are enough; 0 asks for the skill no more."""

    after_s: Annotated[int, Meta(ge=1, le=86_400)]
    skills: LevelsDown = field(default_factory=dict)


class OverflowBody(Body, frozen=True, kw_only=True):
    """Where work goes after so much waiting, or from so long a line on."""

    queue_id: Id
    after_s: Annotated[int, Meta(ge=1, le=86_400)] | None = None
    length: Annotated[int, Meta(ge=1, le=100_000)] | None = None


class VoiceBody(Body, frozen=True, kw_only=True):
    """What a caller meets, and what is kept of the call. `keep_recordings_days`: 0 for ever, null as the house does."""

    answer_with_music: bool = False
    max_ring_s: Annotated[float, Meta(ge=10, le=180)] = 60.0
    say_place: bool = True
    say_wait: bool = True
    offer_callback: bool = True
    when_closed_voicemail: bool = True
    record: RecordRule = RecordRule.NEVER
    announce_recording: bool = True
    keep_recordings_days: Annotated[int, Meta(ge=0, le=36_500)] | None = None

    def rules(self) -> VoiceRules:
        """As the domain knows them."""
        return VoiceRules(
            answer_with_music=self.answer_with_music,
            max_ring_s=self.max_ring_s,
            say_place=self.say_place,
            say_wait=self.say_wait,
            offer_callback=self.offer_callback,
            when_closed_voicemail=self.when_closed_voicemail,
            record=self.record,
            announce_recording=self.announce_recording,
            keep_recordings_days=self.keep_recordings_days,
        )


class SignatureBody(Body, frozen=True, kw_only=True):
    """What stands under a letter; without `html` that form is made from `text`."""

    text: Annotated[str, Meta(max_length=4_000)] = ""
    html: Annotated[str, Meta(max_length=4_000)] = ""


Signatures = Annotated[dict[Language, SignatureBody], Meta(max_length=20)]
Target = Annotated[float, Meta(ge=1, le=90 * 86_400)]


class TimesBody(Body, frozen=True, kw_only=True):
    """How soon clients in writing shall be answered, in seconds of the queue's hours; null: no such clock.

    `reply_within_s`: whoever has had the client's words for so long without an answer loses the work to the line.
    """

    first_response_s: Target | None = None
    next_response_s: Target | None = None
    resolution_s: Target | None = None
    reply_within_s: Target | None = None
    warn_before_s: Annotated[float, Meta(ge=0, le=86_400)] = 120.0

    def times(self) -> TextTimes:
        """As the domain knows them."""
        return TextTimes(
            first_response_s=self.first_response_s,
            next_response_s=self.next_response_s,
            resolution_s=self.resolution_s,
            reply_within_s=self.reply_within_s,
            warn_before_s=self.warn_before_s,
        )


class QueueDraft(Body, frozen=True, kw_only=True):
    """The rules of a queue, all of them."""

    name: Name
    languages: Annotated[tuple[Language, ...], Meta(max_length=20)] = ()
    language_level: Annotated[int, Meta(ge=1, le=10)] = 3
    skills: Levels = field(default_factory=dict)
    priority: Priority = 0
    offer_s: Annotated[float, Meta(ge=3, le=600)] = 20.0
    wrap_up_s: Annotated[float, Meta(ge=0, le=3_600)] = 30.0
    missed_limit: Annotated[int, Meta(ge=0, le=100)] = 3
    sl_share: Annotated[float, Meta(gt=0, le=1)] = 0.8
    sl_threshold_s: Seconds = 20.0
    sl_short_abandon_s: Seconds = 5.0
    order: RoutingOrder = RoutingOrder.FEWEST
    owner_first_s: Annotated[int, Meta(ge=0, le=3_600)] = 0
    relaxations: Annotated[tuple[RelaxationBody, ...], Meta(max_length=10)] = ()
    overflow: OverflowBody | None = None
    calendar_id: Id | None = None
    when_closed: WhenClosed = WhenClosed.WAIT
    closed_texts: Texts = field(default_factory=dict)
    closed_queue_id: Id | None = None
    voice: VoiceBody = VoiceBody()
    signatures: Signatures = field(default_factory=dict)
    times: TimesBody = TimesBody()
    continues_s: Annotated[float, Meta(ge=0, le=2_592_000)] = 86_400.0

    def queue(self, queue_id: str, version: int) -> Queue:
        """The queue with these rules."""
        over = self.overflow
        return Queue(
            id=QueueId(queue_id),
            tenant_id=TenantId(""),
            name=self.name,
            languages=tuple(dict.fromkeys(self.languages)),
            language_level=self.language_level,
            skills=dict(self.skills),
            priority=self.priority,
            offer_s=self.offer_s,
            wrap_up_s=self.wrap_up_s,
            missed_limit=self.missed_limit,
            service_level=ServiceLevelTarget(
                share=self.sl_share,
                threshold_s=self.sl_threshold_s,
                short_abandon_s=self.sl_short_abandon_s,
            ),
            rules=QueueRules(
                order=self.order,
                owner_first_s=self.owner_first_s,
                relaxations=tuple(
                    Relaxation(after_s=r.after_s, skills=dict(r.skills)) for r in self.relaxations
                ),
                overflow=None
                if over is None
                else Overflow(queue_id=QueueId(over.queue_id), after_s=over.after_s, length=over.length),
                calendar_id=None if self.calendar_id is None else CalendarId(self.calendar_id),
                when_closed=self.when_closed,
                closed_texts=dict(self.closed_texts),
                closed_queue_id=None if self.closed_queue_id is None else QueueId(self.closed_queue_id),
                voice=self.voice.rules(),
                signatures={k: Signature(text=s.text, html=s.html) for k, s in self.signatures.items()},
                times=self.times.times(),
                continues_s=self.continues_s,
            ),
            version=version,
        )


class QueueChange(Body, frozen=True, kw_only=True):
    """The rules of a queue, as they shall be, and the version they were read at."""

    version: Version
    queue: QueueDraft


class QueueSetup(Answer, frozen=True, kw_only=True):
    """A queue with all its rules. `waiting` counts what is in its line, `sites` those that write into it;
    `mail_accounts` and `telegram_bots` are the names of those that lead there, by their own queue or by a rule or
    button."""

    id: str
    version: int
    name: str
    languages: tuple[str, ...]
    language_level: int
    skills: dict[str, int]
    priority: int
    offer_s: float
    wrap_up_s: float
    missed_limit: int
    sl_share: float
    sl_threshold_s: float
    sl_short_abandon_s: float
    order: RoutingOrder
    owner_first_s: float
    relaxations: tuple[Relaxation, ...]
    overflow: Overflow | None
    calendar_id: str | None
    when_closed: WhenClosed
    closed_texts: dict[str, str]
    closed_queue_id: str | None
    voice: VoiceRules
    signatures: dict[str, Signature]
    times: TextTimes
    continues_s: float
    retired: bool
    retired_to: str | None
    waiting: int
    sites: int
    is_open: bool
    next_opening_at: datetime | None
    mail_accounts: tuple[str, ...] = ()
    telegram_bots: tuple[str, ...] = ()


class QueueSetups(Answer, frozen=True, kw_only=True):
    """All queues."""

    items: tuple[QueueSetup, ...]
    next: str | None = None


class Retirement(Body, frozen=True, kw_only=True):
    """Out of service; what waits goes on to `to_queue_id`, or is finished where it is."""

    version: Version
    to_queue_id: Id | None = None


class AtVersion(Body, frozen=True, kw_only=True):
    """Which version of the thing was seen."""

    version: Version


class CellChange(Body, frozen=True, kw_only=True):
    """One cell of the matrix: what was seen in it, and what it shall be."""

    agent_id: Id
    what: Annotated[str, Meta(pattern=r"^(skill|capacity|queue)$")]
    key: Annotated[str, Meta(min_length=1, max_length=60)]
    before: Annotated[int, Meta(ge=0, le=1000)]
    after: Annotated[int, Meta(ge=0, le=1000)]


class StaffingChange(Body, frozen=True, kw_only=True):
    """Cells of the matrix, all or none."""

    changes: Annotated[tuple[CellChange, ...], Meta(max_length=2_000)]


class AgentSetup(Answer, frozen=True, kw_only=True):
    """One row of the matrix."""

    id: str
    name: str
    skills: dict[str, int]
    voice: int
    chat: int
    mail: int
    queues: tuple[str, ...]


class StaffedQueue(Answer, frozen=True, kw_only=True):
    """A queue as the matrix shows it: what it asks for."""

    id: str
    name: str
    skills: dict[str, int]


class StaffingView(Answer, frozen=True, kw_only=True):
    """The matrix: agents by skills, capacities and queues."""

    agents: tuple[AgentSetup, ...]
    skills: tuple[str, ...]
    queues: tuple[StaffedQueue, ...]


class SkillNamed(Body, frozen=True, kw_only=True):
    """A skill, by its name."""

    name: SkillName


class SkillRename(Body, frozen=True, kw_only=True):
    """A skill gets another name, everywhere."""

    name: SkillName
    to: SkillName
