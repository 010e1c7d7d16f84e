"""The OpenAPI 3.1 document, made from the operations themselves."""

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from agent_console.audio import AUDIO_TYPE
from agent_console.auth import CSRF_HEADER
from agent_console.bodies import Problem
from agent_console.errors import PROBLEM_TYPE
from agent_console.files import SHOWN, UNKNOWN_TYPE
from agent_console.operations import Audio, Download, Operation, Upload
from agent_console.routes import IDEMPOTENCY_HEADER

_REF = "#/components/schemas/{name}"
_FILES = (Upload, Download, Audio)
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_BROUGHT = {UNKNOWN_TYPE: _BYTES}
_NAMED = {
    "Content-Disposition": {
        "description": "`inline` for a picture that a browser may show, else `attachment`; with the file's name",
        "required": True,
        "schema": {"type": "string"},
    }
}
_SEEKABLE = {
    "Accept-Ranges": {
        "description": "`bytes`: a `Range` is answered with that part (206), one beyond the end with 416",
        "required": True,
        "schema": {"type": "string"},
    }
}
_GIVEN = dict.fromkeys((UNKNOWN_TYPE, *sorted(SHOWN)), _BYTES)
Json = dict[str, Any]


def document(operations: Iterable[Operation], *, version: str) -> bytes:
    """The document as JSON."""
    operations = list(operations)
    types = _types_of(operations)
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    schema_of = {_key(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schema_of)
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Touchline",
            "version": version,
            "description": (
                "Sign in with `POST /api/v1/session`: the cookie says who you are; writes carry `csrf` of "
                f"the answer as `{CSRF_HEADER}`. Times are RFC 3339 in UTC, ids UUIDv7, errors RFC 9457 with "
                "a stable `code`. Lists are `{items, next}`: `next`, given back as `?after=`, gets the rest."
            ),
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "touchline",
                    "description": "`__Host-touchline` where the hub is reached by https",
                },
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
            },
        },
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _types_of(operations: Sequence[Operation]) -> list[Any]:
    """Every type that is spoken of, once."""
    found: dict[str, Any] = {_key(Problem): Problem}
    for operation in operations:
        kinds: list[Any] = [operation.body, operation.answer]
        for parameters in (operation.path_parameters, operation.query_parameters):
            kinds += [f.type for f in msgspec.structs.fields(parameters)]
        found |= {_key(kind): kind for kind in kinds if kind is not None and kind not in _FILES}
    return list(found.values())


def _key(kind: Any) -> str:
    # two spellings of one annotation may be equal and not hash, so the text of it is the key
    return f"{getattr(kind, '__module__', '')} {kind!r}"


def _operation(operation: Operation, schema_of: dict[str, Json]) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "tags": list(operation.tags),
        "parameters": _parameters(operation, schema_of),
        "responses": _responses(operation, schema_of),
    }
    if operation.permission is None:
        described["security"] = []
    else:
        described["security"] = [{"session": [], "csrf": []} if operation.is_unsafe else {"session": []}]
        described["x-permission"] = operation.permission
    if operation.body is Upload:
        described["requestBody"] = {"required": True, "content": _BROUGHT}
    elif operation.body is not None:
        described["requestBody"] = {
            "required": not operation.may_omit_body,
            "content": {"application/json": {"schema": schema_of[_key(operation.body)]}},
        }
    return described


def _parameters(operation: Operation, schema_of: dict[str, Json]) -> list[Json]:
    described = []
    for place, parameters in (("path", operation.path_parameters), ("query", operation.query_parameters)):
        for parameter in msgspec.structs.fields(parameters):
            schema = dict(schema_of[_key(parameter.type)])
            if parameter.default is not msgspec.NODEFAULT and parameter.default is not None:
                schema["default"] = msgspec.to_builtins(parameter.default)
            described.append(
                {
                    "name": parameter.encode_name,
                    "in": place,
                    "required": parameter.required,
                    "schema": schema,
                }
            )
    if operation.idempotent:
        described.append(
            {
                "name": IDEMPOTENCY_HEADER,
                "in": "header",
                "required": False,
                "description": "A repeat under the same key gets the same answer and changes nothing.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 100},
            }
        )
    return described


def _responses(operation: Operation, schema_of: dict[str, Json]) -> Json:
    done: Json = {"description": HTTPStatus(operation.status).phrase}
    if operation.answer is Download:
        done["content"] = _GIVEN
        done["headers"] = _NAMED
    elif operation.answer is Audio:
        done["content"] = {AUDIO_TYPE: _BYTES}
        done["headers"] = _SEEKABLE
    elif operation.answer is not None:
        done["content"] = {"application/json": {"schema": schema_of[_key(operation.answer)]}}
    also = (
        {"206": done | {"description": HTTPStatus.PARTIAL_CONTENT.phrase}}
        if operation.answer is Audio
        else {}
    )
    problem = {PROBLEM_TYPE: {"schema": schema_of[_key(Problem)]}}
    return {
        str(operation.status): done,
        **also,
        "default": {"description": "A problem; `code` says which", "content": problem},
    }
