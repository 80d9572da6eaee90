"""The back office: for administrators, to look, and to find a lost series an organiser."""

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import reverse

from surgeries.models import Attendee, Booking, Helper, Message, TeamInvitation
from surgeries.states import Role
from tests.factories import create_member, create_series, create_user
from tests.pages import build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    person = create_user(email="root@example.org", is_staff=True, is_superuser=True)
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def names():
    return sorted(
        f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry
    )


@pytest.mark.parametrize("name", names())
def test_every_list_and_page_opens(administrator, name):
    build_world()
    response = administrator.get(reverse(f"admin:{name}_changelist"))
    assert response.status_code == 200
    first = response.context["cl"].queryset.first()
    if first:
        page = reverse(f"admin:{name}_change", args=[first.pk])
        assert administrator.get(page).status_code == 200


def test_people_who_book_or_help_are_not_listed():
    assert not {Attendee, Booking, Helper} & set(admin.site._registry)


def test_a_lost_series_gets_a_new_organiser_by_the_same_action(administrator):
    series = create_series()
    page = reverse("admin:surgeries_teaminvitation_add")
    administrator.post(page, {"series": series.pk, "email": "Ann@example.org", "role": "organiser"})
    invitation = TeamInvitation.objects.get()
    assert (invitation.email, invitation.invited_by.email) == (
        "ann@example.org",
        "root@example.org",
    )
    assert Message.objects.get().invitation == invitation


def test_a_refusal_is_said_and_writes_nothing(administrator):
    series = create_series()
    create_member(series=series, user=create_user(email="ann@example.org"), role=Role.DOOR)
    page = reverse("admin:surgeries_teaminvitation_add")
    answers = {"series": series.pk, "email": "ann@example.org", "role": "door"}
    response = administrator.post(page, answers, follow=True)
    assert "in the team with this role already" in response.content.decode()
    assert TeamInvitation.objects.count() == 0


def test_an_organiser_is_no_administrator(client):
    olu = create_user()
    create_series(organiser=olu)
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.get("/backoffice/").status_code == 302
    assert client.get("/backoffice/", follow=True).status_code == 403
