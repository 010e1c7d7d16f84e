"""A line of waiting work and its rules."""

from dataclasses import dataclass, field

from hub.domain.ids import QueueId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevelTarget:
    """Answer `share` of the work within `threshold_s`; leaving before `short_abandon_s` does not count."""

    share: float = 0.8
    threshold_s: float = 20.0
    short_abandon_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A line of waiting work.

    `skills` maps a skill to the least level (1–10) an agent needs. `languages` are those this line serves:
    work in one of them also needs the skill `lang:<tag>` at `language_level`. `offer_s` is how long an agent
    may think, `wrap_up_s` the time after the client left, `missed_limit` how many offers in a row an agent
    may miss before being paused (0: never).
    """

    id: QueueId
    tenant_id: TenantId
    name: str
    languages: tuple[str, ...] = ()
    language_level: int = 3
    skills: dict[str, int] = field(default_factory=dict)
    priority: int = 0
    offer_s: float = 20.0
    wrap_up_s: float = 30.0
    missed_limit: int = 3
    service_level: ServiceLevelTarget = field(default_factory=ServiceLevelTarget)
    version: int = 1

    def required_skills(self, language: str) -> dict[str, int]:
        """What an agent must be able to do to take work of this line in `language`."""
        if language in self.languages:
            return {**self.skills, f"lang:{language}": self.language_level}
        return self.skills
