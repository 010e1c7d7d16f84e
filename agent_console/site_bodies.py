"""Bodies of administering web-chat sites."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, field

from agent_console.bodies import Answer, Body, Id
from hub.domain.ids import QueueId, TenantId
from hub.domain.site import FILE_TYPES, FormFieldKind, SiteSetup
from hub.ports.visitors import Site

SiteLanguage = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]
Label = Annotated[str, Meta(max_length=120)]
Labels = Annotated[dict[SiteLanguage, Label], Meta(max_length=20)]
FieldKey = Annotated[str, Meta(min_length=1, max_length=32)]


class SiteChoiceBody(Body, frozen=True, kw_only=True):
    """One answer of a choice."""

    value: Annotated[str, Meta(min_length=1, max_length=120)]
    labels: Labels = field(default_factory=dict)


class SiteFieldBody(Body, frozen=True, kw_only=True):
    """One field of the form before the chat."""

    key: FieldKey
    kind: FormFieldKind
    labels: Labels = field(default_factory=dict)
    required: bool = False
    choices: Annotated[tuple[SiteChoiceBody, ...], Meta(max_length=30)] = ()


class SiteWordsBody(Body, frozen=True, kw_only=True):
    """What the widget says in one language; empty: its own words."""

    title: Annotated[str, Meta(max_length=60)] = ""
    greeting: Annotated[str, Meta(max_length=400)] = ""
    away: Annotated[str, Meta(max_length=400)] = ""


class SiteFeaturesBody(Body, frozen=True, kw_only=True):
    """What the visitor is offered besides writing."""

    files: bool = True
    rating: bool = True
    callback: bool = True


class FileRulesBody(Body, frozen=True, kw_only=True):
    """What visitors may send."""

    most: Annotated[int, Meta(ge=1, le=10)] = 5
    most_bytes: Annotated[int, Meta(ge=1024, le=100 * 1024 * 1024)] = 10 * 1024 * 1024
    types: Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=30)] = FILE_TYPES[:8]


class SiteSetupBody(Body, frozen=True, kw_only=True):
    """All that a site may choose."""

    enabled: bool = True
    accent: Annotated[str, Meta(max_length=7)] = ""
    country: Annotated[str, Meta(max_length=2)] = ""
    words: Annotated[dict[SiteLanguage, SiteWordsBody], Meta(max_length=20)] = field(default_factory=dict)
    form: Annotated[tuple[SiteFieldBody, ...], Meta(max_length=12)] = ()
    features: SiteFeaturesBody = field(default_factory=SiteFeaturesBody)
    files: FileRulesBody = field(default_factory=FileRulesBody)


class SiteDraft(Body, frozen=True, kw_only=True):
    """A site, all of it but its key."""

    title: Annotated[str, Meta(min_length=1, max_length=60)]
    queue_id: Id
    origins: Annotated[tuple[Annotated[str, Meta(max_length=300)], ...], Meta(max_length=50)] = ()
    language: SiteLanguage = "en"
    setup: SiteSetupBody = field(default_factory=SiteSetupBody)

    def site(self, key: str) -> Site:
        """The site under that key."""
        return Site(
            key=key,
            tenant_id=TenantId(""),
            queue_id=QueueId(self.queue_id),
            title=self.title,
            origins=self.origins,
            language=self.language,
            setup=msgspec.convert(msgspec.to_builtins(self.setup), SiteSetup),
        )


class NewSite(Body, frozen=True, kw_only=True):
    """A site under a new key."""

    key: Annotated[str, Meta(min_length=1, max_length=64)]
    site: SiteDraft


class SiteChange(Body, frozen=True, kw_only=True):
    """A site as it shall be, and the version it was read at."""

    version: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    site: SiteDraft


class SiteView(Answer, frozen=True, kw_only=True):
    """A web site with a chat. `version` is 0 before its setup was saved first."""

    key: str
    version: int
    title: str
    queue_id: str
    origins: tuple[str, ...]
    language: str
    setup: SiteSetup


class SitePage(Answer, frozen=True, kw_only=True):
    """All sites, and the types of file that any may allow."""

    items: tuple[SiteView, ...]
    file_types: tuple[str, ...]
    next: str | None = None


class SiteSecretView(Answer, frozen=True, kw_only=True):
    """A secret of a site, without what signs: `hint` are its last characters. `used_at` is when a token that it signed
    came last, to the hour."""

    id: str
    hint: str
    created_at: datetime
    created_by: str
    used_at: datetime | None


class SiteSecretPage(Answer, frozen=True, kw_only=True):
    """The secrets of a site, the newest first: two at most."""

    items: tuple[SiteSecretView, ...]
    next: str | None = None


class MadeSiteSecret(Answer, frozen=True, kw_only=True):
    """The new secret. `told` is shown here and nowhere else."""

    secret: SiteSecretView
    told: str


class TriedToken(Body, frozen=True, kw_only=True):
    """A token that the site's backend has signed."""

    token: Annotated[str, Meta(min_length=1, max_length=8192)]


class TokenVerdict(Answer, frozen=True, kw_only=True):
    """What the hub would make of a token. `code` is empty for a good one, and else why it proves nothing (`text` tells
    the site's developers what to mend). An address that the site has not checked proves nothing."""

    code: str
    text: str
    user: str = ""
    name: str = ""
    email: str = ""
    email_verified: bool = False
    phone: str = ""
    phone_verified: bool = False
    expires_at: datetime | None = None
    hint: str = ""
