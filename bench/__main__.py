"""`make bench`: every part in turn, or those named: `make bench ARGS="journey race"`."""

import importlib
import sys

from bench import world

PARTS = (
    *("pages", "journey", "booking", "race", "register", "forecast"),
    *("outbox", "drain", "enumeration"),
    *("suppression", "dashboard"),
)


def main(names):
    """Run the named parts, each on an empty database."""
    unknown = set(names) - set(PARTS)
    if unknown:
        sys.exit(f"No such part: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
    with world.servers():
        for name in names or PARTS:
            print(f"\n== {name}", flush=True)
            importlib.import_module(f"bench.{name}").run()
            world.empty()


if __name__ == "__main__":
    main(sys.argv[1:])
