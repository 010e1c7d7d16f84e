"""The interaction log: pages, counts, the passes of one interaction, and saved views."""

from enum import StrEnum
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Meta

from agent_console.bodies import Done, Id
from agent_console.log_bodies import ForgetLogView, HouseTime, LogPassList, LogViewList, SaveLogView
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission, Scope
from hub.domain.errors import Invalid
from hub.domain.ids import InteractionId
from hub.domain.service_level import Outcome
from hub.domain.work import OPEN_STATES, WAITING_STATES, WorkState
from hub.insight.log import LogCount, LogFilter, LogOrder, LogPage, LogStore, ShortAbandons
from hub.insight.periods import instant_of
from hub.insight.views import LogViews
from hub.ports.clock import Clock

Limit = Annotated[int, Meta(ge=1, le=200)]
Words = Annotated[str, Meta(max_length=2_000)]
Text = Annotated[str, Meta(max_length=200)]
Seconds = Annotated[float, Meta(ge=0, le=10_000_000)]

_MOST_VALUES = 50
_STATES = {
    "open": tuple(sorted(OPEN_STATES)),
    "waiting": tuple(sorted(WAITING_STATES)),
    "closed": tuple(sorted(set(WorkState) - OPEN_STATES)),
    **{state.value: (state,) for state in WorkState},
}
_E = TypeVar("_E", bound=StrEnum)


def filter_of(
    zone: ZoneInfo,
    *,
    queue: str = "",
    agent: str = "",
    channel: str = "",
    state: str = "",
    outcome: str = "",
    disposition: str = "",
    language: str = "",
    tier: str = "",
    person: str = "",
    from_: str = "",
    to: str = "",
    waited_from: float | None = None,
    waited_below: float | None = None,
    in_time: bool | None = None,
    handled: bool | None = None,
    rated: bool | None = None,
    score: str = "",
    short: str = "",
    q: str = "",
) -> LogFilter:
    """The filter that these words of an address mean. Raises Invalid with the word's name."""
    return LogFilter(
        queues=_listed(queue, "queue"),
        agents=_listed(agent, "agent"),
        channels=_listed(channel, "channel"),
        states=tuple(
            dict.fromkeys(s for word in _listed(state, "state") for s in _known(_STATES, word, "state"))
        ),
        outcomes=tuple(_choice(Outcome, word, "outcome") for word in _listed(outcome, "outcome")),
        dispositions=_listed(disposition, "disposition"),
        languages=_listed(language, "language"),
        tiers=_listed(tier, "tier"),
        persons=_listed(person, "person"),
        from_at=instant_of(from_, zone, field="from") if from_ else None,
        to_at=instant_of(to, zone, field="to", is_end=True) if to else None,
        waited_from_s=waited_from,
        waited_below_s=waited_below,
        in_time=in_time,
        handled=handled,
        rated=rated,
        scores=tuple(_score(word) for word in _listed(score, "score")),
        short=_choice(ShortAbandons, short, "short"),
        text=q.strip(),
    )


