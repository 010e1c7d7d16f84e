"""The points at which a test can kill the hub."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub import crashpoints

ROOT = Path(__file__).resolve().parents[2]
NAME = "relay.after_take"


def kills(setting: str, *passes: str) -> int:
    """How often `passes` kill when the environment says `setting`."""
    deaths: list[None] = []
    crash_at = crashpoints.crasher({"HUB_CRASH_AT": setting}, kill=lambda: deaths.append(None))
    for name in passes:
        crash_at(name)
    return len(deaths)


def test_the_named_point_kills_at_its_first_pass() -> None:
    assert kills(NAME, "outbound.before_send") == 0
    assert kills(NAME, NAME) == 1


def test_a_number_names_the_pass_that_kills() -> None:
    assert kills(f"{NAME}:3", NAME, NAME) == 0
    assert kills(f"{NAME}:3", NAME, NAME, NAME) == 1


@pytest.mark.parametrize("environ", [{}, {"HUB_CRASH_AT": ""}])
def test_nothing_happens_when_nobody_asked(environ: dict[str, str]) -> None:
    deaths: list[None] = []
    crash_at = crashpoints.crasher(environ, kill=lambda: deaths.append(None))

    for name in crashpoints.ALL:
        crash_at(name)

    assert deaths == []


@pytest.mark.parametrize("setting", ["relay.after_lunch", f"{NAME}:often"])
def test_a_setting_that_names_no_pass_of_a_point_stops_the_start(setting: str) -> None:
    with pytest.raises(ValueError):
        kills(setting)


def test_the_process_dies_without_any_clean_up() -> None:
    program = f"""
import atexit
from hub.crashpoints import crash_at
atexit.register(print, "clean-up")
try:
    crash_at({NAME!r})
finally:
    print("finally")
"""
    died = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "HUB_CRASH_AT": NAME},
        capture_output=True,
        check=False,
        timeout=30,
    )

    assert died.returncode == -signal.SIGKILL
    assert died.stdout == b""


def test_the_points_that_are_passed_are_those_of_the_list() -> None:
    passed = {
        call.args[0].value
        for package in ("hub", "crm_store", "agent_console")
        for path in (ROOT / package).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("crash_at")
        if isinstance(call.args[0], ast.Constant)
    }

    assert passed == crashpoints.ALL
