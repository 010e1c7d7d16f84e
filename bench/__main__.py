"""`make bench`: every figure of this folder, a line each, and all of them in `bench/results/`."""

import sys
import time
import traceback
from collections.abc import Callable, Sequence

from bench import (
    calls,
    desk,
    doubles,
    imports,
    log,
    mail,
    media,
    pop,
    push,
    router,
    search,
    sip,
    start,
    telegram,
    wallboard,
)
from bench.harness import Figure, keep, told

PARTS: dict[str, Callable[[], Sequence[Figure]]] = {
    "calls": calls.figures,
    "desk": desk.figures,
    "doubles": doubles.figures,
    "import": imports.figures,
    "log": log.figures,
    "mail": mail.figures,
    "media": media.figures,
    "pop": pop.figures,
    "push": push.figures,
    "router": router.figures,
    "search": search.figures,
    "sip": sip.figures,
    "start": start.figures,
    "telegram": telegram.figures,
    "wallboard": wallboard.figures,
}


def main(wanted: Sequence[str]) -> int:
    """Measure the parts named, or all of them; 1 when a part could not be measured, 2 for one that is not there."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"there is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
        return 2
    began = time.monotonic()
    figures: list[Figure] = []
    broken: list[str] = []
    for name in wanted or PARTS:
        try:
            measured = PARTS[name]()
        except Exception:  # noqa: BLE001 - the other parts are measured all the same
            traceback.print_exc()
            print(f"bench {name}: NOT MEASURED, see above", flush=True)
            broken.append(name)
            continue
        for figure in measured:
            figures.append(figure)
            print(told(figure), flush=True)
    print(f"kept in {keep(figures, began)}")
    if broken:
        print(f"not measured: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
