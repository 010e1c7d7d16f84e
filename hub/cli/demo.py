"""`touchline demo`: a hub that lives before anything is configured."""

import asyncio
import random
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager, nullcontext
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agent_console.passwords import Passwords
from crm_store.store import Store
from hub.app import serve
from hub.cli.access import access_store, cost_of
from hub.cli.address import address_of
from hub.cli.configuration import settings_from
from hub.cli.failures import told_plainly
from hub.cli.looked_at import DEMO_PREFIX
from hub.cli.loop import until_stopped
from hub.clock import SystemClock
from hub.demo.floor import MEMBERS, SITE_OF_TOPIC
from hub.demo.mail import ADDRESSES, FETCHED, put_demo_accounts
from hub.demo.regulars import SITE, put_regulars
from hub.demo.seed import Seeding, seed
from hub.demo.telegram import TOKEN, USER_NAME, put_demo_bot
from hub.domain.access import Role
from hub.domain.mail_account import MailServer, Security
from hub.effective_settings import Effective
from hub.ids import new_id
from hub.log import configure_log
from hub.sealing import Seal, kept_key, key_of
from hub.settings import Settings
from hub.simulator.across import Across
from hub.simulator.bot_api.server import BotApiLookAlike
from hub.simulator.bot_clients import BotClients, Pace
from hub.simulator.callers import Callers, CallTally, calls_come
from hub.simulator.client import Street, Tally, simulate
from hub.simulator.letters import Correspondents, letters_come
from hub.simulator.mailbox import Mailbox
from hub.simulator.plan import between, visits
from hub.started import Started

PASSWORD_CHARS = 16
_ALPHABET = (
    "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is taken for something else when typed off a screen
)

FIRST_CLIENT_S = 1.0
LEAST_GAP_S, MOST_GAP_S = 20.0, 40.0
AT_MOST_OPEN = 6
AT_MOST_WAITING = 2
PATIENCE_S = 240.0
LEAST_CALL_GAP_S, MOST_CALL_GAP_S = 60.0, 180.0
LEAST_LETTER_GAP_S, MOST_LETTER_GAP_S = 45.0, 150.0
LEAST_BOT_GAP_S, MOST_BOT_GAP_S = 60.0, 150.0
FIRST_ACROSS_S = 15.0
LEAST_ACROSS_GAP_S, MOST_ACROSS_GAP_S = 180.0, 360.0
PAUSE_S = 8.0, 20.0
PACE = Pace()
QUEUES = ("sales", "support")
MAILBOX_USER = "sales"


def demo(data: Path | None) -> None:
    """Serve the demo until SIGINT or SIGTERM; without `data` nothing remains."""
    effective = settings_from(None)
    with told_plainly(), _folder(data) as folder:
        settings = demo_settings(effective, folder)
        configure_log(
            level=settings.log.level, as_json=settings.log.as_json, personal_data=settings.log.personal_data
        )
        until_stopped(lambda stop: _served(settings, stop, kept=data, own_bot=has_own_bot(effective)))


def demo_settings(effective: Effective, folder: Path) -> Settings:
    """The settings of the demo: data in `folder`, simulated clients without limits per address, a quiet
    log."""
    settings = effective.settings
    changes: dict[str, object] = {"data_dir": folder}
    here = {"exempt_addresses": ("127.0.0.0/8", "::1/128")}
    channels: dict[str, object] = {}
    if "channels.webchat.exempt_addresses" not in effective.origins:
        channels["webchat"] = settings.channels.webchat.model_copy(update=here)
    if "channels.sip.open_to_loopback" not in effective.origins:
        channels["sip"] = settings.channels.sip.model_copy(update={**here, "open_to_loopback": True})
    if "smtp_intake.enabled" not in effective.origins:
        intake = {"enabled": True, "trusted_addresses": here["exempt_addresses"]}
        changes["smtp_intake"] = settings.smtp_intake.model_copy(update=intake)
    changes["channels"] = settings.channels.model_copy(update=channels)
    if "help.title" not in effective.origins:
        changes["help"] = settings.help.model_copy(update={"title": "Kettle & Co."})
    if "log.level" not in effective.origins:
        changes["log"] = settings.log.model_copy(update={"level": "warning"})
    return settings.model_copy(update=changes)


