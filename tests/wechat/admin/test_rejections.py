from __future__ import annotations

import pytest
from django.utils import timezone

from tests import credentials
from wechat.admin import causes
from wechat.models import RejectionMinute, RejectionSample
from wechat.policy import OFFICIAL_CODES, Cause

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def make_sample(account):
    def make(**columns):
        values = {
            "account": account,
            "at": timezone.now(),
            "cause": "decrypt_failed",
            "code": -40007,
            "status": 400,
            "detail": "x",
            "address": "10.0.0.1",
            "method": "POST",
            "request_id": "request-1",
            "body": b"<xml/>",
            "query": f"signature=abc123&openid={credentials.OPENID}",
        }
        return RejectionSample.objects.create(**(values | columns))

    return make


def page(client, sample, **headers) -> str:
    url = f"/admin/wechat/rejectionsample/{sample.pk}/change/"
    return client.get(url, headers=headers or ENGLISH).content.decode()


def test_every_cause_has_words():
    assert set(causes.REFUSALS) == {cause.value for cause in Cause}


def test_every_official_code_has_words_and_advice():
    assert set(causes.CODES) == set(OFFICIAL_CODES)


@pytest.mark.parametrize("cause", list(Cause))
def test_every_refused_request_is_explained_in_both_languages(viewer_client, make_sample, cause):
    from wechat.policy import Rejected

    sample = make_sample(cause=cause.value, code=Rejected(cause, "x").code)
    english, chinese = (
        page(viewer_client, sample),
        page(viewer_client, sample, **{"accept-language": "zh-hans"}),
    )
    assert str(causes.explanation(cause.value, sample.code)[0])
    assert english != chinese
    assert cause.value in chinese


@pytest.mark.parametrize("code", sorted(OFFICIAL_CODES))
def test_every_official_code_says_what_to_do(viewer_client, make_sample, code):
    html = page(viewer_client, make_sample(cause="x", code=code))
    assert "What to do:" in html
    assert f"<code>{code}</code>" in html


def test_a_wrong_key_says_which_two_values_differ(viewer_client, make_sample):
    html = page(viewer_client, make_sample())
    assert "The EncodingAESKey here differs from the one in the WeChat console." in html


def test_a_viewer_sees_the_request_but_not_the_follower(viewer_client, make_sample):
    body = f"<xml><FromUserName>{credentials.OPENID}</FromUserName><Content>秘密</Content></xml>".encode()
    html = page(viewer_client, make_sample(body=body))
    assert "abc123" in html
    assert credentials.OPENID not in html
    assert "秘密" not in html


def test_an_owner_sees_the_body_as_received(owner_client, make_sample):
    html = page(owner_client, make_sample(body="<xml>秘密</xml>".encode()))
    assert "&lt;xml&gt;秘密&lt;/xml&gt;" in html


def test_the_list_gives_the_cause_in_words(viewer_client, make_sample):
    make_sample()
    html = viewer_client.get("/admin/wechat/rejectionsample/", headers=ENGLISH).content.decode()
    assert "decryption failed" in html


def test_minutes_show_how_many(viewer_client, account):
    RejectionMinute.objects.create(account=account, minute=timezone.now(), cause="bad_signature", count=4711)
    html = viewer_client.get("/admin/wechat/rejectionminute/", headers=ENGLISH).content.decode()
    assert "4711" in html
    assert "the signature is wrong" in html


@pytest.mark.parametrize("nonsense", ["x", "0", "9" * 30])
def test_an_unknown_sample_is_a_404(viewer_client, db, nonsense):
    assert viewer_client.get(f"/admin/wechat/rejectionsample/{nonsense}/change/").status_code == 404
