"""What calls are made with: the seats that the hub fills."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from hub.channels.sip.b2bua.going_over import GoesOver
from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Source, Target, UserAgent
from hub.channels.sip.message import Request
from hub.domain.call import AgentPhone
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.queue import Queue
from hub.ports.calls import CallDesk
from hub.ports.clock import Clock
from hub.ports.inbox import Inbox
from hub.ports.media import LegKind, MediaEngine, Sound
from hub.ports.recordings import RecordingVault
from hub.ports.visitors import LineHours


class Phrase(StrEnum):
    """What is said to a caller."""

    GREETING = "greeting"
    PLACE = "place"
    """With the place in line."""
    WAIT = "wait"
    """With the minutes that are expected."""
    CALLBACK_OFFER = "callback_offer"
    CALLBACK_KEPT = "callback_kept"
    CLOSED = "closed"
    LEAVE_MESSAGE = "leave_message"
    RECORDED = "recorded"
    NOBODY = "nobody"
    CHOOSE = "choose"
    NOT_KNOWN = "not_known"


class Prompts(Protocol):
    """The sounds of the house."""

    def say(self, language: str, *phrases: Phrase | tuple[Phrase, int]) -> Sound:
        """These phrases one after the other, in the language or else in English; what there is no sound for is
        left out."""
        ...

    def menu(self, language: str, name: str) -> Sound:
        """What the menu of that name says."""
        ...

    def music(self) -> Sound:
        """For those who wait, without end."""
        ...

    def ringing(self) -> Sound:
        """What is heard while somebody's phone rings."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Where a key of a menu leads."""

    queue_id: QueueId
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Keys and where they lead. Whoever presses none within `wait_s`, `tries` times, goes to the line's own queue."""

    name: str
    choices: dict[str, Choice] = field(default_factory=dict)
    wait_s: float = 6.0
    tries: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where a call leads, and who calls as far as that can be believed. `account` is the channel account
    (`sip:<trunk>`), `dialled` the number or the user that was called, `number` the caller's (E.164, or the digits of a
    short one, or empty for somebody who does not say), `name` what they call themselves: a hint, never a proof."""

    account: str
    queue_id: QueueId
    dialled: str
    number: str
    name: str = ""
    language: str = ""
    menu: Menu | None = None


class Lines(Protocol):
    """The numbers of the house."""

    def of(self, invite: Request, source: Source) -> Line | None:
        """Where this call leads, by what was dialled and from where; None: nowhere."""
        ...

    def queue_named(self, user: str) -> QueueId | None:
        """The line of that name, for a phone of ours that hands a client to it."""
        ...


class Phones(Protocol):
    """Where agents are reached now."""

    def reach(self, phone: AgentPhone) -> tuple[Target, LegKind] | None:
        """Whom to call; None when the phone is not there."""
        ...

    def judge_address(self, address: str) -> None:
        """Whether a phone at this SIP address may be called. Raises Invalid (`phone_host_not_allowed`, `bad_uri`)."""
        ...

    def agent_of(self, account: str) -> UserId | None:
        """Whose phone registers by that name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How somebody outside is called: whom to invite, and who we are to them."""

    target: Target
    shown: NameAddr


class Outside(Protocol):
    """The way out of the house. `leg` names the leg that is to be called, and is told `over` at its end: calls are
    counted against the caps while they last."""

    @property
    def is_there(self) -> bool:
        """Whether anybody can be called outside at all."""
        ...

    def way(self, leg: str, called: str, agent_id: UserId | None) -> Way:
        """How a number or an address is called for this agent.

        Raises Invalid (`bad_phone`, `number_country`, `number_premium`, `number_short`, `number_unknown`,
        `number_never`, `number_not_allowed`), Conflict (`calls_at_night`), TooMany (`calls_an_hour`,
        `calls_at_a_time`, `all_calls_at_a_time`), Unavailable (`no_trunk`).
        """
        ...

    def judge(self, called: str, agent_id: UserId) -> None:
        """Whether `way` would give one now; nothing is counted by it. Raises as it does."""
        ...

    def judge_number(self, called: str) -> None:
        """Whether the number is called at all, whoever calls and whenever. Raises Invalid as `way`, Conflict
        (`no_trunk`)."""
        ...

    def over(self, leg: str) -> None:
        """It is over. A name that is none is no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Everything a call needs. `queue` gives a line as it is now, `hours` whether it is open, `wait_s` what somebody
    at that place of it may expect, `other_call` finds the call of a phone that a Replaces means."""

    tenant_id: TenantId
    node: str
    realm: str
    inbox: Inbox
    desk: CallDesk
    engine: MediaEngine
    user_agent: UserAgent
    lines: Lines
    phones: Phones
    outside: Outside
    prompts: Prompts
    vault: RecordingVault | None
    clock: Clock
    queue: Callable[[QueueId], Awaitable[Queue | None]]
    hours: Callable[[QueueId, str], Awaitable[LineHours]]
    wait_s: Callable[[QueueId, int], float | None]
    other_call: Callable[[Replaces], GoesOver | None] = lambda _: None
