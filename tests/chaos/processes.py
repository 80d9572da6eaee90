"""Real processes, each with a connection of its own, that begin at one moment.

They are told what to do by functions: `work(number, *args)`, found by name, its answer sent back.
"""

import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.forkserver import ensure_running

import pytest
from django.db import connection

COUNT = 12
# By the one process that all the others are copies of; the first sets Django up.
LOADED_ONCE = [
    "config.wsgi",
    "config.urls",
    "config.cache",
    "kombu.transport.redis",
    "tests.chaos.processes",
    "tests.promises.deeds",
    "tests.surgeries.views.visitor",
]
PATIENCE = 120  # seconds

_gate = None


def together():
    """Wait until every process has come here."""
    _gate.wait(PATIENCE)


class Processes:
    """`COUNT` processes on the database of this one; ended at the end of the block."""

    def __enter__(self):
        context = get_context("forkserver")
        context.set_forkserver_preload(LOADED_ONCE)
        gate = context.Barrier(COUNT)
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", url)
            ensure_running()
        self._pool = ProcessPoolExecutor(COUNT, context, initializer=_begin, initargs=(gate,))
        return self

    def __exit__(self, *fault):
        self._pool.shutdown(cancel_futures=True)

    def all_do(self, work, *args):
        """What `work(number, *args)` returns in each process, by number."""
        jobs = [self._pool.submit(_one, work, number, args) for number in range(COUNT)]
        return [job.result() for job in jobs]


def _begin(gate):
    global _gate
    _gate = gate
    threading.Thread(target=_end_with_parent, daemon=True).start()


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
