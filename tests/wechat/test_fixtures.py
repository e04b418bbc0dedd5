"""Every message and event type that WeChat sends, as a file, and what it must be read as."""

from __future__ import annotations

from pathlib import Path

import pytest

from wechat.crypto import COMPATIBLE, SAFE, Policy, open_request
from wechat.simulator import seal_incoming
from wechat.xml import TextReply, parse, render

FOLDER = Path(__file__).parent.parent / "fixtures" / "wechat"
ACCOUNT, FOLLOWER, PLATFORM = "gh_5f2c81d09ab4", "oQ7vX5kNexus_0000follower01", "oQ7vX5kNexus_0000platform00"
KEY, APP_ID, NOW = bytes(range(32)), "wx5f2c81d09ab4e637", 1764001000
# Sent in the name of a system id: the account's own verification, and notices about a person's data.
FROM_PLATFORM = (
    "qualification_",
    "naming_",
    "annual_renew",
    "verify_expired",
    "user_info_",
    "user_authorization_",
)

# file -> the elements, by dotted path, that it is there to show.
EXPECTED: dict[str, dict[str, str | list[str]]] = {
    "text__plain": {"Content": "今天黄历"},
    "text__emoji": {"Content": "明天宜嫁娶吗？🙏🏽👨‍👩‍👧 /:share [Lol]"},
    "text__msgmenu": {"Content": "继续", "bizmsgmenuid": "continue-7"},
    "text__from_article": {"MsgDataId": "2247489001_1", "Idx": "2"},
    "text__empty": {"Content": ""},
    "text__control_character": {"Content": "八字排盘"},
    "text__cdata_end": {"Content": "a]]>b < & \" ' 换行\n第二行"},
    "image__photo": {"PicUrl": "http://mmbiz.example/pic/abc?x=1&y=2", "MediaId": "media-image-01"},
    "voice__recognized": {
        "Recognition": "今天适合搬家吗。",
        "Format": "amr",
        "MediaId16K": "media-voice-16k-01",
    },
    "voice__not_recognized": {"Recognition": "", "MediaId": "media-voice-02", "Format": "speex"},
    "video__clip": {"MediaId": "media-video-01", "ThumbMediaId": "media-thumb-01"},
    "shortvideo__clip": {"MediaId": "media-short-01", "ThumbMediaId": "media-thumb-02"},
    "location__shared": {
        "Location_X": "31.230391",
        "Location_Y": "121.473701",
        "Label": "上海市黄浦区人民大道",
    },
    "link__article": {
        "Title": "节气小记",
        "Description": "二十四节气的来历",
        "Url": "https://example.org/terms",
    },
    "file__shared": {"Title": "历书.pdf", "FileKey": "key-01", "FileTotalLen": "20480"},
    "device_text__reading": {"DeviceID": "dev-01", "Content": "AQID"},
    "device_event__bind": {"DeviceID": "dev-01", "Event": "bind"},
    "device_status__subscribe": {"DeviceID": "dev-01", "OpType": "0"},
    "hardware__rank": {"HardWare.MessageView": "myrank", "HardWare.MessageAction": "ranklist"},
    "hologram__unknown_type": {"Depth": "3", "Nested.Deep.Deeper": "值"},
    "subscribe__search": {"EventKey": ""},
    "subscribe__qr_code": {"EventKey": "qrscene_poster_2026", "Ticket": "ticket-subscribe-01"},
    "subscribe__after_payment": {"EventKey": "last_trade_no_4200001234202611240000000001"},
    "unsubscribe__plain": {"EventKey": ""},
    "scan__scene": {"EventKey": "poster_2026", "Ticket": "ticket-scan-01"},
    "scan__lower_case": {"Event": "scan", "EventKey": "1201"},
    "location__reported": {"Latitude": "39.904030", "Longitude": "116.407526", "Precision": "65.000000"},
    "enter__session": {"Event": "ENTER"},
    "click__key": {"EventKey": "TODAY_ALMANAC"},
    "view__url": {"EventKey": "https://example.org/almanac?d=1&t=2", "MenuId": "434343001"},
    "view_miniprogram__page": {"EventKey": "pages/chart/index", "MenuId": "434343002"},
    "scancode_push__qr_code": {"ScanCodeInfo.ScanType": "qrcode"},
    "scancode_waitmsg__qr_code": {"ScanCodeInfo.ScanResult": "https://example.org/q/1"},
    "pic_sysphoto__one": {"SendPicsInfo.PicList.item.PicMd5Sum": "1b5f7c23b5bf75682a53e7b6d163e185"},
    "pic_photo_or_album__two": {
        "SendPicsInfo.Count": "2",
        "SendPicsInfo.PicList.item.PicMd5Sum": [
            "5a75aaca956d97be686719218f275c6b",
            "0cc175b9c0f1b6a831c399e269772661",
        ],
    },
    "pic_weixin__none": {"SendPicsInfo.Count": "0", "SendPicsInfo.PicList": ""},
    "location_select__place": {"SendLocationInfo.Label": "杭州市西湖区", "SendLocationInfo.Poiname": "断桥"},
    "templatesendjobfinish__success": {"MsgID": "3600000001", "Status": "success"},
    "templatesendjobfinish__user_block": {"Status": "failed:user block"},
    "templatesendjobfinish__system_failed": {"Status": "failed: system failed"},
    "masssendjobfinish__success": {"MsgID": "1000001626", "SentCount": "10"},
    "masssendjobfinish__two_articles": {
        "CopyrightCheckResult.ResultList.item.ArticleIdx": ["1", "2"],
        "CopyrightCheckResult.CheckState": "2",
        "ArticleUrlResult.ResultList.item.ArticleUrl": "https://example.org/a/1",
    },
    "publishjobfinish__published": {
        "PublishEventInfo.publish_status": "0",
        "PublishEventInfo.article_detail.item.article_url": "https://example.org/p/1",
    },
    "publishjobfinish__originality_failed": {
        "PublishEventInfo.publish_id": "2247503052",
        "PublishEventInfo.fail_idx": ["1", "2"],
    },
    "subscribe_msg_popup_event__two_templates": {
        "SubscribeMsgPopupEvent.List.TemplateId": ["tpl-A", "tpl-B"],
        "SubscribeMsgPopupEvent.List.SubscribeStatusString": ["accept", "reject"],
    },
    "subscribe_msg_change_event__rejected": {"SubscribeMsgChangeEvent.List.SubscribeStatusString": "reject"},
    "subscribe_msg_sent_event__success": {"SubscribeMsgSentEvent.List.MsgID": "1864323726461255680"},
    "qualification_verify_success__notice": {"ExpiredTime": "1795536000"},
    "qualification_verify_fail__notice": {"FailTime": "1764000500", "FailReason": "营业执照不清晰"},
    "naming_verify_success__notice": {"ExpiredTime": "1795536000"},
    "naming_verify_fail__notice": {"FailTime": "1764000600", "FailReason": "名称与资质不符"},
    "annual_renew__notice": {"ExpiredTime": "1795536000"},
    "verify_expired__notice": {"ExpiredTime": "1795536000"},
    "kf_create_session__agent": {"KfAccount": "star@celestial"},
    "kf_close_session__agent": {"KfAccount": "star@celestial", "CloseType": "KF"},
    "kf_switch_session__agents": {"FromKfAccount": "star@celestial", "ToKfAccount": "moon@celestial"},
    "user_info_modified__nickname": {"OpenID": FOLLOWER, "AppID": APP_ID, "RevokeInfo": "1"},
    "user_authorization_revoke__location": {"OpenID": FOLLOWER, "RevokeInfo": "301", "OpenPID": "opid-01"},
    "user_authorization_cancellation__all": {"OpenID": FOLLOWER, "RevokeInfo": "0"},
    "card_pass_check__card": {"CardId": "pCardNexus0001"},
    "card_not_pass_check__card": {"RefuseReason": "标题不合规"},
    "user_get_card__given": {"IsGiveByFriend": "1", "UserCardCode": "226009850808", "OuterStr": "poster"},
    "user_gifting_card__friend": {"FriendUserName": "oQ7vX5kNexus_0000follower02"},
    "user_del_card__card": {"UserCardCode": "226009850808"},
    "user_consume_card__mobile": {"ConsumeSource": "FROM_MOBILE_HELPER", "LocationName": "西湖店"},
    "user_pay_from_pay_cell__paid": {"TransId": "10022403432015000000001", "Fee": "10000"},
    "user_view_card__card": {"OuterStr": "menu"},
    "user_enter_session_from_card__card": {"CardId": "pCardNexus0001"},
    "update_member_card__bonus": {"ModifyBonus": "3", "ModifyBalance": "0"},
    "card_sku_remind__low": {"Detail": "the card's quantity is equal to 0"},
    "card_pay_order__paid": {"OrderId": "40040000001", "Status": "ORDER_STATUS_FINANCE_SUCC"},
    "submit_membercard_user_info__card": {"UserCardCode": "226009850808"},
    "giftcard_pay_done__order": {"PageId": "page-01", "OrderId": "gift-order-01"},
    "giftcard_send_to_friend__order": {"OrderId": "gift-order-01", "IsReturnBack": "false"},
    "giftcard_user_accept__order": {"OrderId": "gift-order-01", "IsChatRoom": "false"},
    "poi_check_notify__passed": {"PoiId": "285633617", "Result": "succ"},
    "add_store_audit_info__passed": {"audit_id": "414569", "status": "3"},
    "modify_store_audit_info__failed": {"status": "4", "reason": "地址不符"},
    "create_map_poi_audit_info__passed": {"map_poi_id": "2880741500", "name": "断桥"},
    "apply_merchant_audit_info__passed": {"audit_id": "414572", "status": "1"},
    "shakearoundusershake__beacons": {
        "ChosenBeacon.Distance": "0.057",
        "AroundBeacons.AroundBeacon.Major": ["3", "5"],
    },
    "wificonnected__shop": {"VendorId": "3001224419", "ShopId": "PlaceId"},
    "merchant_order__paid": {"OrderId": "13001000001", "OrderStatus": "2"},
    "user_scan_product__opened": {"KeyStr": "6901481811083", "Scene": "2"},
    "user_scan_product_async__opened": {"RegionCode": "440105"},
    "user_scan_product_enter_session__opened": {"KeyStandard": "ean13"},
    "user_scan_product_verify_action__passed": {"Result": "verify_ok"},
    "user_authorize_invoice__success": {"SuccOrderId": "inv-01", "Source": "web"},
    "submit_invoice_title__company": {"title": "示例公司", "title_type": "InvoiceUserTitleBusinessType"},
    "update_invoice_status__reimbursed": {"Status": "INVOICE_REIMBURSE_CLOSURE"},
    "wxa_media_check__risky": {"isrisky": "1", "trace_id": "967e945cd8a3e458f3c74dcb886068e9"},
    "weapp_audit_success__release": {"SuccTime": "1764000700"},
    "weapp_audit_fail__release": {"Reason": "1:类目不符", "ScreenShot": "media-shot-01"},
    "weapp_audit_delay__release": {"DelayTime": "1764000900"},
    "debug_demo__console": {"debug_str": "hello from the console"},
    "quantum_leap__unknown_event": {"EventKey": "beyond", "Payload.Item": ["1", "2"]},
}


