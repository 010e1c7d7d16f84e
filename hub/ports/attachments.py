"""Keeping the contents of files, found again by their hash."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from hub.domain.ids import TenantId


class Attachments(Protocol):
    """Contents by SHA-256; the same content is kept once a tenant."""

    async def put(
        self, tenant_id: TenantId, chunks: AsyncIterator[bytes], *, limit_bytes: int
    ) -> tuple[str, int]:
        """Keep the content durably; its hash (hex) and size.

        Raises Invalid (`too_large`) beyond `limit_bytes` and Unavailable when it cannot be kept now; nothing
        is left behind then.
        """
        ...

    async def size(self, tenant_id: TenantId, sha256: str) -> int:
        """Size in bytes. Raises NotFound."""
        ...

    def read(self, tenant_id: TenantId, sha256: str) -> AsyncIterator[bytes]:
        """The content in chunks of at most 512 KiB. Raises NotFound at the first step."""
        ...

    async def remove(
        self, tenant_id: TenantId, sha256: str, *, unless_put_since: datetime | None = None
    ) -> bool:
        """Forget it; an absent one is no error. False: it stays, as it was put since then, be it that the same
        content was there already: whoever put it names it only now."""
        ...
