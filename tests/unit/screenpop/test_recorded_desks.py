"""Old snapshot + frames = new snapshot, on every recorded story; `make samples` records them anew."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.desk.views import DeskView
from hub.screenpop.frames import Frame
from tests.live_desk import Desk, apply, comparable, read
from tests.live_floor import Board, apply_floor
from tests.live_floor import comparable as comparable_floor
from tests.live_samples import SAMPLES

STORIES = sorted(SAMPLES.glob("*.json"))
KINDS = {kind.__struct_config__.tag for kind in Frame.__args__}
NEVER_IN_A_STORY = {"signed_out", "house_changed"}
"""The socket closes with the first, and the desk goes; no story changes the rules of the house."""

SHAPES: dict[str, Any] = {"frame": Frame, "agrees_with": DeskView}


def windows(story: Path) -> dict[str, list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = json.loads(story.read_text())["windows"]
    return told


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_frames_that_were_heard_make_the_desk_that_was_shown(story: Path) -> None:
    for login, steps in windows(story).items():
        desk: Desk | None = None
        floor: Board | None = None
        compared = 0
        for step in steps:
            match step:
                case {"frame": {"kind": "floor_snapshot" | "floor_changed"} as frame}:
                    floor = apply_floor(floor, frame)
                case {"frame": frame}:
                    desk = apply(desk, frame)
                case {"read": {"interaction_id": interaction_id, "seq": seq}}:
                    assert desk is not None
                    desk = read(desk, interaction_id, seq)
                case {"agrees_with": fresh}:
                    assert desk is not None
                    assert comparable(desk) == comparable(fresh), login
                    compared += 1
                case {"floor_agrees_with": fresh}:
                    assert floor is not None
                    assert comparable_floor(floor) == comparable_floor(fresh), login
                    compared += 1
                case _:
                    raise AssertionError(f"an unknown step: {step}")
        assert compared, f"{login} was never compared"


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_what_was_recorded_is_what_the_hub_sends_today(story: Path) -> None:
    for steps in windows(story).values():
        for step in steps:
            ((name, recorded),) = step.items()
            if (kind := SHAPES.get(name)) is None:
                continue
            today = msgspec.to_builtins(msgspec.convert(recorded, kind, strict=True))
            assert names_of(today) == names_of(recorded), "the shapes have changed: make samples"


def test_every_kind_of_frame_is_in_a_story() -> None:
    heard = {
        step["frame"]["kind"]
        for story in STORIES
        for steps in windows(story).values()
        for step in steps
        if "frame" in step
    }
    missing = KINDS - heard - NEVER_IN_A_STORY
    assert not missing, "tell their story in tests/journeys/test_snapshot_plus_frames.py, then: make samples"


def names_of(value: Any) -> Any:
    """The names in a value, without what stands under them; of a list those of its first thing."""
    if isinstance(value, dict):
        return {name: names_of(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [names_of(value[0])] if value else []
    return None
