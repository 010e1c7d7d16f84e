"""`touchline simulate`: clients (and, if asked, agents) played against a running hub, with counts."""

import asyncio
import random
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from hub.cli.address import address_of
from hub.cli.configuration import settings_from
from hub.cli.failures import WRONG_USE, Failed
from hub.cli.first_floor import SITE as NEW_HUBS_SITE
from hub.cli.loop import until_stopped
from hub.clock import SystemClock
from hub.demo.floor import SITE_OF_TOPIC
from hub.demo.mail import ADDRESSES
from hub.effective_settings import variable_of
from hub.ids import new_id
from hub.rest_client import has_site
from hub.simulator.agents import AgentTally, Desk, serve
from hub.simulator.callers import Callers, CallTally, calls_come
from hub.simulator.client import Street, Tally
from hub.simulator.client import simulate as clients_come
from hub.simulator.letters import Correspondents, LetterTally, letters_come
from hub.simulator.plan import at_rate, visits
from hub.simulator.scripts import all_scripts

AGENTS = ("anna", "boris", "cem")

CALLED = ("sales", "support")
CALLS_AT_MOST = 200

_SHOW_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was asked for on the command line. An empty `url` is the settings' own, an empty `site` any."""

    url: str
    site: str
    rate_per_s: float
    for_s: float | None
    seed: int
    agents: int
    patience_s: float
    calls_per_min: float = 0.0
    called: tuple[str, ...] = ()
    letters_per_min: float = 0.0
    smtp: str = ""
    write_to: tuple[str, ...] = ()


def simulate(file: Path | None, wanted: Wanted) -> None:
    """Play until the time is up or somebody stops it; then print what became of everybody."""
    settings = settings_from(file).settings
    address = wanted.url or address_of(settings.http)
    password = settings.demo.password.get_secret_value()
    if wanted.agents and not password:
        raise Failed(
            f"--agents needs the demo's password: set {variable_of('demo.password')} for the hub and here",
            code=WRONG_USE,
        )
    tally, agents = Tally(), AgentTally()
    callers = _callers(wanted, settings.channels.sip.port)
    writers = _writers(wanted, settings.smtp_intake.port)

    async def main(stop: asyncio.Event) -> None:
        await _played(
            wanted,
            address,
            await _sites(address, wanted.site),
            password,
            tally,
            agents,
            callers,
            writers,
            stop,
        )

    until_stopped(main)
    counts = summary(
        tally,
        agents if wanted.agents else None,
        callers.tally if callers else None,
        writers.tally if writers else None,
    )
    typer.echo(counts)
    refused = [reason_for(code, count) for code, count in sorted(tally.refusals.items())]
    if callers is not None:
        refused += [
            call_reason_for(status, count, wanted.called or CALLED)
            for status, count in sorted(callers.tally.refusals.items())
        ]
    if writers is not None:
        where = f"{writers.host}:{writers.port}"
        refused += [
            letter_reason_for(status, count, where)
            for status, count in sorted(writers.tally.refusals.items())
        ]
    if refused:
        raise Failed(*refused)
    if tally.connections_lost and not tally.acked:
        raise Failed(f"the hub at {address} confirmed nothing: is it running? `touchline doctor` tests it")


def _callers(wanted: Wanted, port: int) -> Callers | None:
    """Those who call the hub of the settings, which must let this machine's programs in (the demo does)."""
    if not wanted.calls_per_min:
        return None
    if not port:
        raise Failed(
            f"--calls needs to know the port of SIP: set {variable_of('channels.sip.port')}", code=WRONG_USE
        )
    rng = random.Random(f"{wanted.seed} calls")  # noqa: S311 - the same seed, the same callers
    return Callers("127.0.0.1", port, rng, CallTally())


def _writers(wanted: Wanted, port: int) -> Correspondents | None:
    """Those who write to the hub's intake: the one named, or that of the settings."""
    if not wanted.letters_per_min:
        return None
    host, _, named = wanted.smtp.rpartition(":")
    if wanted.smtp and not (host.strip("[]") and named.isdigit() and 0 < int(named) < 65_536):
        raise Failed(
            f"--smtp wants an address and a port such as 127.0.0.1:2525, not {wanted.smtp}", code=WRONG_USE
        )
    if not wanted.smtp and not port:
        raise Failed(
            f"--letters needs to know where letters are taken: give --smtp, or set {variable_of('smtp_intake.port')}",
            code=WRONG_USE,
        )
    rng = random.Random(f"{wanted.seed} letters")  # noqa: S311 - the same seed, the same letters
    return Correspondents(host.strip("[]") or "127.0.0.1", int(named) if wanted.smtp else port, rng)


def summary(
    tally: Tally,
    agents: AgentTally | None,
    calls: CallTally | None = None,
    letters: LetterTally | None = None,
) -> str:
    """The final counts, a line a subject."""
    there = tally.time_up + tally.open
    ended = f"{tally.answered} answered, {tally.abandoned} abandoned, {tally.refused} refused"
    messages = (
        f"{tally.sent} sent, {tally.acked} acked, {tally.unconfirmed} unconfirmed, {tally.resent} repeated"
    )
    lines = [
        f"clients   {tally.came} came: {ended}, {tally.cut_off} cut off, {there} still there",
        f"messages  {messages}",
        f"answers   {tally.answers}; {tally.connections_lost} connections lost",
    ]
    if agents is not None:
        lines.append(
            f"agents    {agents.accepted} accepted, {agents.replies} replies, {agents.closed} closed, "
            f"{agents.refused} refused"
        )
    if calls is not None:
        lines.append(
            f"calls     {calls.came} came: {calls.picked_up} picked up by the hub (music, a message or an agent), "
            f"{calls.gave_up} gave up, {calls.refused} refused, {calls.still_there} still there"
        )
    if letters is not None:
        lines.append(f"letters   {letters.came} taken, {letters.refused} not taken")
    return "\n".join(lines)


