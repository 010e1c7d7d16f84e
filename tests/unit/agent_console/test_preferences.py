"""What somebody chose for themselves is kept for them, whole, and for nobody else."""

import pytest

from hub.domain.access import Role
from tests.unit.agent_console.console import Console

PATH = "/api/v1/me/preferences"
NOTHING = dict.fromkeys(
    (
        *("language", "theme", "sound", "undo_s", "sounds", "notifications", "notification_text"),
        *("log_columns", "microphone", "speaker"),
    )
)
ALL = {
    "language": "tr",
    "theme": "dark",
    "sound": False,
    "undo_s": 10,
    "sounds": {"offer": True, "message": False, "mention": True, "reminder": True},
    "notifications": {"offer": True, "message": True, "mention": False, "reminder": True},
    "notification_text": True,
    "log_columns": ["person", "wait"],
    "microphone": "Headset",
    "speaker": "",
}


async def test_everything_chosen_comes_back_as_chosen_at_any_sign_in(console: Console) -> None:
    anna = await console.signed_in("anna", Role.AGENT)
    assert await (await anna.request("GET", PATH)).json() == NOTHING
    kept = await anna.request("PUT", PATH, json=ALL)
    assert (kept.status, await kept.json()) == (200, ALL)
    elsewhere = console.browser()
    await elsewhere.sign_in("anna")
    assert await (await elsewhere.request("GET", PATH)).json() == ALL


async def test_choices_are_ones_own(console: Console) -> None:
    anna, boris = await console.signed_in("anna", Role.AGENT), await console.signed_in("boris", Role.AGENT)
    await anna.request("PUT", PATH, json=ALL)
    assert await (await boris.request("GET", PATH)).json() == NOTHING


@pytest.mark.parametrize(
    "wrong",
    [
        {"language": "xx"},
        {"theme": "sepia"},
        {"undo_s": -1},
        {"sounds": {"doorbell": True}},
        {"log_columns": ["x" * 41]},
        {"log_columns": ["x"] * 41},
        {"microphone": "x" * 201},
        {"font": "Comic Sans"},
    ],
)
async def test_what_nobody_can_choose_is_refused_and_changes_nothing(
    console: Console, wrong: dict[str, object]
) -> None:
    anna = await console.signed_in("anna", Role.AGENT)
    await anna.request("PUT", PATH, json=ALL)
    assert (await anna.request("PUT", PATH, json=wrong)).status == 422
    assert await (await anna.request("GET", PATH)).json() == ALL
