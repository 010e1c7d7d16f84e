"""What the tests of trunks say of a line."""

import pytest

from hub.channels.sip.settings import SipSettings
from hub.trunk_checks import of_settings


@pytest.mark.parametrize(("domain", "shown"), [("127.0.0.1:9", "127.0.0.1:9"), ("[::1]:9", "[::1]:9")])
async def test_who_does_not_answer_is_named_with_the_port(domain: str, shown: str) -> None:
    sip = SipSettings.model_validate(
        {"trunks": [{"name": "pbx", "domain": domain, "registers": False, "transport": "tcp"}]}
    )
    (found,) = await of_settings(sip)
    assert found.values["host"] == shown
    assert f"at {shown}" in found.text or f"{shown} " in found.text
