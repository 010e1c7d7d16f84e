"""Which failures of a run are looked at a second time."""

import pytest

from tests.again import worth_it

BROWSER = "tests/browser/test_start.py::test_x"
CHAOS = "tests/chaos/test_chaos.py::test_y[pg]"
CONTRACT = "tests/contracts/test_store.py::test_z"


@pytest.mark.parametrize(
    ("status", "failed", "again"),
    [
        (1, [BROWSER], True),
        (1, [BROWSER, CHAOS, "tests/journeys/test_a.py::test_b"], True),
        (1, [BROWSER] * 4, False),
        (1, [BROWSER, CONTRACT], False),
        (1, [], False),
        (2, [BROWSER], False),
        (3, [BROWSER], False),
    ],
)
def test_only_few_tests_of_whole_hubs_are_tried_again(status: int, failed: list[str], again: bool) -> None:
    assert worth_it(status, failed) is again
