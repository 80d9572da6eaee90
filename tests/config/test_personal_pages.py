"""Personal pages are kept by nobody; public ones stay as cheap as they were."""

import pytest
from django.urls import reverse

from tests.factories import create_series, create_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["series_list", "people_list", "turnout", "account_profile"])
def test_a_page_of_somebody_signed_in_is_kept_by_no_browser(client, name):
    olu = create_user(email="olu@example.org")
    series = create_series(organiser=olu)
    client.force_login(olu)
    page = reverse(name, args=[series.slug] if name in ("people_list", "turnout") else [])

    answer = client.get(page)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_the_page_that_shows_an_address_before_its_code_came_is_not_kept(client, mailbox):
    client.post(reverse("account_login"), {"email": "olu@example.org"})

    answer = client.get(reverse("account_confirm_login_code"))

    assert "olu@example.org" in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_a_public_page_that_a_stranger_opens_may_be_kept_and_asks_nobody(
    client, django_assert_num_queries
):
    with django_assert_num_queries(0):
        answer = client.get(reverse("privacy"))

    assert "Cache-Control" not in answer
    assert not answer.cookies
