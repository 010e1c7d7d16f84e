"""Letters that are brought by SMTP or LMTP: `250` is said after the commit, and not before."""

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address, ip_network

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from hub.channels.email import limits
from hub.channels.email.keeping import Brought
from hub.channels.email.settings import SmtpIntakeSettings
from hub.channels.email.smtp_session import Deliveries, Room, session_kinds
from hub.channels.email.turns import Turns, source_of
from hub.crashpoints import crash_at
from hub.domain.errors import HubError, Invalid, TooMany, Unavailable
from hub.domain.mail import LetterWay
from hub.domain.mail_account import MailAccount
from hub.ports.clock import Clock

log = structlog.get_logger(__name__)

_IDLE_S = 120.0
_HOPS = 50
_RECIPIENTS = 50

Keeps = Callable[[MailAccount, Brought], Awaitable[bool]]


class SmtpIntake:
    """Listens while `opened` lasts. `account_at` says whose an address is, `is_off_at` whether it is disabled, `keep`
    keeps a letter, `counted` hears what came of each, in a word."""

    def __init__(
        self,
        settings: SmtpIntakeSettings,
        clock: Clock,
        *,
        account_at: Callable[[str], MailAccount | None],
        is_off_at: Callable[[str], bool],
        keep: Keeps,
        counted: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._account_at = account_at
        self._is_off_at = is_off_at
        self._keep = keep
        self._counted = counted
        self._trusted = [ip_network(one, strict=False) for one in settings.trusted_addresses]
        self._open: dict[str, int] = {}
        self._turns = Turns(settings.letters_per_minute, monotonic=time.monotonic)
        self._deliveries = Deliveries(self._admitted, self._left, self._is_trusted)
        self.port = 0
        self.lmtp_port = 0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Listen. Raises OSError for a port that is taken, ValueError for a certificate that cannot be used."""
        # aiosmtpd writes addresses of clients into its log
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        smtp, lmtp = session_kinds(self._deliveries)
        loop, host = asyncio.get_running_loop(), self._settings.host
        server = await loop.create_server(
            lambda: self._session(smtp, LetterWay.SMTP), host, self._settings.port
        )
        servers = [server]
        try:
            self.port = server.sockets[0].getsockname()[1]
            if self._settings.lmtp_port:
                other = await loop.create_server(
                    lambda: self._session(lmtp, LetterWay.LMTP), host, self._settings.lmtp_port
                )
                servers.append(other)
                self.lmtp_port = other.sockets[0].getsockname()[1]
            yield
        finally:
            for one in servers:
                one.close()

    def _session(self, kind: type[SMTP], way: LetterWay) -> SMTP:
        return kind(
            _Handler(self, way),
            data_size_limit=limits.RAW_BYTES,
            enable_SMTPUTF8=True,
            hostname="touchline",
            ident="touchline",
            tls_context=_certificate(self._settings),
            timeout=_IDLE_S,
            loop=asyncio.get_running_loop(),
        )

    @property
    def room(self) -> Room:
        """How much of memory the letters take that are coming in."""
        return self._deliveries.room

    # --- who may connect, and how often ---

    def _admitted(self, address: str) -> bool:
        if sum(self._open.values()) >= self._settings.max_connections:
            return False
        source = source_of(address)
        mine = self._open.get(source, 0)
        if mine >= self._settings.connections_per_address and not self._is_trusted(address):
            return False
        self._open[source] = mine + 1
        return True

    def _left(self, address: str) -> None:
        source = source_of(address)
        if left := self._open.get(source, 0) - 1:
            self._open[source] = left
        else:
            self._open.pop(source, None)

    def _is_trusted(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self._trusted)
        except ValueError:
            return False

    def take_turn(self, address: str) -> None:
        """Count a letter of this address. Raises TooMany."""
        if not self._is_trusted(address):
            self._turns.take(address)

    # --- a letter ---

    def refusal_of(self, address: str) -> str:
        """Why no letter is taken for the address; empty when one is."""
        if self._account_at(address) is not None:
            return ""
        if self._is_off_at(address):  # perhaps for an hour: the sender's server keeps the letter meanwhile
            return "451 4.2.1 this address takes no letters now, come again later"
        return "550 5.1.1 no such address here"

    async def taken(self, way: LetterWay, address: str, envelope: Envelope) -> list[str]:
        """Keep the letter for every account it is for: a status for each recipient, in order."""
        raw = envelope.original_content or b""
        if _hops(raw) > _HOPS:
            return self._all(envelope, "looping", "554 5.4.6 the letter goes in circles")
        try:
            self.take_turn(address)
        except TooMany:
            return self._all(envelope, "too_many", "451 4.7.1 too many letters, come again later")
        accounts = [self._account_at(recipient) for recipient in envelope.rcpt_tos]
        statuses: dict[str, str] = {}
        for account in accounts:
            if account is None or account.id in statuses:
                continue
            to = tuple(r for r, a in zip(envelope.rcpt_tos, accounts, strict=True) if a == account)
            statuses[account.id] = await self._one(account, way, raw, envelope.mail_from, to)
        return [
            self.refusal_of(recipient) if account is None else statuses[account.id]
            for recipient, account in zip(envelope.rcpt_tos, accounts, strict=True)
        ]

    async def _one(
        self, account: MailAccount, way: LetterWay, raw: bytes, sender: str | None, to: tuple[str, ...]
    ) -> str:
        brought = Brought(
            raw=raw,
            way=way,
            received_at=self._clock.now(),
            envelope_from="" if sender in {None, "<>"} else sender,
            envelope_to=to,
        )
        try:
            new = await self._keep(account, brought)
        except Invalid as error:
            if error.stable_code == "too_large":
                self._counted("too_large")
                return "552 5.3.4 the letter is too large"
            self._counted("not_kept")
            log.warning("letter_not_kept", account=account.name, why=str(error))
            return "554 5.6.0 this letter cannot be kept"
        except Unavailable as error:
            self._counted("not_kept")
            log.warning("letter_not_kept", account=account.name, why=str(error))
            return "451 4.3.0 it cannot be kept now, come again later"
        except HubError:
            self._counted("not_kept")
            log.exception("letter_not_kept", account=account.name)
            return "451 4.3.0 it cannot be kept now, come again later"
        crash_at("mail.after_keep")
        self._counted("kept" if new else "repeated")
        return "250 2.0.0 kept"

    def _all(self, envelope: Envelope, word: str, status: str) -> list[str]:
        self._counted(word)
        return [status] * len(envelope.rcpt_tos)


class _Handler:
    """What aiosmtpd asks."""

    def __init__(self, intake: SmtpIntake, way: LetterWay) -> None:
        self._intake = intake
        self._way = way

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        # aiosmtpd decodes bytes that are no UTF-8 into surrogates, which no store keeps
        if not address.isprintable():
            return "501 5.1.7 there is a character in this address that cannot be"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if not address.isprintable():
            return "501 5.1.3 there is a character in this address that cannot be"
        if len(envelope.rcpt_tos) >= _RECIPIENTS:
            return "452 4.5.3 too many recipients"
        if refusal := self._intake.refusal_of(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server
        peer = session.peer[0] if session.peer else ""
        statuses = await self._intake.taken(self._way, str(peer), envelope)
        if self._way is LetterWay.LMTP:
            return "\r\n".join(statuses)  # a word for each recipient (RFC 2033 section 4.2)
        # one word for all: the least that is true of each
        return next((s for s in statuses if s.startswith("4")), None) or min(statuses)

    async def handle_exception(self, error: Exception) -> str:
        log.error("smtp_intake_broke", error=type(error).__name__)
        return "451 4.3.0 a fault of ours, come again later"


def _hops(raw: bytes) -> int:
    head = raw[: limits.HEADERS_BYTES].partition(b"\r\n\r\n")[0].lower()
    return head.count(b"\nreceived:") + head.startswith(b"received:")


def _certificate(settings: SmtpIntakeSettings) -> ssl.SSLContext | None:
    if not settings.tls_cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key or None)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"smtp_intake.tls_cert cannot be used: {error}") from None
    return context
