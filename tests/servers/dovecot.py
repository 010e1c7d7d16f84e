"""Dovecot on loopback, with folders of its own: mailboxes by IMAP, letters into them by IMAP or LMTP."""

import asyncio
import contextlib
import os
import pwd
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.ports import free_ports
from tests.scratch import scratch
from tests.servers.processes import child, needs
from tests.servers.pymap import Pymap

USER, PASSWORD = "support@hub.test", "secret"
COPIED = "copied@example.test"
OTHERS = ("client@example.test", "sales@hub.test", COPIED)
"""Whose mailboxes there are besides, with the same password."""
_MAIL_USER = "nobody"

_CONFIGURATION = """\
base_dir = {home}/run
state_dir = {home}/state
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
log_path = {home}/dovecot.log
default_internal_user = {internal}
default_login_user = {login}
auth_mechanisms = plain login
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener sasl {{
    address = 127.0.0.1
    port = {sasl}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


class Dovecot(Pymap):
    """A running server; what Pymap's tests do works here too. `lmtp` is where letters are delivered, `sasl` where mail
    servers ask who somebody is."""

    lmtp: int = 0
    sasl: int = 0

    def of(self, user: str) -> Pymap:
        """The mailbox of somebody else."""
        return Pymap(self.port, user, self.password)


@contextlib.asynccontextmanager
async def dovecot() -> AsyncIterator[Dovecot]:
    """A server whose mailboxes are empty."""
    program = needs("dovecot", "dovecot-imapd")
    imap, lmtp, sasl = free_ports(3)
    # its processes have less right than we: they do not come through the folders of pytest
    with TemporaryDirectory(prefix="dovecot-", dir=scratch(), ignore_cleanup_errors=True) as place:
        home = Path(place)
        home.chmod(0o755)
        async with _running(program, home, imap, lmtp, sasl) as server:
            yield server


@contextlib.asynccontextmanager
async def _running(program: str, home: Path, imap: int, lmtp: int, sasl: int) -> AsyncIterator[Dovecot]:
    for name in ("run", "state", "mail"):
        (home / name).mkdir(parents=True, exist_ok=True)
    mail = pwd.getpwnam(_MAIL_USER)
    if os.geteuid() == 0:
        os.chown(home / "mail", mail.pw_uid, mail.pw_gid)
    group = subprocess.run(
        ["id", "-gn", _MAIL_USER], capture_output=True, text=True, check=True
    ).stdout.strip()
    (home / "users").write_text("".join(f"{one}:{{PLAIN}}{PASSWORD}\n" for one in (USER, *OTHERS)))
    (home / "dovecot.conf").write_text(
        _CONFIGURATION.format(
            home=home,
            imap=imap,
            lmtp=lmtp,
            sasl=sasl,
            user=_MAIL_USER,
            group=group,
            internal="dovecot",
            login="dovenull",
        )
    )
    async with child(program, "-F", "-c", str(home / "dovecot.conf"), log=home / "out.log"):
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", imap)
                    writer.close()
                    break
                await asyncio.sleep(0.1)
        server = Dovecot(imap, USER, PASSWORD)
        server.lmtp, server.sasl = lmtp, sasl
        yield server
