"""Which hub the doctor looks at, and what it says of the one that runs."""

import tempfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from hub.cli.looked_at import opening, running_hub
from hub.effective_settings import Effective
from hub.only_one import only_hub_on, who_works_on
from hub.ports.status import Health
from hub.settings import Settings
from tests.unit.cli.test_checks import a_server, with_port, with_store


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A folder on which nobody works, on a machine without demos."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return Settings(data_dir=tmp_path / "data", http={"port": 0})  # type: ignore[arg-type] # as a file gives it


def test_the_first_lines_say_which_folder_and_store_and_how_to_name_another(settings: Settings) -> None:
    by_default = "\n".join(opening(Effective(settings=settings, origins={})))
    assert str(settings.data_dir) in by_default
    assert f"{settings.data_dir / 'hub.db'}" in by_default
    assert by_default.count("the default") == 2
    assert "HUB_DATA_DIR=" in by_default
    assert "-c FILE" in by_default

    other = with_store(settings, "postgresql+asyncpg://hub:s3cret@db.test/hub")
    origins = {"data_dir": "HUB_DATA_DIR", "store.url": "my.toml"}
    told = "\n".join(opening(Effective(settings=other, origins=origins)))
    assert "(data_dir: HUB_DATA_DIR)" in told
    assert "(store.url: my.toml)" in told
    assert "db.test" in told
    assert "s3cret" not in told


def test_a_folder_given_from_here_is_shown_from_the_root(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    near = settings.model_copy(update={"data_dir": Path("data")})
    assert str(tmp_path / "data") in opening(Effective(settings=near, origins={}))[0]


async def test_the_process_that_works_on_the_folder_is_named(settings: Settings) -> None:
    (nobody,) = await running_hub(settings)
    assert (nobody.health, nobody.text) == (Health.OK, "none works on this folder now")
    with only_hub_on(settings.data_dir):
        pid = (settings.data_dir / "hub.lock").read_text().strip()
        (found,) = await running_hub(settings)
        assert (found.health, found.text) == (Health.OK, f"process {pid} works on this folder")
        assert who_works_on(settings.data_dir) == pid
    assert who_works_on(settings.data_dir) is None
    with only_hub_on(settings.data_dir):
        pass  # looking has not kept the folder


async def test_a_demo_on_another_folder_is_told_with_the_way_to_look_at_it(settings: Settings) -> None:
    demo, over = (Path(tempfile.gettempdir()) / f"touchline-demo-{n}" for n in ("runs", "over"))
    for folder in (demo, over):
        folder.mkdir()
        (folder / "hub.lock").write_text("1\n")
    with only_hub_on(demo):
        (found,) = await running_hub(settings)
    assert found.health is Health.WARN
    assert str(demo) in found.text
    assert f"HUB_DATA_DIR={demo} touchline doctor" in found.remedy


async def test_a_hub_that_works_on_another_folder_is_told(settings: Settings) -> None:
    async with a_server(200, "ready\n") as port:
        (found,) = await running_hub(with_port(settings, port))
        assert (found.health, "HUB_DATA_DIR=" in found.remedy) == (Health.WARN, True)
        with only_hub_on(settings.data_dir):
            (own,) = await running_hub(with_port(settings, port))
        assert own.health is Health.OK
        of_many = settings.model_copy(
            update={
                "cluster": settings.cluster.model_copy(
                    update={"redis_url": SecretStr("redis://127.0.0.1:1/0")}
                )
            }
        )
        (other_node,) = await running_hub(with_port(of_many, port))
        assert other_node.health is Health.OK  # each node has a folder of its own
    async with a_server(200, "<html>") as port:
        (another_program,) = await running_hub(with_port(settings, port))
    assert another_program.health is Health.OK
