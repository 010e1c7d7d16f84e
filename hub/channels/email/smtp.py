"""Handing letters to a mail server, and knowing how far that came: surely not taken, never, taken, or nobody knows."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiosmtplib

from hub.channels.email.composing import Composed
from hub.channels.email.signing_in import SAID_CHARS, SignsIn, trusting, why_not_reached
from hub.domain.errors import ChannelRefused, ChannelUnavailable, ChannelUncertain
from hub.domain.mail_account import MailServer, MailSignIn, Security
from hub.domain.mail_told import DETAIL, QUOTE, MailServerAway, Told, quoted_words

WITHIN_S = 25.0
"""For one letter, from the connection to the server's last word: below what a send may take (`LaneLimits.send_s`)."""
_STEP_S = 20.0
BUSY_S, UNREACHABLE_S = 30.0, 5.0
"""After how long a letter is sent again at the earliest: when the server said so, and when it was not there."""
_MENDED_S = 60.0
"""After how long one is sent again that waits for somebody to mend the account."""
_OF_SIGNING_IN = {530, 534, 535, 538}
"""Whenever they are said (RFC 4954 section 6)."""
_WRONG_PASSWORD = 535
_NOT_SO = {501, 504, 555}
"""A parameter that the server does not take (RFC 5321 section 4.1.1.11)."""
_GOODBYE_S = 2.0
_NO_WORD = "the mail server did not say whether it took the letter"
_LARGE_BYTES = 1024 * 1024


@dataclass(slots=True)
class _Progress:
    """`signed_in`: what is said from now on is about the letter, before it was about us. `content`: the letter itself
    is on its way, so that from now on only the server knows. `taken`: it said so; who is not among its readers."""

    signed_in: bool = False
    content: bool = False
    taken: tuple[str, ...] | None = None


async def handed_over(
    server: MailServer, signs_in: SignsIn, letter: Composed, *, takes: Callable[[int], None] = lambda _: None
) -> tuple[str, ...]:
    """Send `letter`; the recipients that the server does not take, never all of them. `takes` hears how many bytes the
    server takes of a letter, where it says so (RFC 1870); 0 where it does not.

    Raises ChannelUnavailable (surely not taken: connection, sign-in, `4xx`, whatever is said before the sender),
    ChannelRefused (`5xx` since then, `letter_too_large`), ChannelUncertain (the connection ended after the letter was
    handed over and before the server's word).
    """
    progress = _Progress()
    try:
        async with asyncio.timeout(WITHIN_S), _connected(server, signs_in) as client:
            progress.signed_in = True
            refused = await _addressed(client, letter, takes)
            await _content(client, letter.raw, progress)
            progress.taken = refused
            return refused
    except aiosmtplib.SMTPResponseException as error:
        if progress.content and not 400 <= error.code < 600:  # neither "later" nor "never", nor a word at all
            raise ChannelUncertain(_NO_WORD, code="no_word") from error
        raise _answered(error, server, signed_in=progress.signed_in) from error
    except aiosmtplib.SMTPNotSupported as error:
        raise MailServerAway(_why(error, server), code="not_supported") from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError, EOFError) as error:
        if progress.taken is not None:  # the time ended with the goodbye
            return progress.taken
        if progress.content:
            raise ChannelUncertain(_NO_WORD, code="no_word") from error
        raise MailServerAway(
            _why(error, server), code="mail_server_unreachable", retry_after_s=UNREACHABLE_S
        ) from error


async def tried_out(server: MailServer, signs_in: SignsIn) -> Told:
    """Connect and sign in, sending nothing; what the server says. Raises ChannelUnavailable, ChannelRefused as
    `handed_over`."""
    try:
        async with asyncio.timeout(WITHIN_S), _connected(server, signs_in) as client:
            response = await client.noop()
            said = quoted_words(f"{response.code} {response.message}")
            return Told(code="server_answers", text=said, values={QUOTE: said})
    except aiosmtplib.SMTPResponseException as error:
        raise _answered(error, server, signed_in=False) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError, EOFError) as error:
        raise MailServerAway(_why(error, server), code="mail_server_unreachable") from error


@contextlib.asynccontextmanager
async def _connected(server: MailServer, signs_in: SignsIn) -> AsyncIterator[aiosmtplib.SMTP]:
    tls = None if server.security is Security.NONE else trusting(server.certificate)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        tls_context=tls,
        timeout=_STEP_S,
    )
    try:
        await client.connect()
        if server.sign_in is MailSignIn.OAUTH and signs_in.token is not None:
            await client.auth_xoauth2(server.username, await signs_in.token())
        elif server.sign_in is MailSignIn.PASSWORD:
            await _password_shown(client, server.username, signs_in.password)
        yield client
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await client.quit()
    finally:
        client.close()


