"""Files of clients, fetched from Telegram and kept among the attachments."""

import asyncio
from typing import TYPE_CHECKING

from hub.channels.telegram.bots import Bots, Opened
from hub.domain.errors import Invalid, NotFound, Unavailable
from hub.domain.ids import TenantId
from hub.domain.touch import Attachment
from hub.ports.attachments import Attachments

if TYPE_CHECKING:
    from hub.channels.telegram.parse import FileThere

_AT_ONCE = 16


class NotNow(Exception):
    """The file did not come; its try counts."""


class Files:
    """Fetches files of at most `limit_bytes`, some at once. One that does not come so many `tries` is given up."""

    def __init__(
        self, tenant_id: TenantId, bots: Bots, attachments: Attachments, *, limit_bytes: int, tries: int
    ) -> None:
        self._tenant_id = tenant_id
        self._bots = bots
        self._attachments = attachments
        self._limit_bytes = limit_bytes
        self._tries = tries
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def fetched(
        self, opened: Opened, file: "FileThere", *, tries: int
    ) -> tuple[Attachment | None, str]:
        """The file, or the word for why it is not there. Raises NotNow, or Unavailable: later."""
        if file.size_bytes > self._limit_bytes:
            return None, "too_large"
        try:
            async with self._places:
                chunks = self._bots.api(opened).file(file.file_id)
                sha256, size = await self._attachments.put(
                    self._tenant_id, chunks, limit_bytes=self._limit_bytes
                )
        except Invalid:
            return None, "too_large"
        except NotFound as error:
            return None, "too_large" if "too big" in str(error) else "not_fetched"
        except Unavailable as error:
            if error.stable_code == "no_file" and tries >= self._tries:
                return None, "not_fetched"
            if error.stable_code == "no_file":
                raise NotNow(str(error)) from None
            raise
        return Attachment(sha256=sha256, name=file.name, media_type=file.media_type, size_bytes=size), ""
