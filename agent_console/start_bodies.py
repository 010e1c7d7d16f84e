"""Bodies of beginning a conversation."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body, Files, Id, LetterToSend, Short, Words
from hub.desk.views import PlannedView
from hub.domain.person import IdentityKind


class Start(Body, frozen=True, kw_only=True):
    """Which way, in which queue, and the first text; it can be undone for `hold_s` seconds.

    `account` is that of the way, where several accounts of ours reach the same address; empty: the queue's, else the
    first. A `letter` is of e-mail only, and needs a subject.
    """

    queue_id: Id
    channel: Short
    address: Annotated[str, Meta(min_length=1, max_length=320)]
    text: Words = ""
    attachments: Files = ()
    letter: LetterToSend | None = None
    account: Annotated[str, Meta(max_length=200)] = ""
    hold_s: Annotated[float, Meta(ge=0, le=60)] = 0.0


class FirstLetter(Body, frozen=True, kw_only=True):
    """A letter to an address, by one of our accounts, as work of a queue. `name` is what the person is called, if
    nobody is known by that address."""

    queue_id: Id
    address: Annotated[str, Meta(min_length=3, max_length=320)]
    name: Annotated[str, Meta(max_length=200)] = ""
    text: Words = ""
    attachments: Files = ()
    letter: LetterToSend
    account: Annotated[str, Meta(max_length=200)] = ""
    hold_s: Annotated[float, Meta(ge=0, le=60)] = 0.0


class WayView(Answer, frozen=True, kw_only=True):
    """One way to a client; of a kind of channel, the one that was used last with this client comes first, then those
    that come to a queue of one's own. `label` is what people call the place, `queue_id` the line it comes to by
    itself, `account` is our side of it, and `sender` the address of ours that a letter comes from.

    `closed` is empty, or says why it cannot be used: `channel_not_connected`, `no_address`, `client_refused`,
    `site_off`, `account_off`, `colleague_has_it` (`holder` is their name), `other_team_has_it`, `account_of_others` (no
    account that it could come from is of a queue you serve; those of others are not among the ways). `continues`: a
    conversation is open there already, in the queue `continues_in`, and what is written goes into it. `held_up` is what
    you have to mend yourself before you begin there: `be_there_first`, `at_capacity`; the code of the refusal
    otherwise.
    """

    kind: IdentityKind
    channel: str
    address: str
    label: str
    language: str
    queue_id: str | None
    last_at: datetime | None
    closed: str
    holder: str
    continues: bool
    continues_in: str | None
    account: str
    sender: str = ""
    held_up: str = ""


class WayPage(Answer, frozen=True, kw_only=True):
    """All of them; ways that can be used first within their kind of channel."""

    items: tuple[WayView, ...]
    next: str | None


class StartedView(Answer, frozen=True, kw_only=True):
    """What was begun. `continued`: the conversation was open already, and the text goes into it."""

    interaction_id: str
    planned: PlannedView
    continued: bool
