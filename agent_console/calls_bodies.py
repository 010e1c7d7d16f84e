"""Bodies of telephony: one's phone, a call to make, and what is done with a call."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body, Id
from hub.desk.views import CallView
from hub.domain.call import PhoneKind, RecordingState

Number = Annotated[str, Meta(min_length=1, max_length=64)]


class PhoneWish(Body, frozen=True, kw_only=True):
    """Where one is reached: in the console, on a phone that registers here, or at an address or a number (`uri`)."""

    kind: PhoneKind
    uri: Annotated[str, Meta(max_length=400)] = ""
    auto_answer: bool = False


class PhoneView(Answer, frozen=True, kw_only=True):
    """Where one is reached. `account` is the name by which a browser or a desk phone registers; `ready`: it can be
    rung now, so calls are offered. `refused` is the code of why a number that was chosen is not called from this house
    any more, or empty. Without `telephony` there are no calls at all."""

    kind: PhoneKind
    uri: str
    account: str
    auto_answer: bool
    ready: bool
    telephony: bool
    refused: str = ""


class Dial(Body, frozen=True, kw_only=True):
    """Whom to call: a number, or a client (at `identity`, one of their numbers; else at their first).

    In `interaction_id`, which one has in hand, or as work of `queue_id` (else of one's first queue).
    """

    number: Number | None = None
    person_id: Id | None = None
    identity: Number | None = None
    queue_id: Id | None = None
    interaction_id: Id | None = None


class Keys(Body, frozen=True, kw_only=True):
    """Keys of a telephone: 0-9 * # A-D."""

    keys: Annotated[str, Meta(min_length=1, max_length=32)]


class ToWhom(Body, frozen=True, kw_only=True):
    """Exactly one of them."""

    agent_id: Id | None = None
    queue_id: Id | None = None
    number: Annotated[str, Meta(min_length=1, max_length=400)] | None = None


class HandOver(Body, frozen=True, kw_only=True):
    """Whom the call goes to."""

    to: ToWhom


class RecordingWish(Body, frozen=True, kw_only=True):
    """Whether what is said is kept from now on."""

    state: RecordingState


class CallPage(Answer, frozen=True, kw_only=True):
    """Calls, the oldest first."""

    items: tuple[CallView, ...]
    next: str | None
