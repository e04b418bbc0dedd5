"""Who may see what only this machine should see: metrics, details of health, the signature debugger."""

from __future__ import annotations

import hmac
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

# A proxy on this machine is a loopback peer too; what it adds tells its requests from an administrator's.
# The nginx configuration of deploy/ sets the first three, other proxies at least one of these.
FORWARDING_HEADERS = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_REAL_IP",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_SERVER",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_ORIGINAL_FORWARDED_FOR",
    "HTTP_X_CLIENT_IP",
    "HTTP_X_CLUSTER_CLIENT_IP",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_CF_CONNECTING_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)


def is_direct_loopback(request: HttpRequest) -> bool:
    """True when the peer is this machine itself and no proxy stands between."""
    if any(name in request.META for name in FORWARDING_HEADERS):
        return False
    try:
        peer = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        # Over a Unix socket there is no address, and only a proxy listens there.
        return False
    # A socket that listens on IPv6 and IPv4 names an IPv4 peer ::ffff:127.0.0.1.
    mapped = peer.ipv4_mapped if isinstance(peer, IPv6Address) else None
    return (mapped or peer).is_loopback


def may_see_metrics(request: HttpRequest) -> bool:
    """A direct loopback peer, or whoever sends METRICS_TOKEN as a bearer token."""
    return is_direct_loopback(request) or _has_metrics_token(request)


def _has_metrics_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not settings.METRICS_TOKEN or scheme.lower() != "bearer":
        return False
    # As bytes: compare_digest refuses non-ASCII text with an exception.
    return hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
