"""Builds the console and the chat widget into the wheel, so that an installed Touchline needs no Node."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLES = (
    ("agent_console/web", "agent_console/static/index.html"),
    ("hub/channels/webchat/widget", "hub/channels/webchat/static/widget.js"),
)


class BrowserBundles(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's generic parameter is its own config
    """Skips editable installs: there `make console widget` builds, and rebuilds when a source changes."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for sources, built in BUNDLES:
            build(Path(self.root) / sources, Path(self.root) / built)


def build(sources: Path, built: Path) -> None:
    """Make `built` from the npm project in `sources`; where there is no npm, an earlier build will do."""
    npm = shutil.which("npm")
    if npm and (sources / "package.json").exists():
        for step in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([npm, *step], cwd=sources, check=True)
    if not built.exists():
        raise SystemExit(f"{built} is missing, and it takes Node 20 with npm to build it from {sources}")
