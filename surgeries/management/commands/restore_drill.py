"""Prove that a backup can be restored: restore it beside the real database and compare.

Without a file it dumps the database as it is at one instant (an exported snapshot, so people may
go on booking) and compares every table, row for row, with what comes back. With a file, last
night's dump for example, it restores that and says what is in it. The copy is dropped at the end.
"""

import os
import subprocess
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg2 import sql

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# Rows in any order give the same sum.
SUM = "SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {} t"


class Command(BaseCommand):
    help = "Restores a backup into a copy, compares it with the real database, drops the copy."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, help="a dump made by pg_dump -Fc")
        parser.add_argument("--bin", default="", help="the folder of pg_dump and pg_restore")

    def handle(self, *, file, bin, **options):
        began = time.monotonic()
        self.programs = Path(bin)
        with tempfile.TemporaryDirectory() as folder:
            dump = file or Path(folder) / "drill.dump"
            real = None if file else self._dump(dump)
            size = dump.stat().st_size
            with self._copy() as name:
                self._run("pg_restore", "--no-owner", "--exit-on-error", "-d", name, str(dump))
                with (
                    closing(psycopg2.connect(**_parameters(name))) as copy,
                    copy.cursor() as cursor,
                ):
                    restored = _sums(cursor)
        self._report(real, restored)
        self.stdout.write(f"{size:,} bytes, {time.monotonic() - began:.1f} seconds.")

    def _dump(self, path):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            name = connection.settings_dict["NAME"]
            self._run("pg_dump", "-Fc", f"--snapshot={snapshot}", "-f", str(path), name)
            return _sums(cursor)

    @contextmanager
    def _copy(self):
        """A new, empty database beside ours, dropped at the end."""
        name = f"{connection.settings_dict['NAME']}_drill"
        for verb in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {} TEMPLATE template0"):
            _outside_a_transaction(verb, name)
        try:
            yield name
        finally:
            _outside_a_transaction("DROP DATABASE {}", name)

    def _run(self, program, *arguments):
        done = subprocess.run(
            [self.programs / program, *arguments],
            env=os.environ | _environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandError(f"{program} failed:\n{done.stderr.strip()}")

    def _report(self, real, restored):
        differ = [name for name in restored if real and real.get(name) != restored[name]]
        for name, (count, _sum) in restored.items():
            same = "" if real is None else "differs" if name in differ else "same"
            self.stdout.write(f"{name:40} {count:>9,} rows  {same}")
        missing = sorted(set(real or ()) - set(restored))
        if differ or missing or not restored:
            raise CommandError(f"The copy is not the same: {differ + missing or 'it is empty'}.")
        rows = sum(count for count, _sum in restored.values())
        said = "every one the same" if real else "nothing to compare them with"
        self.stdout.write(f"Restored {len(restored)} tables, {rows:,} rows; {said}.")


def _sums(cursor):
    """{table: (rows, checksum)} of every table."""
    cursor.execute(TABLES)
    sums = {}
    for (name,) in cursor.fetchall():
        cursor.execute(sql.SQL(SUM).format(sql.Identifier(name)))
        sums[name] = cursor.fetchone()
    return sums


def _outside_a_transaction(verb, name):
    with closing(psycopg2.connect(**_parameters("postgres"))) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(sql.SQL(verb).format(sql.Identifier(name)))


def _parameters(name):
    found = connection.settings_dict
    asked = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return {ours: found[key] for ours, key in asked.items() if found[key]} | {"dbname": name}


def _environment():
    parameters = {f"PG{key.upper()}": str(value) for key, value in _parameters("").items()}
    parameters.pop("PGDBNAME")
    return parameters
