"""The database's clock, for tasks and commands: one clock for every worker (model.md)."""

from django.db import connection


def database_now():
    """The instant of the database server, aware, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
