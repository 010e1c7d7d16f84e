"""The rules of docs/architecture.md that a program can check: one test a rule."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("hub", "crm_store", "agent_console")
LONGEST_FILE = 400

NOT_WRITTEN_BY_US = {"node_modules", "static", "__pycache__", "dist"}
GENERATED = {
    "agent_console/web/src/generated/api.ts",
    "agent_console/web/src/generated/frames.ts",
    "agent_console/web/src/generated/views.ts",
}
WORD_LISTS = {f"agent_console/web/src/i18n/{language}.ts" for language in ("en", "ru", "tr")}
"""All words of one language are one subject, however many there are."""


MAY_IMPORT_THE_APP = {"hub/cli/demo.py", "hub/cli/run.py"}
MAY_READ_SETTINGS = {
    "hub/cli/failures.py",
    "hub/__main__.py",
    "hub/app.py",
    "hub/from_settings.py",
    "hub/cli/access.py",
    "hub/cli/address.py",
    "hub/cli/checks.py",
    "hub/cli/demo.py",
    "hub/cli/doctor.py",
    "hub/cli/intake_check.py",
    "hub/cli/looked_at.py",
    "hub/cli/migrate.py",
    "hub/cli/recordings.py",
    "hub/cli/user.py",
    "hub/effective_settings.py",
    "hub/settings.py",
    "hub/settings_mistakes.py",
}
COMMAND_LINE = {"hub/__main__.py"}
STARTS_TASKS = {"hub/lifecycle.py"}
READS_THE_CLOCK = {"hub/clock.py"}

TASK_STARTERS = {"create_task", "ensure_future", "run_coroutine_threadsafe"}
CLOCK_READERS = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "time.time",
    "time.time_ns",
}
BELONGS_TO_A_LOOP = {
    "asyncio.Barrier",
    "asyncio.BoundedSemaphore",
    "asyncio.Condition",
    "asyncio.Event",
    "asyncio.Future",
    "asyncio.LifoQueue",
    "asyncio.Lock",
    "asyncio.PriorityQueue",
    "asyncio.Queue",
    "asyncio.Semaphore",
    "asyncio.TaskGroup",
    "asyncio.get_event_loop",
    "asyncio.get_running_loop",
    "asyncio.new_event_loop",
}


def test_the_import_contracts_of_pyproject_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports() == 0, capsys.readouterr().out


def test_the_domain_and_the_ports_import_the_standard_library_and_the_domain_only() -> None:
    ours = {"hub.domain", "hub.ports"}
    assert_no_findings(
        f"{where(path, node)} imports {module}"
        for path in python_files("hub/domain", "hub/ports")
        for node, module in imports(path)
        if module.partition(".")[0] not in sys.stdlib_module_names
        and ".".join(module.split(".")[:2]) not in ours
    )


def test_only_the_command_line_imports_the_composition_root() -> None:
    assert_no_findings(
        f"{where(path, node)} imports {module}"
        for path in python_files(*PACKAGES)
        for node, module in imports(path)
        if is_in(module, "hub.app") and relative(path) not in MAY_IMPORT_THE_APP
    )


def test_only_the_composition_root_and_the_command_line_read_the_settings() -> None:
    assert_no_findings(
        f"{where(path, node)} imports {module}"
        for path in python_files(*PACKAGES)
        for node, module in imports(path)
        if is_in(module, "hub.settings") and relative(path) not in MAY_READ_SETTINGS
    )


def test_no_file_has_more_than_400_lines() -> None:
    assert_no_findings(
        f"{relative(path)} has {length} lines: it is two subjects"
        for path in [*python_files(*PACKAGES, "tests", "bench", "tools"), *browser_files()]
        if relative(path) not in GENERATED | WORD_LISTS and (length := text(path).count("\n")) > LONGEST_FILE
    )


def test_every_python_module_opens_by_saying_what_it_holds() -> None:
    assert_no_findings(
        f"{relative(path)} has no docstring"
        for path in python_files(*PACKAGES, "tests", "bench", "tools")
        if text(path).strip() and not ast.get_docstring(tree(path))
    )


def test_tasks_start_in_task_groups_and_in_lifecycle_only() -> None:
    assert_no_findings(
        f"{where(path, call)} starts a task that nobody awaits: {ast.unparse(call.func)}"
        for path in python_files(*PACKAGES)
        if relative(path) not in STARTS_TASKS
        for call in calls(tree(path))
        if last_name(call.func) in TASK_STARTERS and not is_on_a_task_group(call, tree(path))
    )


def test_the_time_comes_from_the_injected_clock() -> None:
    assert_no_findings(
        f"{where(path, call)} reads the clock of the machine: {name}"
        for path in python_files(*PACKAGES)
        if relative(path) not in READS_THE_CLOCK
        for call in calls(tree(path))
        if (name := full_name(call.func, path)) in CLOCK_READERS
    )


def test_nothing_that_belongs_to_a_loop_is_made_at_import() -> None:
    assert_no_findings(
        f"{where(path, call)} makes {name} at import"
        for path in python_files(*PACKAGES)
        for call in calls_at_import(tree(path))
        if (name := full_name(call.func, path)) in BELONGS_TO_A_LOOP
    )


def test_nothing_but_the_command_line_imports_it_or_what_it_plays_with() -> None:
    assert_no_findings(
        f"{where(path, node)} imports {module}"
        for path in python_files(*PACKAGES)
        for node, module in imports(path)
        if any(is_in(module, part) for part in ("hub.cli", "hub.demo", "hub.simulator"))
        and relative(path) != "hub/__main__.py"
        and not relative(path).startswith(("hub/cli/", "hub/demo/", "hub/simulator/"))
    )


def test_only_the_command_line_prints() -> None:
    assert_no_findings(
        f"{where(path, call)} prints"
        for path in python_files(*PACKAGES)
        if relative(path) not in COMMAND_LINE
        for call in calls(tree(path))
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    )


def test_the_lock_names_every_dependency_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", lock, re.MULTILINE))
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = pyproject["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
        *pyproject["dependency-groups"]["dev"],
    ]

    assert {re.split(r"[^a-z0-9-]", line, maxsplit=1)[0] for line in wanted} <= locked
    assert "://" not in lock


# --- reading our own source ---


def assert_no_findings(findings: Iterable[str]) -> None:
    found = list(findings)
    assert not found, "\n".join(found)


def python_files(*folders: str) -> list[Path]:
    return files(folders, {".py"})


def browser_files() -> list[Path]:
    return files(("agent_console/web", "hub/channels/webchat/widget"), {".ts", ".vue"})


def files(folders: Iterable[str], suffixes: set[str]) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in suffixes and not NOT_WRITTEN_BY_US.intersection(path.relative_to(ROOT).parts)
    )


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), path)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def where(path: Path, node: ast.stmt | ast.expr) -> str:
    return f"{relative(path)}:{node.lineno}"


def imports(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """Every import, those inside functions too; `from hub import app` is the import of `hub.app`."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def calls(node: ast.AST) -> Iterator[ast.Call]:
    return (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))


