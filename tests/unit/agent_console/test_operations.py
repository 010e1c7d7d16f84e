"""A handler's signature is the contract of its operation."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta
from multidict import MultiDict

from agent_console.bodies import Body, Decline, Done, Id
from agent_console.operations import Call, Operation, Operations, require_distinct
from hub.domain.access import Permission
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import QueueId

SOME_ID = "01890a5d-ac96-774b-bcce-b302099a8057"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def made(handler: Any, path: str = "/x", method: str = "GET", **more: Any) -> Operation:
    operations = Operations("test")
    operations.op(method, path, Permission.SEE_SELF, "Test", **more)(handler)
    (only,) = operations
    return only


async def listed(
    call: Call,
    limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    after: str | None = None,
    from_: Annotated[datetime, Meta(tz=True)] | None = None,
    colour: Colour | None = None,
    queue: tuple[QueueId, ...] = (),
    is_open: bool = True,
) -> Done:
    """Everything there is."""
    return Done()


def arguments(handler: Any = listed, **query: Any) -> dict[str, Any]:
    pairs = [
        (name, each)
        for name, value in query.items()
        for each in ([value] if isinstance(value, str) else value)
    ]
    return made(handler).arguments({}, MultiDict(pairs))


def test_a_query_left_out_gives_the_defaults_of_the_signature() -> None:
    assert arguments() == {
        "limit": 50,
        "after": None,
        "from_": None,
        "colour": None,
        "queue": (),
        "is_open": True,
    }


def test_a_query_becomes_values_of_the_declared_types() -> None:
    given = arguments(
        **{
            "limit": "200",
            "from": "2026-03-02T09:00:00Z",
            "colour": "blue",
            "queue": ["a", "b"],
            "is_open": "false",
        }
    )
    assert given["limit"] == 200
    assert given["from_"] == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert given["colour"] is Colour.BLUE
    assert given["queue"] == ("a", "b")
    assert given["is_open"] is False


def test_one_value_is_enough_for_what_may_be_repeated() -> None:
    assert arguments(queue="a")["queue"] == ("a",)


def test_the_text_null_is_a_text() -> None:
    assert arguments(after="null")["after"] == "null"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": ["1", "2"]}, "limit"),
        ({"from": "2026-03-02T09:00:00"}, "from"),
        ({"from_": "2026-03-02T09:00:00Z"}, "from_"),
        ({"colour": "green"}, "colour"),
        ({"limits": "1"}, "limits"),
    ],
)
def test_a_wrong_query_is_invalid_and_names_the_field(query: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        arguments(**query)
    assert refused.value.field == field


async def shown(call: Call, item_id: Id, number: int) -> Done:
    return Done()


def test_path_parameters_are_converted_too() -> None:
    operation = made(shown, "/x/{item_id}/{number}")
    assert operation.arguments({"item_id": SOME_ID, "number": "7"}, MultiDict()) == {
        "item_id": SOME_ID,
        "number": 7,
    }


@pytest.mark.parametrize(("item_id", "number"), [("1", "7"), (SOME_ID, "seven"), (SOME_ID.upper(), "7")])
def test_a_path_that_can_name_nothing_is_not_there(item_id: str, number: str) -> None:
    operation = made(shown, "/x/{item_id}/{number}")
    with pytest.raises(NotFound):
        operation.arguments({"item_id": item_id, "number": number}, MultiDict())


class Said(Body, frozen=True, kw_only=True):
    """A text there must be."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=8_000)]


async def noted(call: Call, body: Said) -> Done:
    return Done()


async def declined(call: Call, body: Decline = Decline()) -> None:  # noqa: B008 - a frozen value
    return None


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"{}", "text"),
        (b'{"text":""}', "text"),
        (b'{"text":7}', "text"),
        (b'{"text":"x","colour":"red"}', "colour"),
        (b"[]", None),
        (b"null", None),
    ],
)
def test_a_wrong_body_is_invalid_and_names_the_field(raw: bytes, field: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        made(noted, method="POST").body_of(raw)
    assert refused.value.field == field


@pytest.mark.parametrize("raw", [b"", b"{", b'{"text":"x"} x', b"\xff", b"text"])
def test_what_is_no_json_is_a_decode_error(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        made(noted, method="POST").body_of(raw)


def test_every_prefix_of_a_good_body_is_refused() -> None:
    operation, whole = made(noted, method="POST"), '{"text":"где мой заказ"}'.encode()
    for end in range(len(whole)):
        with pytest.raises((msgspec.DecodeError, Invalid)):
            operation.body_of(whole[:end])
    assert operation.body_of(whole) == Said(text="где мой заказ")


def test_a_body_with_a_default_may_be_left_out() -> None:
    operation = made(declined, method="POST")
    assert operation.body_of(b"") == Decline()
    assert operation.may_omit_body
    assert not made(noted, method="POST").may_omit_body


def test_an_operation_without_an_answer_is_204() -> None:
    assert made(declined, method="POST", status=201).status == 204


def test_an_operation_must_say_who_may_call_it() -> None:
    operations = Operations("test")
    with pytest.raises(TypeError, match="permission"):
        operations.op("GET", "/x", None, "Test")(listed)
    with pytest.raises(TypeError, match="permission"):
        operations.op("GET", "/x", Permission.SEE_SELF, "Test", public=True)(listed)


def test_signature_and_path_must_fit() -> None:
    async def without_call(limit: int) -> Done:
        return Done()

    async def without_type(call: Call, limit) -> Done:
        return Done()

    async def without_answer(call: Call): ...

    for handler, path in [
        (without_call, "/x"),
        (without_type, "/x"),
        (without_answer, "/x"),
        (listed, "/x/{unknown}"),
    ]:
        with pytest.raises(TypeError):
            made(handler, path)
    with pytest.raises(TypeError, match="FETCH"):
        made(listed, method="FETCH")


def test_two_operations_share_neither_a_name_nor_a_place() -> None:
    async def another(call: Call, other_id: Id, number: int) -> Done:
        return Done()

    require_distinct([made(shown, "/x/{item_id}/{number}"), made(noted, "/x", "POST"), made(listed, "/x")])
    with pytest.raises(ValueError, match="two operations"):
        require_distinct([made(listed, "/x"), made(listed, "/y")])
    with pytest.raises(ValueError, match="two operations"):
        require_distinct([made(shown, "/x/{item_id}/{number}"), made(another, "/x/{other_id}/{number}")])
