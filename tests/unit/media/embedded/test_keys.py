"""Keys by telephone events: once each, whatever the network does to the packets."""

import struct
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.media.embedded.keys import KEYS, KeysIn, KeysOut

END = 0x80


def packets_of(key: str, timestamp: int) -> list[tuple[int, bytes]]:
    event = KEYS.index(key)
    growing = [(timestamp, struct.pack("!BBH", event, 10, 160 * step)) for step in range(1, 6)]
    return [*growing, *[(timestamp, struct.pack("!BBH", event, 10 | END, 800))] * 3]


@given(st.text(KEYS, max_size=6), st.integers(0, 2**32 - 1), st.integers())
def test_each_key_is_told_once_through_loss_and_doubles(keys: str, start: int, seed: int) -> None:
    chance, told = Random(seed), []
    came = KeysIn(lambda key, ms: told.append(key))
    for number, key in enumerate(keys):
        sent = packets_of(key, (start + 2000 * number) & 0xFFFFFFFF)
        kept = [one for one in sent if chance.random() < 0.6] or sent[:1]
        for one in kept:
            for _ in range(chance.randint(1, 2)):
                came.came(*one)
    for _ in range(10):
        came.tick()
    assert "".join(told) == keys


def test_the_length_is_that_of_the_longest_packet() -> None:
    told = []
    came = KeysIn(lambda key, ms: told.append((key, ms)))
    for one in packets_of("7", 5):
        came.came(*one)
    assert told == [("7", 100)]


def test_a_packet_of_a_key_that_is_over_is_nobody_s_key() -> None:
    told = []
    came = KeysIn(lambda key, ms: told.append(key))
    for one in (*packets_of("1", 5000), *packets_of("2", 9000), *packets_of("1", 5000)):
        came.came(*one)
    assert told == ["1", "2"]


def test_events_that_are_no_keys_are_left_out() -> None:
    told = []
    came = KeysIn(lambda key, ms: told.append(key))
    for payload in (b"", b"\x01", struct.pack("!BBH", 16, END, 800), struct.pack("!BBH", 255, END, 800)):
        came.came(1, payload)
    assert told == []


def test_what_is_sent_is_told_as_it_was_meant() -> None:
    told = []
    out, came = KeysOut(), KeysIn(lambda key, ms: told.append((key, ms)))
    out.press("1x*d")
    now = 0
    while out:
        event = out.next()
        now += 160
        if event is not None:
            came.came(now - event.back, event.payload)
    assert told == [("1", 100), ("*", 100), ("D", 100)]


def test_keys_pressed_faster_than_they_are_sent_are_not_followed_for_ever() -> None:
    out = KeysOut()
    for _ in range(500):
        out.press("123")
    frames = 0
    while out:
        out.next()
        frames += 1

    assert frames <= 15 * 50
