"""Kamailio as a proxy in the path that stays in it (Record-Route), and as the carrier we register at."""

from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port
from tests.servers.processes import answers_options, child, needs, tail, written

MODULES = Path("/usr/lib/x86_64-linux-gnu/kamailio/modules/")

_HEAD = """\
#!KAMAILIO
debug=0
log_stderror=yes
children={children}
tcp_children=1
listen=udp:{ip}:{port}
listen=tcp:{ip}:{port}
auto_aliases=no
alias="{domain}"
dns=no
rev_dns=no
mpath="{modules}"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
"""

PATH = (
    _HEAD
    + """\
request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483","Too Many Hops"); exit; }}
  if (is_method("OPTIONS") && $rU==$null) {{ sl_send_reply("200","OK"); exit; }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404","Not here"); exit;
  }}
  t_check_trans();
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  $du = "sip:{next_hop}";
  t_relay();
}}
"""
)
"""A stateful proxy that stays in the path and sends everything on to one place."""

CARRIER = (
    _HEAD
    + """\
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("registrar", "max_expires", {most_s})
modparam("registrar", "min_expires", {least_s})
request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483","Too Many Hops"); exit; }}
  if (is_method("OPTIONS") && $rU==$null) {{ sl_send_reply("200","OK"); exit; }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404","Not here"); exit;
  }}
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("{domain}", "{password}", "0")) {{ www_challenge("{domain}", "1"); exit; }}
    save("location"); exit;
  }}
  if (!is_method("INVITE")) {{ sl_send_reply("405","Method Not Allowed"); exit; }}
  record_route();
  # numbers of the outside come from whoever we sold a line to, and they sign in for each call
  if ($rU =~ "^\\+") {{
    if (!pv_proxy_authenticate("{domain}", "{password}", "0")) {{ proxy_challenge("{domain}", "1"); exit; }}
    consume_credentials();
    $du = "sip:{outside}";
    t_relay(); exit;
  }}
  # everything else is for a line that we sold
  if (!lookup("location")) {{ sl_send_reply("404","Not Found"); exit; }}
  t_relay();
}}
"""
)
"""A carrier: lines register at it with a password, numbers beginning with + go outside, users are called by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kamailio:
    """A Kamailio that runs."""

    ip: str
    port: int
    process: Process
    log: Path

    @property
    def address(self) -> str:
        """Where it is: host:port."""
        return f"{self.ip}:{self.port}"


@asynccontextmanager
async def kamailio(
    folder: Path,
    *,
    config: str = PATH,
    next_hop: str = "127.0.0.1:9",
    outside: str = "127.0.0.1:9",
    password: str = "secret",
    domain: str = "carrier.test",
    least_s: int = 60,
    most_s: int = 600,
    ip: str = "127.0.0.1",
    port: int = 0,
    children: int = 1,
) -> AsyncIterator[Kamailio]:
    """Kamailio with one of the configurations above."""
    program = needs("kamailio", "kamailio")
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port(ip)
    modules = MODULES if MODULES.exists() else next(Path("/usr/lib").glob("*/kamailio/modules"), MODULES)
    text = config.format(
        ip=ip,
        port=port,
        modules=f"{modules}/",
        domain=domain,
        password=password,
        next_hop=next_hop,
        outside=outside,
        least_s=least_s,
        most_s=most_s,
        children=children,
    )
    path = written(folder / "kamailio.cfg", text)
    log = folder / "kamailio.log"
    command = (
        program,
        "-f",
        str(path),
        "-DD",
        "-E",
        "-m",
        "64",
        "-Y",
        str(folder),
        "-P",
        str(folder / "pid"),
    )
    async with child(*command, log=log) as process:
        try:
            await answers_options(ip, port)
        except TimeoutError:
            raise AssertionError(f"Kamailio does not answer\n{tail(log)}") from None
        yield Kamailio(ip=ip, port=port, process=process, log=log)
