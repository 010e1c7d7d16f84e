"""Postfix on loopback, with folders of its own: it takes letters by SMTP and passes them on, and none leaves loopback.

The service of the machine, if there is one, is not touched: this is another instance, with other folders and ports.
"""

import asyncio
import os
import pwd
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.ports import free_ports
from tests.scratch import scratch
from tests.servers.processes import child, listens, needs, not_run, tail

_OWNER, _GROUP = "postfix", "postdrop"
_DAEMONS = "/usr/lib/postfix/sbin"

# whatever is in no line of `transport` is refused; and nothing is sent but from and to 127.0.0.1, without asking DNS
_MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = {owner}
setgid_group = {group}
maillog_file = /dev/stdout
myhostname = mx.hub.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_bind_address = 127.0.0.1
lmtp_bind_address = 127.0.0.1
smtp_dns_support_level = disabled
lmtp_dns_support_level = disabled
mynetworks = 127.0.0.1/32
mydestination =
alias_maps =
local_recipient_maps =
local_transport = error:5.1.1 nobody lives here
default_transport = error:5.7.1 nothing leaves this machine
transport_maps = texthash:{home}/conf/transport
smtpd_relay_restrictions = permit_mynetworks, reject
message_size_limit = 40000000
mailbox_size_limit = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl}
smtpd_sasl_security_options = noanonymous
smtpd_client_connection_count_limit = 0
default_destination_concurrency_limit = {at_once}
initial_destination_concurrency = {at_once}
"""
_MASTER = """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(slots=True)
class Postfix:
    """A running server. `smtp` takes letters from anybody on this machine, `submission` from whoever signs in."""

    smtp: int
    submission: int
    home: Path

    def log(self) -> str:
        """The end of what it wrote, for the message of a failure."""
        return tail(self.home / "out.log")

    def waiting(self) -> int:
        """How many letters it has in hand."""
        queues = [self.home / "queue" / name for name in ("incoming", "active", "deferred", "maildrop")]
        return sum(one.is_file() for queue in queues for one in queue.rglob("*"))


def by_lmtp(port: int) -> str:
    """A destination: delivery by LMTP on this port."""
    return f"lmtp:inet:127.0.0.1:{port}"


def by_smtp(port: int) -> str:
    """A destination: another mail server on this port."""
    return f"smtp:[127.0.0.1]:{port}"


@asynccontextmanager
async def postfix(
    destinations: Mapping[str, str], *, sasl: int = 1, at_once: int = 5
) -> AsyncIterator[Postfix]:
    """A server that knows where the letters for these addresses (or domains) go; for all others it has a refusal.

    `sasl` is the port of a Dovecot that knows who may sign in, `at_once` how many letters go to one place at a time.
    """
    program = needs("postfix", "postfix")
    if os.geteuid() != 0:
        not_run("Postfix is started by root only")
    smtp, submission = free_ports(2)
    with TemporaryDirectory(prefix="postfix-", dir=scratch(), ignore_cleanup_errors=True) as place:
        home = Path(place)
        home.chmod(0o755)
        for name in ("conf", "queue", "data"):
            (home / name).mkdir()
        os.chown(home / "data", pwd.getpwnam(_OWNER).pw_uid, -1)
        values = {
            "home": home,
            "daemons": _DAEMONS,
            "owner": _OWNER,
            "group": _GROUP,
            "sasl": sasl,
            "at_once": at_once,
        }
        (home / "conf/main.cf").write_text(_MAIN.format(**values))
        (home / "conf/master.cf").write_text(_MASTER.format(smtp=smtp, submission=submission))
        lines = "".join(f"{address} {where}\n" for address, where in destinations.items())
        (home / "conf/transport").write_text(lines)
        server = Postfix(smtp, submission, home)
        await _folders_made(program, home)
        # as `start-fg`, but within the group of processes that `child` ends: that one makes a session of its own
        async with child(f"{_DAEMONS}/master", "-c", str(home / "conf"), "-d", log=home / "out.log"):
            try:
                await asyncio.gather(
                    listens("127.0.0.1", smtp, within_s=30), listens("127.0.0.1", submission, within_s=30)
                )
            except TimeoutError:
                raise AssertionError(f"postfix does not listen:\n{server.log()}") from None
            yield server


async def _folders_made(program: str, home: Path) -> None:
    check = await asyncio.create_subprocess_exec(
        program, "-c", str(home / "conf"), "check", stdout=PIPE, stderr=STDOUT
    )
    said, _ = await check.communicate()
    assert check.returncode == 0, said.decode(errors="replace")
