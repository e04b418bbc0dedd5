"""The nginx site, checked by nginx and then really serving: TLS, both services behind it, what it keeps out."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests import credentials
from tests.deploy.gateway import NGINX_CONF, Gateway, new_gateway, running_gateway, site
from tests.deploy.programs import needs, run
from wechat.simulator import plain_request, text_message, verification_query

pytestmark = [pytest.mark.processes, needs("nginx")]

LIMIT = 64 * 1024


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running_gateway(tmp_path_factory.mktemp("gateway")) as running:
        yield running


def signed(gateway: Gateway, path: str = "/wechat") -> str:
    query = verification_query(credentials.TOKEN, int(time.time()), "nonce", "4711")
    return f"{gateway.https}{path}?{urlencode(query)}"


@pytest.mark.parametrize("kind", ["http", "https"])
def test_nginx_accepts_the_site(kind, tmp_path):
    gateway = new_gateway(tmp_path)
    (tmp_path / "site.conf").write_text(site(gateway, kind))
    (tmp_path / "nginx.conf").write_text(NGINX_CONF.format(folder=tmp_path))
    checked = run("nginx", "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf")
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr
    assert "@" not in site(gateway, kind)


@pytest.mark.parametrize("path", ["", "/", "/wechat"])
def test_the_verifying_script_passes_over_https_for_base_and_callback_url(gateway, path):
    verified = gateway.script("verify_wechat_endpoint.sh", gateway.https + path)
    assert verified.stdout.strip() == f"[PASS] {gateway.https}{path}", verified.stderr
    assert verified.returncode == 0


def test_the_verifying_script_fails_for_a_wrong_token_and_says_why(gateway):
    refused = gateway.script("verify_wechat_endpoint.sh", gateway.https, "--token", "not_the_token")
    assert refused.returncode == 1
    assert "[FAIL] 403: the signature was refused; the token differs" in refused.stderr


def test_the_verifying_script_fails_for_the_http_address_which_redirects(gateway):
    refused = gateway.script("verify_wechat_endpoint.sh", gateway.http)
    assert refused.returncode == 1
    assert "[FAIL] HTTP 301" in refused.stderr
    assert "does not follow redirects" in refused.stderr


def test_an_encrypted_message_is_answered_through_nginx(gateway):
    answered = gateway.script("simulate_encrypted_message.py", "今天黄历", "--url", gateway.https)
    assert "宜" in answered.stdout, answered.stderr
    assert "the reply was encrypted" in answered.stderr


@pytest.mark.parametrize("page", ["wechat_metrics", "api_metrics", "_debug_signature"])
@pytest.mark.parametrize("path", ["/{}", "//{}", "/./{}", "/x/../{}", "/{}/", "/{}?a=1", "/{}%3f", "/%2e/{}"])
def test_what_only_this_machine_may_see_can_t_be_reached(gateway, page, path):
    escaped = path.format(page)
    with (
        socket.create_connection(("localhost", gateway.ports["HTTPS"]), timeout=5) as plain,
        gateway.trust.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(f"GET {escaped} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.split(b" ")[1] in (b"404", b"400"), answer[:300]
    assert b"celestial_" not in answer
    assert b"django_http" not in answer


def test_the_same_pages_answer_on_this_machine_past_nginx(gateway):
    for service, page in (("WECHAT", "wechat_metrics"), ("API", "api_metrics")):
        status, _headers, _body = gateway.fetch(f"http://127.0.0.1:{gateway.ports[service]}/{page}")
        assert status == 200, page


def test_a_body_of_64_kib_passes_and_one_byte_more_is_too_large(gateway):
    longest, _, _ = gateway.fetch(signed(gateway), b"x" * LIMIT)
    too_long, _, _ = gateway.fetch(signed(gateway), b"x" * (LIMIT + 1))
    # The application refuses what it can't parse; nginx lets it through to be refused.
    assert longest == 400
    assert too_long == 413


def test_other_methods_and_other_paths_below_the_callback_are_refused(gateway):
    assert gateway.fetch(signed(gateway), method="PUT")[0] == 405
    assert gateway.fetch(signed(gateway), method="DELETE")[0] == 405
    assert gateway.fetch(signed(gateway, "/wechat/no-such-account"))[0] == 404
    assert gateway.fetch(signed(gateway, "/wechat/a/b"))[0] == 404


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_unknown_host_gets_no_answer(gateway, scheme):
    port = gateway.ports[scheme.upper()]
    with socket.create_connection(("localhost", port), timeout=5) as plain:
        if scheme == "https":
            with pytest.raises(ssl.SSLError):
                gateway.trust.wrap_socket(plain, server_hostname="elsewhere.example.com")
            return
        plain.sendall(b"GET / HTTP/1.1\r\nHost: elsewhere.example.com\r\n\r\n")
        assert plain.recv(1024) == b""


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(gateway, version):
    context = gateway.trust
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    address = ("localhost", gateway.ports["HTTPS"])
    with socket.create_connection(address, timeout=5) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_one_hsts_header_and_no_version_of_nginx_is_sent(gateway):
    _status, headers, _body = gateway.fetch(f"{gateway.https}/livez")
    assert headers.get_all("Strict-Transport-Security") == ["max-age=86400"]
    assert headers["Server"] == "nginx"


def test_http_leads_to_https_and_serves_the_challenge_of_the_certificate_authority(gateway):
    status, headers, _ = gateway.fetch(f"{gateway.http}/admin/")
    assert (status, headers["Location"]) == (301, "https://localhost/admin/")
    challenge = gateway.folder / "acme/.well-known/acme-challenge/token"
    challenge.parent.mkdir(parents=True)
    challenge.write_text("answer")
    assert gateway.fetch(f"{gateway.http}/.well-known/acme-challenge/token")[2] == b"answer"


def test_a_client_can_t_pass_for_loopback_by_headers_of_its_own(gateway):
    claims = {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
    _status, _headers, body = gateway.fetch(f"{gateway.https}/readyz", **claims)
    checks = json.loads(body)["checks"]
    assert checks
    assert not [name for name, check in checks.items() if "detail" in check]


def test_the_access_log_is_json_without_signatures_and_secret_addresses(gateway):
    gateway.fetch(signed(gateway) + "&marker=queryMarker")
    gateway.fetch(f"{gateway.https}/r/secretReadingToken")
    time.sleep(0.2)
    lines = [json.loads(line) for line in gateway.access_log().splitlines()]
    callback = [line for line in lines if line["uri"] == "/wechat"]
    assert callback
    assert {"request_id", "status", "seconds", "upstream_status"} <= set(callback[-1])
    assert "signature" not in gateway.access_log()
    assert "queryMarker" not in gateway.access_log()
    assert "secretReadingToken" not in gateway.access_log()


def test_the_request_id_of_nginx_is_the_application_s(gateway):
    message = text_message(
        "gh_x", "oFollower00000000000000000009", "今天黄历", int(time.time()), str(time.time_ns())
    )
    query, body = plain_request(credentials.TOKEN, message, int(time.time()), "nonce-for-the-id")
    status, headers, _ = gateway.fetch(
        f"{gateway.https}/wechat?{urlencode(query)}",
        body,
        **{"X-Request-ID": "chosenbytheclient0000000000000000"},
    )
    assert status == 200
    time.sleep(0.2)
    logged = json.loads(gateway.access_log().splitlines()[-1])["request_id"]
    assert logged != "chosenbytheclient0000000000000000"
    assert headers["X-Request-ID"] == logged


def test_reading_pages_are_reached_limited_by_address_and_in_no_log(gateway):
    answers = [gateway.fetch(f"{gateway.https}/r/guessedToken{number}") for number in range(60)]
    statuses = {status for status, _headers, _body in answers}
    assert statuses == {404, 429}
    assert answers[0][1]["X-Robots-Tag"].startswith("noindex")
    assert answers[0][1]["Cache-Control"] == "private, no-store"
    assert gateway.fetch(f"{gateway.https}/r/guessedToken", b"x" * 2000)[0] == 413
    written = "".join(file.read_text() for file in gateway.folder.glob("*.log"))
    assert "guessedToken" not in written
