"""A message that a caller leaves: a recording of the vault, sealed from its first second."""

from collections.abc import Callable
from typing import Self

import structlog

from hub.domain.call import Call
from hub.domain.errors import Unavailable
from hub.domain.recording import RecordingCut, RecordingKind
from hub.ports.media import RATE_HZ
from hub.ports.recordings import RecordingTape, RecordingVault

log = structlog.get_logger(__name__)

LEAST_S = 1.0
"""Less is no message: somebody hung up at the tone."""
_SAMPLE_BYTES = 2


class MessageTape:
    """A SampleSink (hub/ports/media.py) that counts what it passes on."""

    def __init__(self, tape: RecordingTape) -> None:
        self._tape = tape
        self._bytes = 0

    @classmethod
    async def begun(
        cls, vault: RecordingVault | None, call: Call, cut: Callable[[RecordingCut], None]
    ) -> Self:
        """A new one. Raises Unavailable when none can be kept."""
        if vault is None:
            raise Unavailable("recordings are not kept here", code="no_recordings")
        return cls(
            await vault.begin(
                call.tenant_id, call.id, call.interaction_id, kind=RecordingKind.MESSAGE, on_cut=cut
            )
        )

    def write(self, left: bytes, right: bytes) -> None:
        """See the port."""
        self._bytes += len(left)
        self._tape.write(left, right)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self._bytes / (_SAMPLE_BYTES * RATE_HZ)

    async def kept(self) -> bool:
        """No more is said; whether it is a message. The vault brings it to its end by itself."""
        if self.seconds < LEAST_S:
            try:
                await self._tape.discard()
            except Unavailable:
                log.exception("message_not_discarded")
            return False
        self._tape.done()
        return True
