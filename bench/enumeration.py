"""Does the time of an answer say who has an account? (P15: medians at most 25 ms apart)

`python -m bench.enumeration`: the sign-in form answers 50 known and 50 unknown addresses, in
turn, and the page after it too.
"""

import statistics
import time

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from bench import world

ROUNDS = 50
ALLOWED = 25  # milliseconds between the medians


def run():
    """Print the medians of both kinds for each step, and their difference."""
    from tests.factories import create_user  # models can be imported only after the setup

    for number in range(ROUNDS):
        create_user(email=f"known{number:03}@example.org")
    _round("warm@example.org")
    times = {"known": [], "never": []}
    for number in range(ROUNDS):
        for kind, taken in times.items():
            taken.append(_round(f"{kind}{number:03}@example.org"))
    print(f"{'step':16} {'known':>9} {'unknown':>9} {'apart':>9}   (medians of {ROUNDS}, ms)")
    for step, name in enumerate(("ask for a code", "the next page", "a wrong code")):
        known, never = (statistics.median(row[step] for row in times[k]) for k in times)
        apart = abs(known - never)
        verdict = "" if apart <= ALLOWED else "  TOO FAR APART"
        print(f"{name:16} {known:9.2f} {never:9.2f} {apart:9.2f}{verdict}")


def _round(email):
    """Milliseconds of each step for one address, in a browser of its own."""
    cache.clear()  # the limits on tries, which would end this after a few
    browser = Client()
    code = reverse("account_confirm_login_code")
    return [
        _milliseconds(lambda: browser.post(reverse("account_login"), {"email": email})),
        _milliseconds(lambda: browser.get(code)),
        _milliseconds(lambda: browser.post(code, {"code": "no"})),
    ]


def _milliseconds(work):
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    with world.servers():
        run()
