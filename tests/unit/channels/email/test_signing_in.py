"""Why a mail server is not reached is told in words that say what to look at."""

import socket
import ssl
from pathlib import Path

import pytest

from hub.channels.email.mailbox import MailboxTrouble, connected
from hub.channels.email.signing_in import NoCertificate, SignsIn, trusting, why_not_reached
from hub.channels.email.smtp import tried_out
from hub.domain.errors import ChannelUnavailable
from hub.domain.mail_account import MailServer, Security
from hub.domain.mail_told import told_by
from tests.ports import free_port

SERVER = MailServer(host="mail.shop.test", port=993, username="support")


def wrapped(cause: Exception) -> Exception:
    error = OSError("the library says something")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "there is no host mail.shop.test"),
        (wrapped(socket.gaierror(-2, "x")), "there is no host mail.shop.test"),
        (ConnectionRefusedError(111, "x"), "nobody listens at mail.shop.test:993"),
        (TimeoutError(), "the mail server did not answer in time"),
        (
            ssl.SSLError(1, "WRONG_VERSION_NUMBER"),
            "mail.shop.test:993 speaks no TLS, or another than we do: see",
        ),
        (OSError("the disk is full"), "the disk is full"),
        (EOFError(), "EOFError"),
    ],
)
def test_the_reason_is_in_words(error: Exception, said: str) -> None:
    assert why_not_reached(error, SERVER).text.startswith(said)


def test_a_certificate_that_is_not_believed_is_told_with_what_to_do() -> None:
    error = ssl.SSLCertVerificationError(1, "x")
    error.verify_message = "self-signed certificate"
    told = why_not_reached(error, SERVER)
    assert (told.code, told.values) == ("certificate_not_believed", {"detail": "self-signed certificate"})
    assert "self-signed certificate" in told.text
    assert "the account can name its file" in told.text


async def test_a_file_without_a_certificate_says_so_both_ways(tmp_path: Path) -> None:
    file = tmp_path / "house.pem"
    file.write_text("no certificate")
    with pytest.raises(NoCertificate, match="it is no PEM"):
        trusting(str(file))
    gone = MailServer(
        host="127.0.0.1", port=free_port(), username="support", certificate=str(tmp_path / "gone.pem")
    )
    with pytest.raises(MailboxTrouble, match="No such file") as trouble:
        async with connected(gone, SignsIn(), answer_s=5.0):
            pass
    assert (trouble.value.stable_code, trouble.value.told.code) == ("no_certificate", "certificate_missing")
    with pytest.raises(ChannelUnavailable, match="No such file") as away:
        await tried_out(gone, SignsIn())
    assert told_by(away.value).code == "certificate_missing"


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS])
async def test_a_port_where_nobody_listens_is_named(security: Security) -> None:
    server = MailServer(host="127.0.0.1", port=free_port(), username="support", security=security)
    with pytest.raises(MailboxTrouble, match=f"nobody listens at 127.0.0.1:{server.port}"):
        async with connected(server, SignsIn(), answer_s=5.0):
            pass
    with pytest.raises(ChannelUnavailable, match=f"nobody listens at 127.0.0.1:{server.port}"):
        await tried_out(server, SignsIn())
