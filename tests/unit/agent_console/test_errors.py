"""What goes wrong, as a client is told."""

import msgspec
import pytest

from agent_console.errors import STATUSES, invalid_of, problem_of
from hub.domain import errors
from hub.domain.errors import HubError


class Line(msgspec.Struct, forbid_unknown_fields=True):
    number: int


class Order(msgspec.Struct, forbid_unknown_fields=True):
    lines: list[Line]
    totals: dict[str, int] = {}


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"lines":[{"number":1},{"number":"x"}]}', "lines.1.number"),
        (b'{"lines":[{"number":1},{}]}', "lines.1.number"),
        (b'{"lines":[{"number":1,"colour":2}]}', "lines.0.colour"),
        (b'{"lines":7}', "lines"),
        (b'{"lines":[7]}', "lines.0"),
        (b'{"lines":[],"totals":{"a":"b"}}', "totals...."),
        (b"{}", "lines"),
        (b"[]", None),
    ],
)
def test_the_field_is_the_dotted_path_of_what_is_wrong(raw: bytes, field: str | None) -> None:
    with pytest.raises(msgspec.ValidationError) as wrong:
        msgspec.json.decode(raw, type=Order)
    told = invalid_of(wrong.value)
    assert told.field == (field.rstrip(".") if field else None)
    assert "$" not in str(told)


def test_every_branch_of_the_error_tree_has_its_status() -> None:
    branches = [kind for kind in HubError.__subclasses__() if kind.__module__ == errors.__name__]
    assert set(branches) == set(STATUSES)
    assert len(set(STATUSES.values())) == len(STATUSES)


def test_a_problem_without_a_field_or_a_wait_says_null() -> None:
    told = msgspec.to_builtins(problem_of(errors.Forbidden("no")))
    assert told["type"] == "about:blank"
    assert (told["field"], told["retry_after_s"]) == (None, None)
