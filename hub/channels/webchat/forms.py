"""Makes values of what a visitor fills in: the form before the chat, and the wish to be called. Without I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers

from hub.channels.webchat.frames import VisitorCallback
from hub.domain.callback import CallbackWish
from hub.domain.errors import Invalid
from hub.domain.person import IdentityKind, normalised
from hub.domain.site import FormField, FormFieldKind, said_in
from hub.domain.texts import one_line, written_text
from hub.domain.touch import Claim
from hub.ports.visitors import Site

NAME_CHARS = 120
MAIL_CHARS = 254
PHONE_CHARS = 40
TEXT_CHARS = 500
REASON_CHARS = 500
FURTHEST = timedelta(days=30)

_ASKS_FOR_A_CALL = {
    "en": "Please call me back",
    "ru": "Прошу перезвонить",
    "tr": "Lütfen beni arayın",
}


class BadAnswer(Invalid):
    """An answer to the form is wrong; `field` is its key."""

    code = "bad_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Checked answers: the values by key, the name in them, and the addresses they claim."""

    values: dict[str, str]
    name: str
    claims: tuple[Claim, ...]


def answers_to(site: Site, values: dict[str, str]) -> Answers:
    """The answers as they are kept; keys that the site does not ask for are left out.

    Raises BadAnswer with the field: `missing`, `bad_email`, `bad_phone`, `bad_answer`.
    """
    kept: dict[str, str] = {}
    for asked in site.setup.form:
        value = one_line(written_text(values.get(asked.key, "")), TEXT_CHARS)
        if not value:
            if asked.required:
                raise BadAnswer(f"{asked.key} is missing", field=asked.key, code="missing")
            continue
        kept[asked.key] = _answer(asked, value, site.setup.country)
    name, claims = claimed(site, kept)
    return Answers(values=kept, name=name, claims=claims)


def claimed(site: Site, answers: dict[str, str]) -> tuple[str, tuple[Claim, ...]]:
    """The name and the addresses among kept answers."""
    name, claims = "", []
    for asked in site.setup.form:
        value = answers.get(asked.key, "")
        if value and asked.kind is FormFieldKind.NAME:
            name = value[:NAME_CHARS]
        elif value and asked.kind is FormFieldKind.EMAIL:
            claims.append(Claim(kind=IdentityKind.EMAIL, value=value.lower(), display=value))
        elif value and asked.kind is FormFieldKind.PHONE:
            claims.append(Claim(kind=IdentityKind.PHONE, value=value, display=value))
    return name, tuple(claims)


def form_text(site: Site, answers: dict[str, str]) -> str:
    """The answers as the agents read them: a line each, in the site's language."""
    lines = []
    for asked in site.setup.form:
        if value := answers.get(asked.key):
            labels = {c.value: said_in(c.labels, site.language, "en") for c in asked.choices}
            label = said_in(asked.labels, site.language, "en")
            # a question ends in its own mark
            lines.append(f"{label}{'' if label.endswith('?') else ':'} {labels.get(value, value)}")
    return "\n".join(lines)


def phone_number(text: str, country: str) -> str:
    """The number in E.164. Raises Invalid (`bad_phone`)."""
    said = one_line(text, PHONE_CHARS)
    try:
        parsed = phonenumbers.parse(said, country or None)
    except phonenumbers.NumberParseException as exc:
        raise Invalid("this is no phone number", field="phone", code="bad_phone") from exc
    if not phonenumbers.is_possible_number(parsed):
        raise Invalid("this is no phone number", field="phone", code="bad_phone")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def callback_wish(frame: VisitorCallback, site: Site, now: datetime) -> CallbackWish:
    """The wish to be called. Raises Invalid (`bad_phone`, `bad_time`)."""
    phone = phone_number(frame.phone, site.setup.country)
    due_at = frame.at
    if due_at is not None and (due_at.tzinfo is None or due_at > now + FURTHEST):
        raise Invalid("a call is promised for the next 30 days", field="at", code="bad_time")
    if due_at is not None and due_at <= now:
        due_at = None
    return CallbackWish(phone=phone, reason=written_text(frame.reason)[:REASON_CHARS], due_at=due_at)


def callback_text(wish: CallbackWish, site: Site) -> str:
    """The wish as the agents read it."""
    lines = [f"{said_in(_ASKS_FOR_A_CALL, site.language, 'en')}: {wish.phone}"]
    if wish.due_at is not None:
        lines.append(f"{wish.due_at:%Y-%m-%d %H:%M} UTC")
    if wish.reason:
        lines.append(wish.reason)
    return "\n".join(lines)


def _answer(asked: FormField, value: str, country: str) -> str:
    match asked.kind:
        case FormFieldKind.EMAIL:
            try:
                normalised(IdentityKind.EMAIL, value)
            except ValueError as exc:
                raise BadAnswer("this is no e-mail address", field=asked.key, code="bad_email") from exc
            if len(value) > MAIL_CHARS or "." not in value.partition("@")[2]:
                raise BadAnswer("this is no e-mail address", field=asked.key, code="bad_email")
            return value
        case FormFieldKind.PHONE:
            try:
                return phone_number(value, country)
            except Invalid as exc:
                raise BadAnswer("this is no phone number", field=asked.key, code="bad_phone") from exc
        case FormFieldKind.CHOICE:
            if value not in {choice.value for choice in asked.choices}:
                raise BadAnswer("this is none of the answers", field=asked.key)
            return value
        case FormFieldKind.NAME:
            return value[:NAME_CHARS]
        case FormFieldKind.TEXT:
            return value
