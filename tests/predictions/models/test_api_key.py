"""Keys and stored predictions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from pytest_django import DjangoAssertNumQueries

from predictions import engine
from predictions.models import SCOPES, ApiKey, KeyRefused, Prediction
from predictions.types import Chart

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _chart(day: int = 17) -> Chart:
    return engine.compute("calendar", {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": day}})


def test_a_key_is_admitted_by_its_text_alone() -> None:
    key, text = ApiKey.issue("app")
    assert ApiKey.admit(text, NOON) == key
    assert key.scopes == list(SCOPES)
    with pytest.raises(KeyRefused):
        ApiKey.admit(text[:-1], NOON)


def test_the_text_of_a_key_is_nowhere_in_the_database() -> None:
    _key, text = ApiKey.issue("app")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM predictions_apikey")
        row = " ".join(map(str, cursor.fetchone()))
    assert text[17:49] not in row


def test_a_key_ends_at_the_second_it_expires() -> None:
    _key, text = ApiKey.issue("app", expires_at=NOON)
    ApiKey.admit(text, NOON - timedelta(seconds=1))
    with pytest.raises(KeyRefused):
        ApiKey.admit(text, NOON)


def test_a_key_is_revoked_once() -> None:
    key, text = ApiKey.issue("app")
    assert key.revoke(NOON) is True
    assert key.revoke(NOON + timedelta(days=1)) is False
    assert key.revoked_at == NOON
    with pytest.raises(KeyRefused):
        ApiKey.admit(text, NOON)


@pytest.mark.parametrize("scopes", [[], ["admin"], ["predict", "admin"]])
def test_a_scope_that_does_not_exist_is_refused(scopes: list[str]) -> None:
    with pytest.raises(ValidationError):
        ApiKey.issue("app", scopes)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        ApiKey.issue(name)


def test_two_keys_never_share_a_public_id() -> None:
    key, _text = ApiKey.issue("app")
    with pytest.raises(IntegrityError):
        ApiKey.objects.create(name="copy", public_id=key.public_id, digest="0", scopes=["ask"])


def test_what_a_key_shows_of_itself_is_no_secret() -> None:
    key, text = ApiKey.issue("app")
    assert text not in str(key)
    assert key.public_id in str(key)


def test_a_use_is_written_once_a_day(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    key, text = ApiKey.issue("app")
    ApiKey.admit(text, NOON)
    with django_assert_num_queries(1):
        ApiKey.admit(text, NOON)
    key.refresh_from_db()
    assert key.last_used_on == NOON.date()


def test_remembering_twice_is_one_row_and_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    key, _text = ApiKey.issue("app")
    first = Prediction.remember(key, _chart(), "zh-Hans")
    with django_assert_num_queries(1):
        second = Prediction.remember(key, _chart(), "en")
    assert first.public_id == second.public_id
    assert Prediction.objects.get().lang == "en"


def test_an_id_belongs_to_key_chart_and_installation(settings: object) -> None:
    key, other = ApiKey.issue("app")[0], ApiKey.issue("other")[0]
    ids = {
        Prediction.id_for(key, _chart()),
        Prediction.id_for(other, _chart()),
        Prediction.id_for(key, _chart(18)),
    }
    settings.SECRET_KEY = "another installation's secret key, long enough"  # type: ignore[attr-defined]
    ids.add(Prediction.id_for(key, _chart()))
    assert len(ids) == 4
    assert all(Prediction.ID.fullmatch(each) for each in ids)


def test_what_was_asked_comes_back_from_the_encrypted_row() -> None:
    key, _text = ApiKey.issue("app")
    chart = _chart()
    made = Prediction.remember(key, chart, "en")
    found = Prediction.find(key, made.public_id)
    assert found is not None
    assert found.asked() == {"input": chart.input, "options": chart.options}


@pytest.mark.parametrize("public_id", ["", "pr_", "\x00", "pr_" + "0" * 32 + "\n"])
def test_an_id_of_another_shape_is_not_looked_up(
    public_id: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key, _text = ApiKey.issue("app")
    with django_assert_num_queries(0):
        assert Prediction.find(key, public_id) is None


def test_deleting_a_key_deletes_what_it_asked() -> None:
    key, _text = ApiKey.issue("app")
    Prediction.remember(key, _chart(), "en")
    key.delete()
    assert not Prediction.objects.exists()
