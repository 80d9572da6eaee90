"""Starting and ending child processes so that none is ever left behind."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
# Loaded here, because a child that has already changed its user may not be able to.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(
    command: Sequence[str | Path],
    *,
    dies_by: signal.Signals = signal.SIGTERM,
    user: int | None = None,
    group: int | None = None,
    env: dict[str, str] | None = None,
    log: Path | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen:
    """Start a child in a session of its own; on Linux it gets `dies_by` when its parent dies.

    Output goes to `log`, or to the terminal when there is none.
    """
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            preexec_fn=_die_with_parent(dies_by),  # noqa: PLW1509 - it takes no lock
            env=env,
            cwd=cwd,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
    finally:
        if output:
            output.close()


def _die_with_parent(by: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    parent = os.getpid()

    def ask_kernel():
        _libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_kernel


def stop(
    process: subprocess.Popen, by: signal.Signals | None = signal.SIGTERM, patience: float = 3
) -> None:
    """Ask a child to end, or only wait if `by` is None; then end its whole session.

    `patience` is in seconds.
    """
    if process.poll() is None:
        if by is not None:
            process.send_signal(by)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port(preferred: int = 0) -> int:
    """Return a free port of the loopback address, the preferred one when it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", preferred))
            return probe.getsockname()[1]
    return free_port()
