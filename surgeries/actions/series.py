"""A series begins and changes; its team comes, goes and is handed over."""

import datetime
import itertools

from django.db import transaction
from django.db.models import Sum
from django.utils.text import slugify
from django.utils.translation import gettext as _

from surgeries.actions.outbox import call_off, owe
from surgeries.models import Belonging, Series, Surgery, TeamInvitation, TeamMember
from surgeries.refusals import Refused
from surgeries.states import MessageKind, Role

RESERVED = ("new",)  # an address of its own below organise/
INVITATION_MAILS_A_DAY = 20
LONGEST_STEM = 70


# The series ----------------------------------------------------------------------------


@transaction.atomic
def create_series(*, name, town, sprung_from=None, by, now):
    """Start a series with `by` as its organiser (L6). Returns it.

    `sprung_from` is the series it grew out of, if any. The person it grew out of is `by` if she
    organises that one, else whoever started it. Her first name stands on the public page as who
    runs it, until she writes another in the settings (R1).
    """
    series = _with_free_slug(
        name=name,
        town=town,
        sprung_from=sprung_from,
        sprung_from_person=_parent_of_spirit(sprung_from, by),
        started_by=by,
        ring_name=by.first_name if by.name else "",
        created_at=now,
    )
    TeamMember.objects.create(series=series, user=by, role=Role.ORGANISER, joined_at=now)
    return series


def _parent_of_spirit(sprung_from, by):
    if sprung_from is None:
        return None
    organises_it = sprung_from.team.filter(user=by, role=Role.ORGANISER).exists()
    return by if organises_it else sprung_from.started_by


def _with_free_slug(**fields):
    tries = (
        Series.objects.get_or_create(slug=slug, defaults=fields)
        for slug in _slugs(fields["name"], fields["town"])
        if slug not in RESERVED
    )
    return next(series for series, is_new in tries if is_new)


def _slugs(*names):
    """ "moseley", "moseley-2", "moseley-3" and so on, of the first name that has Latin letters."""
    stem = next(filter(None, map(slugify, names)), "surgery")[:LONGEST_STEM].strip("-")
    return itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))


@transaction.atomic
def edit_series(series, *, daily_digest, by, now, **answers):
    """Change what a series says and its defaults, and whether `by` gets the daily digest.

    `answers` are fields of the series by name. The time zone stays while surgeries are to come:
    people have read their times already.
    """
    series = Series.objects.select_for_update().get(pk=series.pk)
    moves = answers.get("time_zone", series.time_zone) != series.time_zone
    if moves and Surgery.objects.upcoming(now).filter(series=series).exists():
        raise Refused(
            _("People have been told the times of the surgeries to come. Change it after those."),
            field="time_zone",
        )
    for name, value in answers.items():
        setattr(series, name, value)
    series.save(update_fields=list(answers))
    for member in series.team.filter(user=by, role=Role.ORGANISER):
        set_digest(member, on=daily_digest)
    return series


@transaction.atomic
def set_digest(member, *, on):
    """Switch the daily digest of one member on or off."""
    member.daily_digest = on
    member.save(update_fields=["daily_digest"])


# Its team ------------------------------------------------------------------------------


@transaction.atomic
def invite(series, *, email, role, hand_over=False, by, now):
    """Ask a person by email to join the team; returns the invitation and owes the mail.

    With `hand_over` she becomes organiser, and `by` leaves the team when she accepts. Asking the
    same person again is no error: a new link is sent, and the one before no longer works. Nobody
    looks whether the address has an account.
    """
    email = email.strip().lower()
    role = Role.ORGANISER if hand_over else Role(role)
    series = Series.objects.select_for_update(no_key=True).get(pk=series.pk)
    _refuse_needless(series, email=email, role=role, hand_over=hand_over, by=by)
    _refuse_a_flood(by, now)
    invitation = _open_again(series, email, role, now) or TeamInvitation(
        series=series, email=email, role=role
    )
    invitation.hand_over = hand_over
    invitation.invited_by = by
    invitation.invited_at = now
    invitation.save()
    invitation.seal()
    invitation.save(update_fields=["link_hash"])
    again = f":{invitation.link_version}"
    owe(MessageKind.TEAM_INVITATION, invitation, now=now, again=again, series=series)
    return invitation


