"""What is wrong with what came from the network, sorted by what the receiver does about it.

Malformed   a piece of text is not what it should be: whoever reads the whole message decides
Refused     the message cannot be used: answer it with `status`, or say nothing when that is None
"""

from typing import NamedTuple


class Field(NamedTuple):
    """One header field as it stands on the wire, unfolded; `name` as it was written, compact or not."""

    name: str
    value: str


class Malformed(ValueError):
    """A value that the grammar does not allow. The text says which rule, never what was written."""


class Refused(Exception):
    """A message that nobody can act upon.

    `status` is what the sender is to be answered, None when nothing may be: it was a response or an ACK, has
    no Via to be answered by, or is no SIP. `fields` are the header fields read so far, as the answer copies
    some of them; `telling` are those it adds: what is allowed, accepted or not supported. `ends_stream` says
    that on a connection the place of the next message is lost.
    """

    def __init__(
        self,
        status: int | None,
        reason: str,
        *,
        fields: tuple[Field, ...] = (),
        telling: tuple[Field, ...] = (),
        ends_stream: bool = False,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.fields = fields
        self.telling = telling
        self.ends_stream = ends_stream
