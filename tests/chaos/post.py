"""How letters are carried in a chaos run: a mailbox that the hub reads, the hub's own intake, and a mail server that
takes the hub's letters and misbehaves."""

import asyncio
import os
import random
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Self

import aiosmtplib

from tests.chaos.ledger import Ledger, MailGot
from tests.clients import Agent
from tests.ports import free_port
from tests.servers.dovecot import dovecot
from tests.servers.pymap import Pymap, pymap
from tests.servers.smtp import Fault, Got, SmtpLookAlike

ADDRESS = "support@hub.test"
ANSWER = re.compile(r"\[\w+#\d+\][^\r\n]*")
"""An agent's reply; no two are equal."""

CODES = (421, 451, 550)
CONTINUES = {"connect": 220, "ehlo": 250, "mail": 250, "rcpt": 250, "data": 354, "end": 250}
STAGES = ("connect", "ehlo", "mail", "rcpt", "data", "content", "end")
SILENT_S = 35.0
"""Longer than the hub waits for a letter (25 s)."""


def fault(rng: random.Random, silent_s: float) -> Fault:
    """One of everything a server may do at any stage: hang up, refuse for now or for good, be silent."""
    stage = rng.choice(STAGES)
    kind = "cut" if stage == "content" else rng.choice(("cut", "cut", "code", "code", "silent"))
    if kind == "code":
        return Fault(stage, rng.choice(CODES))
    if kind == "silent":
        return Fault(stage, CONTINUES[stage], delay_s=silent_s)
    return Fault(stage, taken=stage == "end" and rng.random() < 0.5)


class Post:
    """The carriers. The outside server misbehaves at `faults` of its connections, until it is told to be `well`."""

    def __init__(self, seed: int, ledger: Ledger, faults: float, *, silent_s: float) -> None:
        self._rng = random.Random(f"{seed}/post")
        self._ledger = ledger
        self._faults = faults
        self._silent_s = silent_s
        self._intake = free_port()
        self._outside = SmtpLookAlike(fault_of=self._fault, told=self._got)
        self._box: Pymap
        self.is_set_up = False
        self.answers: dict[str, dict[str, str]] = {}
        """What each address got: text and Message-ID of the hub's letters."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Carry while the block lasts."""
        # Pymap falls silent when connections to it break in the middle of commands again and again
        mailbox = dovecot() if shutil.which("dovecot", path="/usr/sbin:/usr/bin") else pymap()
        async with mailbox as self._box, self._outside:
            yield self

    @property
    def settings(self) -> dict[str, str]:
        """What the hub must be told."""
        return {
            "SMTP_INTAKE__ENABLED": "true",
            "SMTP_INTAKE__PORT": str(self._intake),
            "SMTP_INTAKE__TRUSTED_ADDRESSES": '["127.0.0.0/8"]',
        }

    def well(self) -> None:
        """From now on the outside server takes everything: what waits for it must come to its end."""
        self._faults = 0.0

    @property
    def ambiguities(self) -> int:
        """Letters of which the outside server did not say whether it took them."""
        return self._outside.ambiguities

    async def set_up(self, url: str) -> None:
        """Tell a hub of its account."""
        async with Agent(url, "admin") as admin:
            queue_id = (await admin.get("/api/v1/queues"))["items"][0]["id"]
            here = {"host": "127.0.0.1", "security": "none"}
            setup = {
                "incoming": {**here, "port": self._box.port, "username": self._box.user},
                "outgoing": {**here, "port": self._outside.port, "sign_in": "none"},
                "import_old": True,
            }
            account = {
                "name": "support",
                "address": ADDRESS,
                "queue_id": queue_id,
                "setup": setup,
                "secrets": {"incoming_password": self._box.password},
            }
            await admin.post("/api/v1/mail/accounts", account)
        self.is_set_up = True

    # --- in ---

    async def into_mailbox(self, raw: bytes) -> None:
        """A letter into the mailbox; it lies there when this returns."""
        await self._box.put([raw])

    async def into_hub(self, sender: str, raw: bytes) -> None:
        """A letter to the hub's intake; the hub has said that it has it when this returns.

        Raises SMTPException and OSError: it may have it."""
        await aiosmtplib.send(
            raw,
            sender=sender,
            recipients=[ADDRESS],
            hostname="127.0.0.1",
            port=self._intake,
            start_tls=False,
            timeout=10.0,
        )

    # --- out ---

    def _fault(self) -> Fault | None:
        return fault(self._rng, self._silent_s) if self._rng.random() < self._faults else None

    def _got(self, got: Got) -> None:
        letter = message_from_bytes(got.raw, _class=EmailMessage, policy=default)
        body = letter.get_body(("plain",))
        found = ANSWER.search(body.get_content() if body else "")
        text, message_id = found[0] if found else "?", str(letter["Message-ID"])
        self._ledger.note(MailGot(text=text, message_id=message_id, recipients=got.recipients))
        for recipient in got.recipients:
            self.answers.setdefault(recipient, {})[text] = message_id


def patience() -> asyncio.Timeout:
    """How long a client waits for a server."""
    return asyncio.timeout(15.0)


def mail_times() -> float:
    """By what the times of sending are multiplied, here and in the hub (tests/chaos/child.py)."""
    return 1.0 if os.environ.get("CHAOS_MAIL_TIMES") == "real" else 0.1
