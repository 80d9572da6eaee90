"""The page on which an organiser turns texts on, and sees what they use."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Quota
from surgeries.rules.texts import month_of, series_scope
from surgeries.turnout.texts import texts_used
from tests.factories import NOW, create_series

pytestmark = pytest.mark.django_db


def page_of(series):
    return reverse("series_texts", args=[series.slug])


def use(series, used, *, period=None):
    period = period or month_of(timezone.now())
    Quota.objects.create(scope=series_scope(series.pk), period=period, used=used, most=200)


def words(response):
    return response.content.decode()


def test_she_turns_texts_on_and_sees_it(as_olu, series, phones):
    page = words(as_olu.get(page_of(series)))
    assert '<span class="state state--none">off</span>' in page

    answer = as_olu.post(page_of(series), {"on": "on", "a_month": "50"}, follow=True)

    series.refresh_from_db()
    assert (series.sends_texts, series.texts_a_month) == (True, 50)
    assert "Saved. People who gave us a mobile number get texts." in words(answer)
    assert '<span class="state state--well">on</span>' in words(answer)


def test_she_turns_texts_off_again(as_olu, series, phones):
    series.sends_texts = True
    series.save()

    answer = as_olu.post(page_of(series), {"a_month": "200"}, follow=True)

    series.refresh_from_db()
    assert series.sends_texts is False
    assert "No texts are sent." in words(answer)


@pytest.mark.parametrize("a_month", ["", "x", "-1", "100001"])
def test_a_strange_number_is_refused_and_changes_nothing(a_month, as_olu, series, phones):
    answer = as_olu.post(page_of(series), {"on": "on", "a_month": a_month})

    series.refresh_from_db()
    assert answer.status_code == 200
    assert "Error:" in words(answer)
    assert (series.sends_texts, series.texts_a_month) == (False, 200)


def test_it_shows_what_is_used_of_this_month(as_olu, series, phones):
    use(series, 12)
    use(series, 99, period=datetime.date(2020, 1, 1))
    use(create_series(), 98)

    assert "12 of 200 in " in words(as_olu.get(page_of(series)))


def test_when_they_are_used_up_it_says_so(as_olu, series, phones):
    series.sends_texts = True
    series.save()
    use(series, 199)
    assert "Used up" not in words(as_olu.get(page_of(series)))

    Quota.objects.update(used=200)

    assert "Used up" in words(as_olu.get(page_of(series)))


def test_the_ways_to_answer_are_told_only_where_one_can(as_olu, series, phones, settings):
    assert "STOP as an answer" in words(as_olu.get(page_of(series)))

    settings.TEXTS_FROM = "Surgery"

    assert "STOP as an answer" not in words(as_olu.get(page_of(series)))


def test_without_a_provider_it_says_so_and_nothing_can_be_turned_on(as_olu, series):
    page = words(as_olu.get(page_of(series)))
    assert "Nobody sends texts for this site yet." in page
    assert "<button" not in page.partition("<main")[2].partition("</main")[0]

    answer = as_olu.post(page_of(series), {"on": "on", "a_month": "50"})

    series.refresh_from_db()
    assert answer.status_code == 200
    assert series.sends_texts is False


def test_the_settings_lead_there(as_olu, series):
    page = words(as_olu.get(reverse("series_edit", args=[series.slug])))

    assert f'href="{page_of(series)}"' in page


def test_a_stranger_does_not_find_it(as_stan, series, phones):
    assert as_stan.get(page_of(series)).status_code == 404
    answer = as_stan.post(page_of(series), {"on": "on", "a_month": "50"})

    series.refresh_from_db()
    assert answer.status_code == 404
    assert series.sends_texts is False


def test_it_is_read_or_saved_and_nothing_else(as_olu, series, phones):
    assert as_olu.delete(page_of(series)).status_code == 405


def test_what_is_left_is_never_less_than_nothing(series):
    series.texts_a_month = 10
    use(series, 12, period=month_of(NOW))

    used = texts_used(series, NOW)

    assert (used.month, used.used, used.most, used.left) == (datetime.date(2026, 11, 1), 12, 10, 0)


def test_it_is_one_query(series, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert texts_used(series, NOW).used == 0