def operations(*, log: LogStore, views: LogViews, clock: Clock, zone: ZoneInfo) -> list[Operation]:
    """What the log answers."""
    made = Operations("log")

    @made.op("GET", "/api/v1/house", Permission.OPEN_CONSOLE, "The house's time zone")
    async def house_time(call: Call) -> HouseTime:  # noqa: ARG001 - the same for everybody
        """Days and hours of reports and of the log are counted in it."""
        return HouseTime(time_zone=zone.key, now=clock.now())

    @made.op("GET", "/api/v1/log", Permission.READ_LOG, "The interaction log, a row a pass")
    async def read_log(
        call: Call,
        queue: Words = "",
        agent: Words = "",
        channel: Words = "",
        state: Words = "",
        outcome: Words = "",
        disposition: Words = "",
        language: Words = "",
        tier: Words = "",
        person: Words = "",
        from_: Text = "",
        to: Text = "",
        waited_from: Seconds | None = None,
        waited_below: Seconds | None = None,
        in_time: bool | None = None,
        handled: bool | None = None,
        rated: bool | None = None,
        score: Text = "",
        short: Text = "",
        q: Text = "",
        order: LogOrder = LogOrder.START,
        descending: bool = True,
        after: Text = "",
        limit: Limit = 50,
    ) -> LogPage:
        """Filters take ids or words, several with commas between; `from` and `to` days of the house or instants.

        `state` is a work state, or `open`, `waiting`, `closed`; `short` is `only` or `without` short abandons;
        `q` searches the messages, and then the newest message comes first.
        """
        wanted = filter_of(
            zone, queue=queue, agent=agent, channel=channel, state=state, outcome=outcome,
            disposition=disposition, language=language, tier=tier, person=person, from_=from_, to=to,
            waited_from=waited_from, waited_below=waited_below, in_time=in_time, handled=handled, rated=rated,
            score=score, short=short, q=q,
        )  # fmt: skip
        return await log.page(
            call.principal,
            wanted,
            order=order,
            descending=descending,
            after=after,
            limit=limit,
            now=clock.now(),
        )

    @made.op("GET", "/api/v1/log/count", Permission.READ_LOG, "How many rows a filter finds")
    async def count_log(
        call: Call,
        queue: Words = "",
        agent: Words = "",
        channel: Words = "",
        state: Words = "",
        outcome: Words = "",
        disposition: Words = "",
        language: Words = "",
        tier: Words = "",
        person: Words = "",
        from_: Text = "",
        to: Text = "",
        waited_from: Seconds | None = None,
        waited_below: Seconds | None = None,
        in_time: bool | None = None,
        handled: bool | None = None,
        rated: bool | None = None,
        score: Text = "",
        short: Text = "",
    ) -> LogCount:
        """The filters of the log, but for the text."""
        wanted = filter_of(
            zone, queue=queue, agent=agent, channel=channel, state=state, outcome=outcome,
            disposition=disposition, language=language, tier=tier, person=person, from_=from_, to=to,
            waited_from=waited_from, waited_below=waited_below, in_time=in_time, handled=handled, rated=rated,
            score=score, short=short,
        )  # fmt: skip
        return await log.count(call.principal, wanted, clock.now())

    @made.op(
        "GET",
        "/api/v1/log/interactions/{interaction_id}",
        Permission.READ_LOG,
        "The passes of one interaction",
    )
    async def read_passes(call: Call, interaction_id: Id) -> LogPassList:
        """In order; an interaction that was transferred has several."""
        found = await log.passes(call.principal, InteractionId(interaction_id), clock.now())
        return LogPassList(items=tuple(found), next=None)

    @made.op("GET", "/api/v1/log/views", Permission.READ_LOG, "Saved views of the log")
    async def list_log_views(call: Call) -> LogViewList:
        """One's own, and those that others share with one."""
        reach = call.principal.scope(Permission.READ_LOG)
        may_share = {Scope.ALL: "house", Scope.TEAM: "team"}.get(reach, "")
        return LogViewList(items=await views.views(call.principal), next=None, may_share=may_share)

    @made.op("POST", "/api/v1/log/views", Permission.READ_LOG, "Save a view of the log", idempotent=True)
    async def save_log_view(call: Call, body: SaveLogView) -> Done:
        """Replaces one's own view of that name. Sharing goes as far as one's role reaches."""
        name = " ".join(body.name.split())
        if not name:
            raise Invalid("give the view a name", field="name", code="empty")
        await views.save(call.principal, name, body.query, body.shared, clock.now())
        return Done()

    @made.op("POST", "/api/v1/log/views/forget", Permission.READ_LOG, "Remove a saved view of one's own")
    async def forget_log_view(call: Call, body: ForgetLogView) -> Done:
        """Nothing happens when there is none of that name."""
        await views.forget(call.principal, body.name)
        return Done()

    return list(made)


def _listed(words: str, field: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(word for word in (part.strip() for part in words.split(",")) if word))
    if len(found) > _MOST_VALUES:
        raise Invalid(f"at most {_MOST_VALUES} values", field=field, code="too_many_values")
    return found


def _score(word: str) -> int:
    if word not in {"1", "2", "3", "4", "5"}:
        raise Invalid("is 1 to 5", field="score", code="unknown_choice")
    return int(word)


def _choice(kind: type[_E], word: str, field: str) -> _E:
    try:
        return kind(word)
    except ValueError:
        raise Invalid(f"is none of {', '.join(kind)}", field=field, code="unknown_choice") from None


def _known(table: dict[str, tuple[WorkState, ...]], word: str, field: str) -> tuple[WorkState, ...]:
    if word not in table:
        raise Invalid(f"is none of {', '.join(table)}", field=field, code="unknown_choice")
    return table[word]
