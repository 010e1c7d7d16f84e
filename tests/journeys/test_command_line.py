"""Stories of an operator at a terminal: every command as a process of its own, against a real hub."""

import asyncio
import random
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_console.bodies import Wallboard
from hub.desk.found import InteractionPage
from hub.ids import new_id
from hub.rest_client import HubRefused, RestClient
from hub.simulator.agents import AgentTally, Desk, serve
from hub.simulator.client import Street, Tally, play
from hub.simulator.plan import Visit
from hub.simulator.scripts import parsed
from tests.journeys.commands import PASSWORD, Running, environment, run, running
from tests.ports import free_port

LOGINS = ("anna", "boris", "cem", "sofia", "maria", "admin")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a quiet demo that lasts as long as this module."""
    port = free_port()
    env = environment(
        tmp_path_factory.mktemp("demo"),
        HUB_HTTP__PORT=str(port),
        HUB_DEMO__PASSWORD=PASSWORD,
        HUB_DEMO__SIMULATE="0",
    )
    with running("demo", env=env) as hub:
        hub.line_with("Ctrl-C stops it")
        yield f"http://127.0.0.1:{port}"
        assert hub.stopped_by(signal.SIGINT) == 0
        assert "Traceback" not in hub.everything_said()


# --- run ---


def started(folder: Path, **settings: str) -> tuple[dict[str, str], int]:
    port = free_port()
    return environment(folder, HUB_HTTP__PORT=str(port), **settings), port


def token_of(hub: Running) -> str:
    hub.line_with("enter this token, once")
    return hub.line_with("    ").strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_hub_says_where_it_is_and_ends_cleanly_when_asked(tmp_path, number) -> None:
    env, port = started(tmp_path)

    with running("run", env=env) as hub:
        assert f"http://127.0.0.1:{port}/" in hub.line_with("is ready")
        assert hub.stopped_by(number) == 0
        assert "Traceback" not in hub.everything_said()


def test_a_new_hub_prints_a_new_token_at_each_start_until_it_has_a_user(tmp_path) -> None:
    env, _ = started(tmp_path)
    with running("run", env=env) as hub:
        first = token_of(hub)
        hub.stopped_by(signal.SIGTERM)
    with running("run", env=env) as hub:
        assert token_of(hub) not in {"", first}
        hub.stopped_by(signal.SIGTERM)

    added = run(
        *("user", "add", "root", "--name", "Root", "--role", "admin", "--password-stdin"),
        env=env,
        typed="a long enough password\n",
    )
    assert added.returncode == 0, added.stderr

    with running("run", env=env) as hub:
        hub.line_with("is ready")
        hub.stopped_by(signal.SIGTERM)
        assert "token" not in hub.everything_said()


def test_a_taken_port_is_one_line_that_names_the_port_and_the_setting(tmp_path) -> None:
    env, port = started(tmp_path)
    with socket.create_server(("127.0.0.1", port)):
        done = run("run", env=env)

    assert done.returncode == 1
    # a hub that starts slowly may have logged before that it is starting
    (said,) = [line for line in done.stderr.splitlines() if " [info " not in line]
    assert all(word in said for word in (str(port), "http.port", "HUB_HTTP__PORT"))


def test_an_unknown_key_stops_the_start_with_code_2_and_its_name(tmp_path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text("[http]\nprot = 8080\n")

    done = run("run", "-c", str(file), env=environment(tmp_path))

    assert done.returncode == 2
    assert (
        done.stderr == f"touchline: http.prot ({file}): there is no such setting; did you mean http.port?\n"
    )


def test_a_data_dir_that_cannot_be_one_is_wrong_configuration(tmp_path) -> None:
    (tmp_path / "file").write_text("")

    done = run("run", env=environment(tmp_path / "file" / "data"))

    assert done.returncode == 2
    assert "HUB_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_a_failure_without_its_password(tmp_path) -> None:
    env = environment(tmp_path, HUB_STORE__URL=f"postgresql://hub:s3cret@127.0.0.1:{free_port()}/hub")

    done = run("run", env=env)

    assert done.returncode == 1
    assert "the store cannot be opened" in done.stderr
    assert "s3cret" not in done.stderr
    assert "Traceback" not in done.stderr


# --- people, the store ---


def test_the_store_is_migrated_and_people_are_added_without_a_running_hub(tmp_path) -> None:
    env = environment(tmp_path)

    migrated = run("migrate", env=env)
    again = run("migrate", env=env)
    added = run(
        *("user", "add", "Ann@Example.org", "--name", "Ann", "--role", "supervisor", "--role", "manager"),
        *("--queue", "support", "--password-stdin"),
        env=env,
        typed="a long enough password\n",
    )
    listed = run("user", "list", env=env)

    assert migrated.returncode == again.returncode == added.returncode == listed.returncode == 0
    assert migrated.stdout == again.stdout
    assert "ann@example.org" in listed.stdout
    assert listed.stdout.splitlines()[1].split() == [
        "ann@example.org",
        "Ann",
        "manager,",
        "supervisor",
        "support",
    ]


def test_doctor_says_what_works_before_anything_was_started(tmp_path) -> None:
    env, port = started(tmp_path)

    done = run("doctor", env=env)

    said = " ".join(done.stdout.split())  # its lines are folded, by the length of the folder's name
    assert f"127.0.0.1:{port} is free" in said
    assert "fsync works" in said
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


# --- demo ---


async def test_the_demo_lets_everybody_in_with_the_printed_password_and_has_a_past(demo) -> None:
    async with RestClient(demo) as hub:
        for login in LOGINS:
            await hub.sign_in(login, PASSWORD)
            await hub.sign_out()
        await hub.sign_in("maria", PASSWORD)
        board = await hub.get("/api/v1/wallboard", Wallboard)
        log = await hub.get("/api/v1/interactions?limit=50", InteractionPage)

    assert [queue.name for queue in board.queues] == ["sales", "support"]
    assert {agent.name.split()[0] for agent in board.agents} == {"Anna", "Boris", "Cem"}
    assert len(log.items) == 50
    assert {interaction.language for interaction in log.items} == {"en", "ru", "tr"}


async def test_a_demo_with_a_folder_is_continued_and_nobody_is_signed_out(tmp_path) -> None:
    env, port = started(tmp_path, HUB_DEMO__SIMULATE="0")
    address = f"http://127.0.0.1:{port}"
    passwords: list[str] = []
    counts: list[int] = []
    for _ in range(2):
        with running("demo", "--data", str(tmp_path / "kept"), env=env) as process:
            said = process.line_with("Password of all")
            password = passwords[0] if passwords else said.split()[-2]
            process.line_with("Ctrl-C stops it")
            async with RestClient(address) as hub:
                await hub.sign_in("maria", password)
                log = await hub.get("/api/v1/interactions?limit=200", InteractionPage)
            passwords.append(password)
            counts.append(len(log.items))
            assert process.stopped_by(signal.SIGINT) == 0

    assert len(passwords[0]) == 16
    assert passwords[0] == passwords[1]  # nobody chose another one, so the first start's holds
    assert counts[0] == counts[1] >= 60


async def test_the_demos_clients_arrive_by_themselves(tmp_path) -> None:
    env, port = started(tmp_path, HUB_DEMO__PASSWORD=PASSWORD)
    with running("demo", env=env) as process:
        process.line_with("Ctrl-C stops it")
        async with RestClient(f"http://127.0.0.1:{port}") as hub:
            await hub.sign_in("maria", PASSWORD)
            before = await offered(hub)
            deadline = time.monotonic() + 40
            while await offered(hub) == before:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        assert process.stopped_by(signal.SIGINT) == 0


async def offered(hub: RestClient) -> int:
    board = await hub.get("/api/v1/wallboard", Wallboard)
    return sum(queue.offered for queue in board.queues)


def test_a_demo_leaves_nothing_behind(tmp_path) -> None:
    env, _ = started(tmp_path / "unused", HUB_DEMO__SIMULATE="0", TMPDIR=str(tmp_path))

    with running("demo", env=env) as process:
        process.line_with("Ctrl-C stops it")
        assert [entry.name.startswith("touchline-demo-") for entry in tmp_path.iterdir()] == [True]
        assert process.stopped_by(signal.SIGINT) == 0

    assert list(tmp_path.iterdir()) == []


# --- simulate ---


# first of those that write: the line must be empty
async def test_a_simulated_agent_answers_a_simulated_client(demo) -> None:
    (script,) = parsed("en", "== support · resolved\n> Where is my order?\n< It is on its way.\n> Thanks\n")
    visit = Visit(
        number=1,
        at_s=0.0,
        site="demo",
        script=script,
        name="Ivy Newcomer",
        email="",
        page="",
        referrer="",
        think_s=0.0,
        chars_per_s=1000.0,
        patience_s=40.0,
        ask_again=False,
        reload_s=None,
    )
    tally, agents, rng = Tally(), AgentTally(), random.Random(1)
    street = Street(address=demo, tally=tally, monotonic=time.monotonic, new_id=new_id, rng=rng)
    desk = Desk(
        address=demo,
        login="anna",
        password=PASSWORD,
        tally=agents,
        monotonic=time.monotonic,
        new_id=new_id,
        rng=rng,
    )

    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve(desk))
        await play(street, visit)
        serving.cancel()

    assert (tally.answered, tally.unconfirmed) == (1, 0)
    assert agents.accepted == 1
    assert agents.replies >= 1


def test_simulated_clients_have_every_message_confirmed(demo, tmp_path) -> None:
    done = run(
        *("simulate", "--url", demo, "--rate", "4", "--for", "12", "--seed", "3"), env=environment(tmp_path)
    )

    assert done.returncode == 0, done.stderr
    words = done.stdout.replace(",", "").split()
    sent, acked = (int(words[words.index(word) - 1]) for word in ("sent", "acked"))
    assert sent == acked > 0


def test_clients_find_the_site_of_a_hub_that_is_no_demo(tmp_path) -> None:
    env, port = started(tmp_path)
    with running("run", env=env) as hub:
        hub.line_with("is ready")
        done = run(
            *("simulate", "--url", f"http://127.0.0.1:{port}", "--rate", "4", "--for", "1"),
            env=environment(tmp_path),
        )
        hub.stopped_by(signal.SIGTERM)

    assert done.returncode == 0, done.stderr
    assert "0 refused" in done.stdout


def test_a_site_that_is_not_there_is_told_and_is_a_failure(demo, tmp_path) -> None:
    done = run(
        *("simulate", "--url", demo, "--rate", "5", "--for", "1", "--site", "nowhere"),
        env=environment(tmp_path),
    )

    assert done.returncode == 1
    assert "there is no such site" in done.stderr


def test_simulating_against_no_hub_is_a_failure(tmp_path) -> None:
    address = f"http://127.0.0.1:{free_port()}"

    done = run("simulate", "--url", address, "--rate", "5", "--for", "1", env=environment(tmp_path))

    assert done.returncode == 1
    assert "is the hub running?" in done.stderr


# --- top ---


def test_top_shows_the_wallboard_of_a_running_hub(demo, tmp_path) -> None:
    env = environment(tmp_path, HUB_TOP__LOGIN="sofia", HUB_TOP__PASSWORD=PASSWORD)

    done = run("top", "--url", demo, "--once", env=env)

    assert done.returncode == 0, done.stderr
    first_words = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert {"QUEUE", "sales", "support", "AGENT", "Anna", "Boris", "Cem"} <= first_words


def test_top_says_when_nobody_answers_and_when_the_password_is_wrong(demo, tmp_path) -> None:
    env = environment(tmp_path, HUB_TOP__LOGIN="sofia", HUB_TOP__PASSWORD="wrong")

    wrong = run("top", "--url", demo, "--once", env=env)
    alone = run("top", "--url", f"http://127.0.0.1:{free_port()}", "--once", env=env)

    assert (wrong.returncode, wrong.stderr) == (1, "touchline: wrong login or password\n")
    assert alone.returncode == 1
    assert "touchline run" in alone.stderr


async def test_an_agent_may_not_read_the_wallboard(demo) -> None:
    async with RestClient(demo) as hub:
        await hub.sign_in("anna", PASSWORD)
        with pytest.raises(HubRefused) as refusal:
            await hub.get("/api/v1/wallboard", Wallboard)

    assert refusal.value.status == 403


def test_doctor_sees_the_running_hub(demo, tmp_path) -> None:
    env = environment(tmp_path, HUB_HTTP__PORT=demo.rpartition(":")[2])

    assert f"a hub at {demo} is ready" in " ".join(run("doctor", env=env).stdout.split())
