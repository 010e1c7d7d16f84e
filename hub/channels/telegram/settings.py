"""The settings of Telegram: what is common to all bots. Bots themselves are set over the API."""

from pydantic import BaseModel, ConfigDict, Field


class TelegramSettings(BaseModel):
    """`[channels.telegram]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Receive and send for the bots set over the API.")
    base_url: str = Field(
        "https://api.telegram.org",
        pattern=r"^https?://[^\s/]+(/[^\s]*[^\s/])?$",
        description="Where the Bot API is; another one for a Bot API server of your own.",
    )
    poll_s: int = Field(
        25, ge=1, le=50, description="Seconds that Telegram may wait for updates before it answers."
    )
    answer_s: float = Field(
        15.0, ge=1.0, le=25.0, description="Seconds that Telegram may take for any other answer."
    )
    read_at_once: int = Field(32, ge=1, le=256, description="Chats read at the same time.")
    file_bytes: int = Field(
        20_000_000,
        ge=1,
        le=2_000_000_000,
        description="Files that are larger are not fetched; Telegram itself gives bots no more than 20 MB.",
    )
    update_bytes: int = Field(
        1_048_576, ge=65_536, description="The longest update that is taken by webhook (413)."
    )
