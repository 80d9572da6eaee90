"""How much may be sent to one contact, and how many texts a month (P16, T-BIZ-07, T-BIZ-08).

The limits are rows of the database, so they hold for all workers at once and without Redis.
"""

import datetime

from django.conf import settings

from surgeries.actions.leases import Use
from surgeries.rules.links import pseudonym_of
from surgeries.rules.outbox import A_DAY
from surgeries.rules.reminders import by_day
from surgeries.states import NOTICES, Channel

DAY = datetime.timedelta(days=1)
ENOUGH_FOR_A_DAY = "Enough for one day: it waits for tomorrow."
SERIES_USED_UP = "This month’s texts of the series are used up."
ALL_USED_UP = "This month’s texts are used up."


def uses_of(message, recipient, *, now, parts=1):
    """What sending `message` to `recipient` takes of each quota, as Use rows. Reads only.

    Whoever types a stranger's address cannot flood it: that goes for all that attendees and
    helpers get, but not for the news that an evening moved or is off, nor for the team's own mail.
    """
    uses, today = [], now.astimezone(datetime.UTC).date()
    if (message.booking_id or message.helping_id) and message.kind not in NOTICES:
        scope = f"contact:{pseudonym_of(recipient)}:{message.channel}"
        uses.append(Use(scope, today, 1, A_DAY[message.channel], ENOUGH_FOR_A_DAY))
    if message.channel == Channel.TEXT:
        month = today.replace(day=1)
        series, most = message.series, message.series.texts_a_month
        uses.append(Use(f"series:{series.pk}:texts", month, parts, most, SERIES_USED_UP))
        uses.append(Use("all:texts", month, parts, settings.TEXTS_A_MONTH, ALL_USED_UP))
    return uses


def until_there_is_more(use, hours, now):
    """How long a message that a quota did not hold waits: until tomorrow by day."""
    tomorrow = datetime.datetime.combine(use.period + DAY, datetime.time(), datetime.UTC)
    return by_day(tomorrow, hours) - now
