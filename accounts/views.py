"""Coming in, one's own name, and going out (allauth's `logout`)."""

from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginByCodeStage
from allauth.account.utils import (
    get_login_redirect_url,
    get_next_redirect_url,
    passthrough_next_redirect_url,
)
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actions import rename
from accounts.forms import CodeForm, ProfileForm, SignInForm, may_send_code
from accounts.sign_in import SignIn

NO_MAIL = gettext_lazy("We could not send the mail just now. Please try again in a few minutes.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
@rate_limit(action="login")
def sign_in(request):
    """Ask for an address and send a code to it, whoever it is."""
    if request.user.is_authenticated:
        return redirect(get_login_redirect_url(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            SignIn.begin(request, email=form.cleaned_data["email"])
        except OSError:
            form.add_error(None, NO_MAIL)
        else:
            return redirect(_with_next(request, "account_confirm_login_code"))
    next_url = get_next_redirect_url(request)
    return render(request, "account/login.html", {"form": form, "next": next_url})


@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login")
def enter_code(request):
    """Ask for the code; the right one signs in, three wrong ones send back to the start."""
    process = SignIn(request._login_stage).abort_if_invalid()
    if not process:
        messages.warning(request, _("That code is too old. Please ask for a new one."))
        return redirect(_with_next(request, "account_login"))
    form = CodeForm(request.POST or None, code=process.code)
    may_try = request.method == "POST" and process.may_try()
    if may_try and form.is_valid():
        return process.finish(get_next_redirect_url(request))
    if request.method == "POST" and not (may_try and process.record_invalid_attempt()):
        process.abort()
        messages.warning(request, _("None of the 3 was the code. Please ask for a new one."))
        return redirect(_with_next(request, "account_login"))
    context = {
        "form": form,
        "email": process.state["email"],
        "can_resend": process.can_resend,
        "next": get_next_redirect_url(request),
    }
    return render(request, "account/confirm_login_code.html", context)


@require_http_methods(["POST"])
@login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login")
def send_new_code(request):
    """Send another code; the one before no longer works."""
    process = SignIn(request._login_stage).abort_if_invalid()
    if process and process.can_resend and may_send_code(process.state["email"]):
        try:
            process.resend()
            messages.success(request, _("We have sent a new code. The one before no longer works."))
        except OSError:
            messages.warning(request, NO_MAIL)
    else:
        messages.warning(request, _("Please wait a few minutes, then ask for a new code."))
    return redirect(_with_next(request, "account_confirm_login_code"))


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    """Her own name."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        rename(request.user, name=form.cleaned_data["name"])
        messages.success(request, _("Your name is saved."))
        return redirect("account_profile")
    return render(request, "account/profile.html", {"form": form})


def _with_next(request, name):
    return passthrough_next_redirect_url(request, reverse(name), "next")
