"""The settings of menus: `[[channels.sip.menus]]`."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_KEYS = frozenset("0123456789*#")


def _key(text: str) -> str:
    if text not in _KEYS:
        raise ValueError("a key is one of 0 to 9, * and #")
    return text


class MenuEntry(BaseModel):
    """Where a key leads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: str = Field(min_length=1, description="The queue by its name.")
    language: str = Field("", description="The language of announcements from then on.")


class MenuSettings(BaseModel):
    """`[[channels.sip.menus]]`: what a caller chooses from before they are in a line.

    What it says is `menu-<name>.wav` in the folder of a language under `sounds` in the data folder (WAV, 8 kHz, mono);
    without it one is asked to choose.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="Its name, for numbers that lead to it."
    )
    keys: dict[Annotated[str, AfterValidator(_key)], MenuEntry] = Field(
        min_length=1, description='Where each key leads: `{"1": {"queue": "sales", "language": "ru"}}`.'
    )
    wait_s: float = Field(6.0, ge=1, le=60, description="Seconds to choose, once it was said.")
    tries: int = Field(
        2, ge=1, le=5, description="How often it is said, before the queue of the number is taken."
    )