def body_of(name):
    return (FOLDER / f"{name}.xml").read_bytes()


def test_every_file_has_an_expectation_and_the_other_way_round():
    assert {path.stem for path in FOLDER.glob("*.xml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_fixture_is_read_as_the_message_it_shows(name):
    incoming = parse(body_of(name))
    kind = incoming.event_name if incoming.is_event else incoming.msg_type
    assert kind == name.partition("__")[0]
    assert incoming.to_user == ACCOUNT
    assert incoming.from_user == (PLATFORM if name.startswith(FROM_PLATFORM) else FOLLOWER)
    assert 1764000000 < incoming.create_time < 1764000200
    for path, value in EXPECTED[name].items():
        assert incoming.values(*path.split(".")) == (value if isinstance(value, list) else [value])


@pytest.mark.parametrize("name", EXPECTED)
def test_only_messages_carry_a_message_id(name):
    incoming = parse(body_of(name))
    assert bool(incoming.msg_id) != (
        incoming.is_event or incoming.msg_type in ("device_event", "device_status")
    )


def test_no_two_fixtures_share_a_fingerprint():
    assert len({parse(body_of(name)).fingerprint("default") for name in EXPECTED}) == len(EXPECTED)


def test_only_the_message_with_the_illegal_character_is_marked():
    assert [name for name in EXPECTED if parse(body_of(name)).marks] == ["text__control_character"]


@pytest.mark.parametrize("style", [COMPATIBLE, SAFE])
@pytest.mark.parametrize("name", EXPECTED)
def test_the_fixture_passes_the_gate_encrypted_and_can_be_answered(name, style):
    policy = Policy(("north-star",), (KEY,), APP_ID, ACCOUNT, style)
    query, body = seal_incoming("north-star", KEY, APP_ID, body_of(name), NOW, "1", b"r" * 16, style)
    opened = open_request(policy, query, body, NOW)
    assert opened.plaintext == body_of(name)
    incoming = parse(opened.plaintext)
    assert parse(render(TextReply("收到"), incoming, NOW)).to_user == incoming.from_user
