"""The counters of a chaos run, and its verdict."""

from collections.abc import Iterable
from dataclasses import dataclass, field

_NOTED = 5


@dataclass(slots=True)
class Report:
    """Counters, in order. Those of `zeros` must be 0; `notes` name the first of what they counted."""

    counters: dict[str, object] = field(default_factory=dict)
    zeros: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def tell(self, **counters: object) -> None:
        """Counters that are only told."""
        self.counters |= counters

    def require_none(self, name: str, found: Iterable[str]) -> None:
        """A counter that must be 0: how many were found."""
        listed = list(found)
        self.counters[name] = len(listed)
        self.zeros.append(name)
        self.notes += [f"{name}: {one}" for one in listed[:_NOTED]]

    @property
    def failed(self) -> list[str]:
        """The counters that should be 0."""
        return [name for name in self.zeros if self.counters[name] != 0]

    def text(self) -> str:
        """`name=value` a line, what went wrong, and the verdict."""
        lines = [f"{name}={value}" for name, value in self.counters.items()]
        verdict = f"chaos: {len(self.zeros) - len(self.failed)} passed, {len(self.failed)} failed"
        return "\n".join([*lines, *self.notes, verdict])
