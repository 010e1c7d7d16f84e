"""What is read in the fast way says the same as in the strict one, or is left to it."""

import random
import re

import pytest

from hub.channels.sip import grammar, parse
from hub.channels.sip.message import Request, Response
from hub.channels.sip.names import canonical
from hub.channels.sip.parse import HEAD_END, LIMITS, message_of
from hub.channels.sip.refusal import Malformed, Refused
from tests.unit.channels.sip.test_fuzz import CORPUS, mutated


def strict_head(text: str) -> parse.Head | str:
    try:
        return parse._any_head(text, LIMITS)
    except Refused as refused:
        return f"{refused.status} {refused}"


def test_a_head_in_the_fast_way_is_the_same_as_line_by_line() -> None:
    chance, fast = random.Random(4), 0
    whole = [raw for raw in CORPUS if HEAD_END in raw]
    for n in range(6_000):
        raw = whole[n % len(whole)]
        if n >= len(whole):
            raw = mutated(raw, chance)
        text = raw.partition(HEAD_END)[0].decode("utf-8", "surrogateescape")
        quick = parse._plain_head(text, LIMITS)
        if quick is None:
            continue
        fast += 1
        strict = strict_head(text)
        assert isinstance(strict, parse.Head), text
        assert (quick.start_line, quick.fields, quick.body_bytes) == (
            strict.start_line,
            strict.fields,
            strict.body_bytes,
        ), text
        names = {canonical(field.name) for field in strict.fields}
        assert quick.by_name == {
            name: tuple(value for key, value in strict.fields if canonical(key) == name) for name in names
        }
    assert fast > 1_000


def params_strictly(text: str, monkeypatch: pytest.MonkeyPatch) -> grammar.Params | None:
    with monkeypatch.context() as patch:
        patch.setattr(grammar, "_PLAIN_PARAMS", re.compile(r"(?!)"))
        return params(text)


def params(text: str) -> grammar.Params | None:
    try:
        return grammar.params_of(text)
    except Malformed:
        return None


def test_parameters_in_the_fast_way_are_the_same_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    pieces = (
        ";",
        "a",
        "B",
        "=",
        "branch",
        "z9hG4bK",
        '"x;y"',
        " ",
        "\t",
        ":",
        "[::1]",
        "é",
        "%",
        "tag=1",
        "==",
    )
    found = 0
    for _ in range(20_000):
        text = "".join(chance.choice(pieces) for _ in range(chance.randrange(9)))
        text = f";{text}" if chance.random() < 0.8 else text
        got = params(text)
        assert got == params_strictly(text, monkeypatch), text
        found += got is not None
    assert found > 1_000


def test_another_first_hop_changes_nothing_else() -> None:
    """The message that comes of it is the one that would be read from the bytes with that hop."""
    seen = 0
    for raw in CORPUS:
        try:
            message = message_of(raw)
        except Refused:
            continue
        changed = message.coming_by(message.via.seen_from("192.0.2.77", 4077))
        assert changed.via.params.get("received") == "192.0.2.77"
        again = message_of(bytes(changed))
        assert changed.fields == again.fields
        assert changed.vias == again.vias
        assert (changed.from_, changed.to, changed.call_id, changed.cseq) == (
            again.from_,
            again.to,
            again.call_id,
            again.cseq,
        )
        assert {name: changed.every(name) for name in changed.names} == {
            name: again.every(name) for name in again.names
        }
        assert type(changed) is type(message)
        if isinstance(changed, Request):
            assert isinstance(message, Request)
            assert (changed.method, changed.uri, changed.body) == (message.method, message.uri, message.body)
        else:
            assert isinstance(message, Response)
            assert (changed.status, changed.reason) == (message.status, message.reason)
        seen += 1
    assert seen > 20
