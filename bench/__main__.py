"""`make bench`: every figure of this folder, a line each, and all of them in `bench/results/`."""

import sys
import time
from collections.abc import Callable, Sequence

from bench import desk, log, media, pop, push, router, search, sip, start, wallboard
from bench.harness import Figure, keep, told

PARTS: dict[str, Callable[[], Sequence[Figure]]] = {
    "desk": desk.figures,
    "log": log.figures,
    "media": media.figures,
    "pop": pop.figures,
    "push": push.figures,
    "router": router.figures,
    "search": search.figures,
    "sip": sip.figures,
    "start": start.figures,
    "wallboard": wallboard.figures,
}


def main(wanted: Sequence[str]) -> int:
    """Measure the parts named, or all of them; 2 for a part that is not there."""
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"there is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
        return 2
    began = time.monotonic()
    figures: list[Figure] = []
    for name in wanted or PARTS:
        for figure in PARTS[name]():
            figures.append(figure)
            print(told(figure), flush=True)
    print(f"kept in {keep(figures, began)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