def random_password() -> str:
    """Sixteen characters that can be typed off a screen: 80 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PASSWORD_CHARS))


def welcome(
    started: Started, password: str | None, settings: Settings, *, kept: Path | None, has_bot: bool = False
) -> Panel:
    """Addresses and sign-ins in a box; `password` None: the one of an earlier start. `has_bot`: of the demo's own."""
    table = Table.grid(padding=(0, 3))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, path in (("Console", "/"), ("Web chat", "/chat/demo"), ("API", "/api/docs")):
        table.add_row(name, Text(f"{started.url}{path}", style="bold"))
    if settings.channels.sip.enabled and settings.channels.sip.port:
        at = f"127.0.0.1:{settings.channels.sip.port}"
        table.add_row("Telephone", Text(f"sip:sales@{at}, sip:support@{at}", style="bold"))
    if settings.smtp_intake.enabled and settings.channels.email.enabled:
        to = f"SMTP on 127.0.0.1:{settings.smtp_intake.port}"
        table.add_row("Mail", Text(f"{' and '.join(ADDRESSES)}, {to}", style="bold"))
        if settings.smtp_intake.lmtp_port:
            table.add_row("", f"LMTP on 127.0.0.1:{settings.smtp_intake.lmtp_port}")
        table.add_row("", f"{FETCHED} is a mailbox too, fetched by IMAP")
    if has_bot:
        table.add_row(
            "Telegram", Text(f"@{USER_NAME}", style="bold").append(", at a Bot API of the demo's own", "")
        )
    table.add_row()
    for role, name in ((Role.AGENT, "Agents"), (Role.SUPERVISOR, "Supervisor"), (Role.MANAGER, "Manager")):
        table.add_row(name, _logins(role))
    table.add_row("Administrator", _logins(Role.ADMIN))
    if password is None:
        table.add_row("Password of all", "the one of the first start (HUB_DEMO__PASSWORD sets another)")
    else:
        table.add_row("Password of all", Text(password, style="bold green"))
    table.add_row()
    arrive = (
        "about one in half a minute, as long as agents keep up"
        if settings.demo.simulate
        else "none (HUB_DEMO__SIMULATE=0)"
    )
    table.add_row("Simulated clients", arrive)
    folder = settings.data_dir
    lasts = "kept" if kept else "gone when you stop it (--data DIR keeps it)"
    table.add_row("Data", Text(f"{folder}, {lasts}"))
    table.add_row("", Text(f"tested by HUB_DATA_DIR={folder} touchline doctor"))
    return Panel(table, title="Touchline demo", subtitle="Ctrl-C stops it", padding=(1, 2), expand=False)


def _logins(role: Role) -> str:
    return ", ".join(member.login for member in MEMBERS if member.role is role)


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix=DEMO_PREFIX, ignore_cleanup_errors=True) as temporary:
        yield Path(temporary)


def _callers(settings: Settings, rng: random.Random) -> Callers | None:
    """Those who call the demo; nobody where its telephone is off, or on a port that only it knows."""
    sip = settings.channels.sip
    if not sip.enabled or not sip.port or not sip.open_to_loopback:
        return None
    return Callers("127.0.0.1", sip.port, rng, CallTally())


def _writers(settings: Settings, rng: random.Random) -> Correspondents | None:
    """Those who write to the demo; nobody where letters are not taken, or on a port that only it knows."""
    intake = settings.smtp_intake
    if not intake.enabled or not intake.port or not settings.channels.email.enabled:
        return None
    return Correspondents("127.0.0.1", intake.port, rng, mailboxes={FETCHED: Mailbox(MAILBOX_USER)})


def has_own_bot(effective: Effective) -> bool:
    """Whether the demo has a bot at a Bot API of its own; not where somebody names another."""
    is_on = effective.settings.channels.telegram.enabled
    return is_on and "channels.telegram.base_url" not in effective.origins


def _at(settings: Settings, api: BotApiLookAlike) -> Settings:
    telegram = settings.channels.telegram.model_copy(update={"base_url": api.url})
    return settings.model_copy(
        update={"channels": settings.channels.model_copy(update={"telegram": telegram})}
    )


def _key(settings: Settings) -> bytes:
    given = settings.security.secret_key.get_secret_value()
    return key_of(given) if given else kept_key(settings.data_dir / "secret.key")


