"""Every page of the console: strict policy, no inline code, everything escaped, both languages, no secret."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.utils import timezone

from tests import credentials
from wechat.models import AccountTexts, Follower, KeywordRule, RejectionMinute, RejectionSample

PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&]]>"
CSS = Path(__file__).parents[3] / "wechat" / "static" / "wechat" / "admin.css"


class Inline(HTMLParser):
    """Collects what a strict policy forbids, and every tag of the payload that became an element."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = False

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        self.script = tag == "script"
        if tag == "style" or (tag == "script" and "src" not in names) or names.get("src") == "x":
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]
        sources = [names.get("src"), names.get("href") if tag == "link" else None]
        self.found += [source for source in sources if source and not source.startswith("/")]

    def handle_data(self, data):
        if self.script and data.strip():
            self.found.append(data)


def inline_in(response) -> list[str]:
    parser = Inline()
    parser.feed(response.content.decode())
    return parser.found


@pytest.fixture
def hostile(account, make_message):
    """One row of everything that a stranger can fill, filled with markup."""
    for field in ("name", "maintenance_text", "pilot_openids"):
        setattr(account, field, PAYLOAD[:80])
    account.app_secret, account.accept_tokens = credentials.APP_SECRET, credentials.FORMER_TOKEN
    account.previous_aes_keys = credentials.FORMER_AES_KEY
    account.save()
    message = make_message(
        PAYLOAD,
        openid=PAYLOAD,
        msg_type="<b>text",
        event=PAYLOAD[:60],
        msg_id=PAYLOAD[:60],
        request_id=PAYLOAD[:60],
        cause=PAYLOAD[:40],
        marks=[PAYLOAD],
        query=f"signature={PAYLOAD}&{PAYLOAD}=1&openid={PAYLOAD}",
        raw=PAYLOAD.encode(),
        reply=PAYLOAD.replace("]]>", ""),
    )
    change = account.switch("service", "maintenance", by=PAYLOAD, reason=PAYLOAD)
    sample = RejectionSample.objects.create(
        account=account,
        at=timezone.now(),
        cause=PAYLOAD[:40],
        code=-40001,
        status=403,
        detail=PAYLOAD,
        address=PAYLOAD[:60],
        method="POST",
        query=f"a={PAYLOAD}",
        body=PAYLOAD.encode(),
        request_id=PAYLOAD[:60],
    )
    minute = RejectionMinute.objects.create(account=account, minute=timezone.now(), cause=PAYLOAD[:40])
    for person in ("one", "another"):
        make_message(PAYLOAD, openid=person, cause="not_understood", received_at=timezone.now())
    follower = Follower.objects.create(account=account, openid=PAYLOAD, note=PAYLOAD)
    rule = KeywordRule.objects.create(account=account, keyword=PAYLOAD, answer=PAYLOAD)
    return {
        "account": account.pk,
        "message": message.pk,
        "change": change.pk,
        "fingerprint": message.fingerprints.get().pk,
        "minute": minute.pk,
        "sample": sample.pk,
        "follower": follower.pk,
        "rule": rule.pk,
        "texts": AccountTexts.objects.create(account=account, welcome=PAYLOAD).pk,
    }


