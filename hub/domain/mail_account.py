"""Accounts of mail: an address of ours, the servers behind it, and how letters to it are treated."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from hub.domain.errors import Invalid
from hub.domain.ids import MailAccountId, QueueId, TenantId
from hub.domain.signature import require_signature_variables
from hub.domain.subaddresses import NAME_OCTETS, without_subaddress
from hub.domain.texts import is_clean_line, is_clean_text, one_line

EMAIL = "email"
"""The channel's name."""

RULES_LIMIT = 50
SIGNATURE_CHARS = 4_000

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


class Security(StrEnum):
    """How a connection to a mail server is kept from others. `none` is for servers on this machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class MailSignIn(StrEnum):
    """How the hub proves who it is: by password, or by a token of OAuth 2 (SASL XOAUTH2)."""

    PASSWORD = "password"  # noqa: S105 - the name of a way
    OAUTH = "oauth"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A server and how to sign in there. `certificate` names a file of PEM that is trusted besides the usual ones."""

    host: str
    port: int
    security: Security = Security.TLS
    sign_in: MailSignIn = MailSignIn.PASSWORD
    username: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthSetup:
    """Where a new access token is had for the refresh token (RFC 6749 section 6)."""

    token_url: str
    client_id: str
    scope: str = ""


class RuleField(StrEnum):
    """What of a letter a rule looks at."""

    TO = "to"
    FROM = "from"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRule:
    """Letters whose `looks_at` field contains `contains`, in any case, go to this queue, ask for these skills too, are
    in that language, and are more urgent by `priority` steps. The first rule that fits is the one."""

    looks_at: RuleField
    contains: str
    queue_id: QueueId | None = None
    skills: dict[str, int] = field(default_factory=dict)
    language: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoAnswer:
    """The acknowledgement a client gets, by language; off where there is no text. It never repeats what they wrote."""

    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSetup:
    """All that an account may choose.

    `incoming` None: nothing is fetched (letters may come by SMTP). `folder` is read; read letters go to `read_folder`
    where one is named. `outgoing` None: nothing can be sent. `display_name` stands beside our address; `aliases` are
    ours too. `trusted_host` names the server whose Authentication-Results are believed (RFC 8601), empty: nobody's.
    `signatures` by language, for queues that have none of their own. `quotes`: an answer quotes the letter it answers,
    unless its writer says otherwise. `subaddress`: replies may come to `name+token@…`, where the server takes that
    and the name has at most 15 octets.
    `import_old`: letters that lie in the mailbox when it is first read become work too; else they are only known.
    """

    incoming: MailServer | None = None
    folder: str = "INBOX"
    read_folder: str = ""
    outgoing: MailServer | None = None
    oauth: OAuthSetup | None = None
    display_name: str = ""
    aliases: tuple[str, ...] = ()
    trusted_host: str = ""
    language: str = "en"
    rules: tuple[MailRule, ...] = ()
    signatures: dict[str, str] = field(default_factory=dict)
    auto_answer: AutoAnswer = field(default_factory=AutoAnswer)
    quotes: bool = False
    subaddress: bool = False
    import_old: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSecrets:
    """What nobody is shown. Empty ones are not set."""

    incoming_password: str = field(default="", repr=False)
    outgoing_password: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAccount:
    """An address of ours. `version` is 0 before it is first put."""

    id: MailAccountId
    tenant_id: TenantId
    name: str
    address: str
    queue_id: QueueId
    enabled: bool = True
    setup: MailSetup = field(default_factory=MailSetup)
    version: int = 0

    @property
    def account(self) -> str:
        """What its touches are kept under."""
        return f"{EMAIL}:{self.name}"

    @property
    def queues(self) -> frozenset[QueueId]:
        """The queues that its letters come to: its own, and those of its rules."""
        of_rules = (rule.queue_id for rule in self.setup.rules)
        return frozenset({self.queue_id, *(one for one in of_rules if one is not None)})

    @property
    def own_addresses(self) -> frozenset[str]:
        """Addresses that are ours, in lower case."""
        return frozenset({self.address.lower(), *(a.lower() for a in self.setup.aliases)})

    def is_own(self, address: str) -> bool:
        """Whether the address is ours, as it is written or as `name+anything@…`."""
        plain = address.lower()
        return plain in self.own_addresses or without_subaddress(plain) in self.own_addresses


