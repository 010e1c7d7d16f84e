"""What `touchline doctor` tests, one function a subject: each says what is so, and what to do if it is
wrong."""

import asyncio
import errno
import platform
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hub import part_checks
from hub.cli.address import address_of
from hub.cli.intake_check import smtp_intake
from hub.cli.looked_at import readiness, running_hub
from hub.clock import SystemClock
from hub.domain.errors import Unavailable
from hub.domain.ids import DEFAULT_TENANT
from hub.only_one import who_works_on
from hub.part_checks import fail, ok, warn
from hub.ports.status import Finding, Health
from hub.sealing import Seal, kept_key, key_of
from hub.settings import Settings

if TYPE_CHECKING:
    from crm_store.engine import Database

_ANSWER_WITHIN_S = 3.0


Check = Callable[[Settings], Awaitable[list[Finding]]]


async def python(_: Settings) -> list[Finding]:
    """The interpreter, and the faster event loop."""
    version = platform.python_version()
    try:
        import uvloop
    except ImportError:
        return [
            warn(
                "python",
                f"Python {version} without uvloop",
                "pip install 'touchline[speed]': it serves faster",
            )
        ]
    return [ok("python", f"Python {version}, {uvloop.__name__}")]


async def clock(_: Settings) -> list[Finding]:
    """The machine's clock."""
    return part_checks.clock(SystemClock().now())


async def data_folder(settings: Settings) -> list[Finding]:
    """The folder of everything the hub keeps."""
    return await part_checks.folder(settings.data_dir)


async def store(settings: Settings) -> list[Finding]:
    """The database: reachable, durable, at this release's revision, with a site for web chat."""
    from sqlalchemy.engine import make_url

    from crm_store.engine import Database, StoreNotDurable
    from crm_store.examined import examined

    shown = make_url(settings.store_url).render_as_string(hide_password=True)
    path = make_url(settings.store_url).database or ""
    if settings.store_url.startswith("sqlite") and not await asyncio.to_thread(Path(path).exists):
        return [ok("store", f"{shown} will be made at the first start")]
    try:
        database = await Database.open(settings.store_url, pool_size=2)
    except StoreNotDurable as exc:
        return [fail("store", str(exc), "change the database's setting: what is acknowledged could be lost")]
    except Unavailable as exc:
        return [fail("store", f"{shown}: {exc}", "start the database, or set store.url (HUB_STORE__URL)")]
    try:
        found = await examined(database, shown)
        return (
            found
            if any(f.health is not Health.OK for f in found)
            else [
                *found,
                *await _sites(settings, database),
                *await _numbers(settings, database),
                *await _recordings(settings, database),
                *await _mail(settings, database),
                *await _telegram(settings, database),
            ]
        )
    except Unavailable as exc:
        return [fail("store", f"{shown}: {exc}", "see the database's log")]
    finally:
        await database.close()


async def redis(settings: Settings) -> list[Finding]:
    """What the nodes share, if there are several."""
    if settings.is_embedded:
        return [ok("cluster", "one process (cluster.redis_url is empty)")]
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    client = Redis.from_url(settings.cluster.redis_url.get_secret_value(), socket_timeout=_ANSWER_WITHIN_S)
    try:
        await client.ping()
    except (RedisError, OSError) as exc:
        return [
            fail("cluster", f"Redis: {exc}", "start Redis, or set cluster.redis_url (HUB_CLUSTER__REDIS_URL)")
        ]
    finally:
        await client.aclose()
    return [ok("cluster", "Redis answers")]


async def port(settings: Settings) -> list[Finding]:
    """Whether the port is free, or our own hub is there and ready."""
    http = settings.http
    if not http.port:
        return [ok("port", "any free one (http.port is 0)")]
    try:
        with socket.create_server((http.host, http.port), family=_family(http.host)):
            return [ok("port", f"{http.host}:{http.port} is free; no hub is running there")]
    except OSError as exc:
        if exc.errno != errno.EADDRINUSE:
            return [fail("port", f"{http.host}: {exc.strerror}", "set http.host (HUB_HTTP__HOST)")]
    address = address_of(http)
    status, text = await readiness(address)
    if status == 200 and text == "ready":
        return [ok("port", f"a hub at {address} is ready")]
    if status == 503:
        return [warn("port", f"a hub at {address} is not ready: {text}", "wait a moment, then see its log")]
    return [
        fail("port", f"{http.port} is taken by another program", "stop it, or set http.port (HUB_HTTP__PORT)")
    ]


async def sip_port(settings: Settings) -> list[Finding]:
    """Whether the port of SIP is free for UDP and TCP, or our own hub is there."""
    part, sip = "sip port", settings.channels.sip
    if not sip.enabled:
        return [ok(part, "telephony is switched off")]
    if not sip.port:
        return [ok(part, "any free one (channels.sip.port is 0)")]
    family = _family(sip.host)
    try:
        with (
            socket.create_server((sip.host, sip.port), family=family),
            socket.socket(family, socket.SOCK_DGRAM) as datagrams,
        ):
            datagrams.bind((sip.host, sip.port))
            return [ok(part, f"{sip.host}:{sip.port} is free")]
    except OSError as exc:
        if exc.errno != errno.EADDRINUSE:
            return [
                fail(part, f"{sip.host}: {exc.strerror}", "set channels.sip.host (HUB_CHANNELS__SIP__HOST)")
            ]
    status, _ = await readiness(address_of(settings.http)) if settings.http.port else (0, "")
    if status in (200, 503):
        return [ok(part, f"{sip.host}:{sip.port} is taken, by the hub that runs")]
    return [
        fail(
            part,
            f"{sip.port} is taken by another program",
            "stop it, or set channels.sip.port (HUB_CHANNELS__SIP__PORT)",
        )
    ]


