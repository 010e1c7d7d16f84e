"""Operations on the numbers by which nobody is known."""

from typing import Annotated

from msgspec import Meta

from agent_console.client_bodies import NewSharedLine
from agent_console.operations import Call, Operation, Operations
from hub.desk.client_stores import SharedLineStore
from hub.desk.client_views import SharedLinePage
from hub.domain.access import Permission


def operations(*, lines: SharedLineStore) -> list[Operation]:
    """Switchboards, hotels, what a carrier sends for a hidden number."""
    made = Operations("clients")

    @made.op("GET", "/api/v1/shared-lines", Permission.CONFIGURE, "Numbers of nobody in particular")
    async def list_shared_lines(call: Call) -> SharedLinePage:
        """By their numbers."""
        return await lines.shared_lines(call.principal)

    @made.op("PUT", "/api/v1/shared-lines", Permission.CONFIGURE, "Add a number of nobody in particular")
    async def add_shared_line(call: Call, body: NewSharedLine) -> SharedLinePage:
        """Whoever calls from it is known by nothing from now on, and no import or claim makes two people one by it."""
        return await lines.add_shared_line(call.principal, body.value, body.label)

    @made.op("DELETE", "/api/v1/shared-lines", Permission.CONFIGURE, "Whose number it is counts again")
    async def remove_shared_line(
        call: Call, value: Annotated[str, Meta(min_length=1, max_length=40)]
    ) -> SharedLinePage:
        """`value` is as it is listed. Twice is success."""
        return await lines.remove_shared_line(call.principal, value)

    return list(made)
