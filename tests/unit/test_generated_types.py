"""The TypeScript types of the console say what the Python classes say."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def gen_types() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_types", ROOT / "tools/gen_types.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_types_are_current(gen_types: ModuleType) -> None:
    assert gen_types.stale() == [], "run `make gen`"


def test_every_frame_is_told_apart_by_its_kind(gen_types: ModuleType) -> None:
    frames = gen_types.files()["frames.ts"]

    assert "  readonly kind: 'snapshot';\n  readonly seq: number;" in frames
    assert "  | ReservationOfferedFrame\n" in frames


def test_only_what_the_console_sends_may_leave_fields_out(gen_types: ModuleType) -> None:
    written = gen_types.files()

    assert "  readonly last_seq?: number | null;" in written["frames.ts"]
    assert "  readonly reason?: string;" in written["api.ts"]
    assert "?:" not in written["views.ts"]


def test_the_limits_of_a_body_are_said_to_the_console(gen_types: ModuleType) -> None:
    assert "login: { minLength: 1, maxLength: 200 }" in gen_types.files()["api.ts"]


def test_a_shape_that_has_no_typescript_is_an_error_and_not_a_guess(gen_types: ModuleType) -> None:
    with pytest.raises(ValueError, match="no TypeScript"):
        gen_types._type({"type": "hologram"})
