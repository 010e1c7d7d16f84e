"""A line of waiting work and its rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hub.domain.hours import CalendarId
from hub.domain.ids import QueueId, TenantId
from hub.domain.signature import Signature
from hub.domain.text_times import TextTimes


class RoutingOrder(StrEnum):
    """Who is asked first of those who could take the work."""

    FEWEST = "fewest"
    """The least load, then the longest idle."""
    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"
    """Whoever was asked longest ago for work of this queue."""


class WhenClosed(StrEnum):
    """What becomes of work that comes, or waits, while the queue is closed."""

    WAIT = "wait"
    """It waits for the opening; nobody is told more than that."""
    ANSWER = "answer"
    """It waits, and the client is told the text of the queue."""
    FLOW = "flow"
    """It goes on to another queue."""


class RecordRule(StrEnum):
    """Whether calls of the queue are recorded."""

    NEVER = "never"
    """Nobody can, not even the agent."""
    ON_DEMAND = "on_demand"
    """When the agent begins it."""
    ALWAYS = "always"
    """From the moment both are on the line; the agent may pause it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceRules:
    """What a caller meets in this queue, and what is kept of the call.

    `answer_with_music`: the call is answered at once (the caller pays from then on), with announcement and music;
    else they hear it ring, for `max_ring_s` at the longest (no carrier lets a call ring for ever), and music from
    then on. `say_place`, `say_wait` and `offer_callback` are said between the music. `announce_recording`: callers
    are told before anything is recorded. `when_closed_voicemail`: outside the hours they may leave a message.
    `keep_recordings_days` is how long recordings of this queue are kept (0: for ever; None: as the house keeps them).
    """

    answer_with_music: bool = False
    max_ring_s: float = 60.0
    say_place: bool = True
    say_wait: bool = True
    offer_callback: bool = True
    when_closed_voicemail: bool = True
    record: RecordRule = RecordRule.NEVER
    announce_recording: bool = True
    keep_recordings_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """After `after_s` of waiting the levels in `skills` are enough; 0 takes the skill out of the question."""

    after_s: float
    skills: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Where work goes that has waited `after_s`, or that stands behind the first `length` of the line."""

    queue_id: QueueId
    after_s: float | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """What a queue does beyond asking its agents in turn.

    `owner_first_s` keeps work for whoever served the client last, if they are there, before anybody else is asked.
    `calendar_id` names its hours (None: always open), `closed_texts` the answer by language. `signatures` stand under
    its letters, by language. `times` is how soon clients in writing shall be answered. `continues_s`: for so long after
    its newest touch, what is open in it and in nobody's hands is continued by what its client writes on another
    channel. A `retired` queue is shown to nobody; what waits in it is finished, or goes on to `retired_to`.
    """

    order: RoutingOrder = RoutingOrder.FEWEST
    owner_first_s: float = 0.0
    relaxations: tuple[Relaxation, ...] = ()
    overflow: Overflow | None = None
    calendar_id: CalendarId | None = None
    when_closed: WhenClosed = WhenClosed.WAIT
    closed_texts: dict[str, str] = field(default_factory=dict)
    closed_queue_id: QueueId | None = None
    voice: VoiceRules = field(default_factory=VoiceRules)
    signatures: dict[str, Signature] = field(default_factory=dict)
    times: TextTimes = field(default_factory=TextTimes)
    continues_s: float = 86_400.0
    retired: bool = False
    retired_to: QueueId | None = None

    def closed_text(self, language: str) -> str:
        """What a client is told while it is closed: in their language, else in English, else in any."""
        if self.when_closed is not WhenClosed.ANSWER:
            return ""
        texts = self.closed_texts
        return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")

    def relaxed(self, skills: Mapping[str, int], waited_s: float) -> dict[str, int]:
        """What is still asked of an agent after so much waiting. Steps only ever ask for less."""
        wanted = dict(skills)
        for step in self.relaxations:
            if waited_s >= step.after_s:
                for skill, level in step.skills.items():
                    if skill in wanted and level < wanted[skill]:
                        wanted[skill] = level
        return {skill: level for skill, level in wanted.items() if level > 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevelTarget:
    """Answer `share` of the work within `threshold_s`; leaving before `short_abandon_s` does not count."""

    share: float = 0.8
    threshold_s: float = 20.0
    short_abandon_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A line of waiting work.

    `skills` maps a skill to the least level (1–10) an agent needs. `languages` are those this line serves:
    work in one of them also needs the skill `lang:<tag>` at `language_level`. `offer_s` is how long an agent
    may think, `wrap_up_s` the time after the client left, `missed_limit` how many offers in a row an agent
    may miss before being paused (0: never).
    """

    id: QueueId
    tenant_id: TenantId
    name: str
    languages: tuple[str, ...] = ()
    language_level: int = 3
    skills: dict[str, int] = field(default_factory=dict)
    priority: int = 0
    offer_s: float = 20.0
    wrap_up_s: float = 30.0
    missed_limit: int = 3
    service_level: ServiceLevelTarget = field(default_factory=ServiceLevelTarget)
    rules: QueueRules = field(default_factory=QueueRules)
    version: int = 1

    def required_skills(self, language: str) -> dict[str, int]:
        """What an agent must be able to do to take work of this line in `language`."""
        if language in self.languages:
            return {**self.skills, f"lang:{language}": self.language_level}
        return self.skills
