"""Who will get what when: derived from bookings and the timetable of their series. Reads only."""

from surgeries.rules.reminders import TIMETABLE, When, reminders_due


def timetable_of(series):
    """{kind: When} of a series: our own times where it has set none (R20)."""
    own = {
        time.kind: When(time.days_before, time.at, time.on) for time in series.reminder_times.all()
    }
    return TIMETABLE | own


def reminders_of(booking, timetable):
    """The reminders a booking may get, earliest first, as `Due`; wants slot and surgery loaded."""
    surgery = booking.surgery
    return reminders_due(
        arrives_at=booking.slot.starts_at if booking.slot else surgery.starts_at,
        starts_at=surgery.starts_at,
        booked_at=booking.booked_at,
        timetable=timetable,
        hours=surgery.series.hours,
    )
