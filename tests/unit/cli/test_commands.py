"""The command line as a whole: which commands there are, wrong use, and what the small ones print."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.__main__ import app
from hub.cli.configuration import check_config
from hub.cli.failures import WRONG_USE, Failed

COMMANDS = {"run", "demo", "simulate", "top", "doctor", "check-config", "migrate", "user"}


def invoke(*arguments: str):
    return CliRunner().invoke(app, arguments)


def test_help_lists_every_command_there_is_and_no_other() -> None:
    text = invoke("--help").stdout
    listed = {line.split()[1] for line in text.partition("Commands")[2].splitlines() if line.startswith("│ ")}

    assert listed >= COMMANDS
    assert not listed & {"import", "export", "backup", "restore", "erase"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command) -> None:
    assert invoke(command, "--help").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("run", "--fast"),
        ("simulate", "--rate", "0"),
        ("simulate", "--rate", "many"),
        ("simulate", "--agents", "4"),
        ("user", "add", "ann"),
        ("user", "add", "ann", "--name", "Ann"),
    ],
)
def test_wrong_use_is_exit_code_2(arguments) -> None:
    assert invoke(*arguments).exit_code == WRONG_USE


def test_check_config_prints_each_key_its_value_and_where_it_was_set(
    tmp_path: Path, capsys, monkeypatch
) -> None:
    file = tmp_path / "hub.toml"
    file.write_text("[http]\nport = 9000\n")
    monkeypatch.setenv("HUB_DEMO__PASSWORD", "s3cret")

    check_config(file)

    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["http.port"].split() == ["http.port", "9000", str(file)]
    assert lines["http.host"].split() == ["http.host", "127.0.0.1", "default"]
    assert lines["demo.password"].split() == ["demo.password", "(hidden)", "HUB_DEMO__PASSWORD"]


def test_check_config_names_the_key_that_is_wrong(monkeypatch) -> None:
    monkeypatch.setenv("HUB_HTTP__PROT", "1")

    with pytest.raises(Failed) as failure:
        check_config(None)

    assert failure.value.code == WRONG_USE
    assert "http.prot" in failure.value.lines[0]
