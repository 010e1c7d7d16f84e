"""Whether letters are taken by SMTP and LMTP: who listens there, and whether with TLS."""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass

from hub.channels.email.settings import SmtpIntakeSettings
from hub.domain.mail_account import is_loopback
from hub.part_checks import fail, ok, warn
from hub.ports.status import Finding
from hub.settings import Settings

_ANSWER_WITHIN_S = 3.0
_PART = "smtp intake"
_OURS = "220 touchline "
"""What a hub greets with (see `SmtpIntake`)."""
_LINE_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class _Heard:
    """What listens there: its greeting, and whether it offers STARTTLS. An empty greeting: it said none."""

    greeting: str
    with_tls: bool

    @property
    def is_ours(self) -> bool:
        return self.greeting.startswith(_OURS)


async def smtp_intake(settings: Settings) -> list[Finding]:
    """A line for SMTP, and one for LMTP where that has a port."""
    chosen = settings.smtp_intake
    if not settings.channels.email.enabled:
        return [ok(_PART, "e-mail is switched off (channels.email.enabled)")]
    if not chosen.enabled:
        return await _off(chosen)
    if (wrong := await asyncio.to_thread(_wrong_certificate, chosen)) is not None:
        return [wrong]
    findings = [await _on(chosen, _PART, "EHLO", chosen.port, "smtp_intake.port")]
    if chosen.lmtp_port:
        findings.append(await _on(chosen, "lmtp intake", "LHLO", chosen.lmtp_port, "smtp_intake.lmtp_port"))
    return findings


async def _off(chosen: SmtpIntakeSettings) -> list[Finding]:
    off = "switched off (smtp_intake.enabled)"
    heard = await _heard(chosen.host, chosen.port, "EHLO") if chosen.port else None
    if heard is not None and heard.is_ours:
        where = f"{chosen.host}:{chosen.port}"
        return [
            ok(
                _PART,
                f"{off} by these settings; a hub with other settings listens at {where}, as the demo does",
            )
        ]
    return [ok(_PART, off)]


async def _on(chosen: SmtpIntakeSettings, part: str, hello: str, port: int, key: str) -> Finding:
    if not port:
        return ok(part, f"any free port ({key} is 0)")
    where, variable = f"{chosen.host}:{port}", f"HUB_{key.upper().replace('.', '__')}"
    heard = await _heard(chosen.host, port, hello)
    if heard is None:
        return ok(part, f"{where} is free: nobody listens, no hub that takes letters is running there")
    if not heard.is_ours:
        said = heard.greeting or "no greeting"
        return fail(
            part,
            f"{where} is taken by another program ({said})",
            f"stop it, or set {key} ({variable})",
        )
    if heard.with_tls:
        return ok(part, f"a hub listens at {where}, with TLS (STARTTLS)")
    if is_loopback(chosen.host):
        return ok(part, f"a hub listens at {where}, without TLS, for this machine alone")
    return warn(
        part,
        f"a hub listens at {where} without TLS: letters come in the clear",
        "set smtp_intake.tls_cert and smtp_intake.tls_key, or listen on 127.0.0.1 behind a mail server",
    )


async def _heard(host: str, port: int, hello: str) -> _Heard | None:
    """What says something there; None when nobody listens. Nothing is sent but a greeting."""
    at = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - asked, not bound
    greeting, with_tls = "", False
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_connection(at, port, limit=_LINE_BYTES)
            greeting = _line(await reader.readline())
            if greeting.startswith(_OURS):
                writer.write(f"{hello} doctor.invalid\r\n".encode())
                while (line := _line(await reader.readline()))[3:4] == "-" or line[:3] == "250":
                    with_tls = with_tls or line[4:].upper() == "STARTTLS"
                    if line[3:4] != "-":
                        break
                writer.write(b"QUIT\r\n")
                await reader.readline()
    except (OSError, TimeoutError, ValueError):
        if writer is None:
            return None
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    return _Heard(greeting, with_tls)


def _line(raw: bytes) -> str:
    return "".join(one for one in raw.decode("latin-1").strip() if one.isprintable())[:80]


def _wrong_certificate(chosen: SmtpIntakeSettings) -> Finding | None:
    if not chosen.tls_cert:
        return None
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            chosen.tls_cert, chosen.tls_key or None
        )
    except (OSError, ssl.SSLError) as error:
        return fail(
            _PART,
            f"the certificate {chosen.tls_cert} cannot be used: {error}",
            "see smtp_intake.tls_cert and smtp_intake.tls_key",
        )
    return None
