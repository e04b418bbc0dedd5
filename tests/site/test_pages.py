"""celestial_site.pages: what a person sees who opens the domain."""

from __future__ import annotations

import re

import httpx
import pytest

from predictions.registry import all_systems
from tests.processes import running_server

pytestmark = pytest.mark.django_db


def test_home_shows_what_the_account_answers_and_nothing_else(client, account):
    first, *others = all_systems()
    account.systems = [first.id, "not_yet_built"]
    account.save()
    page = client.get("/").content.decode()
    assert first.title in page
    assert first.summary in page
    assert not any(f"<h3>{system.title} " in page for system in others)
    assert account.name in page


def test_home_before_any_account_is_set_up_says_so(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "还没有设置好" in response.content.decode()


def test_filing_lines_stand_on_every_page_when_set(client, settings, account):
    settings.CELESTIAL_ICP = "京ICP备00000000号"
    settings.CELESTIAL_POLICE_FILING = "京公网安备11000000000000号"
    for path in ("/", "/privacy"):
        page = client.get(path).content.decode()
        assert "京ICP备00000000号" in page
        assert "京公网安备11000000000000号" in page


def test_no_filing_line_when_not_set(client, account):
    assert "beian" not in client.get("/").content.decode()


def test_an_accounts_name_cannot_inject_markup(client, account):
    account.name = "<script>alert(1)</script>"
    account.save()
    assert "<script" not in client.get("/").content.decode()


def test_privacy_is_in_chinese_and_english_and_names_the_window(client, account):
    account.dedup_window = 7200
    account.save()
    page = client.get("/privacy").content.decode()
    for words in ("OpenID", "2 小时", "for 2 hours", "隐私说明", "Privacy, in short"):
        assert words in page


@pytest.mark.parametrize("path", ["/", "/privacy"])
def test_pages_keep_the_strict_policy(client, account, path):
    response = client.get(path)
    page = response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert 'name="viewport"' in page
    assert client.post(path).status_code == 405


def test_a_domain_verification_file_is_served(client, settings, var):
    folder = var / "domain_verification"
    folder.mkdir()
    (folder / "MP_verify_Ab12Cd34.txt").write_text("Ab12Cd34")
    response = client.get("/MP_verify_Ab12Cd34.txt")
    assert b"".join(response.streaming_content) == b"Ab12Cd34"
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path",
    [
        "/MP_verify_missing1.txt",
        "/MP_verify_.txt",
        "/MP_verify_..txt",
        "/MP_verify_../secret_key.txt",
        "/MP_verify_%2e%2e%2fsecret_key.txt",
        "/MP_verify_a/b.txt",
        "/MP_verify_Ab12Cd34.txt/",
        "/MP_verify_" + "a" * 65 + ".txt",
    ],
)
def test_any_other_name_is_not_found(client, settings, var, path):
    (var / "domain_verification").mkdir()
    (var / "secret_key.txt").write_text("secret")
    assert client.get(path).status_code == 404


@pytest.mark.processes
def test_a_real_server_serves_the_page_and_its_hashed_style_sheet(tmp_path):
    with running_server(tmp_path / "var", workers=1, static=True) as server:
        page = httpx.get(server.url)
        assert page.status_code == 200
        assert "X-Request-ID" in page.headers
        link = re.search(r'href="(/static/celestial/page\.[0-9a-f]{12}\.css)"', page.text)
        assert link, page.text
        sheet = httpx.get(server.url + link[1])
        assert sheet.headers["Content-Type"].startswith("text/css")
        assert "immutable" in sheet.headers["Cache-Control"]
