"""Typed operations of the REST API: a handler's signature is the contract, read once when it is made.

A parameter that the path names comes from the path, `body` from the JSON body, every other one from the
query; the return type is the answer. An operation names the one permission it needs, or that it is public.
"""

import inspect
import re
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

import msgspec
from multidict import CIMultiDict, MultiMapping

from agent_console.errors import invalid_of
from hub.domain.access import Permission, Principal
from hub.domain.errors import Invalid, NotFound

BODY_LIMIT_BYTES = 64 * 1024

UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
METHODS = UNSAFE_METHODS | {"GET"}

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_REPEATABLE = (tuple, list, frozenset, set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as a handler sees it. A public operation has a principal without roles.

    `idempotency_key` is what the client chose for an idempotent operation: whoever commits the change should
    commit the key with it. `csrf` is the token of this sign-in, empty without one; `browser` is what the client
    calls itself. What is put into
    `answer_headers` goes out with the answer.
    """

    principal: Principal
    request_id: str
    address: str
    idempotency_key: str | None = None
    csrf: str = field(default="", repr=False)
    browser: str = ""
    answer_headers: CIMultiDict[str] = field(default_factory=CIMultiDict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The body of an operation that takes a file instead of JSON: its bytes as they come, and how many are announced.

    The operation's `body_limit_bytes` bounds what is announced; whoever reads bounds what comes.
    """

    content: AsyncIterator[bytes]
    announced_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """The answer of an operation that gives a file instead of JSON.

    `shows` lets a browser show it in its place; every other file is saved. Only pictures that cannot hold a
    program may be shown.
    """

    name: str
    media_type: str
    size_bytes: int
    content: AsyncIterator[bytes]
    shows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """The answer of an operation that gives sound, whole or a part of it (RFC 9110 §14): a player seeks.

    `content` gives the bytes from a place up to before another. `name` is what it is saved under.
    """

    name: str
    size_bytes: int
    content: Callable[[int, int], AsyncIterator[bytes]]


Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. `permission` is None for a public one; `answer` is None when there is none (204)."""

    name: str
    method: str
    path: str
    permission: Permission | None
    summary: str
    description: str
    tags: tuple[str, ...]
    status: int
    idempotent: bool
    body_limit_bytes: int
    path_parameters: type[msgspec.Struct]
    query_parameters: type[msgspec.Struct]
    body: type | None
    body_default: Any
    answer: type | None
    handler: Handler = field(repr=False)

    @property
    def is_unsafe(self) -> bool:
        """Whether it changes something."""
        return self.method in UNSAFE_METHODS

    @property
    def may_omit_body(self) -> bool:
        """Whether an empty body stands for the default one."""
        return self.body_default is not inspect.Parameter.empty

    def arguments(self, match: Mapping[str, str], query: MultiMapping[str]) -> dict[str, Any]:
        """The handler's arguments from path and query.

        Raises NotFound for a path that can name nothing, Invalid for a query that is wrong.
        """
        try:
            from_path = msgspec.convert(dict(match), self.path_parameters, strict=False)
        except msgspec.ValidationError as exc:
            raise NotFound("there is nothing under this address") from exc
        try:
            from_query = msgspec.convert(self._query_values(query), self.query_parameters, strict=False)
        except msgspec.ValidationError as exc:
            raise invalid_of(exc) from exc
        return msgspec.structs.asdict(from_path) | msgspec.structs.asdict(from_query)

    def body_of(self, raw: bytes) -> Any:
        """The body. Raises msgspec.DecodeError for what is no JSON, Invalid for the wrong JSON."""
        assert self.body is not None
        if not raw and self.may_omit_body:
            return self.body_default
        try:
            return msgspec.json.decode(raw, type=self.body)
        except msgspec.ValidationError as exc:
            raise invalid_of(exc) from exc

    def _query_values(self, query: MultiMapping[str]) -> dict[str, Any]:
        kinds = {f.encode_name: f.type for f in msgspec.structs.fields(self.query_parameters)}
        values: dict[str, Any] = {}
        for name in query:
            given = query.getall(name)
            if _is_repeatable(kinds.get(name)):
                values[name] = given
            elif len(given) == 1:
                values[name] = given[0]
            else:
                raise Invalid("given more than once", field=name)
        return values


class Operations:
    """Collects the operations of one part of the API while that part is made."""

    def __init__(self, *tags: str) -> None:
        self._tags = tags
        self._made: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        return iter(self._made)

    def op(
        self,
        method: str,
        path: str,
        permission: Permission | None,
        summary: str,
        *,
        status: int = 200,
        public: bool = False,
        idempotent: bool = False,
        body_limit_bytes: int = BODY_LIMIT_BYTES,
    ) -> Callable[[H], H]:
        """Make the decorated handler an operation. Raises TypeError when signature and path do not fit."""

        def made(handler: H) -> H:
            if public is not (permission is None):
                raise TypeError(f"{handler.__name__}: either a permission, or public=True")
            if method not in METHODS:
                raise TypeError(f"{handler.__name__}: {method} is none of {', '.join(sorted(METHODS))}")
            shape = _shape_of(handler, path)
            self._made.append(
                Operation(
                    name=handler.__name__,
                    method=method,
                    path=path,
                    permission=permission,
                    summary=summary,
                    description=inspect.getdoc(handler) or "",
                    tags=self._tags,
                    status=204 if shape.answer is None else status,
                    idempotent=idempotent,
                    body_limit_bytes=body_limit_bytes,
                    path_parameters=shape.path,
                    query_parameters=shape.query,
                    body=shape.body,
                    body_default=shape.body_default,
                    answer=shape.answer,
                    handler=handler,
                )
            )
            return handler

        return made


def require_distinct(operations: Iterable[Operation]) -> None:
    """Raises ValueError when two operations have the same name, or the same method and path."""
    names: set[str] = set()
    places: set[tuple[str, str]] = set()
    for operation in operations:
        place = (operation.method, _PLACEHOLDER.sub("{}", operation.path))
        if operation.name in names or place in places:
            raise ValueError(
                f"there are two operations {operation.name} or {operation.method} {operation.path}"
            )
        names.add(operation.name)
        places.add(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    path: type[msgspec.Struct]
    query: type[msgspec.Struct]
    body: type | None
    body_default: Any
    answer: type | None


def _shape_of(handler: Handler, path: str) -> _Shape:
    hints = typing.get_type_hints(handler, include_extras=True)
    call, *parameters = inspect.signature(handler).parameters.values()
    if hints.get(call.name) is not Call:
        raise TypeError(f"{handler.__name__}: the first parameter is the Call")
    if missing := [p.name for p in parameters if p.name not in hints] + ["return"] * ("return" not in hints):
        raise TypeError(f"{handler.__name__}: no type for {', '.join(missing)}")
    in_path = set(_PLACEHOLDER.findall(path))
    if unknown := in_path - {p.name for p in parameters}:
        raise TypeError(f"{handler.__name__}: nothing takes {', '.join(sorted(unknown))} of the path")
    query = [p for p in parameters if p.name not in in_path and p.name != "body"]
    body = next((p for p in parameters if p.name == "body"), None)
    returned = hints["return"]
    return _Shape(
        path=msgspec.defstruct("Path", [(name, hints[name]) for name in sorted(in_path)], kw_only=True),
        query=msgspec.defstruct(
            "Query",
            [_query_field(p, hints[p.name]) for p in query],
            kw_only=True,
            forbid_unknown_fields=True,
        ),
        body=None if body is None else hints["body"],
        body_default=inspect.Parameter.empty if body is None else body.default,
        answer=None if returned is type(None) else returned,
    )


def _query_field(parameter: inspect.Parameter, kind: Any) -> tuple[str, Any, Any]:
    """`from_` is `from` on the wire: a trailing underscore only avoids a word of Python's."""
    default = msgspec.NODEFAULT if parameter.default is inspect.Parameter.empty else parameter.default
    return parameter.name, kind, msgspec.field(default=default, name=parameter.name.rstrip("_"))


def _is_repeatable(kind: Any) -> bool:
    if typing.get_origin(kind) is Annotated:
        kind = typing.get_args(kind)[0]
    return typing.get_origin(kind) in _REPEATABLE
