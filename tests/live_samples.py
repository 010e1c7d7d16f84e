"""Recorded desks: what each window of a story heard, and what a new window showed then; read by Python and TypeScript.

`make samples` plays the journeys that end in comparisons against a real hub and writes one file a story to
tests/samples/live. A file is `{"windows": {login: [step, …]}}`; a step is `{"frame": …}` (heard), `{"read": …}` (the
agent read up to there), `{"agrees_with": desk}` or `{"floor_agrees_with": floor}` (a new window's, at this moment).
"""

import json
import os
import re
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parent / "samples" / "live"
RECORD = "HUB_TEST_RECORD_SAMPLES"
COMPARED = frozenset({"agrees_with", "floor_agrees_with"})
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

Story = list[dict[str, Any]]


def keep_sample(windows: dict[str, Story]) -> None:
    """Write the sample of the running test, when samples are being recorded; ids are numbered as they come."""
    if not os.environ.get(RECORD):
        return
    windows = {
        login: story for login, story in windows.items() if any(COMPARED & step.keys() for step in story)
    }
    if not windows:
        return
    name = re.sub(
        r"\W+", "_", os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].split(" ")[0].removeprefix("test_")
    )
    seen: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        return seen.setdefault(match[0], f"00000000-0000-7000-8000-{len(seen) + 1:012}")

    lines = []
    for login, story in windows.items():
        steps = ",\n".join(json.dumps(step, ensure_ascii=False, separators=(",", ":")) for step in story)
        lines.append(f"{json.dumps(login)}: [\n{steps}\n]")
    text = '{"windows": {\n' + ",\n".join(lines) + "\n}}\n"
    SAMPLES.mkdir(parents=True, exist_ok=True)
    (SAMPLES / f"{name}.json").write_text(_ID.sub(numbered, text))
