"""A reply as the messages Telegram takes: texts of at most 4096 units, a file with a caption of at most 1024."""

import re
from dataclasses import dataclass

from hub.domain.telegram import CAPTION_UNITS, MESSAGE_UNITS, units
from hub.domain.touch import Attachment

_GEO = re.compile(r"geo:(-?[0-9]{1,2}(?:\.[0-9]{1,12})?),(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)")
_PHOTO_BYTES = 10_000_000
_STICKER_BYTES = 512_000
_KINDS = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "video/mp4": "video",
    "audio/ogg": "voice",
    "image/webp": "sticker",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message: a text, a place (latitude, longitude), or a file with `text` as its caption."""

    text: str = ""
    location: tuple[float, float] | None = None
    file: Attachment | None = None
    kind: str = ""


def parts_of(text: str, files: tuple[Attachment, ...]) -> list[Part]:
    """The messages of a reply, in their order; the same for the same reply, so that what was sent is known by its
    place."""
    found = _GEO.fullmatch(text.strip())
    if found is not None and not files and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180:
        return [Part(location=(float(found[1]), float(found[2])))]
    made = [Part(file=file, kind=_kind(file)) for file in files]
    if len(made) == 1 and text and units(text) <= CAPTION_UNITS and made[0].kind != "sticker":
        return [Part(text=text, file=made[0].file, kind=made[0].kind)]
    return [*(Part(text=piece) for piece in split(text)), *made]


def split(text: str, limit: int = MESSAGE_UNITS) -> list[str]:
    """The text in pieces that fit, cut at the end of a paragraph, a line or a word where there is one."""
    pieces = []
    left = text.strip()
    while left:
        if units(left) <= limit:
            pieces.append(left)
            break
        fits = _fitting(left, limit)
        cut = max(
            (left.rfind(end, fits // 2, fits) for end in ("\n\n",)),
            default=-1,
        )
        for end in ("\n", " "):
            cut = cut if cut > 0 else left.rfind(end, fits // 2, fits)
        cut = cut if cut > 0 else fits
        pieces.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return [piece for piece in pieces if piece]


def _fitting(text: str, limit: int) -> int:
    """How many characters of the text fit."""
    taken = 0
    for number, character in enumerate(text):
        taken += 2 if character > "\uffff" else 1
        if taken > limit:
            return number
    return len(text)


def _kind(file: Attachment) -> str:
    kind = _KINDS.get(file.media_type, "document")
    if kind == "photo" and file.size_bytes > _PHOTO_BYTES:
        return "document"
    if kind == "sticker" and file.size_bytes > _STICKER_BYTES:
        return "document"
    return kind
