"""A series and its team: starting one, its settings, invitations, the digest."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import rename
from surgeries.access import series_of, series_organised_by
from surgeries.actions import series as actions
from surgeries.forms.series import InviteForm, SeriesCreateForm, SeriesForm
from surgeries.models import Series, Surgery, TeamInvitation, TeamMember
from surgeries.refusals import Refused
from surgeries.states import Role
from surgeries.views.public_forms import public_form

read_or_answer = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def series_list(request):
    """All her series: what she may do in each, and its next surgery."""
    every = list(series_of(request.user))
    upcoming = Surgery.objects.upcoming(timezone.now()).filter(series__in=every)
    following = upcoming.order_by("series_id", "starts_at").distinct("series_id")
    following = {surgery.series_id: surgery for surgery in following.select_related("venue")}
    rows = [
        {
            "series": series,
            "roles": [Role(role).label for role in series.roles],
            "organises": Role.ORGANISER in series.roles,
            "keeps_the_register": {Role.ORGANISER, Role.DOOR} & set(series.roles),
            "next": following.get(series.pk),
        }
        for series in every
    ]
    return render(request, "surgeries/series/series_list.html", {"rows": rows})


@read_or_answer
def series_create(request):
    """Name and town, and the surgery it grew out of (L6)."""
    form = SeriesCreateForm(
        request.POST or None,
        asks_name=not request.user.name,
        initial={"sprung_from": request.GET.get("from")},
    )
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        if answers.get("your_name"):
            rename(request.user, name=answers["your_name"])
        series = actions.create_series(
            name=answers["name"],
            town=answers["town"],
            sprung_from=answers["sprung_from"],
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("%s is there. Now choose its first day.") % series.name)
        return redirect("surgery_create", series.slug)
    return render(request, "surgeries/series/series_create.html", {"form": form})


@read_or_answer
def series_edit(request, slug):
    """Settings: its words and defaults, her digest, and the team."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    digest = series.team.filter(user=request.user, role=Role.ORGANISER, daily_digest=True).exists()
    form = SeriesForm(request.POST or None, instance=series, initial={"daily_digest": digest})
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_series(series, **form.cleaned_data, by=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(request, _("Your settings are saved."))
            return redirect("series_edit", series.slug)
    return _settings(request, series, form=form, invite_form=InviteForm())


@require_POST
def team_invite(request, slug):
    """Ask somebody into the team, or hand the series over, in one step."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            actions.invite(series, **form.asked(), by=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error(refusal.field, refusal.sentence)
        else:
            messages.success(
                request, _("We are sending an invitation to %s.") % form.cleaned_data["email"]
            )
            return redirect("series_edit", series.slug)
    return _settings(request, series, form=SeriesForm(instance=series), invite_form=form)


def _settings(request, series, *, form, invite_form):
    now = timezone.now()
    context = {
        # The name on the page is the saved one, not the one that was just refused.
        "series": Series.objects.get(pk=series.pk),
        "nav": "settings",
        "form": form,
        "invite_form": invite_form,
        "team": series.team.select_related("user").order_by("role", "joined_at"),
        "invitations": series.invitations.open(now).order_by("invited_at"),
    }
    return render(request, "surgeries/series/series_edit.html", context)


@require_POST
def team_remove(request, slug, pk):
    """Take one role from one person of the team."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    member = get_object_or_404(series.team.select_related("user"), pk=pk)
    try:
        actions.remove_member(member, now=timezone.now())
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(
            request,
            _("%(who)s is no longer in the team as %(role)s.")
            % {"who": member.user, "role": member.get_role_display()},
        )
    stays = series_organised_by(request.user).filter(pk=series.pk).exists()
    return redirect("series_edit", series.slug) if stays else redirect("series_list")


@require_POST
def invitation_withdraw(request, slug, pk):
    """Take an invitation back."""
    series = get_object_or_404(series_organised_by(request.user), slug=slug)
    now = timezone.now()
    invitation = get_object_or_404(series.invitations.open(now), pk=pk)
    actions.withdraw_invitation(invitation, now=now)
    messages.success(request, _("The invitation to %s no longer works.") % invitation.email)
    return redirect("series_edit", series.slug)


@read_or_answer
@login_not_required
@never_cache
def invitation_detail(request, secret):
    """Who asks what of whom. Reading needs no account; saying yes needs the invited address."""
    now = timezone.now()
    invitation = get_object_or_404(
        TeamInvitation.objects.open(now).by_secret(secret).select_related("series", "invited_by")
    )
    context = {"invitation": invitation, "address": actions.hidden(invitation.email)}
    if request.method == "POST" and request.user.is_authenticated:
        try:
            member = actions.accept_invitation(invitation, by=request.user, now=now)
        except Refused as refusal:
            context["refusal"] = refusal.sentence
        else:
            messages.success(request, _("You are in the team of %s.") % invitation.series.name)
            organises = member.role == Role.ORGANISER
            return (
                redirect("series_week", invitation.series.slug)
                if organises
                else redirect("series_list")
            )
    return render(request, "surgeries/series/invitation_detail.html", context)


@public_form
@read_or_answer
@never_cache
def digest_off(request, pk, secret):
    """The link in a digest: a look changes nothing, one tap turns the digest off."""
    member = TeamMember.objects.filter(pk=pk).select_related("series").first()
    if member is None or not constant_time_compare(member.secret, secret):
        raise Http404
    if request.method == "POST":
        actions.set_digest(member, on=False)
    return render(request, "surgeries/series/digest_off.html", {"member": member})


@read_or_answer
def account_leave(request):
    """Delete her account, unless a series would be left without an organiser."""
    refusal = None
    if request.method == "POST":
        try:
            actions.leave(request.user, now=timezone.now())
        except Refused as refused:
            refusal = refused.sentence
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("home")
    return render(request, "surgeries/series/account_leave.html", {"refusal": refusal})
