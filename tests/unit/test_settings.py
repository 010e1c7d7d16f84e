"""Settings: what they are by default, how they are set, and how a mistake in them is told."""

import importlib.util
import os
import re
import tomllib
from pathlib import Path

import pytest

from hub.effective_settings import SettingsWrong, load, variable_of
from hub.settings import Settings
from hub.settings_mistakes import keys_of

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_variables_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:

    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path):
    def written(text: str) -> Path:
        path = tmp_path / "hub.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def problems(file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsWrong) as caught:
        load(file)
    return caught.value.problems


def test_without_a_file_the_hub_is_one_process_with_sqlite_on_this_machine_only() -> None:
    settings = load().settings

    assert settings.http.host == "127.0.0.1"
    assert settings.http.port == 8080
    assert settings.store_url == "sqlite+aiosqlite:///data/hub.db"
    assert settings.is_embedded


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(file, monkeypatch) -> None:
    path = file("[http]\nport = 9000\nhost = '10.0.0.1'\n[log]\nlevel = 'debug'\n")
    monkeypatch.setenv("HUB_HTTP__PORT", "9001")

    effective = load(path)

    assert effective.settings.http.port == 9001
    assert effective.settings.http.host == "10.0.0.1"
    assert effective.origins == {
        "http.port": "HUB_HTTP__PORT",
        "http.host": str(path),
        "log.level": str(path),
    }


def test_reading_settings_without_load_reads_neither_environment_nor_file(monkeypatch) -> None:
    monkeypatch.setenv("HUB_HTTP__PORT", "9001")

    assert Settings().http.port == 8080


@pytest.mark.parametrize("value", ['["10.0.0.0/8", "192.168.1.1"]', "10.0.0.0/8, 192.168.1.1"])
def test_a_list_in_the_environment_is_json_or_separated_by_commas(value, monkeypatch) -> None:
    monkeypatch.setenv("HUB_HTTP__TRUSTED_PROXIES", value)

    assert load().settings.http.trusted_proxies == ("10.0.0.0/8", "192.168.1.1/32")


@pytest.mark.parametrize(("value", "meant"), [("0", False), ("1", True), ("false", False), ("true", True)])
def test_a_switch_in_the_environment_may_be_0_or_1(value, meant, monkeypatch) -> None:
    monkeypatch.setenv("HUB_DEMO__SIMULATE", value)

    assert load().settings.demo.simulate is meant


def test_a_channels_settings_are_set_through_its_own_table(monkeypatch) -> None:
    monkeypatch.setenv("HUB_CHANNELS__WEBCHAT__TEXT_CHARS", "100")

    assert load().settings.channels.webchat.text_chars == 100


def test_an_unknown_key_in_the_file_is_named_with_the_file_and_the_nearest_known_key(file) -> None:
    path = file("[http]\nprot = 1\n")

    assert problems(path) == [f"http.prot ({path}): there is no such setting; did you mean http.port?"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("HUB_HTTP__PROT", "http.prot (HUB_HTTP__PROT): there is no such setting; did you mean http.port?"),
        ("HUB_HTPT__PORT", "HUB_HTPT__PORT: there is no such setting; did you mean HUB_HTTP__PORT?"),
        ("HUB_PORT", "HUB_PORT: there is no such setting"),
    ],
)
def test_an_unknown_variable_of_ours_stops_the_start(name, said, monkeypatch) -> None:
    monkeypatch.setenv(name, "1")

    assert problems() == [said]


@pytest.mark.parametrize("name", ["HUB_TEST_PG_URL", "HUB_TOP__LOGIN", "HUB_CRASH_AT", "HUBBLE"])
def test_variables_that_are_no_settings_are_left_alone(name, monkeypatch) -> None:
    monkeypatch.setenv(name, "1")

    assert load().origins == {}


