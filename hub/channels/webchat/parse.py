"""Makes values of what a visitor sends: frames of bytes, clean text, and the touch. Without I/O."""

import hashlib
import re
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

import msgspec

from hub.channels.webchat.frames import VisitorFrame, VisitorHello
from hub.domain.errors import Invalid
from hub.domain.person import IdentityKind
from hub.domain.texts import one_line, written_text
from hub.domain.touch import Attachment, Claim, InboundTouch, Sender, TouchKind
from hub.ports.visitors import Site, Visitor

CHANNEL = "webchat"
ID_CHARS = 64
NAME_CHARS = 120
MAIL_CHARS = 320
ADDRESS_CHARS = 2048
TITLE_CHARS = 200
UTM_CHARS = 200
UTM_KEYS = ("source", "medium", "campaign", "term", "content")
SEQ_LIMIT = 2**53
LEAST_RETRY_MS = 50

_decoder: msgspec.json.Decoder[VisitorFrame] = msgspec.json.Decoder(VisitorFrame)
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def frame_from(raw: bytes) -> VisitorFrame:
    """The frame in `raw`. Raises Invalid (`bad_frame`) for anything that is none."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise Invalid("this is no frame of the chat protocol", code="bad_frame") from exc


def client_id(text: str) -> str:
    """A visitor's own id of a message: 1 to 64 printable characters. Raises Invalid (`bad_frame`)."""
    if not 1 <= len(text) <= ID_CHARS or not text.isprintable():
        raise Invalid("client_msg_id has 1 to 64 printable characters", code="bad_frame")
    return text


def message_text(text: str, limit: int, *, may_be_empty: bool = False) -> str:
    """What is kept of a message: no control characters but line feed and tab, no blanks around it.

    Raises Invalid (`empty`, `too_long`); `limit` is in characters.
    """
    kept = written_text(text)
    if not kept and not may_be_empty:
        raise Invalid("the message is empty", code="empty")
    if len(kept) > limit:
        raise Invalid(f"a message has at most {limit} characters", code="too_long")
    return kept


def language_of(tag: str, known: tuple[str, ...], otherwise: str) -> str:
    """The primary tag of a BCP 47 language if it is `known`, else `otherwise`."""
    primary = tag[:ID_CHARS].replace("_", "-").partition("-")[0].strip().lower()
    return primary if primary in known else otherwise


def about_of(hello: VisitorHello, language: str) -> dict[str, str]:
    """What the visitor's browser and form say of them; empty things are left out.

    Addresses that are not of the web are left out too: an agent may click them.
    """
    page = _web_address(hello.page)
    said = {
        "page": page,
        "title": one_line(hello.title, TITLE_CHARS) if page else "",
        "landing": page,
        "referrer": _web_address(hello.referrer),
        "language": language,
        "email": one_line(hello.email, MAIL_CHARS),
        **_campaign(hello, page),
    }
    return {key: value for key, value in said.items() if value}


def _campaign(hello: VisitorHello, page: str) -> dict[str, str]:
    """The campaign that brought the visitor: what they say, else what their page's address says."""
    said = hello.utm or {
        name.removeprefix("utm_"): value for name, value in _query(page) if name.startswith("utm_")
    }
    return {f"utm_{key}": one_line(said.get(key, ""), UTM_CHARS) for key in UTM_KEYS}


def _query(address: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(address).query, max_num_fields=100)
    except ValueError:
        return []


def about_page(about: dict[str, str], page: str, title: str) -> dict[str, str]:
    """`about` for a visitor who is on `page` now."""
    address = _web_address(page)
    if not address:
        return about
    moved = {**about, "page": address, "title": one_line(title, TITLE_CHARS)}
    moved.setdefault("landing", address)
    return {key: value for key, value in moved.items() if value}


def about_again(about: dict[str, str], hello: VisitorHello, language: str) -> dict[str, str]:
    """`about` for a visitor who is back: where they came from first stays, unless a campaign brought them."""
    now = about_of(hello, language)
    if any(key.startswith("utm_") for key in now):
        about = {key: value for key, value in about.items() if not key.startswith("utm_")}
        return {**about, **now}
    return {**now, **about, **{key: now[key] for key in ("page", "title") if key in now}}


def _web_address(text: str) -> str:
    line = one_line(text, ADDRESS_CHARS)
    return line if _WEB_ADDRESS.fullmatch(line) else ""


def milliseconds(wait_s: float) -> int:
    """A wait as frames carry it: rounded up, never nothing."""
    return max(LEAST_RETRY_MS, -int(-wait_s * 1000 // 1))


def account_of(site: Site) -> str:
    """The channel account of a site."""
    return f"{CHANNEL}:{site.key}"


def inbound_touch(
    *,
    site: Site,
    visitor: Visitor,
    hello: VisitorHello,
    language: str,
    msg_id: str,
    text: str,
    raw: bytes,
    at: datetime,
    name: str = "",
    attachments: tuple[Attachment, ...] = (),
    claims: tuple[Claim, ...] = (),
) -> InboundTouch:
    """The touch that a message is. `text` is clean, `raw` the frame as it came, `at` when; `name` and `claims`
    are what the visitor says of themselves."""
    files = "".join(f"\x00{a.sha256}" for a in attachments)
    return InboundTouch(
        tenant_id=site.tenant_id,
        channel=CHANNEL,
        account=account_of(site),
        external_id=f"{visitor.id}:{msg_id}",
        thread=visitor.id,
        sender=_sender(visitor, name or hello.name),
        queue_id=site.queue_id,
        text=text,
        raw=raw,
        body_sha256=hashlib.sha256((text + files).encode()).hexdigest(),
        received_at=at,
        language=language,
        about=about_of(hello, language),
        attachments=attachments,
        claims=claims,
    )


def form_touch(
    *,
    site: Site,
    visitor: Visitor,
    name: str,
    language: str,
    msg_id: str,
    text: str,
    raw: bytes,
    at: datetime,
    claims: tuple[Claim, ...] = (),
) -> InboundTouch:
    """The touch that a filled-in form is; its text is for the agents."""
    return InboundTouch(
        tenant_id=site.tenant_id,
        channel=CHANNEL,
        account=account_of(site),
        external_id=f"{visitor.id}:{msg_id}:form",
        thread=visitor.id,
        sender=_sender(visitor, name),
        queue_id=site.queue_id,
        text=text,
        raw=raw,
        body_sha256=hashlib.sha256(text.encode()).hexdigest(),
        received_at=at,
        language=language,
        kind=TouchKind.FORM,
        claims=claims,
    )


def _sender(visitor: Visitor, name: str) -> Sender:
    return Sender(kind=IdentityKind.WEBCHAT, value=visitor.id, name=one_line(name, NAME_CHARS))
