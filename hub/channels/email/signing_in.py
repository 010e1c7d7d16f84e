"""What mail servers are shown, and whom they must prove to be."""

import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from hub.domain.mail_account import MailServer
from hub.domain.mail_told import DETAIL, Told

SAID_CHARS = 160
"""Of what a server or a library says."""
NO_ANSWER = Told(code="no_answer", text="the mail server did not answer in time")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignsIn:
    """What a server is shown: a password, or whoever brings a fresh token (SASL XOAUTH2)."""

    password: str = field(default="", repr=False)
    token: Callable[[], Awaitable[str]] | None = None


class NoCertificate(OSError):
    """The file that an account names holds no certificate that can be used; `told` says why."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.text)
        self.told = told


def trusting(certificate: str) -> ssl.SSLContext:
    """Whom a server's certificate is believed: the usual authorities, and the one in the file `certificate`.

    Raises NoCertificate."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        try:
            context.load_verify_locations(cafile=str(Path(certificate)))
        except OSError as error:  # what ssl raises is one, too
            code = "certificate_no_pem"
            if isinstance(error, FileNotFoundError):
                code = "certificate_missing"
            elif isinstance(error, PermissionError):
                code = "certificate_unreadable"
            why = "it is no PEM" if code == "certificate_no_pem" else error.strerror
            text = f"the file of the certificate cannot be used: {why}"
            raise NoCertificate(Told(code=code, text=text)) from error
    return context


def why_not_reached(error: BaseException, server: MailServer) -> Told:
    """Why there is no connection to the server, in words that say what to look at."""
    place = f"{server.host}:{server.port}"
    link: BaseException | None = error
    while link is not None:
        match link:
            case NoCertificate():
                return link.told
            case ssl.SSLCertVerificationError():
                why = link.verify_message
                text = (
                    f"the mail server's certificate is not believed: {why}; if it is your own, the account can name"
                    " its file"
                )
                return Told(code="certificate_not_believed", text=text, values={DETAIL: why})
            case ssl.SSLError():
                text = f"{place} speaks no TLS, or another than we do: see port and security"
                return Told(code="no_tls", text=text, values={"server": place})
            case socket.gaierror():
                values = {"host": server.host}
                return Told(code="no_such_host", text=f"there is no host {server.host}", values=values)
            case ConnectionRefusedError():
                return Told(
                    code="nobody_listens", text=f"nobody listens at {place}", values={"server": place}
                )
            case TimeoutError():
                return NO_ANSWER
        link = link.__cause__ or link.__context__
    detail = (str(error) or type(error).__name__)[:SAID_CHARS]
    return Told(code="unreachable", text=detail, values={DETAIL: detail})
