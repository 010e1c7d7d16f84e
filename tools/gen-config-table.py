#!/usr/bin/env python3
"""Writes config/hub.toml and the table in config/README.md from hub/settings.py."""

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hub.effective_settings import variable_of  # noqa: E402 - found through the path above
from hub.settings import Settings  # noqa: E402
from hub.settings_mistakes import keys_of  # noqa: E402

FIRST, LAST = "<!-- made by tools/gen-config-table.py -->", "<!-- end -->"
UNITS = {
    "_per_s": "a second",
    "_per_minute": "a minute",
    "_s": "seconds",
    "_min": "minutes",
    "_hours": "hours",
    "_bytes": "bytes",
    "_kib": "KiB",
    "_chars": "characters",
}


def main() -> None:
    """Write both files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


def files() -> dict[Path, str]:
    """What the files must hold."""
    readme = ROOT / "config" / "README.md"
    return {ROOT / "config" / "hub.toml": toml(), readme: with_table(readme.read_text(encoding="utf-8"))}


def toml() -> str:
    """Every setting, explained and commented out at its default."""
    head = comment(
        "Touchline's settings, each at its default: take the # off a line to change it. The environment wins "
        "over this file: HUB_HTTP__PORT is port in [http]. A key that is not listed here stops the start. "
        "`touchline check-config -c FILE` shows what counts and where it was set."
    )
    return "\n".join([head, "", *toml_lines(Settings, "", "")])


def toml_lines(model: type[BaseModel], table: str, description: str) -> Iterator[str]:
    """The lines of a table, and then those of its tables."""
    tables: list[tuple[str, type[BaseModel], str]] = []
    keys = 0
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            inner = f"{table}.{name}" if table else name
            tables.append((inner, field.annotation, field.description or summary(field.annotation)))
            continue
        if table and not keys:
            yield from (f"[{table}]", comment(description), "")
        keys += 1
        yield from (
            comment(described(name, field.description)),
            f"#{name} = {toml_value(default(field))}",
            "",
        )
    for inner, kind, about in tables:
        yield from toml_lines(kind, inner, about)


def with_table(readme: str) -> str:
    """`readme` with the table of keys as it must be."""
    before, _, rest = readme.partition(FIRST)
    after = rest.partition(LAST)[2]
    rows = ["| key | variable | default | unit | meaning |", "|---|---|---|---|---|"]
    for key, field in keys_of(Settings):
        shown = toml_value(default(field))
        rows.append(f"| `{key}` | `{variable_of(key)}` | `{shown}` | {unit(key)} | {field.description} |")
    return "\n".join([before + FIRST, *rows, LAST + after])


def default(field: Any) -> Any:
    """A field's default."""
    return field.get_default(call_default_factory=True)


def unit(key: str) -> str:
    """The unit that a key's name says, or nothing."""
    return next((unit for ending, unit in UNITS.items() if key.endswith(ending)), "")


def described(name: str, description: str | None) -> str:
    """What a setting is for, with its unit unless the description names it."""
    text, said = description or "", unit(name)
    return text if said.lower().removesuffix("s") in text.lower() else f"{text} In {said}."


def summary(model: type[BaseModel]) -> str:
    """The first line of a table's docstring."""
    return (model.__doc__ or "").strip().partition("\n")[0]


def comment(text: str) -> str:
    """`text` as lines of a TOML comment."""
    return textwrap.fill(text, 110, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def toml_value(value: Any) -> str:
    """A value as TOML."""
    match value:
        case bool() | int() | float():
            return json.dumps(value)
        case tuple():
            return f"[{', '.join(map(toml_value, value))}]"
        case SecretStr():
            return json.dumps(value.get_secret_value())
        case _:
            return json.dumps(str(value))


if __name__ == "__main__":
    main()
