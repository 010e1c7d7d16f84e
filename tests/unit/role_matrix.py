"""The role matrix as requests: for every operation and every role, what the answer must be."""

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse
from msgspec import inspect as shapes

import agent_console
from agent_console.operations import Operation, Upload
from hub.domain.access import MATRIX, USER_ROLES, Role, Scope

SOME_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
"""A well-formed id of nothing."""


class Outcome(StrEnum):
    """What a request of one role to one operation comes to."""

    SIGN_IN_FIRST = "401"
    DENIED = "403"
    NOT_THERE = "404"
    LET_IN = "let in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request; `role` is None for somebody who is not signed in."""

    operation: Operation
    role: Role | None

    def __str__(self) -> str:
        return f"{self.operation.name}-{self.role or 'anonymous'}"

    @property
    def scope(self) -> Scope:
        """How far the role reaches here."""
        if self.role is None or self.operation.permission is None:
            return Scope.NONE
        return MATRIX[self.role].get(self.operation.permission, Scope.NONE)

    @property
    def expected(self) -> Outcome:
        """What the matrix says."""
        if self.operation.permission is None:
            return Outcome.LET_IN
        if self.role is None:
            return Outcome.SIGN_IN_FIRST
        return Outcome.DENIED if self.scope is Scope.NONE else Outcome.LET_IN

    @property
    def expected_with_foreign_things(self) -> Outcome:
        """What it says when the path names things of another team."""
        reaches = self.scope is Scope.ALL or "{" not in self.operation.path
        return self.expected if self.expected is not Outcome.LET_IN or reaches else Outcome.NOT_THERE


Requesting = Callable[[Role | None, str, str, Any], Awaitable[ClientResponse]]
"""Sends (role, method, path, JSON body or None) with a valid Origin and CSRF token."""


def cases(operations: Iterable[Operation]) -> list[Case]:
    """Every operation by every role that a user may have, and by nobody."""
    return [
        Case(operation=operation, role=role)
        for operation in operations
        for role in (None, *sorted(USER_ROLES))
    ]


def each_operation(some: Iterable[Case]) -> pytest.MarkDecorator:
    """A test for each operation with the cases of it, as `some`: a test takes longer than to ask."""
    found: dict[str, list[Case]] = {}
    for case in some:
        found.setdefault(case.operation.name, []).append(case)
    return pytest.mark.parametrize("some", list(found.values()), ids=list(found))


async def outcome(
    case: Case,
    request: Requesting,
    *,
    ids: Mapping[str, str] | None = None,
    bodies: Mapping[str, Any] | None = None,
) -> Outcome:
    """Send the case and see what it comes to.

    `ids` are for the path, by the name of the parameter; `bodies`, by the name of the operation, are for those
    that refuse the smallest body of their type.
    """
    operation = case.operation
    path = operation.path
    for parameter in msgspec.structs.fields(operation.path_parameters):
        value = (ids or {}).get(parameter.name) or sample_of(parameter.type)
        path = path.replace(f"{{{parameter.encode_name}}}", str(value))
    query = [
        f"{parameter.encode_name}={sample_of(parameter.type)}"
        for parameter in msgspec.structs.fields(operation.query_parameters)
        if parameter.required
    ]
    has_json = operation.body is not None and operation.body is not Upload
    body = None if not has_json else (bodies or {}).get(operation.name, sample_of(operation.body))
    answer = await request(
        case.role, operation.method, "?".join([path, *filter(None, ["&".join(query)])]), body
    )
    code = (await answer.json()).get("code") if answer.content_type == "application/problem+json" else ""
    if (answer.status, code) == (401, "not_signed_in"):
        return Outcome.SIGN_IN_FIRST
    if (answer.status, code) == (403, "forbidden"):
        return Outcome.DENIED
    return Outcome.NOT_THERE if answer.status == 404 else Outcome.LET_IN


async def outcomes(
    some: Iterable[Case],
    request: Requesting,
    *,
    ids: Mapping[str, str] | None = None,
    bodies: Mapping[str, Any] | None = None,
) -> dict[str, Outcome]:
    """What each of these comes to, one after another; see `outcome`."""
    return {str(case): await outcome(case, request, ids=ids, bodies=bodies) for case in some}


def where_nothing_is(some: Iterable[Case]) -> dict[str, Outcome]:
    """What is expected of these when the thing that they name is not there."""
    expected = {str(case): case.expected for case in some}
    return {name: Outcome.NOT_THERE if one is Outcome.LET_IN else one for name, one in expected.items()}


def sample_of(kind: Any) -> Any:
    """The smallest JSON value of a type: required fields only, texts of one sign, ids of nothing."""
    return _sample(shapes.type_info(kind))


def _sample(shape: shapes.Type) -> Any:
    match shape:
        case shapes.StrType(pattern=str()):
            return SOME_ID
        case shapes.StrType(min_length=shortest):
            return "x" * max(shortest or 0, 1)
        case shapes.IntType(ge=least) | shapes.FloatType(ge=least):
            return least or 0
        case shapes.BoolType():
            return False
        case shapes.DateTimeType():
            return "2026-03-02T09:00:00Z"
        case shapes.EnumType(cls=enum):
            return next(iter(enum)).value
        case shapes.UnionType(types=(first, *_)):
            return _sample(first)
        case shapes.StructType(fields=fields):
            return {f.encode_name: _sample(f.type) for f in fields if f.required}
        case shapes.ListType() | shapes.VarTupleType() | shapes.SetType():
            return []
        case shapes.DictType():
            return {}
        case _:
            raise NotImplementedError(shape)


def operations_of_every_api() -> list[Operation]:
    """What all `*_api.py` offer, made without anything behind them: good for looking at, not for calling."""
    found: list[Operation] = []
    for module in pkgutil.iter_modules(agent_console.__path__):
        if module.name.endswith("_api"):
            made = importlib.import_module(f"agent_console.{module.name}").operations
            found += made(**dict.fromkeys(inspect.signature(made).parameters))
    return found
