"""What the documentation says is so: frames, settings, commands, figures, rights, names, links."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from typer.main import get_command

from hub.__main__ import app
from hub.channels.sip.guard import Counts
from hub.channels.webchat import frames as visitor_frames
from hub.channels.webchat import socket as visitor_socket
from hub.demo.floor import MEMBERS
from hub.domain.access import MATRIX, Permission, Role, Scope
from hub.effective_settings import OTHER_VARIABLES, variable_of
from hub.metrics import metrics_text, new_metrics
from hub.ports.media import Load
from hub.screenpop import frames as agent_frames
from hub.screenpop import socket as agent_socket
from hub.settings import Settings
from hub.settings_mistakes import keys_of
from hub.telephone_figures import TelephoneFigures
from tests.unit.role_matrix import operations_of_every_api

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (".", "docs", "docs/adr", "config", "hub/channels/webchat/widget")
PAGES = [page for folder in FOLDERS for page in sorted((ROOT / folder).glob("*.md"))]
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)

DEFAULTS = {key: field.get_default(call_default_factory=True) for key, field in keys_of(Settings)}
TABLES = {key.rpartition(".")[0] for key in DEFAULTS} - {""}

MADE_BY_RUNNING = ("agent_console/static", "hub/channels/webchat/static", "data", "dist")


# --- frames ---


@dataclass(frozen=True)
class Spoken:
    """One direction of one socket: its part of the page, and the frames it may hold."""

    socket: str
    direction: str
    union: Any

    @property
    def kinds(self) -> dict[str, type[msgspec.Struct]]:
        return {str(kind.__struct_config__.tag): kind for kind in get_args(self.union)}


DIRECTIONS = (
    Spoken("`/ws/agent`", "What the console sends", agent_frames.Command),
    Spoken("`/ws/agent`", "What the hub sends", agent_frames.Frame),
    Spoken("`/ws/chat`", "What the visitor sends", visitor_frames.VisitorFrame),
    Spoken("`/ws/chat`", "What the hub says", visitor_frames.HubFrame),
)
EACH_DIRECTION = pytest.mark.parametrize("spoken", DIRECTIONS, ids=lambda s: f"{s.socket} {s.direction}")


def test_every_frame_class_belongs_to_a_direction() -> None:
    spoken = {kind for direction in DIRECTIONS for kind in direction.kinds.values()}
    bases = {
        agent_frames.ServerFrame,
        agent_frames.ClientFrame,
        visitor_frames.ToVisitor,
        visitor_frames.FromVisitor,
    }
    written = {
        kind
        for module in (agent_frames, visitor_frames)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, tuple(bases)) and kind.__module__ == module.__name__
    }

    assert written - bases == spoken


@EACH_DIRECTION
def test_every_frame_is_on_the_page_in_the_order_of_the_classes(spoken: Spoken) -> None:
    assert list(examples(spoken)) == list(spoken.kinds)


@EACH_DIRECTION
def test_an_example_is_exactly_what_the_class_writes_with_every_field(spoken: Spoken) -> None:
    for kind, example in examples(spoken).items():
        decoded = msgspec.json.decode(example, type=spoken.union)
        fields = {field.encode_name for field in msgspec.structs.fields(spoken.kinds[kind])}

        assert type(decoded) is spoken.kinds[kind]
        assert fields <= json.loads(example).keys(), kind
        assert json.loads(msgspec.json.encode(decoded)) == without_defaults(json.loads(example), decoded)


def test_every_close_code_is_explained() -> None:
    for socket, module in (("`/ws/agent`", agent_socket), ("`/ws/chat`", visitor_socket)):
        named = {name: value for name, value in vars(module).items() if not name.startswith("_")}
        codes = {value for value in named.values() if type(value) is int and 1000 <= value < 5000}
        explained = re.findall(r"^\| (\d{4}) \|", part(text_of("docs/frames.md"), "##", socket), re.MULTILINE)

        # 1009 for the agent's socket is said by aiohttp itself
        assert {int(code) for code in explained} - {1009} == codes - {1009}


def examples(spoken: Spoken) -> dict[str, str]:
    """The JSON under each heading of a direction."""
    direction = part(part(text_of("docs/frames.md"), "##", spoken.socket), "###", spoken.direction)
    sections = re.split(r"^#### `(\w+)`$", direction, flags=re.MULTILINE)[1:]
    return {kind: block(body, "json") for kind, body in zip(sections[::2], sections[1::2], strict=True)}


def without_defaults(example: dict[str, Any], decoded: msgspec.Struct) -> dict[str, Any]:
    """What a class that leaves defaults out would leave out of the example, in lists too."""
    if not decoded.__struct_config__.omit_defaults:
        return example
    defaults = {f.encode_name: f.default for f in msgspec.structs.fields(decoded)}
    return {key: value for key, value in example.items() if key not in defaults or value != defaults[key]}


# --- settings ---


@EACH_PAGE
def test_every_setting_named_is_one(page: Path) -> None:
    code = "\n".join(code_of(page))
    variables = set(re.findall(r"\bHUB_[A-Z0-9_]+[A-Z0-9]", code))
    keys = {
        name for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", page.read_text()) if is_like_a_key(name)
    }

    assert {v for v in variables if not v.startswith(OTHER_VARIABLES)} <= set(map(variable_of, DEFAULTS))
    assert keys <= DEFAULTS.keys()


@EACH_PAGE
def test_a_default_said_beside_its_setting_is_the_default(page: Path) -> None:
    wrong = [
        f"{key} is {DEFAULTS[key]!r}: {line.strip()[:100]}"
        for line in page.read_text().splitlines()
        for key in keys_with_a_default(line)
        if not spellings(DEFAULTS[key]) & words_of(line)
    ]

    assert wrong == []


def keys_with_a_default(line: str) -> Iterator[str]:
    """Keys in brackets behind a sentence, and in the last cell of a row whose cell before holds a value."""
    for brackets in re.findall(r"\(((?:`[a-z_.]+`(?:, )?)+)\)", line):
        yield from (key for key in INLINE.findall(brackets) if is_a_number(key))
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if len(cells) == 3 and is_a_number(cells[-1].strip("`")):
        yield cells[-1].strip("`")


def is_a_number(key: str) -> bool:
    return type(DEFAULTS.get(key)) in {int, float}


def spellings(default: float) -> set[str]:
    number = int(default) if default == int(default) else default
    said = {str(number), f"{number:,}"}
    for unit, size in (("KiB", 1024), ("MiB", 1024 * 1024)):
        if number % size == 0 and number:
            said.add(f"{number // size} {unit}")
    words = {1: "one", 2: "two", 3: "three", 5: "five", 6: "six", 10: "ten"}
    return said | {words.get(int(default), str(number))}


def words_of(line: str) -> set[str]:
    """Every word of the line, and every number with its unit."""
    words = re.findall(r"[\w.,]*\w", line)
    return {*words, *(f"{a} {b}" for a, b in pairwise(words))}


def is_like_a_key(name: str) -> bool:
    """Whether it begins like a table of the settings; `hub.db` and `webchat.md` do not."""
    return name.rpartition(".")[0] in TABLES or name.startswith("channels.")


# --- commands ---


@EACH_PAGE
def test_every_make_target_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^\.PHONY: (\S+)", text_of("Makefile"), re.MULTILINE))
    named = {
        name
        for code in code_of(page)
        for name in re.findall(r"^\s*(?:\$ )?make ([a-z][\w-]*)", code, re.MULTILINE)
    }

    assert named <= targets


@EACH_PAGE
def test_every_command_named_exists_with_its_options(page: Path) -> None:
    wrong = [line for code in code_of(page) for line in code.splitlines() if not is_right_use(line)]

    assert wrong == []


def is_right_use(line: str) -> bool:
    found = re.search(r"(?:^|[ (]|bin/)touchline ([a-z].*)$", line)
    if found is None or found[1] == "touchline.dump":
        return True
    command: Any = get_command(app)
    words = shlex.split(found[1].rstrip("`"), comments=True)
    while words and hasattr(command, "commands"):
        command = command.commands.get(words.pop(0))
    if command is None:
        return False
    options = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    return {word for word in words if re.match(r"--?[a-z]", word)} <= options | {"-h", "--help"}


# --- what the pages list ---


def test_every_figure_is_listed_and_no_other() -> None:
    metrics = new_metrics()
    load = Load(sessions=0, legs=0, late_ms=0.0, details={"free_legs": 1})
    metrics.registry.register(TelephoneFigures(Counts(), lambda: load, lambda: 0))
    written = metrics_text(metrics).decode()
    kinds = dict(re.findall(r"^# TYPE (touchline_\w+) (\w+)$", written, re.MULTILINE))
    figures = {name for name in kinds if not name.endswith("_created")}

    assert set(re.findall(r"touchline_\w+", "\n".join(code_of(ROOT / "docs/operate.md")))) == figures


def test_every_log_line_that_is_explained_is_written() -> None:
    table = part(text_of("docs/operate.md"), "###", "Logs")
    explained = {
        name for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in INLINE.findall(row)
    }
    source = "\n".join(path.read_text() for path in python_files("hub", "crm_store", "agent_console"))

    assert explained
    assert {name for name in explained if f'"{name}"' not in source} == set()


def test_the_table_of_rights_is_the_role_matrix() -> None:
    section = part(text_of("docs/security.md"), "##", "Who may do what")
    head, _, *rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    said = {(Role(role), row[0]): cell for row in rows for role, cell in zip(head[1:], row[1:], strict=True)}
    words = {Scope.NONE: "–", Scope.OWN: "own", Scope.TEAM: "team", Scope.ALL: "all"}

    assert said == {
        (Role(role), permission): words[MATRIX[Role(role)].get(permission, Scope.NONE)]
        for role in head[1:]
        for permission in Permission
        if permission is not Permission.CHAT_AS_VISITOR
    }


def test_the_people_of_the_demo_are_named_where_it_is_introduced() -> None:
    assert {member.login for member in MEMBERS} <= set(INLINE.findall(text_of("README.md")))


@EACH_PAGE
def test_every_operation_named_is_one(page: Path) -> None:
    paths = {operation.path for operation in operations_of_every_api()}
    named = {
        path for code in code_of(page) for path in re.findall(r"/api/v1/[\w/{}-]+", code) if "…" not in path
    }

    assert named <= paths


def test_every_class_named_for_a_channel_is_in_the_code() -> None:
    source = "\n".join(path.read_text() for path in python_files("hub", "tests"))
    page = ROOT / "docs/add-a-channel.md"
    named = {word for word in INLINE.findall(page.read_text()) if re.fullmatch(r"(?:[A-Z][a-z]+)+", word)}

    assert "InboundTouch" in named
    assert {name for name in named if not re.search(rf"^(?:class )?{name}\b", source, re.MULTILINE)} == set()


# --- links and paths ---


@EACH_PAGE
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(FENCE.sub("", page.read_text()))
    broken = [link for link in links if "://" not in link and not is_there(page, link)]

    assert broken == []


@EACH_PAGE
def test_every_path_named_is_there(page: Path) -> None:
    ours = re.compile(r"(?:hub|crm_store|agent_console|tests|tools|docs|config|bench)/[\w./-]*")
    named = {word for word in INLINE.findall(page.read_text()) if ours.fullmatch(word) and "NAME" not in word}

    assert {
        path for path in named if not path.startswith(MADE_BY_RUNNING) and not (ROOT / path).exists()
    } == set()


def test_pictures_are_small_enough_to_clone() -> None:
    assert [p.name for p in (ROOT / "docs/images").glob("*") if p.stat().st_size > 200_000] == []


def is_there(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to the headings of a page."""
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# --- reading pages ---


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def part(text: str, level: str, title: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    _, found, rest = text.partition(f"\n{level} {title}\n")
    assert found, title
    return re.split(rf"^#{{1,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def block(text: str, language: str) -> str:
    return next(str(content) for _, kind, content in FENCE.findall(text) if kind == language)


def code_of(page: Path) -> Iterable[str]:
    """Blocks of code, and code within sentences."""
    text = page.read_text(encoding="utf-8")
    return [*(content for _, _, content in FENCE.findall(text)), *INLINE.findall(FENCE.sub("", text))]


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    return tuple(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts
    )


# --- keys ---


def test_the_desks_page_names_every_letter_that_is_a_key() -> None:
    keys = (ROOT / "agent_console/web/src/shell/keys.ts").read_text(encoding="utf-8")
    letters = {found.upper() for found in re.findall(r"^ *letter\('(\w)',", keys, re.MULTILINE)}
    table = (ROOT / "docs/desk.md").read_text(encoding="utf-8").partition("## Keys")[2]
    named = {word for word in re.findall(r"<kbd>(.)</kbd>", table) if word.isalpha()}

    assert len(letters) > 10
    assert named == letters
