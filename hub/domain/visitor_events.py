"""Facts about visitors of web sites."""

from dataclasses import dataclass
from typing import ClassVar

from hub.domain.ids import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorSignedIn:
    """A visitor of a web site, so far nobody in particular, has proved to be a user of it: whoever else is in their
    conversation without that proof is in it no longer."""

    kind: ClassVar[str] = "visitor_signed_in"
    tenant_id: TenantId
    site_key: str
    visitor_id: str
    user: str
