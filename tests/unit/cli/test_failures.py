"""What an operator is told when something fails, and with which exit code."""

import errno

import pytest

from crm_store.engine import StoreNotDurable
from hub.cli.failures import FAILED, WRONG_USE, Failed, failure_of, told_plainly
from hub.domain.errors import Unavailable
from hub.http import PortTaken
from hub.rest_client import HubRefused, HubSilent


def of(error: BaseException) -> Failed:
    failure = failure_of(error)
    assert failure is not None
    return failure


def test_a_taken_port_names_the_port_and_the_setting_and_may_be_tried_again() -> None:
    failure = of(PortTaken("127.0.0.1", 8080))

    assert failure.code == FAILED
    assert "8080" in failure.lines[0]
    assert "HUB_HTTP__PORT" in failure.lines[0]
    assert "http.port" in failure.lines[0]


def test_a_store_that_can_lose_data_is_wrong_configuration() -> None:
    failure = of(StoreNotDurable("PostgreSQL runs with fsync = off; set it to on"))

    assert failure.code == WRONG_USE
    assert "fsync" in failure.lines[0]


def test_a_database_that_is_not_there_has_failed_for_now() -> None:
    assert of(Unavailable("the store cannot be opened: refused")).code == FAILED


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOTDIR, errno.EROFS])
def test_a_folder_that_cannot_be_used_names_the_folder_and_the_setting(number) -> None:
    failure = of(OSError(number, "No such luck", "/var/lib/hub"))

    assert failure.code == WRONG_USE
    assert failure.lines == ("/var/lib/hub: no such luck; see data_dir (HUB_DATA_DIR)",)


def test_a_hub_that_does_not_answer_says_how_to_start_one() -> None:
    assert "touchline run" in of(HubSilent("nobody answers at http://127.0.0.1:8080")).lines[0]


def test_what_a_hub_refused_is_told_in_its_own_words() -> None:
    assert of(HubRefused(401, "wrong", "wrong login or password")).lines == ("wrong login or password",)


def test_a_failure_inside_task_groups_is_told_like_any_other() -> None:
    group = ExceptionGroup("one", [ExceptionGroup("two", [PortTaken("127.0.0.1", 80)])])

    assert "80" in of(group).lines[0]


def test_a_bug_of_ours_is_not_dressed_up_as_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), told_plainly():
        _ = 1 / 0


def test_an_expected_failure_leaves_as_one() -> None:
    with pytest.raises(Failed, match="8080"), told_plainly():
        raise PortTaken("127.0.0.1", 8080)
