"""Forms that strangers use, without a cookie.

The usual check against forged requests needs a cookie, and it protects the authority of a
session. These pages have neither: a booking needs no account, and a secret link carries its own
authority in its address. So they set no cookie (R61), work in any mail program, and refuse what
another site sends. What was done is said by the page that follows, from a word in its address.
"""

from functools import wraps
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.contrib.messages import ERROR
from django.contrib.messages.storage.base import Message
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from surgeries.views import limits

SENTENCES = {
    "noted": _("Thank you. We have noted that."),
    "changed": _("Thank you. We have changed it."),
    "cancelled": _("Thank you for telling us."),
    "left": _("Thank you for telling us. You are off the waiting list."),
    "coming": _("Thank you. We look forward to seeing you."),
    "back": _("Good. The place is yours again."),
    "queued": _("Somebody else has been given the place by now."),
    "moved": _("Done. You come next time instead."),
    "ring": _("We will ring you, and not write."),
    "write": _("We will write to you again."),
    "cannot": _("Thank you for saying so. We do not expect you."),
    "can": _("Good. The organiser will answer you."),
    "show": _("That is changed."),
    "hide": _("That is changed."),
    "agreed": _("Thank you. You are all set."),
    "hours": _("Thank you. We have your hours."),
    "brought": _("They are booked. Please tell them the day and the time."),
    "brought_wait": _("No place is free just now, so they wait. Look here again: we cannot write."),
    "came": _("Thank you. We have noted who came."),
    "most_times": _("Thank you. The organiser answers you."),
    "not_most_times": _("We put you down for no new evening. The dates below stand."),
}


def public_form(view):
    """A public view whose POST is taken from our own pages only.

    Whoever tries one wrong secret after the other is told to wait; a right one always opens.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST" and not _comes_from_here(request):
            return render(request, "403.html", status=403)
        try:
            return view(request, *args, **kwargs)
        except Http404:
            if "secret" not in kwargs or limits.may_guess_on(request, kwargs["secret"]):
                raise
            return limits.wait_a_minute(request)

    return login_not_required(csrf_exempt(guarded))


def redirect_and_say(word, to, *args):
    """Go on to the page `to`, which says the sentence of `word`."""
    return redirect(f"{reverse(to, args=args)}?said={word}")


def what_was_said(request):
    """What the page before this one has done, for the template that shows `messages`."""
    word = request.GET.get("said")
    return {"messages": [SENTENCES[word]]} if word in SENTENCES else {}


def what_was_refused(refusal):
    """Why nothing was done, for the same template."""
    return {"messages": [Message(ERROR, refusal.sentence)]}


def _comes_from_here(request):
    """What browsers say of the page a form was sent from; those that say nothing are believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    said = request.headers.get("Origin") or request.headers.get("Referer")
    return said is None or urlsplit(said).netloc == request.get_host()
