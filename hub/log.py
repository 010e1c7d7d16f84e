"""Log lines: a constant plus ids, as JSON or as text; personal data is dropped unless asked for."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer


def _without_personal_data(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in [k for k in line if k.startswith("pii.")]:
        del line[key]
    return line


class _Unfailing(structlog.PrintLogger):
    """Lines that cannot be written (a full disk, a pipe that nobody reads) never fail the work they speak of.
    They are counted, and the next line that gets through says in `lines_lost` how many they were."""

    lost = 0  # of the process: every logger writes to the same stream

    def msg(self, message: str) -> None:
        """Write a line, or count it as lost."""
        try:
            super().msg(message)
        except OSError:
            _Unfailing.lost += 1
        else:
            _Unfailing.lost = 0

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg

    @staticmethod
    def say_lost(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A step of a line: what was lost before it."""
        if _Unfailing.lost:
            line["lines_lost"] = _Unfailing.lost
        return line


def configure_log(*, level: str, as_json: bool, personal_data: bool = False) -> None:
    """Set up logging for the process, to standard error. Keys that begin with `pii.` are dropped by default;
    tracebacks never show the values of variables, which may be what a client wrote."""
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _Unfailing.say_lost,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not personal_data:
        steps.append(_without_personal_data)
    steps += (
        [
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=steps,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Unfailing(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr)
