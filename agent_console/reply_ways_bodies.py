"""Bodies of choosing the channel of a reply."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body, Short


class GoOnThere(Body, frozen=True, kw_only=True):
    """A way as it was listed; `account` may be empty where one account reaches that address."""

    channel: Short
    address: Annotated[str, Meta(min_length=1, max_length=320)]
    account: Annotated[str, Meta(max_length=200)] = ""


class ReplyWayView(Answer, frozen=True, kw_only=True):
    """One place a reply can go to. `is_open`: the interaction goes on there, and a reply names the `channel` alone;
    else it can be taken there. `label` is what people call the place, or empty.

    `closed` is empty, or says why nothing can be written there now: `reply_window_over`, `client_refused`,
    `channel_not_connected`, `site_off`, `account_off`, `address_of_another`, `open_elsewhere`, `colleague_has_it`,
    `other_team_has_it`.
    `until` is when the channel stops taking replies, null: never. `is_away`: the client's page is closed, and they read
    it when they come back. `file_bytes` is 0 where no files are carried.
    """

    channel: str
    account: str
    address: str
    label: str
    is_open: bool
    closed: str
    text_chars: int
    file_bytes: int
    last_at: datetime | None
    until: datetime | None
    is_away: bool


class ReplyWayPage(Answer, frozen=True, kw_only=True):
    """All of them: those the interaction goes on in first, and of these where the client was heard last."""

    items: tuple[ReplyWayView, ...]
    next: str | None