def _refuse_needless(series, *, email, role, hand_over, by):
    if hand_over and email == by.email:
        raise Refused(_("That is your own address. Who is to take over?"), field="email")
    is_there = series.team.filter(user__email=email, role=role).exists()
    if is_there and not hand_over:
        raise Refused(_("This person is in the team with this role already."), field="email")


def _refuse_a_flood(by, now):
    """Over all her series: anybody may start as many as she likes."""
    of_a_day = TeamInvitation.objects.filter(
        invited_by=by, invited_at__gt=now - datetime.timedelta(days=1)
    )
    sent = of_a_day.aggregate(n=Sum("link_version"))["n"]
    if (sent or 0) >= INVITATION_MAILS_A_DAY:
        raise Refused(_("That is a lot of invitations for one day. Please go on tomorrow."))


def _open_again(series, email, role, now):
    """The invitation that is out already, with a new link; its former mail is called off."""
    invitation = series.invitations.filter(
        email__iexact=email, role=role, accepted_at=None, withdrawn_at=None
    ).first()
    if invitation:
        call_off(invitation.messages, now=now)
        invitation.link_version += 1
    return invitation


@transaction.atomic
def accept_invitation(invitation, *, by, now):
    """`by` joins the team. Her address must be the invited one, which her sign-in has proven.

    Returns her new place in the team. On a handing over the inviter leaves it.
    """
    series = Series.objects.select_for_update(no_key=True).get(pk=invitation.series_id)
    invitation = series.invitations.open(now).filter(pk=invitation.pk).first()
    if invitation is None:
        raise Refused(_("This invitation is no longer open. Ask for a new one."))
    if invitation.email.lower() != by.email.lower():
        raise Refused(
            _("This invitation was sent to %(address)s. Sign in with that address to accept it.")
            % {"address": hidden(invitation.email)}
        )
    member, _is_new = TeamMember.objects.get_or_create(
        series=series, user=by, role=invitation.role, defaults={"joined_at": now}
    )
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    if invitation.hand_over and invitation.invited_by_id != by.pk:
        series.team.filter(user=invitation.invited_by_id).delete()
        _forget_belongings(series, invitation.invited_by_id)
        _withdraw_all_of(series, invitation.invited_by_id, now)
    return member


def hidden(email):
    """An address that only its owner recognises: h…@example.org."""
    return f"{email[:1]}…@{email.partition('@')[2]}"


@transaction.atomic
def withdraw_invitation(invitation, *, now):
    """Take an invitation back: its link and a mail that has not gone yet."""
    invitation.withdrawn_at = now
    invitation.save(update_fields=["withdrawn_at"])
    call_off(invitation.messages, now=now)


def _withdraw_all_of(series, user_pk, now):
    """Nobody joins a team on the word of somebody who has left it."""
    invitations = series.invitations.filter(invited_by=user_pk, accepted_at=None, withdrawn_at=None)
    for invitation in invitations:
        withdraw_invitation(invitation, now=now)


@transaction.atomic
def remove_member(member, *, now):
    """Take one role from one person. The last organiser stays: she hands over instead."""
    series = Series.objects.select_for_update(no_key=True).get(pk=member.series_id)
    if member.role == Role.ORGANISER:
        _refuse_to_orphan(series, member.user_id)
        _withdraw_all_of(series, member.user_id, now)
    member.delete()
    if not series.team.filter(user=member.user_id).exists():
        _forget_belongings(series, member.user_id)


@transaction.atomic
def leave(user, *, now):
    """Delete the account of `user` and her places in every team.

    Refused while she is the only organiser of a series. What she wrote for a series stays there.
    """
    hers = Series.objects.with_role(user, Role.ORGANISER).order_by("pk")
    for series in hers.select_for_update(no_key=True):
        _refuse_to_orphan(series, user.pk)
        _withdraw_all_of(series, user.pk, now)
    user.delete()


def _forget_belongings(series, user_pk):
    """Who has left the team is asked no longer to introduce it."""
    Belonging.objects.filter(network__series=series, user=user_pk).delete()


def _refuse_to_orphan(series, user_pk):
    others = series.team.filter(role=Role.ORGANISER).exclude(user=user_pk)
    if not others.exists():
        raise Refused(
            _("%(series)s would have no organiser. Hand it over to somebody first, in Settings.")
            % {"series": series.name}
        )
