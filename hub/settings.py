"""Every setting: its type, its unit (in its name), its default, and what it is for.

`hub.effective_settings.load` fills them from one TOML file and the environment. `make gen` writes what
`config/` says of them.
"""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hub.channels.email.settings import EmailSettings, SmtpIntakeSettings
from hub.channels.sip.settings import SipSettings
from hub.channels.telegram.settings import TelegramSettings
from hub.channels.webchat.settings import WebChatSettings
from hub.sealing import key_of

ENVIRONMENT_PREFIX = "HUB_"
NESTING = "__"

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise ValueError("give an address or a network, such as 10.0.0.0/8") from None


def _origin(text: str) -> str:
    parts = urlsplit(text.strip())
    if (
        parts.scheme not in {"http", "https"}
        or not parts.netloc
        or parts.path
        or parts.query
        or parts.fragment
    ):
        raise ValueError("give scheme, host and port only, such as https://hub.example")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _public_url(text: str) -> str:
    return _origin(text.rstrip("/")) if text.strip() else ""


def _store_url(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    scheme, colon, rest = text.partition(":")
    if text and (not colon or scheme not in _DRIVERS):
        raise ValueError("begin with postgresql:// or sqlite:///, or leave it empty")
    return SecretStr(f"{_DRIVERS[scheme]}:{rest}") if text else url


def _redis_url(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    if text and not re.match(r"(rediss?|unix)://", text):
        raise ValueError("begin with redis://, rediss:// or unix://, or leave it empty")
    return url


def _time_zone(name: str) -> str:
    try:
        return ZoneInfo(name.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("give a zone of the IANA list, such as Europe/Berlin or UTC") from None


def _secret_key(key: SecretStr) -> SecretStr:
    text = key.get_secret_value()
    if text:
        try:
            key_of(text)
        except ValueError:
            raise ValueError("give 32 bytes in base64, or leave it empty") from None
    return key


def _secret_keys(keys: SecretStr) -> SecretStr:
    for text in keys.get_secret_value().split(","):
        _secret_key(SecretStr(text.strip()))
    return keys


Network = Annotated[str, AfterValidator(_network)]
Origin = Annotated[str, AfterValidator(_origin)]


class NotInThisRelease(Exception):
    """Many nodes over Redis: planned, and better refused than half done."""

    def __init__(self) -> None:
        super().__init__(
            "this release runs as one process: leave cluster.redis_url (HUB_CLUSTER__REDIS_URL) empty;"
            " PostgreSQL as the store works without it"
        )


class Section(BaseModel):
    """A table of the settings file; an unknown key in it stops the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpSettings(Section):
    """The one port: console, sockets, web chat, API, health and metrics."""

    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="Address to listen on. 0.0.0.0 is every address of this machine: put TLS in front of it.",
    )
    port: int = Field(
        default=8080, ge=0, le=65535, description="TCP port to listen on; 0 takes any free one."
    )
    public_url: Annotated[str, AfterValidator(_public_url)] = Field(
        default="",
        description="The address people use, such as https://hub.example; empty: the one listened on.",
    )
    trusted_proxies: tuple[Network, ...] = Field(
        default=(),
        description="Networks whose X-Forwarded-For and X-Forwarded-Proto are believed; empty: nobody's.",
    )
    max_body_bytes: int = Field(
        default=1024 * 1024, ge=64 * 1024, description="Largest request body, unless a route says otherwise."
    )
    max_file_bytes: int = Field(
        default=25 * 1024 * 1024,
        ge=64 * 1024,
        le=1024 * 1024 * 1024,
        description="Largest file that staff may bring; a channel may take less.",
    )


class StoreSettings(Section):
    """Where everything is kept."""

    url: Annotated[SecretStr, AfterValidator(_store_url)] = Field(
        default=SecretStr(""),
        description="Database, such as postgresql://user:password@host/name; empty: hub.db in data_dir.",
    )
    pool_size: int = Field(default=8, ge=2, le=200, description="Connections of this node to the database.")


class ClusterSettings(Section):
    """What differs between one process and many."""

    redis_url: Annotated[SecretStr, AfterValidator(_redis_url)] = Field(
        default=SecretStr(""),
        description="Redis that the nodes share, such as redis://host:6379/0; empty: one process.",
    )
    node: str = Field(
        default="",
        max_length=100,
        pattern=r"^[\w.-]*$",
        description="Name of this node, different on each; empty: host name and process id.",
    )


class HouseSettings(Section):
    """What is true of the whole house."""

    time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="UTC",
        description="Zone in which days and hours are counted, such as Europe/Istanbul: wallboard, log, reports.",
    )
    phone_region: str = Field(
        default="",
        pattern=r"^([A-Z]{2})?$",
        description=(
            "Country whose national phone numbers are understood, such as TR; empty: numbers begin with +."
        ),
    )


class AccessSettings(Section):
    """Choices of the house about who sees whom."""

    agents_see_clients: Literal["own", "team", "all"] = Field(
        default="team",
        description=(
            "Whom agents find and read: own (they serve, are offered, or served last),"
            " team (whoever has an interaction in a queue they serve, or none at all yet), all."
        ),
    )


class RecordingSettings(Section):
    """Recordings of calls. Whether a call is recorded, and told so, is a rule of its queue."""

    key: Annotated[SecretStr, AfterValidator(_secret_keys)] = Field(
        default=SecretStr(""),
        description=(
            "32 bytes in base64 under which recordings are sealed; several with commas: the first seals, all open;"
            " empty: recordings.key in data_dir. Keep it apart from the backups: without it no recording is heard."
        ),
    )
    keep_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Days until a recording is erased, unless its queue says otherwise; 0: never.",
    )
    agents_listen: bool = Field(
        default=True, description="Agents may hear the recordings of their own calls."
    )


class HelpSettings(Section):
    """The public help at /help: published public articles, for everybody."""

    enabled: bool = Field(default=True, description="Show it. Nothing is public before an article says so.")
    title: str = Field(
        default="Touchline", min_length=1, max_length=80, description="What the pages call the house."
    )


class LogSettings(Section):
    """Lines on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least that is written."
    )
    as_json: bool = Field(default=False, description="One JSON object a line, for a log collector.")
    personal_data: bool = Field(
        default=False, description="Also write names, addresses and texts of clients."
    )


class SecuritySettings(Section):
    """Passwords and sign-ins."""

    password_memory_kib: int = Field(
        default=19 * 1024, ge=8 * 1024, description="Memory of one Argon2id hash, in KiB."
    )
    password_passes: int = Field(
        default=2, ge=1, le=100, description="Passes of one Argon2id hash over its memory."
    )
    password_lanes: int = Field(default=1, ge=1, le=64, description="Lanes of one Argon2id hash.")
    password_threads: int = Field(
        default=2, ge=1, le=64, description="Hashes computed at the same time; others wait."
    )
    session_idle_min: int = Field(
        default=30, ge=1, description="Minutes without a sign of life after which a sign-in ends."
    )
    session_hours: int = Field(
        default=12, ge=1, le=24 * 30, description="Hours after which every sign-in ends."
    )
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] = Field(
        default=SecretStr(""),
        description="32 bytes in base64 that seal second factors and webhook secrets; empty: secret.key in data_dir.",
    )
    origins: tuple[Origin, ...] = Field(
        default=(),
        description="Further exact origins the console may be served from, beside http.public_url.",
    )


class WebhookSettings(Section):
    """What other programs are told."""

    allow_private: bool = Field(
        default=False,
        description="Also deliver webhooks by http and to addresses of one's own network.",
    )


class RoutingSettings(Section):
    """How work finds an agent."""

    sweep_s: float = Field(
        default=0.5,
        gt=0,
        le=10,
        description="Seconds between two looks for offers, wrap-ups and agents past their end.",
    )
    presence_lease_s: float = Field(
        default=15.0,
        ge=6,
        le=300,
        description="Seconds without a sign of the console after which its agent is gone.",
    )
    grace_s: float = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="Seconds accepted text work then waits for its agent to come back.",
    )
    avoid_s: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="Seconds an agent is not asked again for work declined or missed.",
    )
    batch: int = Field(default=200, ge=1, le=10_000, description="Offers committed together at most.")


