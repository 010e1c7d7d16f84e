"""What an agent is doing, derived from the wish, the lease of the console, and the open work."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.agent import Agent, AgentState, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much open work an agent has, by its stage."""

    offered: int = 0
    assigned: int = 0
    wrapping_up: int = 0


def is_present(agent: Agent, now: datetime) -> bool:
    """Whether the console's lease still runs."""
    return agent.presence_until is not None and agent.presence_until > now


def agent_state(agent: Agent, holdings: Holdings, now: datetime) -> AgentState:
    """The state everybody sees; work in hand comes before a pause, because the pause begins after it."""
    if not is_present(agent, now) or agent.wish is Wish.OFFLINE:
        return AgentState.OFFLINE
    if holdings.assigned:
        return AgentState.ENGAGED
    if holdings.offered:
        return AgentState.RESERVED
    if holdings.wrapping_up:
        return AgentState.WRAP_UP
    return AgentState.PAUSED if agent.wish is Wish.PAUSED else AgentState.AVAILABLE
