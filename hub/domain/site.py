"""What a web site's chat looks like, asks and allows: the values an administrator sets, and their checks."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from hub.domain.errors import Invalid
from hub.domain.texts import one_line, written_text

LANGUAGES_LIMIT = 20
FIELDS_LIMIT = 12
CHOICES_LIMIT = 30
ORIGINS_LIMIT = 50
LABEL_CHARS = 120
TITLE_CHARS = 60
WORDS_CHARS = 400
MOST_FILE_BYTES = 100 * 1024 * 1024
MOST_FILES = 10

FILE_TYPES = (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
    "text/plain",
    "text/csv",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "audio/mpeg",
    "audio/ogg",
    "video/mp4",
)
"""Types that a site may let its visitors send. SVG and HTML are documents that run: they are none of these."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SITE_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[^\s/?#@:\[\]\"'<>\\]+)(:[0-9]{1,5})?")


class FormFieldKind(StrEnum):
    """What a field of the pre-chat form asks for."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    TEXT = "text"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoice:
    """One answer of a choice: its stable value, and its label by language."""

    value: str
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of the form before the chat. `labels` by language; `choices` for a choice only."""

    key: str
    kind: FormFieldKind
    labels: dict[str, str]
    required: bool = False
    choices: tuple[FormChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteWords:
    """What the widget says in one language; empty: its own words. `away` is shown while the queue is closed."""

    title: str = ""
    greeting: str = ""
    away: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFeatures:
    """What the visitor is offered besides writing."""

    files: bool = True
    rating: bool = True
    callback: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRules:
    """What visitors may send: files a message, bytes a file, media types (a part of FILE_TYPES)."""

    most: int = 5
    most_bytes: int = 10 * 1024 * 1024
    types: tuple[str, ...] = FILE_TYPES[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSetup:
    """All that a site may choose.

    `accent` is `#rrggbb` or empty (the widget's own colour, or what the page's script tag says); `words` by
    language; `form` is asked before the first message (empty: nothing is asked); `country` (ISO 3166, two
    letters) is assumed for phone numbers written without one. A site that is not `enabled` takes no visitors.
    """

    enabled: bool = True
    accent: str = ""
    country: str = ""
    words: dict[str, SiteWords] = field(default_factory=dict)
    form: tuple[FormField, ...] = ()
    features: SiteFeatures = field(default_factory=SiteFeatures)
    files: FileRules = field(default_factory=FileRules)


def is_site_key(key: str) -> bool:
    """Whether it may stand in a script tag."""
    return _SITE_KEY.fullmatch(key) is not None


def site_key(key: str) -> str:
    """The key. Raises Invalid for one that may not stand in a script tag."""
    if not is_site_key(key):
        raise Invalid("a key has 1 to 64 small letters, digits, - or _", field="key", code="bad_site_key")
    return key


def site_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers send them: scheme, host and port, nothing behind. Raises Invalid."""
    if len(origins) > ORIGINS_LIMIT:
        raise Invalid(f"a site has at most {ORIGINS_LIMIT} origins", field="origins", code="too_many_entries")
    kept = tuple(dict.fromkeys(origin.strip().rstrip("/").lower() for origin in origins))
    for origin in kept:
        if len(origin) > 300 or not _ORIGIN.fullmatch(origin):
            raise Invalid("an origin is like https://shop.example", field="origins", code="bad_origin")
    return kept


def checked(setup: SiteSetup) -> SiteSetup:
    """`setup` with clean texts. Raises Invalid with the field that is wrong (`setup.form.2.labels` …)."""
    accent, country = setup.accent.lower(), setup.country.upper()
    if accent and not _COLOUR.fullmatch(accent):
        raise Invalid("a colour is like #0b6e4f", field="setup.accent", code="bad_colour")
    if country and not _COUNTRY.fullmatch(country):
        raise Invalid("a country has two letters, such as TR", field="setup.country", code="bad_country")
    if len(setup.form) > FIELDS_LIMIT:
        raise Invalid(
            f"the form has at most {FIELDS_LIMIT} fields", field="setup.form", code="too_many_entries"
        )
    form = tuple(_field(asked, f"setup.form.{n}") for n, asked in enumerate(setup.form))
    if len({asked.key for asked in form}) < len(form):
        raise Invalid("two fields have the same key", field="setup.form", code="twice")
    for kind in (FormFieldKind.NAME, FormFieldKind.EMAIL, FormFieldKind.PHONE):
        if sum(asked.kind is kind for asked in form) > 1:
            raise Invalid(f"the form asks for {kind} twice", field="setup.form", code="twice")
    return SiteSetup(
        enabled=setup.enabled,
        accent=accent,
        country=country,
        words=_words(setup.words),
        form=form,
        features=setup.features,
        files=_files(setup.files),
    )


def _words(words: dict[str, SiteWords]) -> dict[str, SiteWords]:
    _languages(words, "setup.words")
    return {
        language: SiteWords(
            title=one_line(said.title, TITLE_CHARS),
            greeting=written_text(said.greeting)[:WORDS_CHARS],
            away=written_text(said.away)[:WORDS_CHARS],
        )
        for language, said in words.items()
    }


def _field(asked: FormField, path: str) -> FormField:
    if not _KEY.fullmatch(asked.key):
        raise Invalid("a field's key has small letters, digits and _", field=f"{path}.key", code="bad_key")
    if (asked.kind is FormFieldKind.CHOICE) != bool(asked.choices):
        raise Invalid(
            "a choice has choices, and nothing else has", field=f"{path}.choices", code="no_choices"
        )
    if len(asked.choices) > CHOICES_LIMIT:
        raise Invalid("too many choices", field=f"{path}.choices", code="too_many_entries")
    choices = tuple(
        FormChoice(
            value=one_line(choice.value, LABEL_CHARS),
            labels=_labels(choice.labels, f"{path}.choices.{n}.labels"),
        )
        for n, choice in enumerate(asked.choices)
    )
    values = [choice.value for choice in choices]
    if "" in values or len(set(values)) < len(values):
        raise Invalid("choices have different values", field=f"{path}.choices", code="twice")
    return FormField(
        key=asked.key,
        kind=asked.kind,
        labels=_labels(asked.labels, f"{path}.labels"),
        required=asked.required,
        choices=choices,
    )


def _labels(labels: dict[str, str], path: str) -> dict[str, str]:
    _languages(labels, path)
    kept = {language: one_line(label, LABEL_CHARS) for language, label in labels.items()}
    if not kept or not all(kept.values()):
        raise Invalid("a label is missing", field=path, code="label_missing")
    return kept


def _languages(by_language: dict[str, str] | dict[str, SiteWords], path: str) -> None:
    if len(by_language) > LANGUAGES_LIMIT or not all(_LANGUAGE.fullmatch(tag) for tag in by_language):
        raise Invalid("a language is like en, ru or tr", field=path, code="bad_language")


def _files(rules: FileRules) -> FileRules:
    if not 1 <= rules.most <= MOST_FILES:
        raise Invalid(f"1 to {MOST_FILES} files a message", field="setup.files.most", code="out_of_range")
    if not 1024 <= rules.most_bytes <= MOST_FILE_BYTES:
        raise Invalid("a file has 1 kB to 100 MB", field="setup.files.most_bytes", code="out_of_range")
    if not set(rules.types) <= set(FILE_TYPES):
        raise Invalid("this type of file is not allowed", field="setup.files.types", code="bad_type")
    return FileRules(most=rules.most, most_bytes=rules.most_bytes, types=tuple(dict.fromkeys(rules.types)))


def said_in(by_language: dict[str, str], language: str, otherwise: str) -> str:
    """The text in `language`, else in `otherwise`, else in English, else in any; empty when there is none."""
    for tag in (language, otherwise, "en"):
        if text := by_language.get(tag):
            return text
    return next(iter(by_language.values()), "")