def checked_account(account: MailAccount) -> MailAccount:
    """The account as it is kept: without acknowledgements that say nothing.

    Raises Invalid with the field named (also `control_characters`, `unknown_variable`). What is kept already is read
    without this: it was checked when it was put, by the rules of that time.
    """
    if not _NAME.fullmatch(account.name):
        raise Invalid("a name has small letters, digits, - and _, at most 40", field="name")
    if not is_address(account.address) or not account.address.isascii():
        raise Invalid("give an address such as support@shop.example, in ASCII", field="address")
    setup = account.setup
    _check_lines(setup)
    for which, server in (("incoming", setup.incoming), ("outgoing", setup.outgoing)):
        if server is not None:
            _check_server(server, which)
            if which == "incoming" and server.security is Security.STARTTLS:
                raise Invalid("mail is fetched over TLS from the start (port 993)", field="incoming.security")
            if server.security is Security.NONE and not is_loopback(server.host):
                raise Invalid("only a server on this machine goes without TLS", field=f"{which}.security")
            if server.sign_in is MailSignIn.OAUTH and setup.oauth is None:
                raise Invalid("this sign-in needs the OAuth settings", field=f"{which}.sign_in")
    if setup.incoming is not None and not setup.folder.strip():
        raise Invalid("name the folder to read, such as INBOX", field="folder")
    if setup.read_folder and _mailbox(setup.read_folder) == _mailbox(setup.folder):
        raise Invalid("read letters cannot go where they are read from", field="read_folder")
    if setup.oauth is not None and not _is_https(setup.oauth.token_url):
        raise Invalid("the address for tokens is https:// and a host", field="oauth.token_url")
    if setup.trusted_host and not _is_host_name(setup.trusted_host):
        raise Invalid("give the name of the mail server, such as mx.shop.example", field="trusted_host")
    if setup.subaddress and len(account.address.rpartition("@")[0].encode()) > NAME_OCTETS:
        raise Invalid(f"only names of at most {NAME_OCTETS} octets have such addresses", field="subaddress")
    for alias in setup.aliases:
        if not is_address(alias):
            raise Invalid(f"{one_line(alias, 80)} is no address", field="aliases")
    _check_texts(setup)
    _check_rules(setup)
    said = {language: text for language, text in setup.auto_answer.texts.items() if text.strip()}
    return replace(account, setup=replace(setup, auto_answer=AutoAnswer(texts=said)))


def check_secrets(secrets: MailSecrets) -> None:
    """Raises Invalid for what no sign-in can carry (RFC 3501 section 9 `QUOTED-CHAR`, RFC 4616 section 2)."""
    for each in fields(secrets):
        if re.search(r"[\x00\r\n]", getattr(secrets, each.name)):
            raise Invalid(
                "there are control characters in it",
                field=f"secrets.{each.name}",
                code="control_characters",
            )


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its name or address (RFC 6761 section 6.3); nobody is asked."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(_bare(host)).is_loopback
    except ValueError:
        return False


def is_address(text: str) -> bool:
    """Whether this is one plain mail address (RFC 5321 `Mailbox` without quotes and comments)."""
    local, _, domain = text.rpartition("@")
    return (
        0 < len(local) <= 64
        and 0 < len(domain) <= 253
        and re.fullmatch(r"[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f-\x9f]+", local) is not None
        and re.fullmatch(r"(?!-)[^\s\"(),:;<>@\[\\\]\x00-\x1f\x7f-\x9f]+(?<!-)", domain) is not None
        and ".." not in text
        and not local.startswith(".")
        and not local.endswith(".")
        and not domain.startswith(".")
        and not domain.endswith(".")
    )


