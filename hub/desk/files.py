"""Files that staff bring: what the hub finds out about them, and which of them a reply or a note may carry."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hub.domain.access import Permission, Principal
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import UserId
from hub.domain.texts import one_line
from hub.domain.touch import Attachment
from hub.ports.attachments import Attachments
from hub.ports.channel import ChannelLimits
from hub.ports.clock import Clock
from hub.ports.talk import TalkStore, TalkUnit, Uploaded

MOST_FILES: Final = 10
"""Files of one message, whatever the channel."""

NAME_CHARS: Final = 200
_PICTURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_DOCUMENTS: Final = {"application/pdf": b"%PDF-"}
_PLAIN: Final = frozenset({"text/plain", "text/csv", "application/zip", "application/json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """A file as a message names it; the content is found by its hash."""

    sha256: str
    name: str


class Files:
    """Keeps what staff bring."""

    def __init__(self, store: TalkStore, attachments: Attachments, clock: Clock, *, limit_bytes: int) -> None:
        self._store = store
        self._attachments = attachments
        self._clock = clock
        self.limit_bytes = limit_bytes

    async def keep(
        self, principal: Principal, content: AsyncIterator[bytes], *, name: str, media_type: str
    ) -> Attachment:
        """Keep the content durably; the file as a message may carry it.

        Raises Invalid `too_large` or `empty`, Unavailable when the disk does not take it now.
        """
        principal.require(Permission.WRITE_NOTE)
        me = _user_of(principal)
        first: bytes = await anext(aiter(content), b"")
        if not first:
            raise Invalid("there is nothing in it", field="body", code="empty")
        sha256, size_bytes = await self._attachments.put(
            principal.tenant_id, _again(first, content), limit_bytes=self.limit_bytes
        )
        uploaded = Uploaded(sha256=sha256, media_type=media_type_of(first, media_type), size_bytes=size_bytes)
        async with self._store.unit(principal.tenant_id) as unit:
            await unit.add_upload(me, uploaded, self._clock.now())
        return Attachment(
            sha256=sha256, name=file_name(name), media_type=uploaded.media_type, size_bytes=size_bytes
        )

    async def mine(self, principal: Principal, sha256: str) -> tuple[Uploaded, AsyncIterator[bytes]]:
        """A file that the principal brought. Raises NotFound for any other."""
        principal.require(Permission.WRITE_NOTE)
        async with self._store.unit(principal.tenant_id) as unit:
            found = (await unit.uploads(_user_of(principal), [sha256])).get(sha256)
        if found is None:
            raise NotFound("there is no such file")
        return found, self._attachments.read(principal.tenant_id, sha256)

    async def read(self, principal: Principal, file: Attachment) -> AsyncIterator[bytes]:
        """The content of a file that the principal may read. Raises NotFound at the first step."""
        return self._attachments.read(principal.tenant_id, file.sha256)


async def carried(
    unit: TalkUnit, principal: Principal, files: Sequence[NamedFile], already: Sequence[Attachment] = ()
) -> tuple[Attachment, ...]:
    """The files as a message carries them: the principal's own uploads, or some that it had `already`.

    Raises Invalid `no_such_file`: nobody gets at a file by naming its hash.
    """
    if len(files) > MOST_FILES:
        raise Invalid(f"at most {MOST_FILES} files", field="attachments", code="too_many_files")
    known = {
        f.sha256: Uploaded(sha256=f.sha256, media_type=f.media_type, size_bytes=f.size_bytes) for f in already
    }
    missing = [f.sha256 for f in files if f.sha256 not in known]
    if missing:
        known |= await unit.uploads(_user_of(principal), missing)
    found = []
    for n, file in enumerate(files):
        if (upload := known.get(file.sha256)) is None:
            raise Invalid("this file was not brought by you", field=f"attachments.{n}", code="no_such_file")
        found.append(
            Attachment(
                sha256=file.sha256,
                name=file_name(file.name),
                media_type=upload.media_type,
                size_bytes=upload.size_bytes,
            )
        )
    return tuple(found)


def require_fitting(limits: ChannelLimits, text: str, files: Sequence[Attachment]) -> None:
    """Raises Invalid for a text (`too_long`) or files (`no_files_here`, `file_too_large`) the channel does not take."""
    if len(text) > limits.text_chars:
        raise Invalid(f"this channel takes {limits.text_chars} characters", field="text", code="too_long")
    if files and not limits.attachment_bytes:
        raise Invalid("this channel carries no files", field="attachments", code="no_files_here")
    for n, file in enumerate(files):
        if file.size_bytes > limits.attachment_bytes:
            raise Invalid(
                f"a file of this channel has at most {limits.attachment_bytes} bytes",
                field=f"attachments.{n}",
                code="file_too_large",
            )


def media_type_of(head: bytes, said: str) -> str:
    """What the first bytes show; what was said only where it cannot make a browser run anything."""
    for magic, media_type in _PICTURES:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    said = said.partition(";")[0].strip().lower()
    if (begins := _DOCUMENTS.get(said)) and head.startswith(begins):
        return said
    return said if said in _PLAIN else "application/octet-stream"


def file_name(name: str) -> str:
    """A name to show and to save under: on one line, without folders."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return one_line(last, NAME_CHARS).strip(". ") or "file"


def largest(limits: Mapping[str, ChannelLimits]) -> int:
    """Bytes of the largest file that any channel takes."""
    return max((limit.attachment_bytes for limit in limits.values()), default=0)


async def _again(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _user_of(principal: Principal) -> UserId:
    if principal.user_id is None:
        raise NotFound("there is no such user")
    return principal.user_id
