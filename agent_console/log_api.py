"""The interaction log: pages, counts, the passes of one interaction, and saved views."""

from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

from agent_console.bodies import Done, Id
from agent_console.log_bodies import (
    ForgetLogView,
    HouseTime,
    LogPassList,
    LogTagList,
    LogViewList,
    SaveLogView,
)
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission, Scope
from hub.domain.errors import Invalid
from hub.domain.ids import InteractionId
from hub.insight.log import LogCount, LogOrder, LogPage, LogStore
from hub.insight.log_words import filter_of
from hub.insight.views import LogViews
from hub.ports.clock import Clock

Limit = Annotated[int, Meta(ge=1, le=200)]
Words = Annotated[str, Meta(max_length=2_000)]
Text = Annotated[str, Meta(max_length=200)]
Seconds = Annotated[float, Meta(ge=0, le=10_000_000)]


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
        direction: Text = "",
        state: Words = "",
        outcome: Words = "",
        disposition: Words = "",
        language: Words = "",
        tier: Words = "",
        person: Words = "",
        tag: Words = "",
        from_: Text = "",
        to: Text = "",
        waited_from: Seconds | None = None,
        waited_below: Seconds | None = None,
        in_time: bool | None = None,
        handled: bool | None = None,
        rated: bool | None = None,
        failed: bool | None = None,
        score: Text = "",
        short: Text = "",
        late: Words = "",
        q: Text = "",
        order: LogOrder = LogOrder.START,
        descending: bool = True,
        after: Text = "",
        limit: Limit = 50,
    ) -> LogPage:
        """Filters take ids or words, several with commas between; `from` and `to` days of the house or instants.

        `state` is a work state, or `open`, `waiting`, `closed`; `short` is `only` or `without` short abandons;
        `failed`: a reply that one of us wrote failed, or nobody knows whether it arrived;
        `late` names clocks (`first_response`, `next_response`, `resolution`) that were not kept;
        `q` searches the messages, and then the newest message comes first.
        """
        wanted = filter_of(
            zone, queue=queue, agent=agent, channel=channel, direction=direction, state=state, outcome=outcome,
            disposition=disposition, language=language, tier=tier, person=person, tag=tag, from_=from_, to=to,
            waited_from=waited_from, waited_below=waited_below, in_time=in_time, handled=handled, rated=rated,
            failed=failed, score=score, short=short, late=late, q=q,
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
        direction: Text = "",
        state: Words = "",
        outcome: Words = "",
        disposition: Words = "",
        language: Words = "",
        tier: Words = "",
        person: Words = "",
        tag: Words = "",
        from_: Text = "",
        to: Text = "",
        waited_from: Seconds | None = None,
        waited_below: Seconds | None = None,
        in_time: bool | None = None,
        handled: bool | None = None,
        rated: bool | None = None,
        failed: bool | None = None,
        score: Text = "",
        short: Text = "",
        late: Words = "",
    ) -> LogCount:
        """The filters of the log, but for the text."""
        wanted = filter_of(
            zone, queue=queue, agent=agent, channel=channel, direction=direction, state=state, outcome=outcome,
            disposition=disposition, language=language, tier=tier, person=person, tag=tag, from_=from_, to=to,
            waited_from=waited_from, waited_below=waited_below, in_time=in_time, handled=handled, rated=rated,
            failed=failed, score=score, short=short, late=late,
        )  # fmt: skip
        return await log.count(call.principal, wanted, clock.now())

    @made.op("GET", "/api/v1/log/tags", Permission.READ_LOG, "Tags the log can be filtered by")
    async def list_log_tags(call: Call) -> LogTagList:
        """Those on the cards of clients whose passes one may read, by name."""
        return LogTagList(items=tuple(await log.tags(call.principal)), next=None)

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