def last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def full_name(node: ast.expr, path: Path) -> str:
    """The dotted name of what is called, imports resolved: `date.today` is `datetime.date.today`."""
    first, dot, rest = ast.unparse(node).partition(".")
    return f"{imported_names(path).get(first, first)}{dot}{rest}"


@cache
def imported_names(path: Path) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_on_a_task_group(call: ast.Call, module: ast.Module) -> bool:
    """Whether it is `group.create_task(...)`, opened or annotated as a TaskGroup in the same file."""
    return isinstance(call.func, ast.Attribute) and last_name(call.func.value) in task_groups(module)


@cache
def task_groups(module: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(module):
        match node:
            case ast.withitem(context_expr=ast.Call() as made, optional_vars=ast.expr() as target):
                is_group = last_name(made.func) == "TaskGroup"
            case ast.Assign(value=ast.Call() as made, targets=[target]):
                is_group = last_name(made.func) == "TaskGroup"
            case ast.AnnAssign(annotation=kind, target=target):
                is_group = "TaskGroup" in ast.unparse(kind)
            case ast.arg(arg=name, annotation=ast.expr() as kind):
                is_group, target = "TaskGroup" in ast.unparse(kind), ast.Name(name)
            case _:
                continue
        if is_group:
            names.add(last_name(target))
    return names


def calls_at_import(node: ast.AST) -> Iterator[ast.Call]:
    """The calls that run when the module is imported: all but those in the bodies of functions."""
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            if isinstance(inner, ast.Call):
                yield inner
            yield from calls_at_import(inner)
