"""Nobody in: every operation denies by default, and the role matrix alone says who may."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse

from agent_console.operations import Call, Operation, require_distinct
from agent_console.sign_ins import csrf_of
from hub.domain.access import MATRIX, USER_ROLES, Role
from hub.domain.errors import NotFound
from tests.unit.agent_console.console import ORIGIN, Console, opened_console
from tests.unit.role_matrix import (
    Case,
    Requesting,
    cases,
    each_operation,
    operations_of_every_api,
    outcomes,
    where_nothing_is,
)

PUBLIC = {"sign_in", "show_set_up", "set_up"}
"""What anybody may call. Whoever adds a name here says why in the commit."""

OPERATIONS = operations_of_every_api()


def unreached(operation: Operation) -> Operation:
    """The same door with nothing behind it: whoever gets through finds an empty room."""

    async def empty(call: Call, **_: Any) -> None:
        raise NotFound("let in")

    return replace(operation, handler=empty)


@pytest.fixture(scope="module")
async def console(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    folder = tmp_path_factory.mktemp("matrix")
    async with opened_console(folder, only=[unreached(operation) for operation in OPERATIONS]) as opened:
        yield opened


@pytest.fixture(scope="module")
async def request_as(console: Console) -> Requesting:
    tokens: dict[Role | None, str] = {None: ""}
    for role in USER_ROLES:
        user = await console.user(f"the.{role}", role)
        tokens[role] = (await console.sign_ins.begin_for(user, "127.0.0.1")).token

    async def request(role: Role | None, method: str, path: str, body: Any) -> ClientResponse:
        token = tokens[role]
        headers = {"Origin": ORIGIN, "Cookie": f"touchline={token}", "X-CSRF-Token": csrf_of(token)}
        return await console.client.request(method, path, json=body, headers=headers)

    return request


@each_operation(cases(OPERATIONS))
async def test_an_operation_lets_in_whom_the_matrix_lets_in(some: list[Case], request_as: Requesting) -> None:
    assert await outcomes(some, request_as) == where_nothing_is(some)


def test_every_operation_names_a_permission_that_some_role_has() -> None:
    held = {permission for role in USER_ROLES for permission in MATRIX[role]}
    nobodys = {o.name for o in OPERATIONS if o.permission is not None and o.permission not in held}
    assert nobodys == set()


def test_nothing_else_is_open_to_everybody() -> None:
    assert {operation.name for operation in OPERATIONS if operation.permission is None} == PUBLIC


def test_every_operation_is_one_of_its_kind() -> None:
    require_distinct(OPERATIONS)


def test_every_route_is_an_operation_or_the_description_of_them(console: Console) -> None:
    known = {(operation.method, operation.path) for operation in OPERATIONS}
    routes = {
        (route.method, route.resource.canonical)
        for route in console.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert {path for _, path in routes - known} == {
        "/api/openapi.json",
        "/api/docs",
        "/api/docs/docs.css",
        "/api/docs/docs.js",
    }


def test_every_role_is_in_the_matrix_and_a_service_may_nothing_until_its_key_says_so() -> None:
    assert set(MATRIX) == set(Role)
    assert MATRIX[Role.SERVICE] == {}
