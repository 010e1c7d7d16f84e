"""From bytes to frames, whatever the bytes are."""

import json
import unicodedata
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.webchat.frames import VisitorFrame, VisitorMessage
from hub.channels.webchat.parse import frame_from, message_text, milliseconds
from hub.domain.errors import Invalid
from hub.domain.texts import without_controls

WHOLE = [
    b'{"t":"hello","session":null,"lang":"tr","last_seq":12,"page":"https://shop.example/"}',
    b'{"t":"message","client_msg_id":"m1","text":"\\u0130stanbul \xf0\x9f\x91\x8b"}',
    b'{"t":"typing","typing":true}',
    b'{"t":"got","seq":3}',
    b'{"t":"ping"}',
    b'{"t":"leave"}',
]


@pytest.mark.parametrize("raw", WHOLE)
def test_every_prefix_of_a_frame_is_a_bad_frame_and_the_whole_is_none(raw: bytes) -> None:
    frame = frame_from(raw)
    assert frame_from(msgspec.json.encode(frame)) == frame
    for length in range(len(raw)):
        with pytest.raises(Invalid) as refused:
            frame_from(raw[:length])
        assert refused.value.stable_code == "bad_frame"


@given(st.binary(max_size=200))
def test_noise_is_a_bad_frame_or_a_frame(raw: bytes) -> None:
    is_frame_or_bad(raw)


@given(st.sampled_from(WHOLE), st.integers(0, 90), st.integers(0, 255))
def test_a_frame_with_one_byte_changed_is_a_bad_frame_or_a_frame(raw: bytes, at: int, byte: int) -> None:
    is_frame_or_bad(raw[: at % len(raw)] + bytes([byte]) + raw[at % len(raw) + 1 :])


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_any_json_is_a_bad_frame_or_a_frame(value: object) -> None:
    is_frame_or_bad(json.dumps(value).encode("utf-8", "surrogatepass"))


def is_frame_or_bad(raw: bytes) -> None:
    with suppress(Invalid):
        assert isinstance(frame_from(raw), VisitorFrame)


def test_unknown_fields_are_passed_over() -> None:
    frame = frame_from(b'{"t":"message","client_msg_id":"a","text":"b","admin":true,"seq":[1,{}]}')
    assert frame == VisitorMessage(client_msg_id="a", text="b")


@given(st.text())
def test_kept_text_has_no_control_characters_and_loses_nothing_else(text: str) -> None:
    kept = without_controls(text)
    assert not [c for c in kept if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    seen = [c for c in text if unicodedata.category(c) != "Cc"]
    assert [c for c in kept if c not in "\n\t"] == seen


@given(st.text(min_size=1))
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    with suppress(Invalid):
        kept = message_text(text, 10_000)
        assert message_text(kept, 10_000) == kept


@pytest.mark.parametrize(
    ("wait_s", "retry_ms"), [(0, 50), (0.0501, 51), (1, 1000), (1.0001, 1001), (43_200, 43_200_000)]
)
def test_a_wait_is_rounded_up_and_never_nothing(wait_s: float, retry_ms: int) -> None:
    assert milliseconds(wait_s) == retry_ms
