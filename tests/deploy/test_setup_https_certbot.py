"""HTTPS for an installation: the steps around certbot, with a stand-in for certbot, which needs a public name."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.deploy.installed import LATEST, Installation
from tests.deploy.programs import needs
from tests.services import free_port

pytestmark = [pytest.mark.processes, needs("git"), needs("ss")]

DOMAIN, EMAIL = "mp.example.com", "admin@example.com"
# Notes how it was called and leaves files where certbot leaves them.
CERTBOT = """#!/bin/sh
echo "$@" >>"$CELESTIAL_ROOT/certbot.calls"
mkdir -p "$CELESTIAL_ROOT/etc/letsencrypt/live/mp.example.com" "$CELESTIAL_ROOT/etc/letsencrypt/renewal"
echo certificate >"$CELESTIAL_ROOT/etc/letsencrypt/live/mp.example.com/fullchain.pem"
server=acme-v02; case "$*" in *--staging*) server=acme-staging-v02 ;; esac
echo "server = https://$server.example/directory" >"$CELESTIAL_ROOT/etc/letsencrypt/renewal/mp.example.com.conf"
"""


@pytest.fixture
def https(installation: Installation, tmp_path: Path) -> Installation:
    """A copy of the installation whose certbot is ours and whose services do not run."""
    root = tmp_path / "root"
    shutil.copytree(installation.root, root, symlinks=True, ignore=shutil.ignore_patterns("run"))
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "certbot").write_text(CERTBOT)
    (programs / "certbot").chmod(0o755)
    kept = {name: value for name, value in installation.environment.items() if name != "CELESTIAL_SYSTEMCTL"}
    kept |= {"PATH": f"{programs}:{kept['PATH']}", "CELESTIAL_ROOT": str(root)}
    # The ports of the one it is a copy of are taken.
    kept |= {"WECHAT_PORT": str(free_port()), "API_PORT": str(free_port())}
    return replace(installation, root=root, environment=kept)


def set_up(https: Installation, *options: str) -> str:
    done = https.script("setup_https_certbot.sh", DOMAIN, EMAIL, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def site(https: Installation) -> str:
    return (https.root / "etc/nginx/sites-available/celestial").read_text()


def calls(https: Installation) -> list[str]:
    return (https.root / "certbot.calls").read_text().splitlines()


def test_it_gets_a_certificate_and_serves_it(https: Installation) -> None:
    output = set_up(https)
    assert f"https://{DOMAIN}/wechat" in output
    assert f"ssl_certificate /etc/letsencrypt/live/{DOMAIN}/fullchain.pem;" in site(https)
    assert f"CELESTIAL_PUBLIC_URL=https://{DOMAIN}\n" in https.settings
    assert re.search(rf"^DJANGO_ALLOWED_HOSTS=localhost,.*\b{DOMAIN}$", https.settings, re.MULTILINE)
    assert (https.root / "etc/celestial/celestial.env").stat().st_mode & 0o777 == 0o600
    (call,) = calls(https)
    for option in ("certonly", "--non-interactive", "--webroot", f"--domain {DOMAIN}", f"--email {EMAIL}"):
        assert option in call
    assert "--deploy-hook systemctl reload nginx" in call
    assert "--staging" not in call


def test_a_second_run_changes_nothing_and_asks_for_no_certificate(https: Installation) -> None:
    set_up(https)
    before = site(https), https.settings
    assert "everything was so already; nothing was changed" in set_up(https)
    assert (site(https), https.settings) == before
    assert len(calls(https)) == 1


def test_installing_again_leaves_https_as_it_is(https: Installation) -> None:
    set_up(https)
    before = site(https)
    assert "nothing was changed" in https.install("--tag", LATEST).stdout
    assert site(https) == before


def test_a_certificate_of_the_test_service_gives_way_to_a_real_one_and_never_back(
    https: Installation,
) -> None:
    set_up(https, "--staging")
    set_up(https)
    set_up(https, "--staging")
    first, second = calls(https)
    assert "--staging" in first
    assert "--staging" not in second
    assert "--force-renewal" in second


def test_hsts_begins_with_a_day_and_keeps_what_was_chosen(https: Installation) -> None:
    set_up(https)
    assert "max-age=86400" in site(https)
    set_up(https, "--hsts", "31536000")
    assert "max-age=31536000" in site(https)
    set_up(https)
    assert "max-age=31536000" in site(https)


@pytest.mark.parametrize("arguments", [("localhost", EMAIL), ("a b.example.com", EMAIL), (DOMAIN, "nobody")])
def test_what_is_no_domain_or_no_address_is_refused(https: Installation, arguments: tuple[str, str]) -> None:
    before = site(https)
    refused = https.script("setup_https_certbot.sh", *arguments)
    assert refused.returncode == 2
    assert "is not" in refused.stderr
    assert site(https) == before
