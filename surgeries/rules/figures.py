"""Which months are over for good, so that their figures can be added up once."""

from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

# By then the last evening of a month has begun in every time zone.
OVER_FOR = timedelta(days=1)


def months_over(
    now: datetime, from_: date | None = None, to: date | None = None
) -> tuple[date, date]:
    """The first days of the first and the last whole month of a period that are over at `now`.

    The period is inclusive and may be open. Without such a month the first is after the last.
    """
    last_day = (now - OVER_FOR).date() - timedelta(days=1)
    last_day = min(last_day, to) if to else last_day
    first = from_ or date.min
    if first.day > 1:
        first = first.replace(day=1) + relativedelta(months=1)
    last = (last_day + timedelta(days=1)).replace(day=1) - relativedelta(months=1)
    return first, last
