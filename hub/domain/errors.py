"""Errors sorted by what the caller should do about them.

HubError
├── NotSignedIn      nobody we know, or not any more: sign in, then repeat
├── Forbidden        the role does not allow it: show it, do not repeat
├── NotFound         not there, or not yours: the two are one answer on purpose
├── Invalid          the request is wrong: mend the named field
├── Conflict         somebody was faster: read again, then decide
├── TooMany          slow down: repeat after `retry_after_s`
├── Unavailable      the outside or the store failed for now: repeat later
│   └── ChannelUnavailable   the channel surely did not take the message: the outbox repeats
└── Refused          the outside refused for good: stop and tell the person
    ├── ChannelRefused       the channel will never take this message
    │   └── ChannelWithheld      we ourselves keep it back, by a rule of ours
    └── ChannelUncertain     the channel may have taken it: only a person may send it again
"""

from typing import ClassVar


class HubError(Exception):
    """`code` is stable and meant for programs; the text is English and meant for people."""

    code: ClassVar[str] = "error"

    def __init__(self, text: str, *, code: str | None = None) -> None:
        super().__init__(text)
        self.stable_code = code or self.code


class NotSignedIn(HubError):
    """There is no sign-in, or it has ended."""

    code = "not_signed_in"


class Forbidden(HubError):
    """The principal's role does not allow this."""

    code = "forbidden"


class NotFound(HubError):
    """Not there, or not visible to this principal."""

    code = "not_found"


class Invalid(HubError):
    """The request is wrong in `field` (dotted path, None for the whole)."""

    code = "invalid"

    def __init__(self, text: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(text, code=code)
        self.field = field


class Conflict(HubError):
    """The thing has moved on since the caller saw it."""

    code = "conflict"


class TooMany(HubError):
    """A limit on how often; `retry_after_s` says when to try again."""

    code = "too_many"

    def __init__(self, text: str, *, retry_after_s: float, code: str | None = None) -> None:
        super().__init__(text, code=code)
        self.retry_after_s = retry_after_s


class Unavailable(HubError):
    """Something outside this process failed for now; nothing was acknowledged."""

    code = "unavailable"

    def __init__(self, text: str, *, retry_after_s: float = 1.0, code: str | None = None) -> None:
        super().__init__(text, code=code)
        self.retry_after_s = retry_after_s


class ChannelUnavailable(Unavailable):
    """The channel surely did not take the message; it may be sent again later."""

    code = "channel_unavailable"


class Refused(HubError):
    """The outside refused for good."""

    code = "refused"


class ChannelRefused(Refused):
    """The channel will never take this message."""

    code = "channel_refused"


class ChannelWithheld(ChannelRefused):
    """The hub keeps this message back by a rule of its own: nothing went wrong."""

    code = "channel_withheld"


class ChannelUncertain(Refused):
    """The channel may or may not have taken the message; only a person may send it again."""

    code = "channel_uncertain"
