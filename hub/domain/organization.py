"""An edit of an organization."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationEdit:
    """What is to be different; None leaves a thing as it is, an empty text empties it."""

    name: str | None = None
    note: str | None = None
    domain: str | None = None
    phone: str | None = None
    tags: Collection[str] | None = None
