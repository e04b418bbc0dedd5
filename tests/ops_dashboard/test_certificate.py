"""ops_dashboard.certificate: the end of real certificates, from a file and from a real TLS handshake."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ops_dashboard import certificate
from ops_dashboard.alert_rules import BY_ID
from ops_dashboard.certificate import NoCertificate, kept_in, not_after, served_at
from ops_dashboard.measures import certificate_expiry
from ops_dashboard.models import CounterReading
from tests.deploy.programs import needs

pytestmark = needs("openssl")


def make(folder: Path, days: int) -> Path:
    """key.pem and certificate.pem of localhost, self-signed."""
    folder.mkdir(exist_ok=True)
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    words += ["-days", str(days), "-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run(words, check=True, capture_output=True)
    return folder / "certificate.pem"


def openssl_says(file: Path) -> datetime:
    """notAfter, as openssl itself reads it."""
    words = ["openssl", "x509", "-enddate", "-noout", "-in", str(file)]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(said.strip().removeprefix("notAfter=")), UTC)


@contextmanager
def tls_server(file: Path) -> Iterator[str]:
    """A server with that certificate; its https address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, file.with_name("key.pem"))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                peer, _address = listener.accept()
                context.wrap_socket(peer, server_side=True).close()
            except ssl.SSLError:
                continue
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


# UTCTime until 2049, GeneralizedTime from 2050: 40 years lead over it.
@pytest.mark.parametrize("days", [1, 13, 365, 40 * 365])
def test_the_end_is_what_openssl_says(days, tmp_path):
    file = make(tmp_path, days)
    assert not_after(kept_in(file)) == openssl_says(file)


def test_a_chain_s_first_certificate_counts(tmp_path):
    own, authority = make(tmp_path / "own", 10), make(tmp_path / "authority", 3000)
    chain = tmp_path / "fullchain.pem"
    chain.write_text(own.read_text() + authority.read_text())
    assert not_after(kept_in(chain)) == openssl_says(own)


def test_the_handshake_shows_what_is_served_whoever_signed_it(tmp_path):
    file = make(tmp_path, 13)
    with tls_server(file) as url:
        assert not_after(served_at(url)) == openssl_says(file)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\x30\x03\x02\x01\x05", b"\x30\x82"])
def test_what_is_no_certificate_is_told(content):
    with pytest.raises(NoCertificate):
        not_after(content)


def test_a_file_that_can_t_be_read_and_a_silent_host_are_told(tmp_path, free_port):
    with pytest.raises(NoCertificate, match=r"none\.pem \(FileNotFoundError\)"):
        kept_in(tmp_path / "none.pem")
    with pytest.raises(NoCertificate, match=r"127\.0\.0\.1 \(ConnectionRefusedError\)"):
        served_at(f"https://127.0.0.1:{free_port}")


@pytest.mark.django_db
def test_it_is_looked_at_once_an_hour_and_a_renewal_is_seen(tmp_path, settings, now):
    settings.CELESTIAL_CERTIFICATE = str(make(tmp_path, 13))
    assert certificate_expiry(now) == {}
    certificate.look(now)
    first = certificate_expiry(now)[""]
    assert first == openssl_says(tmp_path / "certificate.pem").timestamp() - now.timestamp()
    make(tmp_path, 90)
    certificate.look(now + timedelta(minutes=59))
    assert certificate_expiry(now)[""] == first
    certificate.look(now + timedelta(minutes=61))
    assert certificate_expiry(now)[""] > first


@pytest.mark.django_db
def test_while_it_can_t_be_seen_the_last_one_goes_on_ageing_for_a_week(tmp_path, settings, now):
    settings.CELESTIAL_CERTIFICATE = str(make(tmp_path, 20))
    certificate.look(now)
    left = certificate_expiry(now)[""]
    settings.CELESTIAL_CERTIFICATE = str(tmp_path / "gone.pem")
    certificate.look(now + timedelta(days=6))
    assert certificate_expiry(now + timedelta(days=6))[""] == left - 6 * 86400
    assert BY_ID["certificate-expiry"].broken_by(-1)
    assert certificate_expiry(now + timedelta(days=8)) == {}


@pytest.mark.django_db
def test_without_https_there_is_nothing_to_look_at(settings, now):
    settings.CELESTIAL_CERTIFICATE, settings.CELESTIAL_PUBLIC_URL = "", "http://mp.example.com"
    certificate.look(now)
    assert not CounterReading.objects.exists()


@pytest.mark.django_db
def test_it_fires_at_thirteen_days_and_resolves_after_the_renewal(tmp_path, settings, now):
    from ops_dashboard.evaluator import evaluate
    from ops_dashboard.models import AlertEvent

    today = datetime.now(UTC)
    with tls_server(make(tmp_path, 13)) as url:
        settings.CELESTIAL_CERTIFICATE, settings.CELESTIAL_PUBLIC_URL = "", url
        certificate.look(today)
    evaluate(today)
    with tls_server(make(tmp_path, 90)) as url:
        settings.CELESTIAL_PUBLIC_URL = url
        certificate.look(today + timedelta(hours=2))
    evaluate(today + timedelta(hours=2))
    evaluate(today + timedelta(hours=2, minutes=6))
    kinds = AlertEvent.objects.filter(rule="certificate-expiry").order_by("at").values_list("kind", flat=True)
    assert list(kinds) == ["firing", "resolved"]


@pytest.mark.django_db
def test_the_metrics_page_shows_it(client, tmp_path, settings, account):
    settings.CELESTIAL_CERTIFICATE = str(make(tmp_path, 13))
    certificate.look(datetime.now(UTC))
    page = client.get("/wechat_metrics").content.decode()
    line = next(line for line in page.splitlines() if line.startswith("wechat_certificate_expiry_seconds "))
    assert 12.9 * 86400 < float(line.split()[1]) <= 13 * 86400
