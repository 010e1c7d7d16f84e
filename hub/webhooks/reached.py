"""Whether somebody answers where webhooks go. Nothing is delivered: a trial delivery has its own button."""

import asyncio
from collections.abc import Sequence
from typing import Final

from hub.domain.webhook import Webhook
from hub.part_checks import fail, ok, warn
from hub.ports.status import Finding
from hub.webhooks.calling import Caller

_PART: Final = "webhooks"


async def examined(webhooks: Sequence[Webhook], caller: Caller) -> list[Finding]:
    """One finding a webhook that is on, all of them asked at once."""
    if not webhooks:
        return [ok(_PART, "no webhook is on", code="no_webhook")]
    return list(await asyncio.gather(*(_reached(webhook, caller) for webhook in webhooks)))


async def _reached(webhook: Webhook, caller: Caller) -> Finding:
    status, error = await caller.reaches(webhook.url)
    values: dict[str, str | float] = {"name": webhook.name, "status": status, "error": error}
    if error:
        return fail(
            _PART,
            f"{webhook.name}: {error.replace('_', ' ')}",
            "see whether the receiver runs, and its address",
            code="hook_lost",
            values=values,
        )
    if webhook.failing_since is not None:
        return warn(
            _PART,
            f"{webhook.name}: answers, but deliveries fail",
            "see its deliveries",
            code="hook_failing",
            values=values,
        )
    return ok(_PART, f"{webhook.name}: answers ({status})", code="hook_ok", values=values)
