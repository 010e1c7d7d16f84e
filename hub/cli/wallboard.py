"""The wallboard as it looks in a terminal: a line a queue, a line an agent, worst first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent_console.bodies import Wallboard, WallboardQueue
from hub.desk.found import AgentView
from hub.domain.agent import AgentState

NOTHING = "–"
LOW_SERVICE_LEVEL = 0.8

_STYLES = {
    AgentState.AVAILABLE: "green",
    AgentState.RESERVED: "yellow",
    AgentState.ENGAGED: "cyan",
    AgentState.WRAP_UP: "blue",
    AgentState.PAUSED: "magenta",
    AgentState.OFFLINE: "dim",
}
_ORDER = tuple(_STYLES)
_BAR_CELLS = 10


def drawn(board: Wallboard, address: str) -> RenderableType:
    """Everything, as of the board's own moment."""
    pop = "  ".join(
        f"{name} {_ms(value)}"
        for name, value in (("p50", board.pop_ms_p50), ("p95", board.pop_ms_p95), ("p99", board.pop_ms_p99))
    )
    head = Text.assemble(
        ("Touchline", "bold"), f"  {address}  {board.at:%H:%M:%S} UTC  ", (f"pop {pop}", "dim")
    )
    foot = Text(
        "q or Ctrl-C ends it. Figures of today; left: abandoned; SL: service level, strict.", style="dim"
    )
    return Group(head, Text(), _queues(board.queues, board.at), Text(), _agents(board.agents, board.at), foot)


def duration(seconds: float | None) -> str:
    """`0:42`, `12:05`, `3:01:09`; a dash for nothing known."""
    if seconds is None:
        return NOTHING
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _queues(queues: Sequence[WallboardQueue], at: datetime) -> Table:
    table = _table("QUEUE", "wait", "oldest", "EWT", "staff", "free", "offered", "answered", "left")
    for name in ("SL", "ASA", "AHT"):
        table.add_column(name, justify="right", no_wrap=True)
    for queue in queues:
        oldest_s = None if queue.oldest_at is None else (at - queue.oldest_at) / timedelta(seconds=1)
        table.add_row(
            Text(queue.name, style="bold"),
            Text(str(queue.waiting), style="yellow" if queue.waiting else "dim"),
            duration(oldest_s),
            duration(queue.ewt_s),
            str(queue.staffed),
            Text(str(queue.available), style="green" if queue.available else "red"),
            str(queue.offered),
            str(queue.answered),
            str(queue.abandoned),
            _share(queue.service_level),
            duration(queue.asa_s),
            duration(queue.aht_s),
        )
    if not queues:
        table.add_row(Text("no queue in your reach", style="dim"))
    return table


def _agents(agents: Sequence[AgentView], at: datetime) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("AGENT", "state", "since", "load", "queues"):
        table.add_column(name, justify="right" if name == "since" else "left", no_wrap=True)
    for agent in sorted(agents, key=lambda a: (_ORDER.index(a.state), a.since)):
        state = f"{agent.state} ({agent.pause_reason})" if agent.pause_reason else agent.state.value
        full = round(_BAR_CELLS * agent.load / agent.full) if agent.full else 0
        table.add_row(
            Text(agent.name, style="bold"),
            Text(state.replace("_", " "), style=_STYLES[agent.state]),
            duration((at - agent.since) / timedelta(seconds=1)),
            Text("█" * full, style="cyan") + Text("░" * (_BAR_CELLS - full), style="dim"),
            Text(", ".join(agent.queues), style="dim"),
        )
    if not agents:
        table.add_row(Text("no agent in your reach", style="dim"))
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _share(value: float | None) -> Text:
    if value is None:
        return Text(NOTHING, style="dim")
    return Text(f"{value:.0%}", style="green" if value >= LOW_SERVICE_LEVEL else "red")


def _ms(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f} ms"
