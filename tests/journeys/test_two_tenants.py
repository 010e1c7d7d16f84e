"""Two tenants in one database: whatever anybody of the one asks, nothing of the other is shown or touched."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent_console.operations import Operation, Upload
from crm_store.store import Store
from crm_store.tables import metadata
from hub.domain.access import USER_ROLES, Role
from hub.domain.ids import DEFAULT_TENANT
from tests.journeys.test_role_matrix import BODIES, ENDS_A_SIGN_IN, OPERATIONS, RunningHub, running_hub
from tests.twin_tenant import CANARY, Twin, twin_of
from tests.unit.role_matrix import SOME_ID, sample_of

pytestmark = pytest.mark.timeout(180)

WITH_A_SIGN_IN = [o for o in OPERATIONS if o.permission is not None and o.name not in ENDS_A_SIGN_IN]
ANSWERS_WITH_NO_THING = {202, 204, 400, 403, 404, 409, 413, 415, 422, 429}
"""What may be answered to somebody who names another tenant's thing."""


class Both:
    """A hub of the first tenant, with the twin in its database."""

    def __init__(self, hub: RunningHub, twin: Twin, store: Store) -> None:
        self.hub = hub
        self.twin = twin
        self.store = store

    async def ask(self, role: Role, method: str, path: str, body: Any = None) -> tuple[int, str]:
        headers = {"Origin": self.hub.url, **self.hub.sessions[role]}
        async with self.hub.client.request(method, self.hub.url + path, json=body, headers=headers) as answer:
            return answer.status, await answer.text()


@pytest.fixture(scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    made: list[tuple[Twin, Store]] = []

    async def then(store: Store) -> None:
        made.append((await twin_of(store, DEFAULT_TENANT), store))

    folder: Path = tmp_path_factory.mktemp("two")
    async with running_hub(folder, in_all_queues=True, then=then) as hub:
        ((twin, store),) = made
        yield Both(hub, twin, store)


def test_the_twin_has_something_of_everything(both: Both) -> None:
    assert {
        "persons",
        "touches",
        "work_items",
        "reservations",
        "users",
        "queues",
    } <= both.twin.by_table.keys()
    assert len(both.twin.ids) > 100


@pytest.mark.parametrize("role", sorted(USER_ROLES))
async def test_no_list_and_no_search_shows_the_other_tenant(role: Role, both: Both) -> None:
    leaks = []
    for operation in WITH_A_SIGN_IN:
        if operation.method == "GET" and "{" not in operation.path:
            for query in queries(operation):
                status, text = await both.ask(role, "GET", f"{operation.path}?{query}")
                assert status < 500, (operation.name, query, text)
                if both.twin.in_text(text.replace(f"q={CANARY}", "")):
                    leaks.append(f"{operation.name}?{query}")
    assert leaks == []


@pytest.mark.parametrize("role", sorted(USER_ROLES))
async def test_a_thing_of_the_other_tenant_is_not_there_and_stays_as_it_is(role: Role, both: Both) -> None:
    before = await both.twin.imprint(both.store)
    leaks = []
    for operation in WITH_A_SIGN_IN:
        for path in paths(operation, both.twin):
            body = foreign(body_of(operation), both.twin)
            status, text = await both.ask(role, operation.method, path, body)
            named = "{" in operation.path
            if both.twin.in_text(text.replace(path, "")) or (named and status not in ANSWERS_WITH_NO_THING):
                leaks.append(f"{operation.method} {path}: {status} {text[:200]}")
    assert leaks == []
    assert await both.twin.imprint(both.store) == before


def queries(operation: Operation) -> list[str]:
    """The smallest query, and one for each free text with the canary in it."""
    fields = msgspec.structs.fields(operation.query_parameters)
    needed = [f"{f.encode_name}={sample_of(f.type)}" for f in fields if f.required]
    free = [f.encode_name for f in fields if f.encode_name in {"q", "text", "name", "search"}]
    return ["&".join(needed), *("&".join([*needed, f"{name}={CANARY}"]) for name in free)]


def paths(operation: Operation, twin: Twin) -> list[str]:
    """The operation's path with ids of the twin: of the table that the parameter names, or of each table."""
    names = [f.name for f in msgspec.structs.fields(operation.path_parameters)]
    made = [operation.path]
    for name in names:
        table = f"{name.removesuffix('_id')}s"
        known = twin.by_table.get(table, [])[:1] if table in metadata.tables else []
        ids = known or [keys[0] for keys in twin.by_table.values() if keys]
        made = [path.replace(f"{{{name}}}", i) for path in made for i in ids]
    return made


def body_of(operation: Operation) -> Any:
    """The smallest body of its type; a file is brought without one."""
    if operation.body in {None, Upload}:
        return None
    return BODIES.get(operation.name, sample_of(operation.body))


def foreign(body: Any, twin: Twin) -> Any:
    """The body with an id of the twin wherever it names a thing."""
    match body:
        case dict():
            return {name: _named(name, value, twin) for name, value in body.items()}
        case list():
            return [foreign(part, twin) for part in body]
        case _:
            return body


def _named(name: str, value: Any, twin: Twin) -> Any:
    if value != SOME_ID:
        return foreign(value, twin)
    known = twin.by_table.get(f"{name.removesuffix('_id')}s") or twin.by_table["queues"]
    return known[0]
