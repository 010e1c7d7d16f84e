"""What mail servers are shown, and whom they must prove to be."""

import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from hub.domain.mail_account import MailServer

SAID_CHARS = 160
"""Of what a server or a library says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignsIn:
    """What a server is shown: a password, or whoever brings a fresh token (SASL XOAUTH2)."""

    password: str = field(default="", repr=False)
    token: Callable[[], Awaitable[str]] | None = None


class NoCertificate(OSError):
    """The file that an account names holds no certificate that can be used."""


def trusting(certificate: str) -> ssl.SSLContext:
    """Whom a server's certificate is believed: the usual authorities, and the one in the file `certificate`.

    Raises NoCertificate."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        try:
            context.load_verify_locations(cafile=str(Path(certificate)))
        except OSError as error:  # what ssl raises is one, too
            why = error.strerror if isinstance(error, FileNotFoundError | PermissionError) else "it is no PEM"
            raise NoCertificate(f"the file of the certificate cannot be used: {why}") from error
    return context


def why_not_reached(error: BaseException, server: MailServer) -> str:
    """Why there is no connection to the server, in words that say what to look at."""
    link: BaseException | None = error
    while link is not None:
        match link:
            case ssl.SSLCertVerificationError():
                why = link.verify_message
                return (
                    f"the mail server's certificate is not believed: {why}; if it is your own, the account can name"
                    " its file"
                )
            case ssl.SSLError():
                return (
                    f"{server.host}:{server.port} speaks no TLS, or another than we do: see port and security"
                )
            case socket.gaierror():
                return f"there is no host {server.host}"
            case ConnectionRefusedError():
                return f"nobody listens at {server.host}:{server.port}"
            case TimeoutError():
                return "the mail server did not answer in time"
        link = link.__cause__ or link.__context__
    return (str(error) or type(error).__name__)[:SAID_CHARS]
