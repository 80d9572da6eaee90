"""Her name, and going out."""

import pytest
from django.conf import settings
from django.urls import reverse

from tests.factories import create_user


@pytest.fixture
def olu(db, client):
    olu = create_user(email="olu@example.org", name="")
    client.force_login(olu, backend=settings.AUTHENTICATION_BACKENDS[0])
    return olu


def test_a_name_is_kept(client, olu):
    client.post(reverse("account_profile"), {"name": "Olu O’Adé 🌻", "email": "evil@example.org"})
    olu.refresh_from_db()
    assert (olu.name, olu.email) == ("Olu O’Adé 🌻", "olu@example.org")


def test_a_name_of_500_letters_gets_a_sentence(client, olu):
    response = client.post(reverse("account_profile"), {"name": "x" * 500})
    assert "name" in response.context["form"].errors
    olu.refresh_from_db()
    assert olu.name == ""


def test_signing_out_asks_first_and_then_does_it(client, olu):
    client.get(reverse("account_logout"))
    assert client.session["_auth_user_id"] == str(olu.pk)
    response = client.post(reverse("account_logout"))
    assert response["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_a_stranger_has_no_profile(client, db):
    response = client.get(reverse("account_profile"))
    assert response["Location"].startswith(reverse("account_login"))


def test_the_back_office_has_the_same_door(client, db):
    response = client.get("/backoffice/login/?next=/backoffice/")
    assert response["Location"].startswith(reverse("account_login"))
