"""The channel as its settings make it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.channels.sip.settings import SipSettings
from hub.domain.errors import Invalid
from tests.fakes.phones import telephony


def test_a_certificate_that_cannot_be_used_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    for cert in ("nothing.pem", "key.pem"):
        with pytest.raises(Invalid, match=r"channels\.sip\.tls_cert"):
            telephony(tls_cert=str(tmp_path / cert), tls_key=str(tmp_path / "key.pem"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"tls_cert": "cert.pem"},
        {"rtp_ports_first": 31_000, "rtp_ports_last": 30_000},
        {"public_address": "not a host"},
        {"exempt_addresses": ["everybody"]},
        {"realm": "with blanks"},
        {"port": 70_000},
        {"prot": 5060},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SipSettings.model_validate(wrong)


def test_an_address_may_be_written_with_brackets() -> None:
    assert SipSettings.model_validate({"public_address": "[2001:db8::1]"}).public_address == "2001:db8::1"
