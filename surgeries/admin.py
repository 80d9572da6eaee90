"""The back office: to look at series, teams and messages, and to find a lost series an organiser.

Read only, and without the people who book: what happens to a booking happens on the organiser's
pages. The one thing written here goes through the action that the organiser's page calls.
"""

from django import forms
from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.utils import timezone

from accounts.forms import AddressField
from surgeries.actions.series import invite
from surgeries.models import (
    Attempt,
    ImportRun,
    Message,
    Series,
    Surgery,
    TeamInvitation,
    TeamMember,
)
from surgeries.refusals import Refused


class ReadOnly:
    """To be looked at."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class TeamInline(ReadOnly, admin.TabularInline):
    model = TeamMember
    fields = ["user", "role", "daily_digest", "joined_at"]


@admin.register(Series)
class SeriesAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "town", "slug", "started_by", "created_at"]
    list_select_related = ["started_by"]
    search_fields = ["name", "town", "slug"]
    inlines = [TeamInline]


@admin.register(Surgery)
class SurgeryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["series", "on", "state", "venue"]
    list_select_related = ["series", "venue"]
    list_filter = ["state"]
    search_fields = ["series__name"]
    date_hierarchy = "on"


class AttemptInline(ReadOnly, admin.TabularInline):
    model = Attempt


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):
    """What is stuck. Whom a message is for is its organiser's business."""

    list_display = ["kind", "series", "state", "owed_at", "next_at", "attempts_made", "last_error"]
    list_select_related = ["series"]
    list_filter = ["state", "kind"]
    fields = [*list_display, "expires_at", "lease_until", "uncertain", "sent_at"]
    inlines = [AttemptInline]


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly, admin.ModelAdmin):
    list_select_related = True


class InvitationForm(forms.ModelForm):
    email = AddressField()

    class Meta:
        model = TeamInvitation
        fields = ["series", "email", "role"]


@admin.register(TeamInvitation)
class TeamInvitationAdmin(ReadOnly, admin.ModelAdmin):
    """Adding one sends it: so a series whose organiser has gone gets a new one."""

    form = InvitationForm
    list_display = ["series", "email", "role", "invited_at", "accepted_at", "withdrawn_at"]
    list_select_related = ["series"]
    fields = ["series", "email", "role"]

    def has_add_permission(self, request, obj=None):
        return admin.ModelAdmin.has_add_permission(self, request)

    def add_view(self, request, form_url="", extra_context=None):
        try:
            return super().add_view(request, form_url, extra_context)
        except Refused as refusal:
            self.message_user(request, refusal.sentence, messages.ERROR)
            return HttpResponseRedirect(request.path)

    def save_model(self, request, obj, form, change):
        sent = invite(
            obj.series, email=obj.email, role=obj.role, by=request.user, now=timezone.now()
        )
        obj.pk = sent.pk