def _check_server(server: MailServer, field_name: str) -> None:
    if not _is_host(server.host):
        raise Invalid("give the server's name or address", field=f"{field_name}.host")
    if not 0 < server.port < 65_536:
        raise Invalid("a port is between 1 and 65535", field=f"{field_name}.port")
    if server.sign_in is not MailSignIn.NONE and not server.username.strip():
        raise Invalid("name the user to sign in as", field=f"{field_name}.username")


def _check_texts(setup: MailSetup) -> None:
    for name, texts in (("signatures", setup.signatures), ("auto_answer", setup.auto_answer.texts)):
        for language, text in texts.items():
            if not _LANGUAGE.fullmatch(language):
                raise Invalid("a language is two or three small letters", field=name)
            if len(text) > SIGNATURE_CHARS:
                raise Invalid(f"at most {SIGNATURE_CHARS} characters", field=name)
            if not is_clean_text(text):
                raise Invalid("there are control characters in it", field=name, code="control_characters")
    for text in setup.signatures.values():
        require_signature_variables(text, "signatures")
    if not _LANGUAGE.fullmatch(setup.language):
        raise Invalid("a language is two or three small letters", field="language")


def _check_rules(setup: MailSetup) -> None:
    if len(setup.rules) > RULES_LIMIT:
        raise Invalid(f"at most {RULES_LIMIT} rules", field="rules")
    for rule in setup.rules:
        if not rule.contains.strip():
            raise Invalid("say what the field is to contain", field="rules")
        if any(not 1 <= level <= 10 for level in rule.skills.values()):
            raise Invalid("a level is between 1 and 10", field="rules")
        if rule.language and not _LANGUAGE.fullmatch(rule.language):
            raise Invalid("a language is two or three small letters", field="rules")
        if not -10 <= rule.priority <= 10:
            raise Invalid("a priority is between -10 and 10", field="rules")


def _check_lines(setup: MailSetup) -> None:
    for name, text in _lines(setup):
        if not is_clean_line(text):
            raise Invalid("there are control characters in it", field=name, code="control_characters")


def _lines(setup: MailSetup) -> Iterator[tuple[str, str]]:
    """What has one line, with the field it stands in."""
    yield from (
        ("display_name", setup.display_name),
        ("folder", setup.folder),
        ("read_folder", setup.read_folder),
        ("trusted_host", setup.trusted_host),
    )
    for which, server in (("incoming", setup.incoming), ("outgoing", setup.outgoing)):
        if server is not None:
            yield f"{which}.host", server.host
            yield f"{which}.username", server.username
            yield f"{which}.certificate", server.certificate
    if setup.oauth is not None:
        yield "oauth.token_url", setup.oauth.token_url
        yield "oauth.client_id", setup.oauth.client_id
        yield "oauth.scope", setup.oauth.scope
    yield from (("aliases", alias) for alias in setup.aliases)
    for rule in setup.rules:
        yield from (("rules", text) for text in (rule.contains, *rule.skills))


def _mailbox(folder: str) -> str:
    """INBOX is INBOX in any case, other names are as they are written (RFC 9051 section 5.1)."""
    return "INBOX" if folder.strip().upper() == "INBOX" else folder.strip()


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        there = parts.port != 0
    except ValueError:
        return False
    return there and parts.scheme == "https" and not re.search(r"\s", url) and _is_host(parts.hostname or "")


def _is_host(host: str) -> bool:
    try:
        return bool(ip_address(_bare(host)))
    except ValueError:
        return _is_host_name(host)


def _is_host_name(host: str) -> bool:
    """Labels of letters, digits and hyphens (RFC 1123 section 2.1); the last is no number, as in an address."""
    labels = host.split(".")
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()


def _bare(host: str) -> str:
    """An address of IPv6 without its brackets."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") and ":" in host else host