async def built(_: Settings) -> list[Finding]:
    """The browser applications."""
    from agent_console.pages import STATIC
    from hub.channels import webchat

    widget = Path(webchat.__path__[0]) / "static" / "widget.js"
    return [
        ok(part, "built")
        if path.is_file()
        else fail(part, f"{path} is not there", f"in a checkout: make {part}; a wheel brings it along")
        for part, path in (("console", STATIC / "index.html"), ("widget", widget))
    ]


async def trunks(settings: Settings) -> list[Finding]:
    """The lines to carriers and PBXs: each is asked, and signed in at where it wants that."""
    from hub import trunk_checks

    return await trunk_checks.of_settings(settings.channels.sip)


async def _numbers(settings: Settings, database: "Database") -> list[Finding]:
    from crm_store.queue_reads import queues_of
    from hub import trunk_checks

    sip = settings.channels.sip
    if not sip.enabled or not (sip.trunks or sip.menus):
        return []
    async with database.snapshot() as wire:
        there = [queue.name for queue in await queues_of(wire, DEFAULT_TENANT) if not queue.rules.retired]
    return trunk_checks.queues_of_numbers(sip, there)


async def _recordings(settings: Settings, database: "Database") -> list[Finding]:
    from crm_store.store import Store
    from hub import recording_room
    from hub.cluster.codec import encode

    try:
        return await recording_room.examined(
            Store(database, encode=encode, clock=SystemClock()),
            settings.data_dir,
            keys=settings.recordings.key.get_secret_value(),
        )
    except (OSError, ValueError) as exc:
        return [
            fail(
                "recordings",
                f"their key cannot be read: {exc}",
                "see recordings.key (HUB_RECORDINGS__KEY), or recordings.key in data_dir",
            )
        ]


async def _mail(settings: Settings, database: "Database") -> list[Finding]:
    from crm_store.mail_accounts import SqlMailAccounts
    from crm_store.queue_reads import queues_of
    from crm_store.store import Store
    from hub import mail_checks
    from hub.channels.email.accounts import Accounts
    from hub.channels.email.standing import Standings
    from hub.cluster.codec import encode
    from hub.demo.mail import is_demos
    from hub.webhooks.calling import Caller

    if not settings.channels.email.enabled:
        return [mail_checks.switched_off()]
    seal = _seal(settings, "e-mail")
    if not isinstance(seal, Seal):
        return seal
    clock = SystemClock()
    store = SqlMailAccounts(Store(database, encode=encode, clock=clock), encode=encode, seal=seal)
    caller = Caller(allow_private=settings.webhooks.allow_private)
    accounts = Accounts(
        store, DEFAULT_TENANT, ask_for_token=mail_checks.tokens_by(caller), changed=lambda: None
    )
    async with database.snapshot() as wire:
        queues = await queues_of(wire, DEFAULT_TENANT)
    found = await mail_checks.examined(store, Standings(accounts, clock), DEFAULT_TENANT, queues)
    if await asyncio.to_thread(who_works_on, settings.data_dir) is not None:
        return found
    demos = {account.name for account in await store.mail_accounts(DEFAULT_TENANT) if is_demos(account)}
    return [_ended_with_the_demo(one) if one.values.get("account") in demos else one for one in found]


def _ended_with_the_demo(finding: Finding) -> Finding:
    """The servers of the demo's accounts are its own: where it does not run, nobody listens there."""
    if finding.code != "mail_broken" or "nobody listens at 127.0.0.1" not in finding.text:
        return finding
    return ok(finding.part, "the demo's own server, which ended with it; it is there again when the demo is")


async def _telegram(settings: Settings, database: "Database") -> list[Finding]:
    from crm_store.store import Store
    from crm_store.telegram import TelegramUpdates
    from crm_store.telegram_bots import SqlTelegramBots
    from hub import telegram_checks
    from hub.channels.telegram.bots import Bots
    from hub.channels.telegram.standing import Standings
    from hub.cluster.codec import encode
    from hub.demo.telegram import is_demos

    if not settings.channels.telegram.enabled:
        return [telegram_checks.switched_off()]
    seal = _seal(settings, "telegram")
    if not isinstance(seal, Seal):
        return seal
    clock = SystemClock()
    store = Store(database, encode=encode, clock=clock)
    kept = SqlTelegramBots(store, encode=encode, seal=seal)
    bots = Bots(kept, DEFAULT_TENANT, settings.channels.telegram, changed=lambda: None)
    return await telegram_checks.examined(
        kept,
        Standings(bots, clock),
        TelegramUpdates(store),
        DEFAULT_TENANT,
        clock.now(),
        lives_elsewhere=lambda bot: is_demos(kept, bot),
    )


def _seal(settings: Settings, part: str) -> Seal | list[Finding]:
    """What opens the secrets in the store; what was found where that cannot be told, nothing before the first start."""
    given, file = settings.security.secret_key.get_secret_value(), settings.data_dir / "secret.key"
    if not given and not file.exists():
        return []  # the hub makes it at its first start: there is no account yet
    try:
        return Seal(key_of(given) if given else kept_key(file))
    except (OSError, ValueError) as exc:
        return [fail(part, f"secret.key cannot be read: {exc}", "restore secret.key in data_dir")]


CHECKS: tuple[Check, ...] = (
    running_hub,
    python,
    clock,
    data_folder,
    store,
    redis,
    port,
    sip_port,
    smtp_intake,
    built,
    trunks,
)


async def _sites(settings: Settings, database: "Database") -> list[Finding]:
    async with database.snapshot() as wire:
        keys = [row[0] for row in await wire.fetch("SELECT key FROM sites ORDER BY key")]
    return part_checks.sites(keys, is_on=settings.channels.webchat.enabled)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
