"""What the doctor says of the ports where letters are taken."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.channels.email.settings import SmtpIntakeSettings
from hub.channels.email.smtp_intake import SmtpIntake
from hub.cli.intake_check import smtp_intake
from hub.clock import SystemClock
from hub.ports.status import Finding, Health
from hub.settings import Settings
from tests.ports import free_port, free_ports


def settings(**intake: Any) -> Settings:
    return Settings(smtp_intake={"enabled": True, **intake})  # type: ignore[arg-type] # as a file gives it


async def examined(**intake: Any) -> list[Finding]:
    return await smtp_intake(settings(**intake))


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, str]:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-out", str(cert), "-keyout", str(key)],
        check=True, capture_output=True,
    )  # fmt: skip
    return {"tls_cert": str(cert), "tls_key": str(key)}


@asynccontextmanager
async def a_hub(**intake: Any) -> AsyncIterator[None]:
    """The intake of a hub, as it listens."""
    nobody: Any = None
    counted: Callable[[str], None] = lambda _: None  # noqa: E731
    taking = SmtpIntake(
        SmtpIntakeSettings(enabled=True, **intake),
        SystemClock(),
        account_at=lambda _: None,
        is_off_at=lambda _: False,
        keep=nobody,
        counted=counted,
    )
    async with taking.opened():
        yield


async def test_without_e_mail_or_an_intake_it_is_switched_off() -> None:
    off = Settings(channels={"email": {"enabled": False}}, smtp_intake={"enabled": True})  # type: ignore[arg-type]
    (first,), (second,) = await smtp_intake(off), await examined(enabled=False, port=free_port())
    assert (first.health, second.health) == (Health.OK, Health.OK)
    assert "channels.email.enabled" in first.text
    assert "smtp_intake.enabled" in second.text


async def test_a_free_port_says_that_nobody_listens() -> None:
    smtp, lmtp = free_ports(2)
    found = await examined(port=smtp, lmtp_port=lmtp)
    assert [(one.part, one.health) for one in found] == [
        ("smtp intake", Health.OK),
        ("lmtp intake", Health.OK),
    ]
    assert f"127.0.0.1:{smtp}" in found[0].text
    assert all("nobody listens" in one.text for one in found)
    (any_port,) = await examined(port=0)
    assert "any free port" in any_port.text


async def test_a_hub_that_listens_is_known_with_and_without_tls(certificate: dict[str, str]) -> None:
    smtp, lmtp = free_ports(2)
    ports = {"port": smtp, "lmtp_port": lmtp}
    async with a_hub(**ports):
        plain = await examined(**ports)
    async with a_hub(**ports, **certificate):
        safe = await examined(**ports, **certificate)
    assert {one.health for one in (*plain, *safe)} == {Health.OK}
    assert all("without TLS, for this machine alone" in one.text for one in plain)
    assert all("with TLS (STARTTLS)" in one.text for one in safe)


async def test_letters_from_elsewhere_in_the_clear_are_worth_a_look() -> None:
    at = {"host": "0.0.0.0", "port": free_port()}
    async with a_hub(**{**at, "host": "127.0.0.1"}):
        (found,) = await examined(**at)
    assert found.health is Health.WARN
    assert "smtp_intake.tls_cert" in found.remedy


async def test_a_hub_that_takes_letters_by_other_settings_is_told() -> None:
    port = free_port()
    async with a_hub(port=port):
        (found,) = await examined(enabled=False, port=port)
    assert found.health is Health.OK
    assert "a hub with other settings listens at" in found.text


@pytest.mark.parametrize(
    "greeting", [b"220 mx.test ESMTP Postfix\r\n", b"", b"\xff" * 9_000, b"220 touchline"]
)
async def test_another_program_on_the_port_is_a_failure_that_names_the_setting(greeting: bytes) -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        (found,) = await examined(port=port)
    assert found.health is Health.FAIL
    assert f"127.0.0.1:{port}" in found.text
    assert "HUB_SMTP_INTAKE__PORT" in found.remedy


async def test_one_that_says_nothing_is_no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.intake_check._ANSWER_WITHIN_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (found,) = await examined(port=silent.getsockname()[1])
    assert (found.health, "no greeting" in found.text) == (Health.FAIL, True)


async def test_a_certificate_that_cannot_be_used_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing")
    (found,) = await examined(port=free_port(), tls_cert=str(tmp_path / "cert.pem"))
    assert found.health is Health.FAIL
    assert "smtp_intake.tls_cert" in found.remedy
