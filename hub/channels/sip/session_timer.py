"""How both sides notice that a call is over when nobody says so: session timers (RFC 4028).

One side refreshes the session at half its time by a re-INVITE or UPDATE; the other hangs up shortly before its end.
"""

from dataclasses import dataclass

from hub.channels.sip.headers import SessionExpires
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field, Malformed, Refused

EXTENSION = "timer"
LEAST_S = 90
"""No session may be shorter (RFC 4028, 4)."""
DEFAULT_S = 1_800


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTimer:
    """What was agreed: the session lasts `after_s` seconds from each 2xx on that agreed on it."""

    after_s: int
    we_refresh: bool

    def refresh_at_s(self, agreed_at_s: float) -> float | None:
        """When we refresh it, None when they do."""
        return agreed_at_s + self.after_s / 2 if self.we_refresh else None

    def ends_at_s(self, agreed_at_s: float) -> float:
        """When we hang up, if nobody has refreshed it by then (RFC 4028, 10)."""
        early_s = 0.0 if self.we_refresh else min(32.0, self.after_s / 3)
        return agreed_at_s + self.after_s - early_s


def asking(after_s: int = DEFAULT_S, least_s: int = LEAST_S) -> tuple[Field, ...]:
    """The fields of an INVITE or UPDATE that asks for a timer; who refreshes is left to the other side."""
    return (
        Field("Supported", EXTENSION),
        Field("Session-Expires", str(SessionExpires(max(after_s, least_s)))),
        Field("Min-SE", str(least_s)),
    )


def asked_for(
    request: Request, *, default_s: int = DEFAULT_S, least_s: int = LEAST_S
) -> tuple[SessionTimer, tuple[Field, ...]]:
    """What we, asked, agree to, and the fields of our 2xx that say so (RFC 4028, 9).

    Whoever does not know timers gets one all the same, and we refresh it. Raises Refused: 422 with Min-SE for a
    session that would be too short, 400 for fields that cannot be read.
    """
    try:
        wanted, their_least_s = request.session_expires, request.min_se_s
        knows = EXTENSION in [one.lower() for one in request.supported]
    except Malformed as exc:
        raise Refused(400, str(exc), fields=request.fields) from exc
    if knows and wanted is not None and wanted.after_s < least_s:
        raise Refused(
            422,
            "the session would be too short",
            fields=request.fields,
            telling=(Field("Min-SE", str(least_s)),),
        )
    # a proxy on the way may have lowered what is wanted, and nobody may raise it; Min-SE bounds what we lower
    after_s = default_s if wanted is None else min(wanted.after_s, max(default_s, their_least_s or 0))
    after_s = max(after_s, least_s, their_least_s or 0)
    they_refresh = knows and (wanted is None or wanted.refresher != "uas")
    agreed = SessionExpires(after_s, "uac" if they_refresh else "uas")
    require = (Field("Require", EXTENSION),) if they_refresh else ()
    return (
        SessionTimer(after_s=after_s, we_refresh=not they_refresh),
        (*require, Field("Session-Expires", str(agreed))),
    )


def granted(response: Response, asked_s: int = DEFAULT_S) -> SessionTimer:
    """What their 2xx makes of our wish; who says nothing knows no timers, and we refresh (RFC 4028, 7.2).

    Raises Malformed for a field that cannot be read.
    """
    said = response.session_expires
    if said is None:
        return SessionTimer(after_s=asked_s, we_refresh=True)
    return SessionTimer(after_s=max(said.after_s, 1), we_refresh=said.refresher != "uas")


def longer(response: Response, asked_s: int) -> int | None:
    """What to ask for after a 422: at least what it says; None when that is no more than we asked for (7.3)."""
    try:
        least_s = response.min_se_s
    except Malformed:
        return None
    return least_s if least_s is not None and least_s > asked_s else None
