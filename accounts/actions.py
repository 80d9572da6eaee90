"""What happens to an account: it begins, and it gets a name."""

from django.contrib.auth.hashers import make_password

from accounts.models import User


def join(email):
    """The person with this address, as a new account if there was none.

    `email` has just been proven by a sign-in code. Two at once make one account.
    """
    no_password = {"password": make_password(None)}
    return User.objects.get_or_create(email=email.strip().lower(), defaults=no_password)[0]


def rename(user, *, name):
    """Set the name that a team sees."""
    user.name = name
    user.save(update_fields=["name"])
