"""Cancellation that a library lost on the way."""

import asyncio


def raise_if_cancelled() -> None:
    """End here if this task was cancelled. `asyncio.wait_for` of Python 3.11 returns the result of what it waited for
    when both come at once, and the cancellation is forgotten: a loop around it would never end. Raises
    CancelledError."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
