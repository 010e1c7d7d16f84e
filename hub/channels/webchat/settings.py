"""The settings of web chat: every limit a visitor can meet, with its unit and its default."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise ValueError("give an address or a network, such as 10.0.0.0/8") from None


Network = Annotated[str, AfterValidator(_network)]


class WebChatSettings(BaseModel):
    """`[channels.webchat]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Serve the visitor socket, the widget and its demo page.")
    own_origins: tuple[str, ...] = Field(
        (), description="The hub's own origins (`https://hub.example`): allowed beside those of each site."
    )
    languages: tuple[str, ...] = Field(
        ("en", "ru", "tr"), description="Languages a visitor may ask for; others get the site's."
    )
    exempt_addresses: tuple[Network, ...] = Field(
        (), description="Networks (`127.0.0.0/8`) whose visitors meet no limit per address."
    )

    sockets_per_address: int = Field(20, ge=1, description="Open sockets of one address.")
    visitors_per_minute: float = Field(60.0, gt=0, description="New visitors of one address, a minute.")
    visitors_burst: int = Field(60, ge=1, description="New visitors of one address at once.")
    conversations_per_address: int = Field(
        6, ge=1, description="Conversations one address may begin within `conversations_window_s`."
    )
    conversations_window_s: float = Field(12 * 3600.0, gt=0, description="Seconds.")

    hello_within_s: float = Field(5.0, gt=0, description="Seconds from the upgrade to the first hello.")
    frame_bytes: int = Field(64 * 1024, ge=1024, description="The largest frame a visitor may send.")
    frames_per_s: float = Field(20.0, gt=0, description="Frames read from one socket a second; more wait.")
    frames_burst: int = Field(100, ge=1, description="Frames read from one socket without waiting.")
    bad_frames: int = Field(10, ge=1, description="Malformed frames after which a socket is closed (4003).")
    text_chars: int = Field(4000, ge=1, description="The longest message, in characters.")
    messages_per_s: float = Field(1.0, gt=0, description="Messages of one visitor a second.")
    messages_burst: int = Field(5, ge=1, description="Messages of one visitor at once.")
    messages_in_hand: int = Field(
        32, ge=1, description="Messages of one socket waiting for the commit before reading stops."
    )

    identity_hours: float = Field(
        24.0, gt=0, le=24 * 31, description="Hours for which a site's word on who a visitor is may be valid."
    )

    history_messages: int = Field(200, ge=0, description="Messages shown to a visitor who returns.")
    heartbeat_s: float = Field(25.0, gt=0, description="Seconds between pings to a visitor.")
    backlog_bytes: int = Field(
        1024 * 1024, ge=1024, description="Unread bytes at which a slow reader is closed (4008)."
    )
    backlog_s: float = Field(
        10.0, gt=0, description="Seconds of backlog at which a slow reader is closed (4008)."
    )
    close_s: float = Field(5.0, gt=0, description="Seconds a closing socket may take before it is cut.")
    places_every_s: float = Field(2.0, gt=0, description="Least seconds between two looks at places in line.")
    got_every_s: float = Field(
        1.0, gt=0, description="Least seconds between two writes of what is on a screen."
    )
    end_waits_s: float = Field(
        3.0, gt=0, description="Seconds the news of an end waits for replies written before it."
    )
    typing_every_s: float = Field(
        1.0, gt=0, description="Least seconds between two signs of a visitor typing."
    )
    page_every_s: float = Field(2.0, gt=0, description="Least seconds between two pages a visitor is on.")
    hours_every_s: float = Field(
        20.0, gt=0, description="Seconds between two looks at whether the visitors' lines are open."
    )

    most_file_bytes: int = Field(
        25 * 1024 * 1024, ge=1024, description="The largest file a visitor may send, whatever the site says."
    )
    uploads_together: int = Field(3, ge=1, description="Uploads of one visitor at a time.")
    uploads_per_minute: float = Field(30.0, gt=0, description="Uploads of one visitor a minute.")
    uploads_per_address: int = Field(300, ge=1, description="Uploads of one address within 24 hours.")
    files_a_day: int = Field(100, ge=1, description="Files of one visitor within 24 hours.")
    file_bytes_a_day: int = Field(
        200 * 1024 * 1024, ge=1024, description="Bytes of one visitor's files within 24 hours."
    )
    upload_within_s: float = Field(600.0, gt=0, description="Seconds an upload may take.")
    upload_idle_s: float = Field(30.0, gt=0, description="Seconds an upload may bring nothing.")
    unsent_file_hours: float = Field(
        24.0, gt=0, description="Hours after which an uploaded file that was never sent is removed."
    )
