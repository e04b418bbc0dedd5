"""predictions/reading_pages/views.py: /r/<token> over HTTP, without a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from predictions import engine, registry
from predictions.models import RevokedPages
from predictions.reading_pages.links import LIFETIME, LONGEST_TOKEN, reading_url
from predictions.reading_pages.wording import words
from predictions.systems import bazi
from predictions.terms_zh_en import heading
from predictions.types import DISCLAIMER, DISCLAIMER_EN

pytestmark = pytest.mark.django_db
SYSTEMS = [system.id for system in registry.all_systems()]
HOLDER = "wechat:1:oFollower"


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.CELESTIAL_PUBLIC_URL = "http://testserver"


def url_of(system, asked=None, options=None, *, lang="zh-Hans", now=None, holder=HOLDER):
    chart = engine.compute(system, asked or registry.get(system).examples[0], options)
    url = reading_url(system, chart.input, chart.options, holder=holder, now=now or timezone.now(), lang=lang)
    assert url is not None
    return url.removeprefix("http://testserver")


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_every_system_has_its_page_in_both_languages(client, system, lang):
    response = client.get(url_of(system, lang=lang))
    page = response.content.decode()
    answer = engine.answer(system, registry.get(system).examples[0], lang=lang)
    assert response.status_code == 200
    assert response["Content-Language"] == lang
    assert f'<html lang="{lang}">' in page
    assert answer.understood_as in page
    assert answer.chart.version in page
    assert (DISCLAIMER_EN if lang == "en" else DISCLAIMER) in page
    assert words(lang)["delete_now"] in page
    for statement in answer.reading.statements:
        assert statement.rule in page


@pytest.mark.parametrize("system", SYSTEMS)
def test_titles_captions_and_heads_are_in_english_on_the_english_page(system):
    found = registry.get(system)
    charts = [engine.compute(system, asked) for asked in found.examples]
    drawings = [drawing for chart in charts for drawing in (found.draw(chart) if found.draw else ())]
    tables = [table for chart in charts for table in (found.tables(chart) if found.tables else ())]
    names = [drawing.title for drawing in drawings]
    names += [name for table in tables for name in (table.caption, *table.head)]
    assert [name for name in names if not heading(name, "en").isascii()] == []


def test_a_system_without_pictures_and_tables_has_a_page_too(client):
    plain = registry.System(
        **{name: getattr(bazi.SYSTEM, name) for name in bazi.SYSTEM.__slots__}
        | {"id": "plain_bazi", "draw": None, "tables": None}
    )
    registry.register(plain)
    try:
        page = client.get(url_of("plain_bazi")).content.decode()
    finally:
        registry.unregister("plain_bazi")
    assert "<svg" not in page
    assert "庚午 辛巳 壬午 甲辰" in page


def test_the_page_is_kept_by_nobody_and_found_by_nobody(client):
    response = client.get(url_of("bazi"))
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"].startswith("noindex")
    assert '<meta name="robots" content="noindex' in response.content.decode()
    assert response["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert not response.cookies


@pytest.mark.parametrize("system", SYSTEMS)
def test_nothing_on_the_page_comes_from_elsewhere_or_runs(client, system):
    page = client.get(url_of(system)).content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert "://" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize("system", SYSTEMS)
def test_ids_are_unique_on_the_page(client, system):
    page = client.get(url_of(system)).content.decode()
    ids = [part.partition('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


def test_the_other_language_is_one_tap_away(client):
    url = url_of("bazi")
    assert 'href="?lang=en"' in client.get(url).content.decode()
    assert client.get(f"{url}?lang=en")["Content-Language"] == "en"
    assert client.get(f"{url}?lang=tlh")["Content-Language"] == "zh-Hans"


def test_each_sentence_shows_the_facts_it_rests_on(client):
    page = client.get(url_of("bazi")).content.decode()
    assert "<code>bazi.day_master.壬</code>" in page
    assert "<code>facts.day_master.stem</code> = 壬" in page


def test_a_note_shows_the_other_chart(client):
    birth = {"calendar": "solar", "year": 1990, "month": 6, "day": 1, "hour": 23, "minute": 30}
    page = client.get(url_of("bazi", {"birth": birth, "gender": "male"}, {"dst": "ignore"})).content.decode()
    assert "zi_rule = split" in page
    assert "<code>pillars.day</code>" in page


def test_what_a_person_wrote_is_text_on_the_page(client):
    page = client.get(url_of("liuyao", {"seed": "<script>alert(1)</script>"})).content.decode()
    assert "<script" not in page
    assert "alert(1)" not in page or "&lt;script&gt;" in page


def test_head_is_answered_like_get(client):
    response = client.head(url_of("calendar"))
    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client, method):
    assert getattr(client, method)(url_of("calendar")).status_code == 405


def test_looking_never_deletes_and_posting_does(client):
    url = url_of("bazi")
    for _ in range(3):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    assert RevokedPages.objects.count() == 0
    deleted = client.post(url)
    assert deleted.status_code == 200
    assert words("zh-Hans")["deleted_title"] in deleted.content.decode()
    assert client.get(url).status_code == 410
    assert client.post(url).status_code == 410


def test_deleting_needs_no_cookie(client):
    strict = type(client)(enforce_csrf_checks=True)
    assert strict.post(url_of("bazi")).status_code == 200


def test_the_same_question_asked_again_has_a_page_again(client):
    now = timezone.now()
    old, new = url_of("bazi", now=now), url_of("bazi", now=now + timedelta(seconds=2))
    client.post(old)
    assert client.get(old).status_code == 410
    assert client.get(new).status_code == 200


def test_an_older_link_to_the_deleted_page_is_gone_too_and_others_stay(client):
    now = timezone.now()
    older = url_of("bazi", now=now - timedelta(days=3), lang="en")
    other = url_of("calendar", now=now)
    elsewhere = url_of("bazi", now=now, holder="wechat:1:oSomebodyElse")
    client.post(url_of("bazi", now=now))
    assert client.get(older).status_code == 410
    assert client.get(other).status_code == 200
    assert client.get(elsewhere).status_code == 200


def test_the_page_ends_after_thirty_days(client):
    almost = timezone.now() - LIFETIME + timedelta(minutes=1)
    assert client.get(url_of("bazi", now=almost)).status_code == 200
    assert client.get(url_of("bazi", now=almost - timedelta(minutes=2))).status_code == 410


def test_all_that_opens_nothing_looks_alike(client):
    url = url_of("bazi")
    expired = url_of("bazi", now=timezone.now() - LIFETIME - timedelta(days=1))
    pages = {client.get(path).content for path in (expired, f"{url}A", "/r/x", f"/r/{'A' * 5000}", url[:-1])}
    assert len(pages) == 1
    page = pages.pop().decode()
    assert words("zh-Hans")["gone_hint"] in page
    assert words("en")["gone_hint"] in client.get("/r/x?lang=en").content.decode()


@pytest.mark.parametrize(
    "token",
    ["x", "%00", "..", "A" * (LONGEST_TOKEN + 1), "名", "AQ==", "a b", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
)
def test_a_token_that_is_none_is_not_found(client, token):
    response = client.get(f"/r/{token}")
    assert response.status_code == 404
    assert response["X-Robots-Tag"].startswith("noindex")


def test_a_request_that_this_version_refuses_is_gone(client):
    url = reading_url("bazi", {"birth": {}}, {}, holder=HOLDER, now=timezone.now())
    assert client.get(url.removeprefix("http://testserver")).status_code == 410


def test_a_page_costs_one_statement(client, django_assert_num_queries):
    url = url_of("bazi")
    with django_assert_num_queries(1):
        client.get(url)
