"""What an update says, and that none can hurt."""

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.telegram.parse import Illegible, Nothing, Removed, Said, place_of, read_update
from hub.channels.telegram.parts import parts_of, split
from hub.domain.telegram import CAPTION_UNITS, MESSAGE_UNITS, units
from hub.domain.touch import Attachment
from tests.servers.bot_api import LookBot, Person

BOT = LookBot("4001:token_of_tests", "shop_bot")
IVAN = Person(7001, "Ivan", {"username": "ivan"})


def read(update: dict[str, Any]) -> Any:
    return read_update(json.dumps(update).encode())


def every_update() -> list[dict[str, Any]]:
    """One of each kind."""
    owner = Person(8001, "Owner", {})
    connection = BOT.connect_business(owner)
    first = IVAN.writes(BOT, "hello")
    in_business = IVAN.writes(BOT, "hello", business=connection)
    return [
        BOT.pending[-3],
        first,
        in_business,
        IVAN.edits(BOT, first, "hello!"),
        IVAN.edits(BOT, in_business, "hello!"),
        IVAN.deletes(BOT, [in_business]),
        IVAN.writes(BOT, "in a group", group=-100),
        IVAN.sends_photo(BOT, b"photo", "caption"),
        IVAN.sends_document(BOT, b"pdf"),
        IVAN.sends_voice(BOT, b"voice"),
        IVAN.sends_video(BOT, b"video"),
        IVAN.sends_sticker(BOT, b"sticker"),
        IVAN.sends_location(BOT, 41.01, 28.97),
        IVAN.sends_contact(BOT, "905321234567"),
        IVAN.presses(BOT, "yes"),
        IVAN.sends(BOT, poll={"id": "1", "question": "?", "options": []}),
        IVAN.sends(BOT, new_chat_title="x"),
    ]


def test_each_kind_says_what_it_says() -> None:
    kinds = [type(read(update)) for update in every_update()]
    assert kinds == [Nothing, *[Said] * 4, Removed, *[Said] * 9, kinds[-2], Nothing]


def test_a_message_and_its_edit_have_keys_of_their_own() -> None:
    first = IVAN.writes(BOT, "one")
    keys = {read(first).key, *(read(IVAN.edits(BOT, first, text)).key for text in ("two", "three"))}
    assert len(keys) == 3
    assert read({**first, "update_id": 1}).key == read(first).key


def test_a_message_whose_number_is_none_is_illegible() -> None:
    update = IVAN.writes(BOT, "one")
    for number in ("13\0", 12.5, True):
        assert isinstance(read({**update, "message": {**update["message"], "message_id": number}}), Illegible)


def test_only_ones_own_contact_is_ones_number() -> None:
    own = read(IVAN.sends_contact(BOT, "905321234567"))
    assert (own.phone, own.word) == ("905321234567", "own_number")
    for whose in (7002, 0):
        other = read(IVAN.sends_contact(BOT, "905321234567", of=whose))
        assert (other.phone, other.word) == ("", "contact")


def test_the_largest_picture_is_the_picture() -> None:
    assert read(IVAN.sends_photo(BOT, b"x" * 100)).file.size_bytes == 100


def test_what_bots_and_nobody_write_is_nothing() -> None:
    update = IVAN.writes(BOT, "x")
    update["message"]["from"]["is_bot"] = True
    assert isinstance(read(update), Nothing)
    del update["message"]["from"]
    assert isinstance(read(update), Nothing)


def test_every_beginning_of_every_update_and_every_update_without_a_part_is_read() -> None:
    for update in every_update():
        raw = json.dumps(update).encode()
        for end in range(0, len(raw), 7):
            assert isinstance(read_update(raw[:end]), Illegible)
            place_of(raw[:end])
        for lacking in lacking_one(update):
            assert isinstance(read(lacking), Said | Removed | Nothing | Illegible)


WRONG: tuple[Any, ...] = (None, [], {}, "x", -1, 1 << 70, True)


def lacking_one(value: Any) -> list[Any]:
    """The value without one of its parts, for each part; and with a wrong one in its place."""
    if not isinstance(value, dict):
        return []
    made: list[Any] = []
    for key, inner in value.items():
        made.append({k: v for k, v in value.items() if k != key})
        made += [{**value, key: wrong} for wrong in WRONG]
        made += [{**value, key: other} for other in lacking_one(inner)]
    return made


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(JSON, st.sampled_from(["message", "edited_message", "callback_query", "business_message"]))
def test_nothing_that_is_json_breaks_the_reader(value: Any, kind: str) -> None:
    for raw in (json.dumps(value), json.dumps({"update_id": 1, kind: value})):
        assert isinstance(read_update(raw.encode()), Said | Removed | Nothing | Illegible)
        number, chat, _ = place_of(raw.encode())
        assert number >= -1
        assert len(chat) <= 100


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_illegible(raw: bytes) -> None:
    assert isinstance(read_update(raw), Illegible)
    place_of(raw)


def test_deep_json_is_illegible() -> None:
    raw = b"[" * 200_000
    assert isinstance(read_update(raw), Illegible)
    assert place_of(raw)[:2] == (-1, "")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["a", "я", "😀", "a b ", "x\n", "line\n\n"]))
def test_a_text_is_cut_into_pieces_that_fit_and_lose_nothing(count: int, of: str) -> None:
    text = of * count
    pieces = split(text)
    assert all(0 < units(piece) <= MESSAGE_UNITS for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_text_is_cut_where_a_paragraph_a_line_or_a_word_ends() -> None:
    for end in ("\n\n", "\n", " "):
        first, second = "a" * 3_000, "b" * 3_000
        assert split(first + end + second) == [first, second]


def a_file(media_type: str, size_bytes: int = 10) -> Attachment:
    return Attachment(sha256="0" * 64, name="a", media_type=media_type, size_bytes=size_bytes)


def test_a_short_text_is_the_caption_of_its_one_file() -> None:
    photo = a_file("image/jpeg")
    assert [(p.text, p.kind) for p in parts_of("see", (photo,))] == [("see", "photo")]
    assert [p.kind for p in parts_of("x" * (CAPTION_UNITS + 1), (photo,))] == ["", "photo"]
    assert [p.kind for p in parts_of("see", (photo, photo))] == ["", "photo", "photo"]


def test_files_are_what_telegram_shows_them_as() -> None:
    kinds = {
        "image/png": "photo",
        "video/mp4": "video",
        "audio/ogg": "voice",
        "image/webp": "sticker",
        "text/plain": "document",
    }
    for media_type, kind in kinds.items():
        assert [p.kind for p in parts_of("", (a_file(media_type),))] == [kind]
    assert parts_of("", (a_file("image/png", 10_000_001),))[0].kind == "document"


def test_a_place_is_sent_as_a_place() -> None:
    assert parts_of("geo:41.01,28.97", ())[0].location == (41.01, 28.97)
    for other in ("geo:91,0", "geo:41.01,28.97 here", "geo:a,b"):
        assert parts_of(other, ())[0].text == other


def test_telegram_counts_in_units() -> None:
    rng = random.Random(1)
    for _ in range(100):
        text = "".join(rng.choice("aя😀") for _ in range(50))
        assert units(text) == len(text.encode("utf-16-le")) // 2
