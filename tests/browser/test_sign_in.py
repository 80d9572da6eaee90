"""Olu comes in on her phone: an address, the code from her mail, and she is where she was going."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet(transactional_db):
    cache.clear()


def test_olu_starts_a_surgery_on_her_phone(page, mailbox, no_axe_violations):
    page.goto("/organise/new/")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter an email address.")
    no_axe_violations()
    page.get_by_label("Your email address").fill("olu@example.org")
    page.get_by_role("button", name="Send me a code").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Write the code from your mail")
    no_axe_violations()
    page.get_by_role("button", name="Send a new code").click()
    expect(page.get_by_role("status")).to_contain_text("We have sent a new code.")
    page.get_by_label("The 6 figures").fill("no")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("That is not the code.")
    no_axe_violations()
    page.get_by_label("The 6 figures").fill(re.search(r"\d{6}", mailbox[-1].subject)[0])
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Start a surgery in your town")
    page.get_by_label("What is your surgery called?").fill("Central Birmingham")
    page.get_by_label("Which town or place is it in?").fill("Birmingham")
    page.get_by_role("button", name="Start it").click()
    expect(page).to_have_url(re.compile("/organise/central-birmingham/surgeries/new/"))
