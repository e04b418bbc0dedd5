"""When the certificate ends that WeChat sees: from the public address's TLS handshake, or from a file.

The handshake shows what is really served, also after a renewal that nginx did not load. It is made by the worker, once
an hour; pages and alerts read what it found.
"""

from __future__ import annotations

import logging
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from Crypto.Util.asn1 import DerSequence
from django.conf import settings

from ops_dashboard.models import CounterReading, Heartbeat

log = logging.getLogger("ops_dashboard")

SECONDS = 3.0
EVERY, KEPT = timedelta(hours=1), timedelta(days=7)
_READING, _LOOKED = "certificate_not_after", "certificate"
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18


class NoCertificate(Exception):
    """No certificate could be read there; the text says why."""


def not_after(certificate: bytes) -> datetime:
    """The end of an X.509 certificate in DER (RFC 5280, 4.1.2.5). Raises NoCertificate."""
    try:
        fields = DerSequence().decode(DerSequence().decode(certificate)[0])
        # The version is there in every certificate but those of X.509 v1, tagged as context-specific 0.
        tagged = isinstance(fields[0], bytes) and fields[0][:1] == b"\xa0"
        end = DerSequence().decode(fields[4 if tagged else 3])[1]
        return _time(end[0], end[2:].decode("ascii"))
    except (ValueError, IndexError, TypeError) as error:
        raise NoCertificate("is no X.509 certificate") from error


def _time(tag: int, text: str) -> datetime:
    if tag == _UTC_TIME:
        # Two digits: 50 to 99 are of the last century.
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("neither UTCTime nor GeneralizedTime")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def served_at(url: str) -> bytes:
    """The certificate (DER) that the server of an https `url` shows. Raises NoCertificate.

    It is not verified: an expired or a self-signed one has an end too, and that is the question.
    """
    parts = urlsplit(url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((str(parts.hostname), parts.port or 443), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as connection,
        ):
            return connection.getpeercert(binary_form=True) or b""
    except OSError as error:
        raise NoCertificate(f"no TLS handshake with {parts.hostname} ({type(error).__name__})") from error


def kept_in(file: Path) -> bytes:
    """The first certificate (DER) of a PEM file, which is the server's own. Raises NoCertificate."""
    try:
        text = file.read_text(encoding="ascii")
        begin = text.index(ssl.PEM_HEADER)
        return ssl.PEM_cert_to_DER_cert(text[begin : text.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)])
    except (OSError, ValueError) as error:
        raise NoCertificate(f"can't read {file} ({type(error).__name__})") from error


def look(now: datetime) -> None:
    """Read the certificate's end and keep it, at most once in EVERY. Without HTTPS there is nothing to look at."""
    file, url = settings.CELESTIAL_CERTIFICATE, settings.CELESTIAL_PUBLIC_URL
    age = Heartbeat.age(_LOOKED, now)
    if not (file or url.startswith("https://")) or (age is not None and age < EVERY.total_seconds()):
        return
    Heartbeat.beat(_LOOKED, now)
    try:
        end = not_after(kept_in(Path(file)) if file else served_at(url))
    except NoCertificate as error:
        log.warning("the certificate was not seen", extra={"reason": str(error)})
        return
    CounterReading.objects.update_or_create(name=_READING, defaults={"value": end.timestamp(), "at": now})


def seconds_left(now: datetime) -> float | None:
    """Until the certificate ends, negative when it has; None when none was seen for long."""
    seen = CounterReading.objects.filter(name=_READING, at__gte=now - KEPT).first()
    return seen.value - now.timestamp() if seen else None