GETS = (
    "/admin/",
    "/admin/wechat/",
    "/admin/wechat/message/",
    "/admin/wechat/message/?q=%3Cscript%3Ealert(1)%3C/script%3E",
    "/admin/wechat/message/?sender_of={message}",
    "/admin/wechat/message/{message}/change/",
    "/admin/wechat/message/{message}/history/",
    "/admin/wechat/officialaccount/",
    "/admin/wechat/officialaccount/add/",
    "/admin/wechat/officialaccount/{account}/change/",
    "/admin/wechat/officialaccount/{account}/history/",
    "/admin/wechat/officialaccount/{account}/modes/",
    "/admin/wechat/officialaccount/{account}/token/",
    "/admin/wechat/officialaccount/{account}/aes-key/",
    "/admin/wechat/officialaccount/{account}/self-test/",
    "/admin/wechat/modechange/",
    "/admin/wechat/modechange/{change}/change/",
    "/admin/wechat/dedupfingerprint/",
    "/admin/wechat/dedupfingerprint/{fingerprint}/change/",
    "/admin/wechat/rejectionminute/",
    "/admin/wechat/rejectionminute/{minute}/change/",
    "/admin/wechat/rejectionsample/",
    "/admin/wechat/rejectionsample/{sample}/change/",
    "/admin/wechat/keywordrule/",
    "/admin/wechat/keywordrule/add/",
    "/admin/wechat/keywordrule/{rule}/change/",
    "/admin/wechat/keywordrule/not-understood/",
    "/admin/wechat/accounttexts/",
    "/admin/wechat/accounttexts/{texts}/change/",
    "/admin/wechat/follower/",
    "/admin/wechat/follower/{follower}/change/",
    "/admin/admin/logentry/",
)
POSTS: dict[str, dict[str, str]] = {
    "/admin/wechat/message/": {"action": "replay_selected", "_selected_action": "{message}"},
    "/admin/wechat/message/replay/": {"ids": "{message}"},
    "/admin/wechat/message/{message}/show/": {},
    "/admin/wechat/message/{message}/replay/": {},
    "/admin/wechat/officialaccount/{account}/modes/": {
        "switch": "verification",
        "value": "lenient",
        "reason": PAYLOAD.replace("{", ""),
    },
    "/admin/wechat/officialaccount/{account}/token/": {"value": "x"},
}


def responses(client, ids, language="en"):
    headers = {"accept-language": language}
    for address in GETS:
        yield address, client.get(address.format(**ids), headers=headers)
    for address, data in POSTS.items():
        posted = {name: value.format(**ids) for name, value in data.items()}
        yield address, client.post(address.format(**ids), posted, headers=headers)


def test_no_page_has_inline_code_and_all_have_the_policy(owner_client, hostile):
    for address, response in responses(owner_client, hostile):
        assert response.status_code == 200, address
        assert "default-src 'self'" in response["Content-Security-Policy"], address
        assert not inline_in(response), address


def test_markup_of_strangers_is_escaped_when_it_is_shown(owner_client, hostile):
    owner_client.post("/admin/wechat/message/texts/")
    for address, response in responses(owner_client, hostile):
        html = response.content.decode()
        assert "<script>alert(1)" not in html, address
        assert "<img src=x" not in html, address
        assert not inline_in(response), address
    shown = owner_client.post(f"/admin/wechat/message/{hostile['message']}/show/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_no_page_shows_a_secret(owner_client, hostile):
    for address, response in responses(owner_client, hostile):
        html = response.content.decode()
        assert not [secret for secret in credentials.SECRETS if secret in html], address


def test_the_login_page_has_no_inline_code_either(client, db):
    assert not inline_in(client.get("/admin/login/"))


def test_pages_are_chinese_by_default_and_english_when_asked(viewer_client, message):
    address = f"/admin/wechat/message/{message.pk}/change/"
    assert "时间线" in viewer_client.get(address).content.decode()
    assert "Timeline" in viewer_client.get(address, headers={"accept-language": "en"}).content.decode()


def test_the_language_switch_works_and_comes_back(viewer_client, message):
    html = viewer_client.get("/admin/wechat/message/").content.decode()
    assert html.count('id="language-form"') == 1
    assert '<button type="submit" name="language" value="en" lang="en">English</button>' in html
    response = viewer_client.post("/i18n/setlang/", {"language": "en", "next": "/admin/wechat/message/"})
    assert response.headers["location"] == "/admin/wechat/message/"
    assert "简体中文</button>" in viewer_client.get("/admin/wechat/message/").content.decode()


def test_every_chinese_page_is_chinese_throughout(owner_client, hostile):
    english = (
        "Replay",
        "Change the",
        "Texts are",
        "Nothing",
        "Received",
        "What to do",
        "Reason",
        "Self-test",
    )
    for address, response in responses(owner_client, hostile, language="zh-hans"):
        html = response.content.decode()
        assert not [word for word in english if word in html], address


def test_the_style_sheet_has_no_colour_of_its_own():
    css = CSS.read_text()
    assert not re.search(r":[^;{}]*#[0-9a-fA-F]{3,8}\b[^{}]*[;}]", css)
    assert "rgb" not in css
    assert "url(" not in css