async def _password_shown(client: aiosmtplib.SMTP, user: str, password: str) -> None:
    """By one of the ways that both sides know. A wrong password is wrong in the others too, where each try costs a
    longer wait (Dovecot begins with 2 s and doubles them) and counts towards a lock: they are tried only where the way
    itself is not taken."""
    await client._ehlo_or_helo_if_needed()  # noqa: SLF001 - as the library's own signing in, which tries all of them
    ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    known = [way for name, way in ways.items() if name in client.supported_auth_methods]
    if not known:
        await client.login(user, password)  # says what is missing
    for way in known:
        try:
            await way(user, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code == _WRONG_PASSWORD or way is known[-1]:
                raise
        else:
            return


async def _addressed(
    client: aiosmtplib.SMTP, letter: Composed, takes: Callable[[int], None]
) -> tuple[str, ...]:
    """The envelope; the recipients that are refused for good, unless all are. One that may be taken later is reason to
    come again with the whole letter, as nobody has it yet."""
    await _sender(client, letter)
    said = client.esmtp_extensions.get("size", "").strip()
    limit = int(said) if said.isascii() and said.isdigit() and len(said) < 20 else 0
    takes(limit)
    if limit and len(letter.raw) > limit:
        raise ChannelRefused(
            f"the letter has {len(letter.raw)} bytes, the mail server takes {limit}", code="letter_too_large"
        )
    refused: dict[str, aiosmtplib.SMTPRecipientRefused] = {}
    for recipient in letter.recipients:
        try:
            await client.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            if error.code < 500:
                raise
            refused[recipient] = error
    if len(refused) == len(letter.recipients):
        raise next(iter(refused.values()))
    return tuple(refused)


async def _sender(client: aiosmtplib.SMTP, letter: Composed) -> None:
    """MAIL, with the id of the envelope where the server passes it on: reports that have it are of who had the envelope
    (RFC 3461 section 4.4). One that says it does and then cannot is asked without."""
    if letter.envelope_id and client.supports_extension("dsn"):
        try:
            await client.mail(letter.envelope_from, options=[f"ENVID={letter.envelope_id}"])
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code not in _NOT_SO:
                raise
        else:
            return
    await client.mail(letter.envelope_from)


async def _content(client: aiosmtplib.SMTP, raw: bytes, progress: _Progress) -> None:
    protocol = client.protocol
    if protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("connection lost")
    write = protocol.write
    ready = await asyncio.to_thread(dot_stuffed, raw) if len(raw) > _LARGE_BYTES else dot_stuffed(raw)

    def noted(data: bytes) -> None:
        # the command goes first, and alone: what follows it is the letter. The library would look through it twice
        # with patterns, for seconds if it is large: it is given an empty one, and ours goes in its place
        progress.content = progress.content or data != b"DATA\r\n"
        write(ready if progress.content else data)

    protocol.write = noted  # type: ignore[method-assign]
    try:
        await client.data(b"")
    except aiosmtplib.SMTPDataError as error:
        # the first digit decides (RFC 5321 section 4.2.1); the library knows 250 alone
        if not (progress.content and 200 <= error.code < 300):
            raise


def dot_stuffed(raw: bytes) -> bytes:
    """The letter as it goes over the wire after DATA (RFC 5321 section 4.5.2): lines that end with CR LF, a second dot
    before one at the beginning of a line, and the line with a dot alone that ends it."""
    ends = raw.count(b"\r\n")
    if raw.count(b"\n") != ends or raw.count(b"\r") != ends:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    raw = raw.replace(b"\r\n.", b"\r\n..")
    first, last = b"." if raw.startswith(b".") else b"", b"" if raw.endswith(b"\r\n") else b"\r\n"
    return b"".join((first, raw, last, b".\r\n"))


def _why(error: BaseException, server: MailServer) -> Told:
    """Why nothing could be handed over, in words that say what to look at."""
    place = f"{server.host}:{server.port}"
    if isinstance(error, aiosmtplib.SMTPException) and "not supported" in str(
        error
    ):  # not always the error of that name
        detail = str(error)[:SAID_CHARS]
        text = f"{place} does not offer what the account asks for: see its security and sign-in; “{detail}”"
        return Told(code="not_offered", text=text, values={"server": place, DETAIL: detail})
    told = why_not_reached(error, server)
    if isinstance(error, aiosmtplib.SMTPServerDisconnected) and told.code == "unreachable":
        text = f"{place} ended the connection: see port and security"
        return Told(code="hung_up", text=text, values={"server": place})
    return told


def _answered(
    error: aiosmtplib.SMTPResponseException, server: MailServer, *, signed_in: bool
) -> ChannelRefused | ChannelUnavailable:
    if error.code < 0:  # what the library says of an answer that is none
        place = f"{server.host}:{server.port}"
        text = f"{place} is no server for sending (SMTP): see host and port"
        told = Told(code="not_smtp", text=text, values={"server": place})
        return MailServerAway(told, code="mail_server_unreachable", retry_after_s=_MENDED_S)
    said = f"{error.code} {error.message}".replace("\n", " ")[:SAID_CHARS]
    words = {QUOTE: quoted_words(said)}
    if error.code < 500:
        told = Told(code="server_busy", text=said, values=words)
        return MailServerAway(told, code="mail_server_busy", retry_after_s=BUSY_S)
    # an account can be mended: nothing is lost meanwhile
    if error.code in _OF_SIGNING_IN or isinstance(error, aiosmtplib.SMTPAuthenticationError):
        text = f"the mail server refuses our user or password: “{said}”"
        told = Told(code="sign_in_refused", text=text, values=words)
        return MailServerAway(told, code="sign_in_refused", retry_after_s=_MENDED_S)
    if not signed_in:
        told = Told(code="server_refuses", text=said, values=words)
        return MailServerAway(told, code="mail_server_unreachable", retry_after_s=_MENDED_S)
    return ChannelRefused(said, code="mail_server_refused")
