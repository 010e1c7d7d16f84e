"""What one does with exports that were asked for, whatever they are of: list them, cancel one, fetch its file."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.export_bodies import ExportPage
from agent_console.export_desk import ExportDesk
from agent_console.operations import Call, Download, Operations
from hub.domain.access import Permission
from hub.insight.exports import ExportView


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """Exports of one subject at the API. `one` is what an operation calls an export of it (`person_export`), `words`
    what people call it; `seen` says whose are listed."""

    path: str
    permission: Permission
    one: str
    words: str
    seen: str = "Everybody's, the newest first."


def add_operations(made: Operations, desk: ExportDesk, of: Exports) -> None:
    """Listing, cancelling and fetching, by names of their own for each subject."""
    parameter, words = f"{of.one}_id", of.words

    async def listed(
        call: Call,
        after: Annotated[str, Meta(max_length=100)] = "",
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    ) -> ExportPage:
        return await desk.page(call, after, limit)

    async def cancelled(call: Call, export_id: Id) -> ExportView:
        """What was written of it is removed."""
        return await desk.cancel(call, export_id)

    async def fetched(call: Call, export_id: Id) -> Download:
        """Until it expires; each fetch is in the audit log."""
        return await desk.fetch(call, export_id)

    listed.__name__, listed.__doc__ = f"list_{of.one}s", of.seen
    made.op("GET", of.path, of.permission, f"Exports of {words}")(listed)
    made.op("POST", f"{of.path}/{{{parameter}}}/cancel", of.permission, f"End an export of {words}")(
        _of_one(cancelled, f"cancel_{of.one}", parameter)
    )
    made.op("GET", f"{of.path}/{{{parameter}}}/file", of.permission, f"The file of an export of {words}")(
        _of_one(fetched, f"fetch_{of.one}", parameter)
    )


def _of_one(
    handler: Callable[[Call, Id], Awaitable[Any]], name: str, parameter: str
) -> Callable[..., Awaitable[Any]]:
    """The handler by that name; what it is about has that name in the address."""

    async def renamed(call: Call, **given: Id) -> Any:
        return await handler(call, given[parameter])

    call, about = inspect.signature(handler).parameters.values()
    returned = inspect.signature(handler).return_annotation
    renamed.__name__, renamed.__doc__ = name, handler.__doc__
    renamed.__annotations__ = {call.name: Call, parameter: Id, "return": returned}
    vars(renamed)["__signature__"] = inspect.Signature(
        [call, about.replace(name=parameter)], return_annotation=returned
    )
    return renamed
