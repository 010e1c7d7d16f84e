"""Which addresses may be called, how deliveries are signed, and how long they wait."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.domain.errors import Invalid
from hub.domain.webhook import LONGEST_WAIT, may_be_called, signature, usable_url, wait_after

DOCUMENTED = Path(__file__).resolve().parents[3] / "docs/webhooks.md"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::", "::", "fe80::1%eth0",
    ],
)  # fmt: skip
def test_what_is_not_public_is_not_called_however_it_is_written(address: str) -> None:
    assert not may_be_called(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1"])
def test_what_is_public_may_be_called(address: str) -> None:
    assert may_be_called(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/x", "ftp://hooks.example", "https://user@hooks.example", "https://x/#f", "https://",
        "https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest", "https://x:99999/", "nonsense",
    ],
)  # fmt: skip
def test_an_address_that_can_be_no_receiver_is_refused_when_it_is_given(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        usable_url(url, allow_private=False)
    assert (refused.value.field, refused.value.stable_code) == ("url", "bad_url")


def test_waits_double_up_to_an_hour_and_differ_by_a_fifth() -> None:
    assert wait_after(1, 0.5) == timedelta(seconds=10)
    assert wait_after(3, 0.5) == timedelta(seconds=40)
    assert wait_after(50, 0.0) == LONGEST_WAIT * 0.8
    assert wait_after(50, 1.0) == LONGEST_WAIT * 1.2


def test_the_example_of_the_manual_accepts_what_we_sign_and_nothing_else() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENTED.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(example, "docs/webhooks.md", "exec"), names)
    is_genuine = names["is_genuine"]
    body = '{"id": "Привет"}'.encode()
    headers = {"Touchline-Timestamp": "1000", "Touchline-Signature": f"v1={signature('s', '1000', body)}"}

    assert is_genuine("s", headers, body, now=1100)
    assert not is_genuine("s", headers, body + b" ", now=1100)
    assert not is_genuine("other", headers, body, now=1100)
    assert not is_genuine("s", headers, body, now=1301)
    assert not is_genuine("s", headers | {"Touchline-Timestamp": "1001"}, body, now=1100)
