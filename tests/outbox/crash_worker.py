"""A worker that is started as often as one likes: it loads once, and forks for each round.

A line "fork" makes a child, whose process id is printed. A line "start" lets it do one round; how
that ended is printed. See `Crashable` for the other side.
"""

import os
import sys

import django

django.setup()

from surgeries.actions.sending import sweep  # noqa: E402 - models want the setup first
from surgeries.clock import database_now  # noqa: E402
from tests.outbox import odd  # noqa: E402, F401 - which breaks what the environment says


def main():
    """Fork, wait and tell, until there are no more lines."""
    for _fork in sys.stdin:
        listen, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.read(listen, 1)
            sweep(now=database_now(), worker="crashes")
            os._exit(0)
        print(child, flush=True)
        sys.stdin.readline()
        os.write(tell, b"!")
        _child, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
