"""Signatures: what stands under a letter that staff write, by queue and language, with a few variables."""

import html
from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.errors import Invalid
from hub.domain.reply_template import filled, variables_in
from hub.domain.texts import is_clean_text

SIGNATURE_CHARS = 4_000
SIGNATURE_VARIABLES = ("agent.name", "agent.first_name", "queue.name", "house.name")
"""What a signature may hold: what the hub knows of whoever writes, never what they say of themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`html` is for letters with formatting; where it is empty, it is made from `text`."""

    text: str = ""
    html: str = ""


def require_sound_signatures(signatures: Mapping[str, Signature], field: str) -> None:
    """Raises Invalid (`unknown_variable`, `too_long`, `control_characters`) with the place named."""
    for language, one in signatures.items():
        for form, words in (("text", one.text), ("html", one.html)):
            place = f"{field}.{language}.{form}"
            if len(words) > SIGNATURE_CHARS:
                raise Invalid(f"at most {SIGNATURE_CHARS} characters", field=place, code="too_long")
            if not is_clean_text(words):
                raise Invalid("there are control characters in it", field=place, code="control_characters")
            require_signature_variables(words, place)


def require_signature_variables(words: str, field: str) -> None:
    """Raises Invalid (`unknown_variable`) for braces that hold what a signature does not know."""
    for name in variables_in(words):
        if name not in SIGNATURE_VARIABLES:
            raise Invalid(
                f"a signature knows no {{{name[:40]}}}; there are {', '.join(SIGNATURE_VARIABLES)}",
                field=field,
                code="unknown_variable",
            )


def signature_for(signatures: Mapping[str, Signature], language: str) -> Signature | None:
    """The one in the client's language, else in English, else any."""
    found = signatures.get(language) or signatures.get("en") or next(iter(signatures.values()), None)
    return found if found is not None and (found.text.strip() or found.html.strip()) else None


def signed(signature: Signature, values: Mapping[str, str]) -> Signature:
    """Both forms with their values. In HTML a value is text, whatever is in it."""
    text = filled(signature.text, values).text.strip()
    if not signature.html.strip():
        return Signature(text=text, html=as_html(text))
    safe = {name: html.escape(value) for name, value in values.items()}
    return Signature(text=text, html=filled(signature.html, safe).text.strip())


def as_html(text: str) -> str:
    """Plain text as HTML that looks the same."""
    return "<br>".join(html.escape(line) for line in text.split("\n"))
