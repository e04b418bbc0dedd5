"""Entity tags."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from predictions.api.caching import entity_tag, is_current


def test_a_tag_is_strong_and_differs_by_question() -> None:
    tags = {
        entity_tag("calendar", "2026-01-01"),
        entity_tag("calendar", "2026-01-02"),
        entity_tag("terms", "2026"),
    }
    assert len(tags) == 3
    assert all(tag[0] == tag[-1] == '"' and len(tag) == 18 for tag in tags)


@pytest.mark.parametrize(
    ("header", "current"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"x", "a"', True),
        ("*", True),
        ('"x"', False),
        ("", False),
        ("a", False),
    ],
)
def test_if_none_match_is_read_as_http_means_it(header: str, current: bool) -> None:
    request = RequestFactory().get("/", headers={"If-None-Match": header} if header else {})
    assert is_current(request, '"a"') is current
