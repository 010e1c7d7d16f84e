"""Bodies of the REST API: what comes in, what goes out. The OpenAPI document is made from these classes."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.desk.found import AgentView
from hub.desk.views import DispositionView, MeView, NamedView
from hub.domain.card import ClientCard
from hub.domain.ids import TouchId
from hub.domain.letter import MailAddress
from hub.domain.mail import RECIPIENTS_LIMIT, SUBJECT_CHARS
from hub.domain.written_letter import HTML_CHARS, WrittenLetter

Text = Annotated[str, Meta(min_length=1, max_length=8_000)]
Words = Annotated[str, Meta(max_length=100_000)]
"""A text to a client or the beginnings of one; what a channel takes of it is among the reply limits."""
Short = Annotated[str, Meta(min_length=1, max_length=200)]
Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]

WRITING_BYTES = 1024 * 1024
"""Of a request that brings something written, in both its forms."""


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a client sends: an unknown field is an error that names it."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what the hub answers."""


class SignIn(Body, frozen=True, kw_only=True):
    """Login and password, and the code of the authenticator (or a recovery code) where there is one."""

    login: Short
    password: Annotated[str, Meta(min_length=1, max_length=1_000)]
    code: Annotated[str, Meta(max_length=40)] = ""


class SetUp(Body, frozen=True, kw_only=True):
    """The first administrator, proved by the one-time token that the hub printed on its own terminal."""

    token: Short
    login: Short
    name: Short
    password: Annotated[str, Meta(min_length=12, max_length=1_000)]


class SetUpState(Answer, frozen=True, kw_only=True):
    """Whether the hub still waits for its first administrator."""

    needed: bool


class SignedIn(Answer, frozen=True, kw_only=True):
    """Who signed in, and the token every write must carry in `X-CSRF-Token`.

    `must_first` names what has to be done before anything else is allowed: `password_change_needed`,
    `second_factor_set_up_needed`, or nothing.
    """

    user: MeView
    csrf: str
    must_first: str = ""


class StateWish(Body, frozen=True, kw_only=True):
    """What the agent wants to be: `available`, `paused` (with a reason) or `offline`."""

    state: Annotated[str, Meta(max_length=20)]
    reason: Annotated[str, Meta(max_length=200)] = ""


class Decline(Body, frozen=True, kw_only=True):
    """Why the agent does not take it."""

    reason: Annotated[str, Meta(max_length=200)] = ""


class AttachedFile(Body, frozen=True, kw_only=True):
    """A file as `POST /api/v1/attachments` answered it. The hub believes its own record of type and size."""

    sha256: Annotated[str, Meta(min_length=64, max_length=64)]
    name: Short
    media_type: Annotated[str, Meta(max_length=200)] = ""
    size_bytes: Annotated[int, Meta(ge=0)] = 0


Files = Annotated[tuple[AttachedFile, ...], Meta(max_length=10)]


class Addressee(Body, frozen=True, kw_only=True):
    """An address, and the name that stands beside it."""

    address: Annotated[str, Meta(max_length=320)]
    name: Annotated[str, Meta(max_length=200)] = ""


Addressees = Annotated[tuple[Addressee, ...], Meta(max_length=RECIPIENTS_LIMIT)]


class LetterToSend(Body, frozen=True, kw_only=True):
    """What an e-mail has besides text and files. An empty `subject` or `to` is as `GET …/letter` proposes it.

    `html` is the text with formatting (the plain form is `text`, or made from it where that is empty); `quote` names
    the letter whose words stand beneath, `signed` adds the signature of the queue.
    """

    subject: Annotated[str, Meta(max_length=SUBJECT_CHARS)] = ""
    to: Addressees = ()
    cc: Addressees = ()
    bcc: Addressees = ()
    html: Annotated[str, Meta(max_length=HTML_CHARS)] = ""
    quote: Id | None = None
    signed: bool = True


def written_letter(body: LetterToSend | None) -> WrittenLetter | None:
    """What it says."""
    if body is None:
        return None
    to, cc, bcc = (
        tuple(MailAddress(address=one.address, name=one.name) for one in found)
        for found in (body.to, body.cc, body.bcc)
    )
    return WrittenLetter(
        subject=body.subject,
        to=to,
        cc=cc,
        bcc=bcc,
        html=body.html,
        quote=None if body.quote is None else TouchId(body.quote),
        signed=body.signed,
    )


class Reply(Body, frozen=True, kw_only=True):
    """A message to the client on `channel`: text, files, or both; by e-mail, a `letter` too."""

    channel: Short
    text: Words = ""
    attachments: Files = ()
    letter: LetterToSend | None = None


class Note(Body, frozen=True, kw_only=True):
    """A note among ourselves. `mentions` are told of it, and may read this interaction from then on."""

    text: Annotated[str, Meta(max_length=8_000)] = ""
    attachments: Files = ()
    mentions: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()


class Close(Body, frozen=True, kw_only=True):
    """The outcome, with the answers to its form by their codes."""

    disposition: Short
    note: Annotated[str, Meta(max_length=8_000)] = ""
    fields: Annotated[
        dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=2_000)] | float | bool],
        Meta(max_length=20),
    ] = {}


class Transfer(Body, frozen=True, kw_only=True):
    """To whom the work goes: a queue, with a note for the next agent."""

    queue_id: Id
    note: Annotated[str, Meta(max_length=8_000)] = ""


class ReadMark(Body, frozen=True, kw_only=True):
    """Everything up to `seq` has been read."""

    seq: Annotated[int, Meta(ge=0)]


class CardAnswer(Answer, frozen=True, kw_only=True):
    """The client's card; `may_edit` says whether it is within the reach of one's edits."""

    card: ClientCard
    may_edit: bool = False


class DispositionPage(Answer, frozen=True, kw_only=True):
    """The outcomes."""

    items: tuple[DispositionView, ...]
    next: str | None


class Done(Answer, frozen=True, kw_only=True):
    """It is done."""

    ok: bool = True


class FigureView(Answer, frozen=True, kw_only=True):
    """One figure: its name in terms.md, its value (None: nothing to compute from), unit, and formula."""

    name: str
    value: float | None
    unit: str
    formula: str


class QueueFigures(Answer, frozen=True, kw_only=True):
    """The figures of one queue in one interval. `service_levels` holds every variant side by side."""

    queue: NamedView
    from_at: datetime
    to_at: datetime
    figures: tuple[FigureView, ...]
    service_levels: tuple[FigureView, ...]


class QueueReport(Answer, frozen=True, kw_only=True):
    """A row a queue."""

    items: tuple[QueueFigures, ...]
    next: str | None


class WallboardQueue(Answer, frozen=True, kw_only=True):
    """One row of the wallboard; today's figures in the tenant's time zone."""

    id: str
    name: str
    waiting: int
    oldest_at: datetime | None
    ewt_s: float | None
    staffed: int
    available: int
    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    asa_s: float | None
    aht_s: float | None


class Wallboard(Answer, frozen=True, kw_only=True):
    """All queues and agents now. Pop latency is touch received → frame sent, of the last 1,000 offers."""

    queues: tuple[WallboardQueue, ...]
    agents: tuple[AgentView, ...]
    pop_ms_p50: float | None
    pop_ms_p95: float | None
    pop_ms_p99: float | None
    at: datetime


class Problem(Answer, frozen=True, kw_only=True):
    """RFC 9457. `code` is stable; `field` is the dotted path of what is wrong, if one is."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str = ""
    field: str | None = None
    retry_after_s: float | None = None
