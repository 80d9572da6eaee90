"""A backup that nobody has restored is a hope; this one is restored."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.local.binaries import MissingServer, find_postgres
from surgeries.management.commands import restore_drill
from surgeries.models import Attendee
from tests.factories import create_booking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def programs():
    try:
        folder = find_postgres()
    except MissingServer as missing:
        pytest.skip(str(missing))
    if not (folder / "pg_dump").exists():
        pytest.skip("No pg_dump beside the server: install your system's postgresql-client.")
    return folder


def drill(programs, *arguments):
    out = StringIO()
    call_command("restore_drill", *arguments, "--bin", str(programs), stdout=out)
    return out.getvalue()


def databases():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database ORDER BY 1")
        return cursor.fetchall()


def test_every_row_comes_back_and_the_copy_is_dropped(programs):
    create_booking()
    before = databases()

    said = drill(programs)

    assert "every one the same" in said
    assert f"{'surgeries_booking':40} {1:>9} rows  same" in said
    assert databases() == before


def test_a_row_that_does_not_come_back_is_named(programs, monkeypatch):
    """Negative control: a dump that lacks a table's rows."""
    create_booking()
    run = restore_drill.Command._run

    def forget_attempts(self, program, *arguments):
        if program == "pg_dump":
            arguments = ("--exclude-table-data=surgeries_booking", *arguments)
        run(self, program, *arguments)

    monkeypatch.setattr(restore_drill.Command, "_run", forget_attempts)

    with pytest.raises(CommandError, match=r"not the same: \['surgeries_booking'\]"):
        drill(programs)


def test_last_nights_dump_is_restored_and_counted(programs, tmp_path):
    create_booking()
    dump = tmp_path / "last-night.dump"
    command = restore_drill.Command()
    command.programs = programs
    command._run("pg_dump", "-Fc", "-f", str(dump), connection.settings_dict["NAME"])
    Attendee.objects.all().delete()

    said = drill(programs, str(dump))

    assert f"{'surgeries_booking':40} {1:>9} rows" in said
    assert "nothing to compare them with" in said


def test_a_file_that_is_no_dump_ends_in_a_sentence(programs, tmp_path):
    broken = tmp_path / "broken.dump"
    broken.write_text("not a dump")
    before = databases()

    with pytest.raises(CommandError, match="pg_restore failed"):
        drill(programs, str(broken))

    assert databases() == before
