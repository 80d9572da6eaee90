"""How much may be sent to one contact, and how many texts a month (P16, T-BIZ-07, T-BIZ-08).

The limits are rows of the database, so they hold for all workers at once and without Redis.
"""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from surgeries.actions.leases import Use
from surgeries.models import Quota
from surgeries.rules.links import pseudonym_of
from surgeries.rules.outbox import A_DAY
from surgeries.rules.reminders import by_day
from surgeries.rules.texts import EVERY_SERIES, month_of, series_scope
from surgeries.states import NOTICES, Channel

DAY = datetime.timedelta(days=1)
ENOUGH_FOR_A_DAY = "Enough for one day: it waits for tomorrow."
SERIES_USED_UP = "This month’s texts of the series are used up."
ALL_USED_UP = "This month’s texts are used up."


def uses_of(message, recipient, *, now, parts=1):
    """What sending `message` to `recipient` takes of each quota, as Use rows. Reads only.

    Whoever types a stranger's address cannot flood it: that goes for all that attendees,
    helpers and connectors get, but not for the news that an evening moved or is off, nor for the
    team's own mail.
    """
    uses, today = [], now.astimezone(datetime.UTC).date()
    of_the_public = message.booking_id or message.helping_id or message.connector_id
    if of_the_public and message.kind not in NOTICES:
        scope = f"contact:{pseudonym_of(recipient)}:{message.channel}"
        uses.append(Use(scope, today, 1, A_DAY[message.channel], ENOUGH_FOR_A_DAY))
    if message.channel == Channel.TEXT:
        month, series = month_of(now), message.series
        scope = series_scope(series.pk)
        uses.append(Use(scope, month, parts, series.texts_a_month, SERIES_USED_UP))
        uses.append(Use(EVERY_SERIES, month, parts, settings.TEXTS_A_MONTH, ALL_USED_UP))
    return uses


@transaction.atomic
def give_back(uses):
    """What was begun and certainly not taken counts for nothing: a provider that turns us away
    for a day must not use up the month.
    """
    for use in uses:
        rows = Quota.objects.filter(scope=use.scope, period=use.period)
        rows.update(used=Greatest(F("used") - use.amount, 0))


def until_there_is_more(use, hours, now):
    """How long a message that a quota did not hold waits: until tomorrow by day."""
    tomorrow = datetime.datetime.combine(use.period + DAY, datetime.time(), datetime.UTC)
    return by_day(tomorrow, hours) - now
