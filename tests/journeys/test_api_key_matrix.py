"""A program with an API key, in the complete hub: every operation with a key of each permission, and of one queue."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse

from agent_console import api_keys
from agent_console.accounts import Accounts
from agent_console.passwords import Passwords
from crm_store.floor import FloorStore
from crm_store.store import Store
from hub.cli.access import access_store
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.domain.access import NOT_FOR_KEYS, USER_ROLES, Permission, Role, system_principal
from hub.domain.api_key import BY_QUEUE
from hub.domain.ids import DEFAULT_TENANT, QueueId
from hub.domain.queue import Queue
from hub.ids import new_id
from tests.journeys.test_role_matrix import (
    BODIES,
    COST,
    ENDS_A_SIGN_IN,
    OF_NO_TEAM,
    OPERATIONS,
    PASSWORD,
    RunningHub,
    running_hub,
)
from tests.unit.role_matrix import Case, Outcome, outcome

ASIDE = QueueId(new_id())
"""A queue that nobody of the demo serves, and that nothing has ever come through."""

PERMISSIONS = sorted(set(Permission) - NOT_FOR_KEYS)
OF_QUEUES = sorted(BY_QUEUE - NOT_FOR_KEYS)
LET_IN = {Outcome.LET_IN, Outcome.NOT_THERE}
GUARDED = [
    operation
    for operation in OPERATIONS
    if operation.permission is not None and operation.name not in ENDS_A_SIGN_IN
]

NEEDS_MORE: dict[str, set[Permission]] = {
    "note": {Permission.READ_INTERACTION},
    "list_drafts": {Permission.READ_INTERACTION},
    "keep_draft": {Permission.READ_INTERACTION},
    "run_macro": {Permission.READ_KNOWLEDGE, Permission.READ_INTERACTION},
    "alarm_history": {Permission.READ_QUEUES},
    "alarm_rules": {Permission.READ_QUEUES},
    "acknowledge_alarm": {Permission.READ_QUEUES},
    "set_alarm_rules": {Permission.READ_QUEUES},
}
"""Operations that ask for further permissions within, by name: a key needs all of them."""


class Program:
    """Somebody who has nothing but a key, and remembers every answer that is a failure of the hub."""

    def __init__(self, hub: RunningHub, token: str) -> None:
        self._hub = hub
        self._headers = {"Authorization": f"Bearer {token}"}
        self.failed: list[str] = []

    async def request(self, _: Role | None, method: str, path: str, body: Any) -> ClientResponse:
        url = self._hub.url + path
        async with self._hub.client.request(method, url, json=body, headers=self._headers) as answer:
            await answer.read()
        if answer.status >= 500:
            self.failed.append(f"{method} {path}: {answer.status} {await answer.text()}")
        return answer


@pytest.fixture(scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """With somebody who has every role in every queue, and may therefore make every key that there can be."""

    async def with_everything(store: Store) -> None:
        clock = SystemClock()
        floor = FloorStore(store, clock, encode=encode)
        await floor.put_queue(Queue(id=ASIDE, tenant_id=DEFAULT_TENANT, name="aside"))
        queues = await floor.all_queues(DEFAULT_TENANT)
        async with Passwords(cost=COST) as passwords:
            await Accounts(store=access_store(store.database), passwords=passwords, clock=clock).add(
                system_principal(DEFAULT_TENANT),
                login="everything",
                name="Everything",
                roles=USER_ROLES,
                queues={QueueId(queue.id) for queue in queues},
                password=PASSWORD,
            )

    patched = pytest.MonkeyPatch()
    patched.setattr(api_keys, "AT_ONCE", 1e9)  # how often a key may ask is tested elsewhere
    try:
        async with running_hub(tmp_path_factory.mktemp("keys"), then=with_everything) as running:
            yield running
    finally:
        patched.undo()


async def made(hub: RunningHub, permissions: list[Permission], queues: list[str] | None = None) -> Program:
    """A program with a new key."""
    body = {"login": "everything", "password": PASSWORD}
    async with hub.client.post(f"{hub.url}/api/v1/session", json=body) as answer:
        headers = {
            "Cookie": answer.headers["Set-Cookie"].partition(";")[0],
            "X-CSRF-Token": (await answer.json())["csrf"],
            "Origin": hub.url,
        }
    wanted = {"name": "test", "permissions": permissions, "queue_ids": queues}
    async with hub.client.post(f"{hub.url}/api/v1/api-keys", json=wanted, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        return Program(hub, (await answer.json())["token"])


@pytest.mark.parametrize("permission", PERMISSIONS)
async def test_a_key_opens_the_operations_of_its_permission_and_no_other(
    permission: Permission, hub: RunningHub
) -> None:
    program = await made(hub, [permission])
    wrong: list[str] = []
    for operation in GUARDED:
        case = Case(operation=operation, role=Role.SERVICE)
        found = await outcome(case, program.request, bodies=BODIES)
        has_all = operation.permission is permission and operation.name not in NEEDS_MORE
        if found not in (LET_IN if has_all else {Outcome.DENIED}):
            wrong.append(f"{operation.name}: {found}")

    assert not wrong, str(wrong)
    assert program.failed == []


async def test_an_operation_that_needs_several_permissions_opens_to_a_key_with_all_of_them(
    hub: RunningHub,
) -> None:
    for operation in GUARDED:
        if (further := NEEDS_MORE.get(operation.name)) is None:
            continue
        assert operation.permission is not None
        program = await made(hub, [operation.permission, *sorted(further)])
        case = Case(operation=operation, role=Role.SERVICE)
        assert await outcome(case, program.request, bodies=BODIES) in LET_IN, operation.name
        assert program.failed == []


async def test_what_only_a_person_has_is_refused_to_a_key_that_has_all_there_is(hub: RunningHub) -> None:
    program = await made(hub, list(PERMISSIONS))
    session_only = [operation for operation in GUARDED if operation.permission in NOT_FOR_KEYS]
    assert len(session_only) > 20
    for operation in session_only:
        case = Case(operation=operation, role=Role.SERVICE)
        assert await outcome(case, program.request, bodies=BODIES) is Outcome.DENIED, operation.name
    assert program.failed == []


@pytest.mark.parametrize("permission", OF_QUEUES)
async def test_a_key_of_another_queue_does_not_find_what_is_of_this_one(
    permission: Permission, hub: RunningHub
) -> None:
    program = await made(hub, [permission], [ASIDE])
    wrong: list[str] = []
    for operation in GUARDED:
        names = {field.name for field in msgspec.structs.fields(operation.path_parameters)}
        if operation.permission != permission or not names or names & OF_NO_TEAM:
            continue
        case = Case(operation=operation, role=Role.SERVICE)
        found = await outcome(case, program.request, ids=hub.foreign, bodies=BODIES)
        beyond = Outcome.DENIED if operation.name in NEEDS_MORE else Outcome.NOT_THERE
        if found is not beyond:
            wrong.append(f"{operation.name}: {found}")
    assert not wrong, str(wrong)
    assert program.failed == []


async def test_a_key_of_one_queue_lists_what_is_of_it_and_nothing_else(hub: RunningHub) -> None:
    wide = await made(hub, [Permission.READ_QUEUES, Permission.READ_INTERACTION])
    listed = (await (await wide.request(None, "GET", "/api/v1/queues", None)).json())["items"]
    mine = next(queue for queue in listed if queue["id"] == hub.foreign["queue_id"])
    narrow = await made(hub, [Permission.READ_QUEUES, Permission.READ_INTERACTION], [mine["id"]])

    seen = (await (await narrow.request(None, "GET", "/api/v1/queues", None)).json())["items"]
    talks = (await (await narrow.request(None, "GET", "/api/v1/interactions?limit=200", None)).json())[
        "items"
    ]
    all_talks = (await (await wide.request(None, "GET", "/api/v1/interactions?limit=200", None)).json())[
        "items"
    ]

    assert len(listed) > 1
    assert [queue["id"] for queue in seen] == [mine["id"]]
    assert {talk["queue"]["id"] for talk in talks} == {mine["id"]}
    assert len({talk["queue"]["id"] for talk in all_talks}) > 1


@pytest.mark.parametrize("permission", sorted(set(PERMISSIONS) - BY_QUEUE))
async def test_what_is_of_the_whole_house_is_for_no_key_of_some_queues(
    permission: Permission, hub: RunningHub
) -> None:
    with pytest.raises(AssertionError, match="key_of_house"):
        await made(hub, [permission], [hub.foreign["queue_id"]])
