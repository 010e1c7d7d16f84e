"""What a file really is, by its first bytes; the name and the type it was sent under only choose among equals."""

import re
import unicodedata
from pathlib import PurePosixPath

from hub.domain.errors import Invalid
from hub.domain.texts import one_line

HEAD_BYTES = 4096
NAME_CHARS = 120
NAME_BYTES = 255

_OOXML = "application/vnd.openxmlformats-officedocument."
_EXTENSIONS = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".log", ".md"),
    "text/csv": (".csv",),
    "application/zip": (".zip",),
    f"{_OOXML}wordprocessingml.document": (".docx",),
    f"{_OOXML}spreadsheetml.sheet": (".xlsx",),
    f"{_OOXML}presentationml.presentation": (".pptx",),
    "audio/mpeg": (".mp3",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "video/mp4": (".mp4", ".m4v"),
}
_BY_EXTENSION = {end: kind for kind, ends in _EXTENSIONS.items() for end in ends}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
)
_TEXTS = frozenset({"text/plain", "text/csv"})
_ARCHIVES = frozenset({"application/zip", *(kind for kind in _EXTENSIONS if kind.startswith(_OOXML))})
_DOCUMENT = re.compile(rb"\s*(<|\xef\xbb\xbf\s*<)", re.DOTALL)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UNSAFE = re.compile(r"[/\\:*?\"<>|%\x00-\x1f\x7f]+")
_UNSEEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028\u2029\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


def type_of(head: bytes, name: str) -> str:
    """The media type of a file that begins with `head`. Raises Invalid (`bad_type`) for what we do not know.

    Nothing is unpacked: an archive is what it begins like. Markup (HTML, SVG, XML) is no text here: somebody's
    browser might run it.
    """
    claimed = _BY_EXTENSION.get(PurePosixPath(name.lower()).suffix, "")
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        found = "image/webp"
    elif head[4:8] == b"ftyp":
        found = "video/mp4"
    if found == "application/zip":
        return claimed if claimed in _ARCHIVES else found
    if found:
        return found
    if head and not _NOT_TEXT.search(head) and not _DOCUMENT.match(head):
        return claimed if claimed in _TEXTS else "text/plain"
    raise Invalid("this type of file is not taken", field="file", code="bad_type")


def clean_name(name: str, media_type: str) -> str:
    """A name that leads nowhere and ends as its content does: `../../x.php` becomes `x.php.png`.

    At most NAME_CHARS and NAME_BYTES (UTF-8), composed (NFC), without characters that nobody sees.
    """
    seen = _UNSEEN.sub("", unicodedata.normalize("NFC", name[:10_000]))
    last = seen.replace("\\", "/").rpartition("/")[2]
    kept = _UNSAFE.sub("_", one_line(last, 1000)).strip(" .")
    ends = _EXTENSIONS.get(media_type, ("",))
    stem, suffix = PurePosixPath(kept).stem, PurePosixPath(kept).suffix
    if suffix.lower() in ends:
        return _cut(stem, suffix) + suffix
    return _cut(kept, ends[0]) + ends[0]


def _cut(stem: str, suffix: str) -> str:
    short = stem[: NAME_CHARS - len(suffix)].encode("utf-8", "replace")[: NAME_BYTES - len(suffix.encode())]
    return short.decode("utf-8", "ignore").rstrip(" .") or "file"
