"""Which part of a sound a header asks for (RFC 9110 §14)."""

import pytest

from agent_console.audio import part_of


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", (0, 1000, False)),
        ("bytes=0-", (0, 1000, True)),
        ("bytes=0-0", (0, 1, True)),
        ("bytes=200-299", (200, 300, True)),
        ("bytes=900-5000", (900, 1000, True)),
        ("bytes=-100", (900, 1000, True)),
        ("bytes=-5000", (0, 1000, True)),
        ("bytes=999-", (999, 1000, True)),
        ("bytes=1000-", None),
        ("bytes=-0", None),
        ("bytes=5-4", (0, 1000, False)),
        ("bytes=0-1,5-6", (0, 1000, False)),
        ("items=0-1", (0, 1000, False)),
        ("bytes=-", (0, 1000, False)),
        ("bytes=a-b", (0, 1000, False)),
        (f"bytes={'9' * 30}-", (0, 1000, False)),
    ],
)
def test_a_range_is_a_part_or_is_ignored_or_lies_beyond(
    header: str, part: tuple[int, int, bool] | None
) -> None:
    assert part_of(header, 1000) == part
