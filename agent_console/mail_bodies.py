"""Bodies of accounts of mail and of letters."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, field

from agent_console.bodies import Answer, Body, Id
from hub.desk.mail import NOTE_CHARS, ShownAccount
from hub.domain.ids import MailAccountId, QueueId, TenantId
from hub.domain.mail import QuarantinedLetter
from hub.domain.mail_account import (
    MailAccount,
    MailSecrets,
    MailSetup,
    MailSignIn,
    RuleField,
    Security,
)
from hub.ports.mail import MailTried as TriedOut

Host = Annotated[str, Meta(min_length=1, max_length=255)]
Line = Annotated[str, Meta(max_length=255)]
MailLanguage = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]
MailTexts = Annotated[dict[MailLanguage, Annotated[str, Meta(max_length=4_000)]], Meta(max_length=20)]
RuleSkills = Annotated[
    dict[Annotated[str, Meta(max_length=60)], Annotated[int, Meta(ge=1, le=10)]], Meta(max_length=20)
]
Secret = Annotated[str, Meta(max_length=4_000)]


class MailServerBody(Body, frozen=True, kw_only=True):
    """A server and how to sign in there."""

    host: Host
    port: Annotated[int, Meta(ge=1, le=65_535)]
    security: Security = Security.TLS
    sign_in: MailSignIn = MailSignIn.PASSWORD
    username: Line = ""
    certificate: Line = ""


class OAuthBody(Body, frozen=True, kw_only=True):
    """Where access tokens are had."""

    token_url: Annotated[str, Meta(max_length=500)]
    client_id: Line
    scope: Annotated[str, Meta(max_length=500)] = ""


class MailRuleBody(Body, frozen=True, kw_only=True):
    """Letters whose field contains these words are treated so."""

    looks_at: RuleField
    contains: Annotated[str, Meta(min_length=1, max_length=200)]
    queue_id: Id | None = None
    skills: Annotated[
        dict[Annotated[str, Meta(max_length=60)], Annotated[int, Meta(ge=1, le=10)]], Meta(max_length=20)
    ] = field(default_factory=dict)
    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3})?$")] = ""
    priority: Annotated[int, Meta(ge=-10, le=10)] = 0


class AutoAnswerBody(Body, frozen=True, kw_only=True):
    """What a client is told at once, by language."""

    texts: MailTexts = field(default_factory=dict)


class MailSetupBody(Body, frozen=True, kw_only=True):
    """All that an account may choose. Without `incoming` nothing is fetched, without `outgoing` nothing is sent."""

    incoming: MailServerBody | None = None
    folder: Line = "INBOX"
    read_folder: Line = ""
    outgoing: MailServerBody | None = None
    oauth: OAuthBody | None = None
    display_name: Annotated[str, Meta(max_length=100)] = ""
    aliases: Annotated[tuple[Annotated[str, Meta(max_length=320)], ...], Meta(max_length=20)] = ()
    trusted_host: Line = ""
    language: MailLanguage = "en"
    rules: Annotated[tuple[MailRuleBody, ...], Meta(max_length=50)] = ()
    signatures: MailTexts = field(default_factory=dict)
    auto_answer: AutoAnswerBody = field(default_factory=AutoAnswerBody)
    quotes: bool = False
    subaddress: bool = False
    import_old: bool = False


class MailSecretsBody(Body, frozen=True, kw_only=True):
    """Passwords and tokens; an empty one leaves what there is. None of them is ever answered."""

    incoming_password: Secret = ""
    outgoing_password: Secret = ""
    client_secret: Secret = ""
    refresh_token: Secret = ""


class MailAccountBody(Body, frozen=True, kw_only=True):
    """An address of ours."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    address: Annotated[str, Meta(min_length=3, max_length=320)]
    queue_id: Id
    enabled: bool = True
    setup: MailSetupBody = field(default_factory=MailSetupBody)
    secrets: MailSecretsBody = field(default_factory=MailSecretsBody)

    def account(self, account_id: str) -> MailAccount:
        """What it says."""
        return MailAccount(
            id=MailAccountId(account_id),
            tenant_id=TenantId(""),
            name=self.name,
            address=self.address.strip().lower(),
            queue_id=QueueId(self.queue_id),
            enabled=self.enabled,
            setup=msgspec.convert(msgspec.to_builtins(self.setup), MailSetup),
        )

    def kept_secrets(self) -> MailSecrets:
        """The secrets it brings."""
        return msgspec.convert(msgspec.to_builtins(self.secrets), MailSecrets)


class MailAccountChange(Body, frozen=True, kw_only=True):
    """An account as it is to be, and the version it is changed from."""

    version: Annotated[int, Meta(ge=1)]
    account: MailAccountBody


