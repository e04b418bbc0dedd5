"""predictions/models/revoked_pages.py: what is revoked, for how long, and that no person is in the rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from predictions.models.revoked_pages import RevokedPages, revoke_page, revoke_pages_of, revoke_request
from predictions.reading_pages.links import LIFETIME, open_token, reading_url

pytestmark = pytest.mark.django_db
HOLDER = "wechat:1:oFollower_of_ours"
ASKED = {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}}


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.CELESTIAL_PUBLIC_URL = "https://mp.example.com"


def page_at(moment, asked=ASKED, holder=HOLDER):
    url = reading_url("calendar", asked, {}, holder=holder, now=moment)
    return open_token(url.rpartition("/")[2])


def test_every_page_of_a_holder_up_to_the_instant_is_gone_and_later_ones_are_not():
    now = timezone.now()
    other = {"date": {"calendar": "solar", "year": 1990, "month": 5, "day": 17}}
    before = [page_at(now - timedelta(days=days), asked) for days in (0, 5, 29) for asked in (ASKED, other)]
    revoke_pages_of(HOLDER, now)
    assert all(RevokedPages.has(page) for page in before)
    assert not RevokedPages.has(page_at(now + timedelta(seconds=1)))
    assert not RevokedPages.has(page_at(now, holder="wechat:2:oFollower_of_ours"))


def test_one_request_of_a_holder_is_gone_and_the_others_stay():
    now = timezone.now()
    revoke_request("calendar", ASKED, {}, holder=HOLDER, now=now)
    assert RevokedPages.has(page_at(now))
    assert not RevokedPages.has(page_at(now, {"date": {}}))


def test_revoking_the_past_takes_nothing_back_that_was_revoked_later():
    now = timezone.now()
    revoke_pages_of(HOLDER, now)
    revoke_pages_of(HOLDER, now - timedelta(days=3))
    assert RevokedPages.has(page_at(now - timedelta(hours=1)))
    assert RevokedPages.objects.count() == 1


def test_a_row_names_neither_the_person_nor_the_question():
    revoke_pages_of(HOLDER, timezone.now())
    revoke_page(page_at(timezone.now()), timezone.now())
    for row in RevokedPages.objects.values():
        text = str(row)
        assert not any(word in text for word in ("oFollower", "wechat", "calendar", "2026, 2, 17"))
        assert set(row) == {"id", "print", "revoked_at"}


def test_the_prints_depend_on_the_installations_key(settings):
    revoke_pages_of(HOLDER, timezone.now())
    settings.CELESTIAL_ENCRYPTION_KEYS = [b"k" * 32]
    revoke_pages_of(HOLDER, timezone.now())
    assert RevokedPages.objects.count() == 2


def test_rows_go_when_the_links_they_revoke_have_expired():
    now = timezone.now()
    revoke_pages_of(HOLDER, now - LIFETIME - timedelta(hours=1))
    revoke_pages_of("api:other", now - LIFETIME + timedelta(hours=1))
    assert RevokedPages.prune(now) == 1
    assert RevokedPages.objects.count() == 1