def test_every_mistake_is_told_at_once(file, monkeypatch) -> None:
    path = file("[http]\nport = 70000\n[log]\nlevel = 'loud'\n")
    monkeypatch.setenv("HUB_ROUTING__SWEEP_S", "often")

    told = problems(path)

    assert [line.partition(" ")[0] for line in told] == ["http.port", "log.level", "routing.sweep_s"]
    assert told[2] == "routing.sweep_s (HUB_ROUTING__SWEEP_S): give a number, got 'often'"


@pytest.mark.parametrize(("port", "fits"), [(-1, False), (0, True), (65535, True), (65536, False)])
def test_a_port_is_0_to_65535(port, fits, file) -> None:
    path = file(f"[http]\nport = {port}\n")

    if fits:
        assert load(path).settings.http.port == port
    else:
        assert problems(path)[0].startswith(f"http.port ({path}): ")


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ("postgresql://u:p@db/hub", "postgresql+asyncpg://u:p@db/hub"),
        ("postgres://db/hub", "postgresql+asyncpg://db/hub"),
        ("sqlite:////var/hub.db", "sqlite+aiosqlite:////var/hub.db"),
    ],
)
def test_a_store_url_needs_no_driver(given, opened, monkeypatch) -> None:
    monkeypatch.setenv("HUB_STORE__URL", given)

    assert load().settings.store_url == opened


def test_no_message_shows_a_secret(file, monkeypatch) -> None:
    monkeypatch.setenv("HUB_STORE__URL", "mysql://u:s3cret@db/hub")
    monkeypatch.setenv("HUB_CLUSTER", "redis://:s3cret@host")

    assert not any("s3cret" in line for line in problems())


def test_the_effective_values_hide_secrets_and_say_where_each_was_set(monkeypatch) -> None:
    monkeypatch.setenv("HUB_STORE__URL", "postgresql://u:s3cret@db/hub")

    rows = {key: (value, origin) for key, value, origin in load().rows()}

    assert rows["store.url"] == ("(hidden)", "HUB_STORE__URL")
    assert rows["http.port"] == ("8080", "default")
    assert rows["demo.password"] == ("", "default")


def test_many_nodes_need_postgresql(monkeypatch) -> None:
    monkeypatch.setenv("HUB_CLUSTER__REDIS_URL", "redis://host")

    assert problems()[0].startswith("store.url: many nodes (cluster.redis_url) need one PostgreSQL")


def test_a_file_that_is_not_there_or_not_toml_is_one_line(file, tmp_path) -> None:
    absent = tmp_path / "absent.toml"

    assert problems(absent) == [f"{absent}: No such file or directory"]
    assert problems(file("port: 1"))[0].startswith(f"{tmp_path}/hub.toml: this is not TOML: ")


def test_every_setting_says_what_it_is_for() -> None:
    assert [key for key, field in keys_of(Settings) if not field.description] == []


def test_every_key_has_its_own_variable() -> None:
    names = [variable_of(key) for key, _ in keys_of(Settings)]

    assert len(set(names)) == len(names)


# --- config/ ---


def test_hub_toml_lists_every_key_at_its_default(file) -> None:
    text = (ROOT / "config/hub.toml").read_text(encoding="utf-8")
    uncommented = re.sub(r"^#(?=\w+ = )", "", text, flags=re.MULTILINE)

    effective = load(file(uncommented))

    assert effective.settings == Settings()
    assert set(effective.origins) == {key for key, _ in keys_of(Settings)}
    assert tomllib.loads(text).get("http") == {}


def test_cluster_toml_can_be_used_as_it_is() -> None:
    settings = load(ROOT / "config/cluster.toml").settings

    assert not settings.is_embedded
    assert settings.store_url.startswith("postgresql+asyncpg://")


