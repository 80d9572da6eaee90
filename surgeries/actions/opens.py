"""Somebody opened an invite link: one more on that day, and nothing of who it was (R61)."""

from django.db import connection

COUNT_ONE = """
INSERT INTO surgeries_linkopens (link_id, "on", times) VALUES (%s, %s, 1)
ON CONFLICT (link_id, "on") DO UPDATE SET times = surgeries_linkopens.times + 1
"""


def count_open(link, *, now):
    """One more opening of `link`, on the day it is in its series: a transaction of one statement.

    Expects the link's network and series to be there already.
    """
    on = now.astimezone(link.network.series.zone).date()
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ONE, [link.pk, on])
