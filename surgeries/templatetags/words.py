"""Dates and times as people say them: "Wednesday 11 November, 5:30pm"."""

import phonenumbers
from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


def _local(value, series=None):
    if getattr(value, "tzinfo", None) is None:
        return value
    return value.astimezone(series.zone) if series else timezone.localtime(value)


@register.filter
def day(value, series=None):
    """A date or an instant as "Wednesday 11 November"; an instant in the zone of `series`."""
    return date_format(_local(value, series), "l j F")


@register.filter
def day_and_year(value, series=None):
    """For things long ago: "Wednesday 11 November 2026"."""
    return date_format(_local(value, series), "l j F Y")


@register.filter
def clock(value, series=None):
    """ "5:30pm", and "6pm" on the hour."""
    local = _local(value, series)
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{hour}{minutes}{'am' if local.hour < 12 else 'pm'}"


@register.filter
def day_time(value, series=None):
    """ "Wednesday 11 November, 5:30pm"."""
    return f"{day(value, series)}, {clock(value, series)}"


@register.filter
def short_day_time(value, series=None):
    """ "Wed 11 Nov, 5:30pm", where each letter costs."""
    return f"{date_format(_local(value, series), 'D j M')}, {clock(value, series)}"


@register.filter
def day_near(value, today):
    """A date as "Wednesday" in the six days from `today` on, else "Wednesday 11 November"."""
    return date_format(value, "l") if 0 <= (value - today).days < 7 else day(value)


@register.filter
def days_ahead(value, today):
    """ "Today", "Tomorrow", "In 5 days"; "" for what is past."""
    days = (value - today).days
    if days < 2:
        return {0: _("Today"), 1: _("Tomorrow")}.get(days, "")
    return ngettext("In %(days)d day", "In %(days)d days", days) % {"days": days}


@register.simple_tag
def days_back(value, now, series):
    """An instant of the past as "today", "yesterday", "on Saturday", "on Saturday 7 November"."""
    then = _local(value, series).date()
    days = (_local(now, series).date() - then).days
    if days < 2:
        return _("today") if days < 1 else _("yesterday")
    return _("on %(day)s") % {"day": date_format(then, "l") if days < 7 else day(then)}


@register.simple_tag
def days_on(value, now, series):
    """An instant to come as "today", "tomorrow", "Friday", "Friday 13 November"."""
    then, today = _local(value, series).date(), _local(now, series).date()
    days = (then - today).days
    if days < 2:
        return _("today") if days < 1 else _("tomorrow")
    return day_near(then, today)


@register.filter
def when_near(local, today):
    """A local moment just past: "at 5pm", or "on Tuesday 10 November, 5pm" on another day."""
    if local.date() == today:
        return _("at %(time)s") % {"time": clock(local)}
    return _("on %(when)s") % {"when": day_time(local)}


@register.filter
def weekday_time(value, series=None):
    """ "Wednesday 5:30pm", for the days just ahead."""
    return f"{date_format(_local(value, series), 'l')} {clock(value, series)}"


@register.filter
def phone(value):
    """ "07400 123456" for "+447400123456"; what is no phone number stays as it is."""
    try:
        number = phonenumbers.parse(value, "GB")
    except phonenumbers.NumberParseException:
        return value
    at_home = phonenumbers.region_code_for_number(number) == "GB"
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if at_home else form.INTERNATIONAL)


@register.filter
def masked(contact):
    """ "a…@example.org", "07… 456": enough to know one's own by, too little to use."""
    local, at, host = (contact or "").rpartition("@")
    if at:
        return f"{local[:1] if len(local) > 2 else ''}…@{host}"
    return f"{phone(contact)[:2]}… {contact[-3:]}" if contact else ""


@register.filter
def place_in_queue(number):
    """ "third", and "number 12" from the eleventh on."""
    words = (
        *(_("first"), _("second"), _("third"), _("fourth"), _("fifth")),
        *(_("sixth"), _("seventh"), _("eighth"), _("ninth"), _("tenth")),
    )
    if number <= len(words):
        return words[number - 1]
    return _("number %(number)d") % {"number": number}


@register.filter
def percent(share):
    """ "67%" for 0.6667, and a dash for what is unknown."""
    return "–" if share is None else f"{share:.0%}"
