"""Where the settings' values come from: the defaults, one TOML file, and the environment, the latter wins.

Every mistake is found before the hub starts; each is one line with the key, where it was set, and a remedy.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource

from hub.channels.sip.contradictions import contradictions as sip_contradictions
from hub.settings import ENVIRONMENT_PREFIX, NESTING, Settings
from hub.settings_mistakes import keys_of, nearest, problem

OTHER_VARIABLES = ("HUB_TEST_", "HUB_TOP__", "HUB_CRASH_AT")
"""Beginnings of variables that are ours, but no settings: for tests, `touchline top` and chaos runs."""

HIDDEN = "(hidden)"


class SettingsWrong(Exception):
    """Settings that cannot be used; `problems` has one line for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """The settings, and for each key that is not at its default where it was set (a file or a variable)."""

    settings: Settings
    origins: Mapping[str, str]

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Every key, its value as text (secrets hidden), and where it was set. Of lists of tables each key of each, by
        the place by which a mistake in it is told: `channels.sip.trunks.0.queue`."""
        for key, _ in keys_of(Settings):
            value: Any = self.settings
            for name in key.split("."):
                value = getattr(value, name)
            for place, one in _spread(key, value):
                yield place, shown(one), self.origins.get(key, "default")


def load(file: Path | None = None) -> Effective:
    """The settings in `file`, overruled by the environment.

    Raises SettingsWrong for a file that cannot be read, unknown keys or variables, values that do not fit.
    """
    in_file = {} if file is None else _read(file)
    environment = _Environment(Settings)
    in_environment = environment()
    origins = {key: str(file) for key in _flat(in_file)} | {
        key: variable_of(key) for key in _flat(in_environment)
    }
    problems = [
        f"{name}: there is no such setting{nearest(name, [variable_of(key) for key, _ in keys_of(Settings)])}"
        for name in _unknown_variables()
    ]
    try:
        settings = Settings(**_merged(in_file, in_environment))
    except ValidationError as exc:
        problems += [problem(error, origins) for error in exc.errors(include_url=False)]
        raise SettingsWrong(problems) from exc
    problems += _contradictions(settings)
    if problems:
        raise SettingsWrong(problems)
    return Effective(settings=settings, origins=origins)


def variable_of(key: str) -> str:
    """The environment variable of a dotted key."""
    return ENVIRONMENT_PREFIX + key.replace(".", NESTING).upper()


def shown(value: object) -> str:
    """A value as text; a secret that is set is hidden."""
    match value:
        case SecretStr():
            return HIDDEN if value.get_secret_value() else ""
        case bool():
            return str(value).lower()
        case dict():
            return ""
        case tuple() | list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _spread(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case BaseModel():
            for name in type(value).model_fields:
                yield from _spread(f"{key}.{name}", getattr(value, name))
        case tuple() if value and isinstance(value[0], BaseModel):
            for at, one in enumerate(value):
                yield from _spread(f"{key}.{at}", one)
        case dict() if value:
            for name, one in value.items():
                yield from _spread(f"{key}.{name}", one)
        case _:
            yield key, value


class _Environment(EnvSettingsSource):
    """Reads a list as `a, b` as well as in JSON."""

    def decode_complex_value(self, field_name: str, field: FieldInfo | None, value: Any) -> Any:
        """What is no JSON stays text, or becomes a list where one is wanted; validation has the last word."""
        try:
            return super().decode_complex_value(field_name, field, value)  # type: ignore[arg-type] # it takes None
        except ValueError:
            if field is not None and get_origin(field.annotation) is tuple:
                return [part.strip() for part in value.split(",") if part.strip()]
            return value


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            return tomllib.load(opened)
    except OSError as exc:
        raise SettingsWrong([f"{file}: {exc.strerror or exc}"]) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsWrong([f"{file}: this is not TOML: {exc}"]) from exc


def _unknown_variables() -> list[str]:
    sections = {name.upper() for name in Settings.model_fields}
    return sorted(
        name
        for name in os.environ
        if name.upper().startswith(ENVIRONMENT_PREFIX)
        and not name.upper().startswith(OTHER_VARIABLES)
        and name.upper().removeprefix(ENVIRONMENT_PREFIX).partition(NESTING)[0] not in sections
    )


def _contradictions(settings: Settings) -> list[str]:
    found = []
    if not settings.is_embedded and settings.store_url.startswith("sqlite"):
        found.append(
            "store.url: many nodes (cluster.redis_url) need one PostgreSQL; name it, such as postgresql://host/name"
        )
    found += [f"channels.sip.{key}: {text}" for key, text in sip_contradictions(settings.channels.sip)]
    return found


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = (
            _merged(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
        )
    return merged
