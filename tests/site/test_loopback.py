"""celestial_site.loopback: this machine itself, or METRICS_TOKEN."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from celestial_site.loopback import FORWARDING_HEADERS, is_direct_loopback, may_see_metrics
from tests.credentials import METRICS_TOKEN


def request_from(peer: str, **meta: Any):
    return RequestFactory().get("/", REMOTE_ADDR=peer, **meta)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_a_loopback_peer_is_this_machine(peer):
    assert is_direct_loopback(request_from(peer))


@pytest.mark.parametrize(
    "peer", ["203.0.113.5", "10.0.0.1", "192.168.1.2", "fe80::1", "::ffff:10.0.0.1", "", "localhost"]
)
def test_any_other_peer_is_not(peer):
    assert not is_direct_loopback(request_from(peer))


@pytest.mark.parametrize("header", FORWARDING_HEADERS)
@pytest.mark.parametrize("value", ["127.0.0.1", ""])
def test_whoever_comes_through_a_proxy_is_not_this_machine(header, value):
    assert not is_direct_loopback(request_from("127.0.0.1", **{header: value}))


@pytest.mark.parametrize(
    ("authorization", "allowed"),
    [
        (f"Bearer {METRICS_TOKEN}", True),
        (f"bearer {METRICS_TOKEN}", True),
        (f"Bearer {METRICS_TOKEN}x", False),
        (f"Bearer {METRICS_TOKEN[:-1]}", False),
        (f"Basic {METRICS_TOKEN}", False),
        (METRICS_TOKEN, False),
        ("Bearer", False),
        ("Bearer é", False),
        ("", False),
    ],
)
def test_from_elsewhere_the_token_opens(settings, authorization, allowed):
    settings.METRICS_TOKEN = METRICS_TOKEN
    assert may_see_metrics(request_from("203.0.113.5", HTTP_AUTHORIZATION=authorization)) is allowed


@pytest.mark.parametrize("authorization", ["Bearer ", "Bearer", ""])
def test_without_a_token_set_none_opens(settings, authorization):
    settings.METRICS_TOKEN = ""
    assert not may_see_metrics(request_from("203.0.113.5", HTTP_AUTHORIZATION=authorization))
