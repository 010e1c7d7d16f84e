"""Bodies of the conversation: plans, drafts, mentions, snoozes, files."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body, Files, Id, LetterToSend, Short, Words
from hub.desk.views import ColleagueView, DraftView, MentionView, PlannedView, SnoozeView
from hub.domain.drafts import DraftKind

Version = Annotated[int, Meta(ge=0)]
People = Annotated[tuple[Id, ...], Meta(max_length=20)]


class Plan(Body, frozen=True, kw_only=True):
    """A reply that is not sent at once: after `hold_s` seconds, in which it can be undone, or at `send_at`.

    `unless_client_writes` cancels one of `send_at` when the client writes before.
    """

    channel: Short
    text: Words = ""
    attachments: Files = ()
    hold_s: Annotated[float, Meta(ge=0, le=60)] = 0.0
    send_at: datetime | None = None
    unless_client_writes: bool = False
    letter: LetterToSend | None = None


class PlanChange(Body, frozen=True, kw_only=True):
    """What is to be different; what is left out stays. `version` is the one that was on the screen. A `letter` comes
    with its `text`."""

    version: Version
    send_at: datetime | None = None
    text: Words | None = None
    unless_client_writes: bool | None = None
    letter: LetterToSend | None = None


class DraftText(Body, frozen=True, kw_only=True):
    """What somebody began to write. `version` is of the newest draft this window has seen, 0 for none."""

    kind: DraftKind
    channel: Annotated[str, Meta(max_length=200)] = ""
    text: Words = ""
    attachments: Files = ()
    mentions: People = ()
    window: Annotated[str, Meta(max_length=64)] = ""
    version: Version = 0
    letter: LetterToSend | None = None


class SnoozeWish(Body, frozen=True, kw_only=True):
    """When it comes back by itself, and why it was laid aside."""

    until: datetime
    reason: Annotated[str, Meta(max_length=200)] = ""


class ReadMentions(Body, frozen=True, kw_only=True):
    """Notes that were read."""

    touch_ids: Annotated[tuple[Id, ...], Meta(max_length=200)]


class KeptDraft(Answer, frozen=True, kw_only=True):
    """The draft as it is kept. `replaced_other`: another window had written since."""

    draft: DraftView
    replaced_other: bool


class DraftPage(Answer, frozen=True, kw_only=True):
    """The drafts of one user for one conversation: two at most."""

    items: tuple[DraftView, ...]
    next: str | None


class PlannedPage(Answer, frozen=True, kw_only=True):
    """Replies to be sent, the next one first."""

    items: tuple[PlannedView, ...]
    next: str | None


class MentionPage(Answer, frozen=True, kw_only=True):
    """Mentions that were not read, newest first."""

    items: tuple[MentionView, ...]
    next: str | None


class SnoozedPage(Answer, frozen=True, kw_only=True):
    """What one laid aside, the next to return first."""

    items: tuple[SnoozeView, ...]
    next: str | None


class ColleaguePage(Answer, frozen=True, kw_only=True):
    """People, by name."""

    items: tuple[ColleagueView, ...]
    next: str | None


class ReplyLimits(Answer, frozen=True, kw_only=True):
    """What fits into one reply on a channel. `file_bytes` is 0 where no files are carried."""

    channel: str
    text_chars: int
    file_bytes: int
    files: int


class ReplyLimitsPage(Answer, frozen=True, kw_only=True):
    """The channels that send, and under the name `note` what fits into a note."""

    items: tuple[ReplyLimits, ...]
    next: str | None


class FileView(Answer, frozen=True, kw_only=True):
    """A file that was brought; a reply or a note carries it as it stands here."""

    sha256: str
    name: str
    media_type: str
    size_bytes: int