def reason_for(code: str, count: int) -> str:
    """Why clients were refused, and what to do."""
    remedy = {
        "http_404": "there is no such site; --site names another",
        "http_403": "the site does not allow this origin",
        "http_426": "what answers there is no hub",
        "too_many": "the limits of one address; channels.webchat.exempt_addresses spares this machine",
    }.get(code, "see the hub's log")
    return f"{count} clients were refused ({code}): {remedy}"


def call_reason_for(status: int, count: int, called: tuple[str, ...] = CALLED) -> str:
    """Why calls were refused, and what to do. Only a hub that lets this machine's programs in takes them."""
    let_in = (
        f"the hub lets only phones and trunks call: set channels.sip.open_to_loopback = true"
        f" ({variable_of('channels.sip.open_to_loopback')}) for it; the demo does"
    )
    names = " and ".join(called)
    remedy = {
        0: "the line broke, or nobody listens there: see channels.sip.port, and `touchline doctor`",
        401: let_in,
        403: let_in,
        407: let_in,
        404: f"the hub has no queue of the name they call: they call {names}; --queue names others",
        408: "nobody answers there: see channels.sip.port, and `touchline doctor`",
        480: "the queue is not there any more",
        503: "the hub has no room for another call; see channels.sip.calls",
    }.get(status, "see the hub's log")
    return f"{count} calls were refused ({status or 'no answer'}): {remedy}"


def letter_reason_for(status: int, count: int, where: str) -> str:
    """Why letters were not taken at `where`, and what to do."""
    remedy = {
        0: "nobody takes letters there: set smtp_intake.enabled = true"
        f" ({variable_of('smtp_intake.enabled')}) for the hub (the demo does), or name another place by --smtp",
        421: "too many connections; smtp_intake.connections_per_address and max_connections",
        451: "the limits of one address (smtp_intake.trusted_addresses spares this machine), or the hub cannot keep"
        " letters now: see its log",
        550: "the hub has no account of mail with this address: add one (administration, e-mail), or name another"
        " by --to",
    }.get(status, "see the hub's log")
    return f"{count} letters were not taken at {where} ({status or 'no answer'}): {remedy}"


async def _sites(address: str, named: str) -> dict[str, str]:
    """Where the clients of each topic go: to the named site, else to the demo's, else to the one of a new hub."""
    topics = {script.topic for script in all_scripts()}
    if named:
        return dict.fromkeys(topics, named)
    sites = {topic: key for topic, key in SITE_OF_TOPIC.items() if await has_site(address, key)}
    return sites or dict.fromkeys(topics, NEW_HUBS_SITE)


async def _played(
    wanted: Wanted,
    address: str,
    sites: dict[str, str],
    password: str,
    tally: Tally,
    agents: AgentTally,
    callers: Callers | None,
    writers: Correspondents | None,
    stop: asyncio.Event,
) -> None:
    clock = SystemClock()
    rng = random.Random(wanted.seed)  # noqa: S311 - the same seed, the same clients
    street = Street(address=address, tally=tally, monotonic=clock.monotonic, new_id=new_id, rng=rng)
    coming = visits(rng, at_rate(wanted.rate_per_s), sites=sites, patience_s=wanted.patience_s)

    async def play() -> None:
        for_s = inf if wanted.for_s is None else wanted.for_s
        await clients_come(street, coming, for_s=for_s)
        stop.set()

    async with callers.running() if callers else nullcontext(), asyncio.TaskGroup() as group:
        tasks = [group.create_task(play())]
        if callers is not None:
            gap_s = 60.0 / wanted.calls_per_min
            coming_calls = calls_come(
                callers, wanted.called or CALLED, rng, gap_s=(0.5 * gap_s, 1.5 * gap_s), at_most=CALLS_AT_MOST
            )
            tasks.append(group.create_task(coming_calls))
        if writers is not None:
            gap_s = 60.0 / wanted.letters_per_min
            to = wanted.write_to or ADDRESSES
            coming_letters = letters_come(writers, to, rng, gap_s=(0.5 * gap_s, 1.5 * gap_s))
            tasks.append(group.create_task(coming_letters))
        for login in AGENTS[: wanted.agents]:
            desk = Desk(
                address=address,
                login=login,
                password=password,
                tally=agents,
                monotonic=clock.monotonic,
                new_id=new_id,
                rng=random.Random(f"{wanted.seed} {login}"),  # noqa: S311 - the same seed, the same agents
            )
            tasks.append(group.create_task(serve(desk)))
        await _show(tally, agents if wanted.agents else None, stop)
        for task in tasks:
            task.cancel()


async def _show(tally: Tally, agents: AgentTally | None, stop: asyncio.Event) -> None:
    console = Console(stderr=True)
    if not console.is_terminal:
        await stop.wait()
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while not stop.is_set():
            live.update(_progress(tally, agents), refresh=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(_SHOW_EVERY_S):
                    await stop.wait()


def _progress(tally: Tally, agents: AgentTally | None) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    shown = {
        "here": tally.open,
        "came": tally.came,
        "sent": tally.sent,
        "acked": tally.acked,
        "answers": tally.answers,
        "answered": tally.answered,
        "abandoned": tally.abandoned,
        "refused": tally.refused,
    }
    if agents is not None:
        shown |= {"agents": agents.signed_in, "closed": agents.closed}
    for name in shown:
        table.add_column(name, justify="right")
    table.add_row(*map(str, shown.values()))
    return table