async def _put_accounts(
    settings: Settings, store: Store, clock: SystemClock, writers: Correspondents
) -> None:
    mailbox = writers.mailboxes[FETCHED]
    await put_demo_accounts(
        store,
        clock,
        Seal(_key(settings)),
        outside_port=writers.own_port,
        mailbox=MailServer(
            host="127.0.0.1", port=mailbox.port, security=Security.NONE, username=MAILBOX_USER
        ),
        password=mailbox.password,
    )


async def _served(settings: Settings, stop: asyncio.Event, *, kept: Path | None, own_bot: bool) -> None:
    chosen = settings.demo.password.get_secret_value()
    password: str | None = chosen or random_password()
    ready: asyncio.Future[Started] = asyncio.get_running_loop().create_future()
    clock = SystemClock()
    writers = _writers(settings, random.Random())  # noqa: S311 - who writes to the demo
    sessions: Mapping[str, str] = {}

    async with AsyncExitStack() as outside:
        api = await outside.enter_async_context(BotApiLookAlike(clock=clock)) if own_bot else None
        if api is not None:
            # a demo that is continued knows messages by their numbers, and a server's go up for ever
            api.bot(TOKEN, USER_NAME, first_message=int(clock.now().timestamp()))
            settings = _at(settings, api)
        if writers is not None:
            await outside.enter_async_context(writers.opened())

        async def prepare(store: Store) -> None:
            nonlocal password, sessions
            async with Passwords(cost=cost_of(settings.security), threads=1) as passwords:
                seeding = Seeding(
                    store=store,
                    access=access_store(store.database),
                    passwords=passwords,
                    clock=clock,
                    rng=random.Random(),  # noqa: S311 - who wrote what in the demo's past
                )
                if not await seed(seeding, password or "", chosen=bool(chosen)):
                    password = None
            if writers is not None:
                await _put_accounts(settings, store, clock, writers)
            if own_bot:
                await put_demo_bot(store, clock, Seal(_key(settings)))
                sessions = await put_regulars(store, clock, _key(settings))

        async def clients() -> None:
            started = await ready
            shown = welcome(started, password, settings, kept=kept, has_bot=own_bot)
            Console().print(shown)
            if settings.demo.simulate:
                await _clients_come(settings, started, clock, writers, api, sessions)

        async with asyncio.TaskGroup() as group:
            simulated = group.create_task(clients())
            await serve(settings, on_ready=ready.set_result, stop=stop, prepare=prepare)
            simulated.cancel()


async def _clients_come(
    settings: Settings,
    started: Started,
    clock: SystemClock,
    writers: Correspondents | None,
    api: BotApiLookAlike | None,
    sessions: Mapping[str, str],
) -> None:
    """On every channel that the demo has, until cancelled."""
    rng = random.Random()  # noqa: S311 - who comes to the demo
    street = Street(
        address=address_of(settings.http, started.port),
        origin=started.url,
        tally=Tally(),
        monotonic=clock.monotonic,
        new_id=new_id,
        rng=rng,
    )
    coming = visits(
        rng,
        between(LEAST_GAP_S, MOST_GAP_S),
        sites=SITE_OF_TOPIC,
        first_s=FIRST_CLIENT_S,
        patience_s=PATIENCE_S,
    )
    callers = _callers(settings, rng)
    async with nullcontext() if callers is None else callers.running(), asyncio.TaskGroup() as group:
        if callers is not None:
            group.create_task(calls_come(callers, QUEUES, rng, gap_s=(LEAST_CALL_GAP_S, MOST_CALL_GAP_S)))
        if writers is not None:
            group.create_task(
                letters_come(writers, ADDRESSES, rng, gap_s=(LEAST_LETTER_GAP_S, MOST_LETTER_GAP_S))
            )
        if api is not None:
            bots = BotClients(api, api.bots[TOKEN], rng, PACE)
            across = Across(
                street=street,
                site=SITE,
                sessions=sessions,
                bots=bots,
                writers=writers,
                mail_to=ADDRESSES[0],
                callers=callers,
                queue="support",
                rng=rng,
                pause_s=PAUSE_S,
            )
            group.create_task(bots.come((LEAST_BOT_GAP_S, MOST_BOT_GAP_S)))
            group.create_task(
                across.come(first_s=FIRST_ACROSS_S, gap_s=(LEAST_ACROSS_GAP_S, MOST_ACROSS_GAP_S))
            )
        await simulate(street, coming, at_most_open=AT_MOST_OPEN, at_most_waiting=AT_MOST_WAITING)
