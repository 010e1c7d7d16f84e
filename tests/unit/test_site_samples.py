"""The samples of docs/webchat.md, by which sites sign, make tokens that the hub believes."""

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.domain.ids import TenantId
from hub.domain.site_identity import SiteSecret, SiteUser
from hub.site_tokens import verified
from tests.servers.processes import needs

PAGE = (Path(__file__).parents[2] / "docs" / "webchat.md").read_text()
TOLD = "a-secret_of the shop"


def sample(language: str) -> str:
    """The block of that language which makes a token."""
    (found,) = [
        block for block in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if "HS256" in block
    ]
    return str(found)


def believed(token: str) -> SiteUser:
    now = datetime.now(UTC)
    secret = SiteSecret(
        id="1",
        tenant_id=TenantId("t"),
        site_key="default",
        secret=TOLD,
        hint="shop",
        created_at=now,
        created_by="Ada",
    )
    return verified(token.strip(), [secret], site_key="default", now=now, most=timedelta(hours=24))


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_that_of_python() -> None:
    made: dict[str, object] = {}
    exec(sample("python"), made)
    sign = made["chat_token"]
    assert callable(sign)
    user = believed(sign(TOLD, "4711", email="ada@example.org", email_verified=True))
    assert (user.user, user.email, user.email_verified) == ("4711", "ada@example.org", True)


def test_that_of_node() -> None:
    node = shutil.which("node")
    assert node is not None, "the console and the widget are built with it"
    call = f"console.log(chatToken({TOLD!r}, '4711', {{ name: 'Ada Ö' }}))"
    user = believed(run(node, "-e", sample("js") + call))
    assert (user.user, user.name) == ("4711", "Ada Ö")


def test_that_of_php() -> None:
    php = needs("php", "php-cli")
    call = f"echo chat_token({TOLD!r}, '4711', ['phone_number' => '+905321234567', 'phone_number_verified' => true]);"
    user = believed(run(php, "-r", sample("php").removeprefix("<?php") + call))
    assert (user.user, user.phone, user.phone_verified) == ("4711", "+905321234567", True)
