"""Expected failures of a command: one line each that says what happened and what to do, and an exit code."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

FAILED = 1
WRONG_USE = 2


class Failed(Exception):
    """The command ends here; `lines` go to standard error, `code` is FAILED or WRONG_USE (or
    configuration)."""

    def __init__(self, *lines: str, code: int = FAILED) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines
        self.code = code


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turns the errors that operators can do something about into Failed; anything else is a bug of ours."""
    try:
        yield
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        raise failure from error


def failure_of(error: BaseException) -> Failed | None:
    """What to tell of an error; None for one that nobody expected."""
    # imported here: what a command never touched cannot have failed, and need not be loaded
    from crm_store.engine import DatabaseInUse, StoreNotDurable
    from crm_store.migrate import DatabaseIsNewer
    from hub.domain.errors import HubError
    from hub.http import PortTaken
    from hub.only_one import AlreadyRunning
    from hub.rest_client import HubRefused, HubSilent
    from hub.settings import NotInThisRelease

    match error:
        case Failed():
            return error
        case BaseExceptionGroup():
            return next(filter(None, map(failure_of, error.exceptions)), None)
        case PortTaken() | AlreadyRunning() | DatabaseInUse():
            return Failed(str(error))
        case StoreNotDurable():
            return Failed(f"the store can lose what was acknowledged: {error}", code=WRONG_USE)
        case DatabaseIsNewer() | NotInThisRelease():
            return Failed(str(error), code=WRONG_USE)
        case HubSilent():
            return Failed(
                f"{error}: is the hub running? `touchline run` starts it, --url names another place"
            )
        case HubRefused() | HubError():
            return Failed(str(error))
        case OSError(filename=str() as place) if error.strerror:
            return Failed(f"{place}: {error.strerror.lower()}; see data_dir (HUB_DATA_DIR)", code=WRONG_USE)
        case OSError() | sqlite3.Error():
            return Failed(str(error))
        case _:
            return None
