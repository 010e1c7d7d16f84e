"""Whatever a request that fits the API's description holds, the hub answers as described, and never with a failure."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hub.domain.access import Role
from tests.clients import Agent, Frame, Visitor
from tests.hubs import OTHERS, RunningHub, start_hub
from tests.journeys.allowed import may

pytestmark = pytest.mark.timeout(900)

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

EXAMPLES = 2
"""Random requests an operation, besides those that schemathesis derives from the description."""

LOGINS = {"anna": "agent", **OTHERS}
"""Login and role, from who reaches least to who reaches most."""

ENDS_ITSELF = ("sign_in", "sign_out", "set_up", "set_access_rules", "end_own_sign_in")
"""They would end, or are, the sign-in that the others need; tests/unit/agent_console has them."""


@pytest_asyncio.fixture(scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    running = await start_hub(tmp_path_factory.mktemp("any") / "data")
    yield running
    assert await running.stop() == 0
    assert "Traceback" not in running.log.read_text()


@pytest_asyncio.fixture(scope="module")
async def things(hub: RunningHub) -> AsyncIterator[dict[str, str]]:
    """Ids of what is there, by the names that path parameters have: a conversation that Anna holds."""
    visitor = await Visitor.come(hub.url)
    await visitor.say("good day, where is my order?")
    async with Agent(hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        offer = await anna.offered()
        await anna.accept(offer["reservation_id"])
        yield {
            "interaction_id": offer["work_item"]["interaction_id"],
            "work_item_id": offer["work_item"]["id"],
            "reservation_id": offer["reservation_id"],
            "person_id": offer["card"]["person_id"],
            "queue_id": (await anna.get("/api/v1/queues"))["items"][0]["id"],
        }
    await visitor.close()


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where hypothesis keeps which letters there are: to find out takes it longer than to try most operations."""
    return tmp_path_factory.mktemp("hypothesis")


def tried_by(login: str, described: Frame) -> set[str]:
    """The operations that this login tries: each is tried by the first and the last of those who may, as the requests
    are the same whoever sends them, and those between reach no less than the one and no more than the other."""
    let_in = {one: may(described, Role(role)) for one, role in LOGINS.items()}
    who = {name: [one for one in LOGINS if name in let_in[one]] for name in let_in[login]}
    return {name for name, ones in who.items() if login in {ones[0], ones[-1]}} - set(ENDS_ITSELF)


@pytest.mark.parametrize("login", LOGINS)
async def test_a_request_that_fits_the_description_gets_a_described_answer(
    login: str, hub: RunningHub, things: dict[str, str], tables: Path, tmp_path: Path
) -> None:
    described = tmp_path / "schemathesis.toml"
    described.write_text(
        "[parameters]\n" + "".join(f'"path.{name}" = {json.dumps(value)}\n' for name, value in things.items())
    )
    async with Agent(hub.url, login) as agent:
        described_api = await agent.get("/api/openapi.json")
        names = tried_by(login, described_api)
        headers = {"Cookie": agent.cookie, "X-CSRF-Token": agent.csrf, "Origin": hub.url}
        arguments = [
            "--config-file", str(described), "run", f"{hub.url}/api/openapi.json",
            *(part for name in sorted(names) for part in ("--include-operation-id", name)),
            *(part for name, value in headers.items() for part in ("-H", f"{name}: {value}")),
            "--checks", CHECKS, "--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "7",
            "--generation-database", "none", "--suppress-health-check", "all", "--no-color",
        ]  # fmt: skip
        child = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("schemathesis")), *arguments,
            stdout=PIPE, stderr=STDOUT, cwd=tmp_path,
            env=os.environ | {"COLUMNS": "150", "HYPOTHESIS_STORAGE_DIRECTORY": str(tables)},
        )  # fmt: skip
        said, _ = await child.communicate()
    text = said.decode()
    assert child.returncode == 0, text
    tried = re.search(r"(\d+) generated, (\d+) passed", text)
    assert tried is not None, text
    assert int(tried[1]) == int(tried[2]) > 100, text
