"""Files: bringing them, and reading those that one brought or that a conversation within reach carries."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.operations import Call, Download, Operation, Operations, Upload
from agent_console.talk_bodies import FileView, ReplyLimits, ReplyLimitsPage
from hub.desk.files import MOST_FILES, Files
from hub.desk.reading import Lookups
from hub.domain.access import Permission
from hub.domain.ids import InteractionId, TouchId
from hub.ports.channel import ChannelLimits

Hash = Annotated[str, Meta(min_length=64, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=400)]
MediaType = Annotated[str, Meta(max_length=200)]

MOST_BYTES = 1024 * 1024 * 1024
"""Whatever is set: nobody needs to announce more."""

NOTE_CHARS = 8_000


def operations(*, files: Files, lookups: Lookups, limits: Mapping[str, ChannelLimits]) -> list[Operation]:
    """What is done with files."""
    made = Operations("files")

    @made.op(
        "POST",
        "/api/v1/attachments",
        Permission.WRITE_NOTE,
        "Bring a file",
        status=201,
        body_limit_bytes=MOST_BYTES,
    )
    async def bring_file(call: Call, name: Name, body: Upload, media_type: MediaType = "") -> FileView:
        """The body is the file itself. Bringing the same file again is the same file."""
        kept = await files.keep(call.principal, body.content, name=name, media_type=media_type)
        return FileView(
            sha256=kept.sha256, name=kept.name, media_type=kept.media_type, size_bytes=kept.size_bytes
        )

    @made.op("GET", "/api/v1/attachments/{sha256}", Permission.WRITE_NOTE, "A file that one brought")
    async def show_brought_file(call: Call, sha256: Hash, name: MediaType = "file") -> Download:
        """One's own only."""
        kept, content = await files.mine(call.principal, sha256)
        return Download(
            name=name, media_type=kept.media_type, size_bytes=kept.size_bytes, content=content, shows=True
        )

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/touches/{touch_id}/attachments/{sha256}",
        Permission.READ_INTERACTION,
        "A file of a conversation",
    )
    async def show_file(call: Call, interaction_id: Id, touch_id: Id, sha256: Hash) -> Download:
        """Whoever may read the interaction may read its files. Pictures are shown, everything else is saved."""
        file = await lookups.attachment(
            call.principal, InteractionId(interaction_id), TouchId(touch_id), sha256
        )
        return Download(
            name=file.name,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            content=await files.read(call.principal, file),
            shows=True,
        )

    @made.op("GET", "/api/v1/reply-limits", Permission.WRITE_NOTE, "What fits into a reply, by channel")
    async def list_reply_limits(call: Call) -> ReplyLimitsPage:
        """The same for everybody."""
        del call
        items = [
            ReplyLimits(
                channel=name, text_chars=limit.text_chars, file_bytes=limit.attachment_bytes, files=MOST_FILES
            )
            for name, limit in limits.items()
        ]
        note = ReplyLimits(
            channel="note", text_chars=NOTE_CHARS, file_bytes=files.limit_bytes, files=MOST_FILES
        )
        return ReplyLimitsPage(items=(*items, note), next=None)

    return list(made)
