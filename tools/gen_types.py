"""Writes the TypeScript types of the console from the classes that Python puts on the wire.

`python tools/gen_types.py` writes them; with `--check` it exits 1 when they are not current.
"""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import msgspec

import agent_console
from agent_console import bodies
from hub.desk import client_views, found
from hub.insight import activity, exports, floor_view, floor_work, grouped, views
from hub.insight import log as insight_log
from hub.screenpop import frames

GENERATED = Path(__file__).resolve().parent.parent / "agent_console/web/src/generated"

CARRIED = (
    found,
    client_views,
    insight_log,
    activity,
    exports,
    grouped,
    views,
    floor_view,
    floor_work,
    bodies,
)
"""Modules whose structs the API carries, beside each `agent_console/*_bodies.py`."""

Schema = Mapping[str, Any]

_REF = "#/components/schemas/"
_HEAD = "// Made by `make gen` from the Python classes: change those. Times are RFC 3339, UTC.\n"
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_WORD = re.compile(r"\w+")
_LIMITS = {"minLength": "minLength", "maxLength": "maxLength", "minimum": "min", "maximum": "max"}


def files() -> dict[str, str]:
    """The text of every generated file, by its name."""
    server, client = get_args(frames.Frame), get_args(frames.Command)
    framed = {kind.__name__ for kind in (*server, *client)}
    commands = {kind.__name__ for kind in client}
    spoken = _components([*server, *client])
    seen = [_declaration(name, schema) for name, schema in spoken.items() if name not in framed]
    live = [_declaration(n, schema, is_sent=n in commands) for n, schema in spoken.items() if n in framed]
    live.append(_union("Frame", "What the hub sends.", server))
    live.append(_union("Command", "What the console sends.", client))

    carried = [kind for module in (*CARRIED, *_more_bodies()) for kind in _structs(module)]
    sent = {kind.__name__ for kind in carried if issubclass(kind, bodies.Body)}
    others = {name: schema for name, schema in _components(carried).items() if name not in spoken}
    called = [_declaration(name, schema, is_sent=name in sent) for name, schema in others.items()]
    limits = _limits({name: others[name] for name in sorted(sent)})
    views = [name for name in spoken if name not in framed]
    return {
        "views.ts": "\n".join([_HEAD, *seen]),
        "frames.ts": "\n".join([_HEAD, _imports(views, live), *live]),
        "api.ts": "\n".join([_HEAD, _imports(views, called), *called, limits]),
    }


def _more_bodies() -> Iterator[ModuleType]:
    """Each `agent_console/*_bodies.py`: the bodies of one area."""
    for module in pkgutil.iter_modules(agent_console.__path__):
        if module.name.endswith("_bodies"):
            yield importlib.import_module(f"agent_console.{module.name}")


def _structs(module: ModuleType) -> Iterator[type[msgspec.Struct]]:
    for kind in vars(module).values():
        is_ours = inspect.isclass(kind) and kind.__module__ == module.__name__
        if is_ours and issubclass(kind, msgspec.Struct) and msgspec.structs.fields(kind):
            yield kind


def _components(kinds: Iterable[type]) -> dict[str, Schema]:
    _, components = msgspec.json.schema_components(list(kinds), ref_template=_REF + "{name}")
    return dict(sorted(components.items()))


def _declaration(name: str, schema: Schema, *, is_sent: bool = False) -> str:
    doc = _doc(schema.get("description", ""))
    if "enum" in schema:
        return f"{doc}export type {name} = {_type(schema)};\n"
    required = set(schema.get("required", ()))
    lines = []
    for field, kind in schema["properties"].items():
        # what the hub sends is always complete; only what the console sends may leave defaults out
        optional = "?" if is_sent and field not in required and field != "kind" else ""
        lines.append(f"  readonly {field}{optional}: {_type(kind)};\n")
    return f"{doc}export interface {name} {{\n{''.join(lines)}}}\n"


def _type(schema: Schema) -> str:
    if ref := schema.get("$ref"):
        return str(ref).removeprefix(_REF)
    if choices := schema.get("enum"):
        return " | ".join(f"'{choice}'" for choice in choices)
    if options := schema.get("anyOf"):
        return " | ".join(sorted({_type(option) for option in options}, key=lambda t: (t == "null", t)))
    match schema.get("type"):
        case "array":
            item = _type(schema["items"])
            return f"readonly ({item})[]" if "|" in item or " " in item else f"readonly {item}[]"
        case "object":
            return f"Readonly<Record<string, {_type(schema['additionalProperties'])}>>"
        case str() as plain if plain in _PLAIN:
            return _PLAIN[plain]
    raise ValueError(f"no TypeScript for {schema}")


def _doc(text: str) -> str:
    lines = inspect.cleandoc(text).splitlines()
    if not lines:
        return ""
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


def _union(name: str, doc: str, kinds: Iterable[type]) -> str:
    return (
        f"/** {doc} */\nexport type {name} =\n" + "\n".join(f"  | {kind.__name__}" for kind in kinds) + ";\n"
    )


def _imports(views: Iterable[str], declarations: Iterable[str]) -> str:
    code = " ".join(text.rpartition("*/\n")[2] for text in declarations)
    words = set(_WORD.findall(code))
    names = "".join(f"  {name},\n" for name in sorted(words & set(views)))
    return f"import type {{\n{names}}} from './views';\n"


def _limits(sent: Mapping[str, Schema]) -> str:
    """The limits on what the console may send, so that a form can say them before the hub does."""
    lines = []
    for name, schema in sent.items():
        fields = {
            field: {ours: kind[theirs] for theirs, ours in _LIMITS.items() if theirs in kind}
            for field, kind in schema["properties"].items()
        }
        limited = {field: limits for field, limits in fields.items() if limits}
        if limited:
            lines.append(f"  {name}: {{\n")
            for field, limits in limited.items():
                lines.append(f"    {field}: {{ {', '.join(f'{k}: {v}' for k, v in limits.items())} }},\n")
            lines.append("  },\n")
    doc = "/** The limits of what is sent, in characters or as a number. */\n"
    return f"{doc}export const LIMITS = {{\n{''.join(lines)}}} as const;\n"


def stale() -> list[str]:
    """The names of generated files that are missing or not what the classes say."""
    return [
        name
        for name, text in files().items()
        if not (GENERATED / name).exists() or (GENERATED / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the files, or only compare them."""
    if "--check" in arguments:
        for name in stale():
            print(f"{name} is not current: run `make gen`")
        return int(bool(stale()))
    GENERATED.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (GENERATED / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
