"""Tests of the trunks, for `touchline doctor` and the status page: does each answer, and does it take our password."""

import secrets
from collections.abc import Awaitable, Callable, Sequence

from hub.channels.sip.asking import Asks
from hub.channels.sip.asks import AsksOver
from hub.channels.sip.contradictions import missing_queues
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.transport.flow import Door
from hub.channels.sip.transport.transports import Listening, Transports
from hub.channels.sip.trunk import Trunk
from hub.channels.sip.trunk_probe import Outcome, Tried, tried
from hub.channels.sip.user_agent import SipUserAgent
from hub.channels.sip.way import Hop
from hub.domain.ids import TenantId
from hub.part_checks import Values, fail, ok
from hub.ports.status import Finding


def of_running(
    trunks: Sequence[Trunk], asks: Asks, sip: SipSettings, queues: Callable[[], Sequence[str]]
) -> Callable[[TenantId], Awaitable[list[Finding]]]:
    """The test of a hub that runs, by its own sockets. `queues` are the names of those that take calls."""

    async def check(_: TenantId) -> list[Finding]:
        return [*await examined(trunks, asks), *queues_of_numbers(sip, queues())]

    return check


def queues_of_numbers(sip: SipSettings, there: Sequence[str]) -> list[Finding]:
    """A finding for each number and key of a menu whose queue is not there; nothing where all are."""
    return [
        fail(
            "numbers",
            f"channels.sip.{key}: there is no queue {name}; another one takes its calls",
            f"write {meant}?" if meant else "make the queue at /admin/queues, or name one that is there",
            code="queue_missing",
            values={"key": f"channels.sip.{key}", "queue": name, "meant": meant},
        )
        for key, name, meant in missing_queues(sip, there)
    ]


async def of_settings(sip: SipSettings) -> list[Finding]:
    """The test without a hub: by a socket of its own, on the address that the hub would listen on."""
    if not sip.enabled:
        return [ok("telephony", "switched off (channels.sip.enabled)", code="sip_off")]
    if not sip.trunks:
        return [ok("telephony", "no trunk is set (channels.sip.trunks)", code="no_trunk")]
    door = Door()
    ways = Transports(Listening(host=sip.host, port=0, public_host=sip.public_address), door)
    agent = SipUserAgent(ways)
    door.receiver = agent
    async with agent, ways:
        return await examined([Trunk(one) for one in sip.trunks], AsksOver(agent.stack, ways))


async def examined(trunks: Sequence[Trunk], asks: Asks) -> list[Finding]:
    """A finding a trunk."""
    if not trunks:
        return [ok("telephony", "no trunk is set (channels.sip.trunks)", code="no_trunk")]
    return [_finding(trunk, await tried(trunk, asks, lambda: secrets.token_hex(12))) for trunk in trunks]


def _finding(trunk: Trunk, found: Tried) -> Finding:
    part, host = f"trunk {trunk.name}", _shown(trunk.hop)
    values: Values = {"trunk": trunk.name, "host": host, "status": found.status, "ms": found.took_ms}
    match found.outcome:
        case Outcome.GOOD if trunk.settings.registers:
            text = f"{host} takes our password, answered in {found.took_ms} ms"
            return ok(part, text, code="trunk_ok", values=values)
        case Outcome.GOOD:
            text = f"{host} answers ({found.status}) in {found.took_ms} ms"
            return ok(part, text, code="trunk_ok", values=values)
        case Outcome.NO_NAME:
            return fail(
                part,
                f"{host} leads to no address",
                "see domain and proxy of the trunk, and the name server",
                code="trunk_no_name",
                values=values,
            )
        case Outcome.SILENT:
            return fail(
                part,
                f"nobody answers at {host}",
                "see address, port and transport, the firewall, and that channels.sip.host is no loopback address",
                code="trunk_silent",
                values=values,
            )
        case Outcome.PASSWORD:
            return fail(
                part,
                f"{host} refuses our user or password ({found.status})",
                "see username, auth_username and password of the trunk",
                code="trunk_password",
                values=values,
            )
        case Outcome.REFUSED:
            return fail(
                part,
                f"{host} refuses us ({found.status})",
                "ask the carrier what it means, and by which address it knows this hub",
                code="trunk_refused",
                values=values,
            )


def _shown(hop: Hop) -> str:
    """Host and port as they are asked; a name whose SRV records say the port is shown alone."""
    host = f"[{hop.host}]" if ":" in hop.host else hop.host
    return host if hop.needs_srv else f"{host}:{hop.port}"
