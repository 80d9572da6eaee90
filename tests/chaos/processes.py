"""Real processes, each with a connection of its own, that begin at one moment.

They are told what to do by functions: `work(number, *args)`, found by name, its answer sent back.
"""

import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process

import django
from django.db import connection

COUNT = 12
PATIENCE = 120  # seconds

_gate = None


def together():
    """Wait until every process has come here."""
    _gate.wait(PATIENCE)


class Processes:
    """`COUNT` processes on the database of this one; ended at the end of the block."""

    def __enter__(self):
        context = get_context("spawn")
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        self._pool = ProcessPoolExecutor(
            COUNT, mp_context=context, initializer=_begin, initargs=(context.Barrier(COUNT), url)
        )
        return self

    def __exit__(self, *fault):
        self._pool.shutdown(cancel_futures=True)

    def all_do(self, work, *args):
        """What `work(number, *args)` returns in each process, by number."""
        jobs = [self._pool.submit(_one, work, number, args) for number in range(COUNT)]
        return [job.result() for job in jobs]


def _begin(gate, url):
    """The first thing in each process: nothing of ours can be imported before it."""
    global _gate
    _gate = gate
    os.environ["DATABASE_URL"] = url
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()


def _end_with_parent():
    parent_process().join()
    os._exit(1)


def _one(work, number, args):
    try:
        together()  # so that each process gets one number
        return work(number, *args)
    except BaseException:
        _gate.abort()
        raise