def test_the_files_made_from_the_settings_are_current() -> None:
    spec = importlib.util.spec_from_file_location("gen_config_table", ROOT / "tools/gen-config-table.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)

    for path, text in generator.files().items():
        assert path.read_text(encoding="utf-8") == text, f"run `make gen`: {path.name} is old"


TRUNK = "[[channels.sip.trunks]]\nname = 'carrier'\ndomain = 'carrier.test'\nusername = '4711'\npassword = 'geheim'\n"
MENU = "[[channels.sip.menus]]\nname = 'main'\nkeys = { 1 = { queue = 'sales' } }\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[channels.sip]\nhost = '0.0.0.0'\n",
            "channels.sip.public_address: host = 0.0.0.0 is every address",
        ),
        ("[channels.sip]\nhost = '::'\n", "channels.sip.public_address: host = :: is every address"),
        ("[channels.sip]\nhost = 'localhost'\n", "give an address of this machine"),
        (
            TRUNK + "menu = 'mian'\n" + MENU,
            "channels.sip.trunks.0.menu: there is no menu mian; did you mean main?",
        ),
        (
            TRUNK + "numbers = { '+4930123456' = { menu = 'haupt' } }\n",
            "channels.sip.trunks.0.numbers.+4930123456.menu: there is no menu haupt; no [[channels.sip.menus]]",
        ),
        (TRUNK + TRUNK, "channels.sip.trunks.1.name: there is another one named carrier"),
        ("[channels.sip]\nphone_hosts = ['0.0.0.0/0']\n", "this is every address there is"),
        ("[channels.sip]\nphone_hosts = ['pbx house']\n", "give a host or a network"),
        (
            "[channels.sip]\nphone_hosts = ['10.0.0.0/8', 'carrier.test']\n" + TRUNK,
            "channels.sip.phone_hosts.1: carrier.test is where the trunk carrier leads",
        ),
        (TRUNK + "addresses = ['0.0.0.0/0']\n", "this is every address there is"),
        (TRUNK + "addresses = ['::/0']\n", "this is every address there is"),
        (
            "[channels.sip]\nrtp_ports_first = 31001\nrtp_ports_last = 31002\n",
            "between rtp_ports_first and rtp_ports_last lies no pair",
        ),
        (TRUNK + "queu = 'sales'\n", "channels.sip.trunks.0.queu"),
        (MENU.replace("keys", "key"), "channels.sip.menus.0.keys"),
        (MENU.replace("1 =", "11 ="), "channels.sip.menus.0.keys.11"),
        (MENU.replace("{ queue = 'sales' }", "'sales'"), 'such as { queue = "…" }'),
        (MENU.replace("{ 1 = { queue = 'sales' } }", "{}"), "give at least one"),
        (MENU.replace("{ 1 = { queue = 'sales' } }", "['1']"), "this is a table"),
        (MENU.replace("queue", "menu"), "there is queue, language"),
    ],
)
def test_a_mistake_in_the_telephone_is_found_before_anything_listens(file, text: str, said: str) -> None:
    path = file(text)
    told = problems(path)
    assert any(said in line for line in told), told
    assert not any("geheim" in line or "[key]" in line for line in told)


def test_a_misspelt_key_of_a_list_is_told_by_the_right_one(file) -> None:
    assert problems(file(TRUNK + "queu = 'sales'\n"))[0].endswith(
        "there is no such setting; did you mean queue?"
    )


def test_all_addresses_are_listened_on_where_the_public_one_is_said_or_nobody_calls(file) -> None:
    said = load(file("[channels.sip]\nhost = '0.0.0.0'\npublic_address = '192.0.2.10'\n"))
    assert said.settings.channels.sip.public_address == "192.0.2.10"
    assert (
        load(file("[channels.sip]\nhost = '0.0.0.0'\nenabled = false\n")).settings.channels.sip.enabled
        is False
    )


def test_lists_of_tables_are_shown_key_by_key_and_their_secrets_are_not(file) -> None:
    rows = {
        key: value
        for key, value, _ in load(file(TRUNK + "numbers = { '+4930123456' = { queue = 'sales' } }\n")).rows()
    }
    assert rows["channels.sip.trunks.0.domain"] == "carrier.test"
    assert rows["channels.sip.trunks.0.password"] == "(hidden)"
    assert rows["channels.sip.trunks.0.numbers.+4930123456.queue"] == "sales"
    assert not any("SecretStr" in value or "Entry(" in value for value in rows.values())
