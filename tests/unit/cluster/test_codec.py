"""The rows of the outbox: what was written is read again, by this release and by others."""

import contextlib
import dataclasses
import inspect
import types
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cluster.codec import decode, encode
from hub.domain import clock_events, setting_events, visitor_events
from hub.domain import events as events_module
from hub.domain.errors import Invalid
from hub.domain.events import Event, QueueChanged
from hub.domain.ids import QueueId, TenantId

KINDS = get_args(Event)
NEWS = QueueChanged(tenant_id=TenantId("t"), queue_id=QueueId("q"))


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the domain, with every field filled in: a new field is tested unasked."""
    if isinstance(hint, NewType):
        return values_of(hint.__supertype__)
    if hint is datetime:
        return st.datetimes(timezones=st.just(UTC))
    if hint is int:
        return st.integers(-(2**53), 2**53)
    if hint is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        fields = {f.name: values_of(hints[f.name]) for f in dataclasses.fields(hint)}
        return st.builds(hint, **fields)  # type: ignore[arg-type]
    inner = [values_of(i) for i in get_args(hint) if i is not Ellipsis]
    origin = get_origin(hint)
    if origin in {types.UnionType, Union}:
        return st.one_of(inner)
    if origin is dict:
        return st.dictionaries(*inner, max_size=3)
    if origin is tuple:
        return st.lists(*inner, max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(*inner, max_size=3)
    return st.from_type(hint)


def read(row: bytes) -> tuple[list[Event], list[str]]:
    skipped: list[str] = []
    return decode(row, skipped=skipped.append), skipped


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_an_event_of_every_class_comes_back_equal(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(values_of(kind))

    assert read(encode([event])) == ([event], [])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.one_of([values_of(kind) for kind in KINDS]), max_size=4))
def test_the_events_of_a_row_come_back_in_their_order(events: list[Event]) -> None:
    assert read(encode(events)) == (events, [])


def test_every_class_of_the_events_modules_that_names_a_kind_can_be_carried() -> None:
    named = {
        c
        for module in (events_module, setting_events, clock_events, visitor_events)
        for c in vars(module).values()
        if hasattr(c, "kind") and c.__module__ == module.__name__
    }

    assert named == set(KINDS)


def test_no_two_classes_share_a_kind() -> None:
    assert len({kind.kind for kind in KINDS}) == len(KINDS)


def test_a_kind_of_a_newer_release_is_left_out_and_counted() -> None:
    newer = b'[["moon_landed",{"at":1}],' + encode([NEWS])[1:]

    assert read(newer) == ([NEWS], ["moon_landed"])


def test_a_field_of_a_newer_release_is_ignored() -> None:
    newer = b'[["queue_changed",{"tenant_id":"t","queue_id":"q","colour":"blue"}]]'

    assert read(newer) == ([NEWS], [])


def test_a_value_of_a_newer_release_is_left_out_and_counted() -> None:
    newer = b'[["queue_changed",{"tenant_id":"t","queue_id":["q","r"]}],' + encode([NEWS])[1:]

    assert read(newer) == ([NEWS], ["queue_changed"])


@pytest.mark.parametrize("row", [b"", b"{}", b"[", b'["queue_changed"]', b"[[1,{}]]", b'[["\xff",{}]]'])
def test_what_is_no_row_of_events_is_an_error_that_says_so(row: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read(row)

    assert caught.value.stable_code == "bad_row"


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_or_read_but_nothing_else_happens(row: bytes) -> None:
    with contextlib.suppress(Invalid):
        read(row)