class MailTrial(Body, frozen=True, kw_only=True):
    """An account to be tried out; `account_id` names the kept one whose secrets stand in for empty ones."""

    account_id: Id | None = None
    account: MailAccountBody


class MailAccountView(Answer, frozen=True, kw_only=True):
    """An account. `secrets_set` names which secrets are kept; `receiving` and `sending` say how it fares: `off`,
    `unknown` (not tried yet), `reading`, `waiting`, `works`, `broken`; `trouble` why, in English.
    `trouble_code` names that sentence and `trouble_values` what stands in it, of which `quote` is in the server's own
    words."""

    id: str
    version: int
    name: str
    address: str
    queue_id: str
    enabled: bool
    setup: MailSetupBody
    secrets_set: tuple[str, ...]
    receiving: str
    sending: str
    since: datetime | None
    trouble: str
    trouble_code: str = ""
    trouble_values: dict[str, str | int] = field(default_factory=dict)


class MailAccountPage(Answer, frozen=True, kw_only=True):
    """All accounts, by name."""

    items: tuple[MailAccountView, ...]
    next: str | None = None


class MailTried(Answer, frozen=True, kw_only=True):
    """What came of one server: `part` is `incoming` or `outgoing`. `said` is it in English; `code` names that sentence
    and `values` what stands in it, of which `quote` is in the server's own words."""

    part: str
    ok: bool
    said: str
    code: str = ""
    values: dict[str, str | int] = field(default_factory=dict)


class MailTrialResult(Answer, frozen=True, kw_only=True):
    """What the servers said. Nothing was sent."""

    items: tuple[MailTried, ...]
    next: str | None = None


class LetterView(Answer, frozen=True, kw_only=True):
    """What of a letter is shown on demand. `html` is sanitised and for a frame without scripts and without a network:
    `data-part` numbers name the touch's attachments from 0, `data-remote-src` images that nothing fetches by itself."""

    html: str
    quoted: str


class LetterHandling(Body, frozen=True, kw_only=True):
    """What came of a letter that could not be read, in a few words."""

    note: Annotated[str, Meta(min_length=1, max_length=NOTE_CHARS)]


class UnreadableLetterView(Answer, frozen=True, kw_only=True):
    """A letter that could not be read, and why; `interaction_id` is the conversation that shows it. `subject` is empty
    where it could not be told. `handled_at`, `handled_by` (a name) and `handled_note`: who was done with it; without
    `handled_at` it waits for somebody to look at it."""

    id: str
    account: str
    received_at: datetime
    size_bytes: int
    envelope_from: str | None
    defects: tuple[str, ...]
    touch_id: str | None
    interaction_id: str | None
    subject: str = ""
    handled_at: datetime | None = None
    handled_by: str = ""
    handled_note: str = ""


class UnreadablePage(Answer, frozen=True, kw_only=True):
    """The newest first; `next` is given back as `before`. `to_handle`: how many wait for somebody to look at them,
    whichever page this is."""

    items: tuple[UnreadableLetterView, ...]
    next: str | None
    to_handle: int = 0


def account_view(shown: ShownAccount) -> MailAccountView:
    """An account as it is answered."""
    account, standing = shown.account, shown.standing
    trouble = None if standing is None else standing.trouble
    return MailAccountView(
        id=account.id,
        version=account.version,
        name=account.name,
        address=account.address,
        queue_id=account.queue_id,
        enabled=account.enabled,
        setup=msgspec.convert(msgspec.to_builtins(account.setup), MailSetupBody),
        secrets_set=shown.secrets_set,
        receiving="off" if standing is None else standing.receiving,
        sending="off" if standing is None else standing.sending,
        since=None if standing is None else standing.since,
        trouble="" if trouble is None else trouble.text,
        trouble_code="" if trouble is None else trouble.code,
        trouble_values={} if trouble is None else dict(trouble.values),
    )


def tried_view(one: TriedOut) -> MailTried:
    """What came of one server, as it is answered."""
    told = one.told
    return MailTried(part=one.part, ok=one.ok, said=told.text, code=told.code, values=dict(told.values))


def unreadable_view(letter: QuarantinedLetter) -> UnreadableLetterView:
    """One line of the list."""
    done = letter.handled
    return UnreadableLetterView(
        id=letter.id,
        account=letter.account,
        received_at=letter.received_at,
        size_bytes=letter.size_bytes,
        envelope_from=letter.envelope_from,
        defects=letter.defects,
        touch_id=letter.touch_id,
        interaction_id=letter.interaction_id,
        subject=letter.subject,
        handled_at=None if done is None else done.at,
        handled_by="" if done is None else done.name,
        handled_note="" if done is None else done.note,
    )