class ScreenPopSettings(Section):
    """The sockets of the agents' consoles."""

    backlog_bytes: int = Field(
        default=1024 * 1024,
        ge=64 * 1024,
        description="Unread bytes at which a slow console is closed (4008).",
    )
    backlog_s: float = Field(
        default=10.0, gt=0, le=300, description="Seconds of backlog at which a slow console is closed (4008)."
    )
    replay_frames: int = Field(
        default=10_000, ge=0, description="Newest frames of one agent kept for a console that comes back."
    )
    replay_s: float = Field(
        default=120.0, ge=0, description="Seconds they are kept; after that it gets everything anew."
    )


class ChannelSettings(Section):
    """A table for each channel; what is in it is the channel's own."""

    email: EmailSettings = Field(default=EmailSettings.model_validate({}), description="Mail.")
    sip: SipSettings = Field(default_factory=lambda: SipSettings.model_validate({}), description="Telephony.")
    telegram: TelegramSettings = Field(default=TelegramSettings.model_validate({}), description="Bots.")
    webchat: WebChatSettings = Field(
        default_factory=lambda: WebChatSettings.model_validate({}), description="Chat on web sites."
    )


class DemoSettings(Section):
    """Used by `touchline demo` only."""

    password: SecretStr = Field(
        default=SecretStr(""),
        description="Password of all demo people; empty: a random one at the first start, which a kept demo keeps.",
    )
    simulate: bool = Field(default=True, description="Let simulated clients arrive.")


class Settings(BaseSettings):
    """Everything that can be set. By itself it reads nothing: values come through `load` only."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter=NESTING
    )

    data_dir: Path = Field(
        default=Path("data"),
        description="Folder of everything the hub keeps: hub.db, attachments, recordings.",
    )
    house: HouseSettings = Field(default_factory=HouseSettings)
    access: AccessSettings = Field(default_factory=AccessSettings)
    http: HttpSettings = Field(default_factory=HttpSettings)
    recordings: RecordingSettings = Field(default_factory=RecordingSettings)
    help: HelpSettings = Field(default_factory=HelpSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    cluster: ClusterSettings = Field(default_factory=ClusterSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    security: SecuritySettings = Field(default_factory=SecuritySettings)
    webhooks: WebhookSettings = Field(default_factory=WebhookSettings)
    routing: RoutingSettings = Field(default_factory=RoutingSettings)
    screenpop: ScreenPopSettings = Field(default_factory=ScreenPopSettings)
    channels: ChannelSettings = Field(default_factory=ChannelSettings)
    smtp_intake: SmtpIntakeSettings = Field(default_factory=lambda: SmtpIntakeSettings.model_validate({}))
    demo: DemoSettings = Field(default_factory=DemoSettings)

    @property
    def store_url(self) -> str:
        """The database's URL with its asyncio driver; it may hold a password."""
        return self.store.url.get_secret_value() or f"sqlite+aiosqlite:///{self.data_dir / 'hub.db'}"

    @property
    def is_embedded(self) -> bool:
        """Whether this process is the whole hub."""
        return not self.cluster.redis_url.get_secret_value()

    @classmethod
    def settings_customise_sources(  # the signature is pydantic's
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the caller names; see `hub.effective_settings`."""
        return (init_settings,)
