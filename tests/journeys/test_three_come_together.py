"""Joyce books for three and an interpreter; one of them cannot come, and one comes after all."""

import pytest

from surgeries.models import Booking, Place
from tests import factories
from tests.journeys.visitor import fill_in, link_in, post
from tests.surgeries.views.visitor import coming, words

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_party_of_three_with_an_interpreter(client, mailbox):
    series = factories.create_series(
        organiser=factories.create_user(email="olu@example.org"), slug="central-birmingham"
    )
    factories.create_network(series=series, name="Highgate Tenants")
    surgery = coming(series, places=(3, 2))
    early, late = surgery.slots.order_by("starts_at")

    # The late time has two places only; the page says so, and keeps what she wrote.
    company = {
        "name": "Joyce Bennett",
        "contact": "joyce@example.org",
        "other_1": "Basil Khan",
        "other_2": "Zoë D’Arcy",
        "supporter": "on",
        "told": "Highgate Tenants",
    }
    page = words(fill_in(client, surgery, slot=late.pk, **company))
    assert "There are 2 places left at 6:15pm, and you are 3. Choose another time." in page
    assert 'value="Zoë D’Arcy"' in page

    # The early one holds all of them. One mail, one link, three places; the interpreter has none.
    page = words(fill_in(client, surgery, slot=early.pk, **company))
    assert "Your 3 places are booked, Joyce" in page
    assert "a supporter or interpreter comes with you" in page
    mail = post(mailbox)
    assert (len(mailbox), mail.to) == (1, ["joyce@example.org"])
    assert Place.objects.free().filter(surgery=surgery).count() == 2
    assert {one.credited_network.name for one in Booking.objects.all()} == {"Highgate Tenants"}

    # Days later Basil cannot come. Joyce is asked who, and says so for him.
    hers = link_in(mail)
    assert "Are you all still able to come?" in words(client.get(hers))
    asked = client.get(hers + "cancel/")
    choices = dict(asked.context["form"].fields["which"].choices)
    assert list(choices.values()) == ["Joyce", "Basil", "Zoë"]
    basil = next(key for key, name in choices.items() if name == "Basil")
    page = words(client.post(hers + "cancel/", {"which": [basil]}, follow=True))
    assert "You come with Zoë." in page
    assert Place.objects.free().filter(surgery=surgery).count() == 3

    # It was a mistake. One tap, and they are three again.
    page = words(client.post(hers, {"answer": "undo", "whose": "2"}, follow=True))
    assert "Good. The place is yours again." in page
    assert "You come with Basil and Zoë." in page
    states = Booking.objects.order_by("party_number").values_list("state", flat=True)
    assert list(states) == ["booked"] * 3

    # She answers for all.
    page = words(client.post(hers, {"answer": "yes"}, follow=True))
    assert "You will all be there." in page
    assert Booking.objects.filter(confirmed_at=None).count() == 0
