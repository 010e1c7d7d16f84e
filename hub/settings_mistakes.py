"""A mistake in a setting as one line: its key, where it was set, what is wrong, and what was probably meant."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from hub.settings import Settings

_SAID = {
    "bool_parsing": "give true or false",
    "dict_type": "this is a table: { … = … }",
    "float_parsing": "give a number",
    "int_from_float": "give a whole number",
    "int_parsing": "give a whole number",
    "int_type": "give a whole number",
    "missing": "give this key",
    "string_type": "give a text in quotes",
    "too_short": "give at least one",
    "tuple_type": "give a list",
}
"""Plainer words for the commonest of pydantic's errors."""

_OF_A_KEY = "[key]"
"""What pydantic adds to the place of an error which is in the key itself."""


def problem(error: ErrorDetails, origins: Mapping[str, str]) -> str:
    """One of pydantic's errors as a line. `origins` tells of each key that was set where."""
    parts = [part for part in error["loc"] if part != _OF_A_KEY]
    key = ".".join(str(part) for part in parts)
    above = [".".join(str(part) for part in parts[:upto]) for upto in range(len(parts), 0, -1)]
    where = next((origins[k] for k in above if k in origins), "")
    place = f" ({where})" if where else ""
    if error["type"] == "extra_forbidden":
        return f"{key}{place}: there is no such setting{_meant(parts)}"
    said = _SAID.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    if error["type"] == "model_type":
        said = f"this is a table of settings, {_example(_model_at(parts))}"
    said = said[:1].lower() + said[1:]
    given = f", got {error['input']!r}" if _may_be_shown(key) else ""
    return f"{key}{place}: {said}{given}"


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its dotted key, in the order of the file: a table's own keys before its tables."""
    tables = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            tables.append((name, field.annotation))
        else:
            yield f"{prefix}{name}", field
    for name, table in tables:
        yield from keys_of(table, f"{prefix}{name}.")


def nearest(wrong: str, known: Sequence[str]) -> str:
    """What was probably meant, as the end of a line; empty when nothing is near."""
    near = difflib.get_close_matches(wrong, known, n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


def _meant(parts: Sequence[int | str]) -> str:
    """A key of the same table if one is near, one of all settings else; and in a short table, what there is."""
    *table, wrong = parts
    model = _model_at(table)
    if model is None or model is Settings or not any(isinstance(part, int) for part in table):
        return nearest(".".join(map(str, parts)), [key for key, _ in keys_of(Settings)])
    there = list(model.model_fields)
    return nearest(str(wrong), there) or f"; there is {', '.join(there)}"


def _example(model: type[BaseModel] | None) -> str:
    if model is None:
        return "set the keys in it"
    wanted = [name for name, field in model.model_fields.items() if field.is_required()]
    shown = ", ".join(f'{name} = "…"' for name in wanted or list(model.model_fields)[:1])
    return f"such as {{ {shown} }}"


def _model_at(parts: Sequence[int | str]) -> type[BaseModel] | None:
    """The table at that place, through lists of tables and tables by name; None for what is none."""
    found: Any = Settings
    for part in parts:
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(str(part))
            found = None if field is None else field.annotation
        elif get_origin(found) in (tuple, dict):
            found = next(iter(a for a in reversed(get_args(found)) if a is not ...), None)
        else:
            return None
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _may_be_shown(key: str) -> bool:
    # a whole table may hold a secret, and so may what stands where a table should be
    fields = dict(keys_of(Settings))
    field = fields.get(key) or fields.get(key.rpartition(".")[0])
    return field is not None and field.annotation is not SecretStr
