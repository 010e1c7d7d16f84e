"""What this side says of itself in every message that begins or answers something."""

from dataclasses import dataclass

from hub.channels.sip.acceptance import SDP, Abilities
from hub.channels.sip.refusal import Field
from hub.channels.sip.session_timer import DEFAULT_S, LEAST_S

METHODS = (
    "INVITE",
    "ACK",
    "CANCEL",
    "BYE",
    "OPTIONS",
    "PRACK",
    "UPDATE",
    "INFO",
    "REFER",
    "NOTIFY",
    "REGISTER",
)
EXTENSIONS = ("timer", "100rel", "replaces", "norefersub")
MEDIA_TYPES = (SDP, "application/dtmf-relay", "application/dtmf", "message/sipfrag")
ABILITIES = Abilities(methods=METHODS, extensions=EXTENSIONS, media_types=MEDIA_TYPES)

ALLOW = Field("Allow", ", ".join(METHODS))
SUPPORTED = Field("Supported", ", ".join(EXTENSIONS))
ACCEPT = Field("Accept", ", ".join(MEDIA_TYPES))
SDP_BODY = Field("Content-Type", SDP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What a house may choose. Times in seconds."""

    product: str = "Touchline"
    session_s: int = DEFAULT_S
    least_session_s: int = LEAST_S

    @property
    def agent(self) -> Field:
        """Who asks."""
        return Field("User-Agent", self.product)

    @property
    def server(self) -> Field:
        """Who answers."""
        return Field("Server", self.product)


def body_fields(sdp: bytes) -> tuple[Field, ...]:
    """The Content-Type of a description, if there is one."""
    return (SDP_BODY,) if sdp else ()
